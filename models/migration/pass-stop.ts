import { delay, type Process } from '../../sim/process.js';
import type { PassMigration } from './pass-migration.js';
import { fetchDirtyLog, walk } from './pass-send.js';
import { remainingBytes } from './rounds.js';
import { stopwatch } from './thread-switchover.js';

/**
 * The stop of a migration in passes: vCPUs, the last sync, all that is left, the device state, loading it, the start at
 * the destination. With `resumesEarly` the state goes first and the guest runs while the rest is sent; that it waits
 * for pages then is not modelled. The journal gets the parts of the downtime.
 *
 * @param afterSync called when the guest has stopped and the dirty log has been fetched for the last time
 * @example
 * // 2,000 pages at 1,000 a second
 * sim.spawn(passStop(migration, false, () => undefined));
 * sim.run();
 * migration.journal.downtimeParts // => { stop: 0, flush: 0, finalSync: 0, lastCopy: 2, … }
 */
export function* passStop(m: PassMigration, resumesEarly: boolean, afterSync: () => void): Process {
  const { sim, journal, guest, rules } = m;
  const part = stopwatch(m);
  journal.stoppedAt = sim.now;
  yield m.thread.work(rules.stopSeconds);
  guest.pause();
  part('stop');
  yield* fetchDirtyLog(m);
  journal.syncs++;
  part('finalSync');
  journal.leftAtStopBytes = remainingBytes(m);
  journal.dataPagesBeforeStop = journal.dataPagesSent;
  afterSync();
  if (!resumesEarly) {
    yield* sendRest(m);
    part('lastCopy');
  }
  // Who runs before all is there must know what is missing: a bit a page.
  const bitmapBytes = resumesEarly ? guest.memory.pages / 8 : 0;
  m.stream.push(rules.deviceStateBytes + bitmapBytes, 0);
  yield m.stream.taken;
  part('deviceState');
  if (!resumesEarly) journal.transferEnd = m.sample();
  yield* m.stream.received();
  part('queued');
  yield delay(rules.loadSeconds);
  part('load');
  yield delay(rules.resumeSeconds);
  part('resume');
  guest.arrive();
  journal.resumedAt = sim.now;
  if (!resumesEarly) return;
  yield* sendRest(m);
  journal.transferEnd = m.sample();
  yield* m.stream.received();
}

function* sendRest(m: PassMigration): Process {
  const rest = walk(m, Infinity);
  m.stream.push(rest.bytes, rest.destinationSeconds);
  m.journal.dataPagesSent += rest.dataPages;
  m.record?.('remaining', remainingBytes(m));
  yield m.thread.work(rest.seconds);
  yield m.stream.taken;
}
