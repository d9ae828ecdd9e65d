import { delay, type Process } from '../../sim/process.js';
import { walkEncoded, workOf } from './encoded-walk.js';
import type { Migration } from './migration.js';
import { remainingBytes, sync } from './rounds.js';
import type { BookPart, ThreadMigration } from './thread-migration.js';

/**
 * The stop: vCPUs, disks, the last sync, all that is left without any limit of rate, the device state. Ends when the
 * destination could start the guest. The journal gets the parts of the downtime.
 *
 * @example
 * // 2,000 pages at 1,000 a second
 * sim.spawn(switchover(migration));
 * sim.run();
 * migration.journal.downtimeParts // => { stop: 0, flush: 0, disk: 0, finalSync: 0, lastCopy: 2, … }
 */
export function* switchover(m: ThreadMigration): Process {
  const { sim, journal, guest, rules, state } = m;
  state.phase = 'switchover';
  const part = stopwatch(m);
  // Of a guest that was stopped before, all that was sent since then is copied in the downtime.
  if (journal.stoppedAt !== null) part('lastCopy');
  yield* standStill(m, part);
  const rest = walkEncoded(m, { bytes: Infinity, seconds: Infinity });
  m.stream.push(rest.bytes, rest.destinationSeconds);
  state.sentBytes += rest.bytes;
  journal.dataPagesSent += rest.dataPages;
  yield workOf(m, rest);
  yield m.stream.taken;
  part('lastCopy');
  m.stream.push(rules.deviceStateBytes, 0);
  state.sentBytes += rules.deviceStateBytes;
  yield m.stream.taken;
  part('deviceState');
  journal.transferEnd = m.sample();
  yield* m.stream.received();
  part('queued');
  yield delay(rules.loadSeconds);
  part('load');
  yield delay(rules.announceSeconds);
  part('announce');
  if (m.handOver) yield* m.handOver(part);
  yield delay(rules.resumeSeconds);
  part('resume');
  guest.arrive();
  journal.resumedAt = sim.now;
  state.phase = 'completed';
}

/** The guest stands still from here on, its disks are in order, and the last fetch of the dirty log says what is left. */
export function* standStill(m: ThreadMigration, part: BookPart): Process {
  const { journal, guest, rules, costs } = m;
  yield* pauseGuest(m);
  part('stop');
  if (m.beforeSwitchover) yield* m.beforeSwitchover();
  part('disk');
  yield delay(rules.flushSeconds);
  part('flush');
  if (m.disk) yield* m.disk.complete();
  part('disk');
  yield m.thread.work(guest.memory.pages * costs.syncPageSeconds);
  sync(m);
  journal.syncs++;
  part('finalSync');
  journal.leftAtStopBytes = remainingBytes(m);
  journal.dataPagesBeforeStop = journal.dataPagesSent;
  for (const aid of m.aids) aid.end();
}

/** Stops the vCPUs, if nobody has done so before. */
export function* pauseGuest(m: ThreadMigration): Process {
  const { journal } = m;
  if (journal.stoppedAt !== null) return;
  journal.stoppedAt = m.sim.now;
  yield m.thread.work(m.rules.stopSeconds);
  m.guest.pause();
}

/** Books the time since the last call, or since the guest stopped, under a part of the downtime. */
export function stopwatch({ sim, journal }: Migration): BookPart {
  let since = journal.stoppedAt ?? sim.now;
  return (part) => {
    journal.downtimeParts[part] += sim.now - since;
    since = sim.now;
  };
}
