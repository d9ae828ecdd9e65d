import { delay, type Process, type Running } from '../../sim/process.js';
import type { PostCopyRecord } from './journal.js';
import { createPageSupply, pushPages } from './page-supply.js';
import { standStill, stopwatch } from './thread-switchover.js';
import { runWithPageFaults } from './page-faults.js';
import type { BookPart, PostCopyRules, ThreadMigration } from './thread-migration.js';

/**
 * Post-copy from the switch to the end (migration.c, postcopy_start; ram.c, get_queued_page): the guest stops, the
 * destination is told what of its memory is stale, gets the state of the devices and runs the guest; the source sends
 * what is left once, from wherever the guest last missed a page. Nothing becomes dirty again, so it always ends. Nobody
 * can call it off any more: neither host has all of the memory.
 *
 * @example
 * // 1,000 pages at 1,000 a second, none of which the guest touches
 * sim.spawn(postCopy(migration));
 * sim.run();
 * sim.now // => 1
 * migration.journal.postCopy // => { requests: 0, stallSeconds: 0, pagesPushed: 1000, pagesFaulted: 0, … }
 */
export function* postCopy(m: ThreadMigration): Process {
  const { sim, journal, guest, stream, state } = m;
  const rules = m.postCopy!;
  const record: PostCopyRecord = {
    startedAt: sim.now,
    handedOverAt: null,
    requests: 0,
    stallSeconds: 0,
    pagesPushed: 0,
    pagesFaulted: 0,
  };
  journal.postCopy = record;
  if (m.leaveChannels) {
    // Channels are flushed while the guest still runs (ram.c, ram_save_postcopy_prepare); then pages go by one connection.
    yield* stream.delivered();
    m.leaveChannels();
  }
  const part = stopwatch(m);
  // Of a guest that was stopped before, all that was sent since then is copied in the downtime.
  if (journal.stoppedAt !== null) part('lastCopy');
  yield* handOver(m, rules, part);
  record.handedOverAt = sim.now;
  state.phase = 'post-copy';
  const supply = createPageSupply(m, rules, record);
  const pushing = sim.spawn(pushPages(m, supply));
  let running: Running<void> | undefined;
  try {
    yield* stream.delivered();
    part('queued');
    yield delay(m.rules.loadSeconds);
    part('load');
    yield delay(m.rules.announceSeconds);
    part('announce');
    if (m.handOver) yield* m.handOver(part);
    yield delay(m.rules.resumeSeconds);
    part('resume');
    guest.arrive();
    journal.resumedAt = sim.now;
    running = sim.spawn(runWithPageFaults(m, supply));
    yield pushing.finished;
    yield* stream.received();
  } finally {
    pushing.interrupt('over');
    running?.interrupt('over');
    const sent = journal.dataPagesSent - journal.dataPagesBeforeStop!;
    record.pagesFaulted = Math.min(record.pagesFaulted, sent);
    record.pagesPushed = sent - record.pagesFaulted;
  }
  guest.resume();
  // The destination says on the return path that it has everything.
  yield delay(stream.roundTripSeconds / 2);
  journal.transferEnd = m.sample();
  state.phase = 'completed';
}

/** The stop: all that the destination needs to run the guest. */
function* handOver(m: ThreadMigration, rules: PostCopyRules, part: BookPart): Process {
  const { guest, stream, state } = m;
  state.phase = 'switchover';
  yield* standStill(m, part);
  const ranges = guest.memory.waitingRanges();
  const commands = Math.ceil(ranges / rules.discardsPerCommand);
  const listBytes = commands * rules.discardCommandBytes + ranges * rules.discardRangeBytes;
  send(listBytes, ranges * rules.discardRangeSeconds);
  yield stream.taken;
  part('discard');
  send(m.rules.deviceStateBytes, 0);
  yield stream.taken;
  part('deviceState');

  function send(bytes: number, destinationSeconds: number): void {
    stream.push(bytes, destinationSeconds);
    state.sentBytes += bytes;
  }
}
