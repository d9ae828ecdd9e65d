import { allOf, type Process } from '../../sim/process.js';
import type { GuestMemory } from '../memory/guest-memory.js';
import { walkBitmap, type Call } from './iterate.js';
import { pageBytes } from './migration.js';
import type { PassMigration } from './pass-migration.js';
import { remainingBytes, sync } from './rounds.js';

/** What one pass did. */
export interface Sent {
  pages: number;
  sentPages: number;
  bytes: number;
}

/**
 * One pass: all that waits now, from the bottom of RAM to its top. Ends when the socket has taken it.
 *
 * @example
 * // of 1,000 pages, 100 wait: at 1,000 a second
 * const { sentPages } = yield* sendPass(migration); // => 100, 0.1 s later
 */
export function* sendPass(m: PassMigration): Process<Sent> {
  const { journal, guest, rules } = m;
  const { memory } = guest;
  const pages = memory.waiting();
  let sentPages = 0;
  let bytes = 0;
  while (memory.waiting() > leastPages) {
    if (rules.skipsRewritten > 0) memory.dropWritten(guest.time());
    const before = memory.waiting();
    const call = walk(m, batchBytes(m, sentPages));
    sentPages += before - memory.waiting();
    bytes += call.bytes;
    journal.calls++;
    journal.dataPagesSent += call.dataPages;
    m.stream.push(call.bytes, call.destinationSeconds);
    m.record?.('remaining', remainingBytes(m));
    yield allOf(m.thread.work(call.seconds), m.stream.taken);
  }
  rewind(memory);
  if (journal.firstPassAt === null) {
    journal.firstPassAt = m.sim.now;
    journal.dataPagesInFirstPass = journal.dataPagesSent;
  }
  return { pages, sentPages, bytes };
}

/** As in the walk itself: less than this is rounding, not a page. */
const leastPages = 1e-3;

/**
 * Batches grow with what the pass has sent: a product's own ones are many, and only at the beginning of a pass does
 * one make a difference, because then the log is young.
 */
function batchBytes({ rules }: PassMigration, sentPages: number): number {
  const pages = Math.max(rules.batchPages, sentPages / batchesPerPass);
  return pages * (pageBytes + rules.pageHeaderBytes) + rules.callOverheadBytes;
}

const batchesPerPass = 16;

/** Walks on through the bitmap as far as so many bytes go. */
export function walk(m: PassMigration, bytes: number): Call {
  const { rules, costs, bursts } = m;
  const onWire = pageBytes + rules.pageHeaderBytes;
  // A process that blocks in the kernel pays for the network stack too.
  const dataSeconds = pageBytes / bursts.median + onWire * costs.networkByteSeconds;
  // A product that does not look for zero pages handles them as any other.
  const isLookedFor = rules.zeroPageBytes < pageBytes;
  const zeroPageSeconds = isLookedFor ? costs.zeroPageSeconds : dataSeconds;
  const budget = { bytes, seconds: Infinity };
  return walkBitmap(m.guest.memory, budget, pageBytes / dataSeconds, { ...costs, zeroPageSeconds }, rules);
}

/** Nothing waits: the next pass begins at the bottom of RAM again. */
function rewind(memory: GuestMemory): void {
  while (memory.cursor > 0) memory.advance(memory.stretch().span);
}

/** The dirty log, fetched at the cost of its pages. */
export function* fetchDirtyLog(m: PassMigration): Process {
  yield m.thread.work(m.guest.memory.pages * m.costs.syncPageSeconds);
  sync(m);
}
