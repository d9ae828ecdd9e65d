import { delay, type Process } from '../../sim/process.js';
import type { Demand, Run } from '../memory/guest-memory.js';
import { sendRequested, type PageSupply } from './page-supply.js';
import type { ThreadMigration } from './thread-migration.js';

/**
 * A guest that runs at the destination while some of its memory is at the source, in steps: it runs a while, and then
 * waits for the pages that it has missed in it, no longer than about a step. What it misses is what its writers touch
 * and what still waits at the source.
 * - Pages touched at random are asked for one by one. A vCPU waits for each: a round trip, what lies before it in the
 *   socket (unless requests have a channel of their own), and the page itself. Several vCPUs wait at the same time.
 * - Pages touched one after another: the source goes to the first and on from there, so that the guest waits for a round
 *   trip once and then goes as fast as pages come. It asks once for each buffer that the destination reads: those
 *   behind the first page of one are there when it has been woken. Where the stream does not move, or is held to a limit of
 *   rate, such pages are asked for one by one too.
 * Pages on their way count as arrived: too few by what the socket holds. Interrupted when there is nothing left.
 *
 * @example
 * // visits 2,000 pages one after another, in no time, that come at 1,000 a second through a socket of 30
 * sim.spawn(runWithPageFaults(migration, supply));
 * record.stallSeconds // => 1.97
 */
export function* runWithPageFaults(m: ThreadMigration, supply: PageSupply): Process {
  const { sim, guest } = m;
  const { record } = supply;
  const { memory } = guest;
  let run = Infinity;
  let followedTo = 0;
  for (;;) {
    const step = (stepChunks * supply.chunkBytes) / Math.min(supply.linkRate, supply.pushRate);
    const before = guest.time();
    run = affordableRun(m, supply, before, Math.min(step, 2 * run), step);
    yield delay(run);
    const demand = memory.demand(before, guest.time());
    if (demand.scattered === 0 && demand.runs.length === 0) continue;
    guest.pause();
    const since = sim.now;
    try {
      while (m.state.phase === 'post-copy-paused') yield m.onRecovery.wait;
      if (areAskedForOneByOne(m, supply)) yield* fetchPages(m, supply, before, demand);
      else {
        yield* fetchPages(m, supply, before, { scattered: demand.scattered, runs: [] });
        for (const one of demand.runs) {
          yield* followRun(m, supply, one, followedTo);
          followedTo = one.to;
        }
      }
    } finally {
      record.stallSeconds += sim.now - since;
    }
    guest.resume();
  }
}

/** Chunks of the source's that a step of the guest's lasts. */
const stepChunks = 4;
/** A step is halved no further than this. */
const leastShareOfStep = 2 ** -20;

/** How long the guest may run so that it then waits for no longer than a step. */
function affordableRun(
  m: ThreadMigration,
  supply: PageSupply,
  from: number,
  most: number,
  step: number,
): number {
  const { memory } = m.guest;
  const speedAlone = m.guest.speedAlone();
  const each = faultSeconds(m, supply);
  const side = waitingSideBySide(m);
  let run = most;
  while (run > step * leastShareOfStep) {
    const { scattered, runs } = memory.demand(from, from + run * speedAlone);
    const inRuns = pagesOf(runs);
    const oneByOne = areAskedForOneByOne(m, supply);
    const alone = oneByOne ? scattered + inRuns : scattered;
    const stall = alone * (each / side) + (oneByOne ? 0 : inRuns * pageSeconds(supply));
    if (stall <= step) break;
    run /= 2;
  }
  return run;
}

/** Each page is a request of its own; the vCPUs wait for them side by side, but the link carries them one by one. */
function* fetchPages(
  m: ThreadMigration,
  supply: PageSupply,
  from: number,
  { scattered, runs }: Demand,
): Process {
  const { guest } = m;
  const { record } = supply;
  if (scattered === 0 && runs.length === 0) return;
  const last = runs.at(-1);
  const each = faultSeconds(m, supply);
  const pages = guest.memory.take(from, guest.time(), runs.length > 0);
  record.requests += pages;
  record.pagesFaulted += pages;
  sendRequested(m, supply, pages);
  if (last && streamMoves(m, supply)) guest.memory.seek(last.to);
  yield delay(pages * Math.max(each / waitingSideBySide(m), pageSeconds(supply)));
}

/**
 * The stream goes to the first page of the run, if it is not there, and the guest follows it to the last. What was sent
 * ahead of a guest that has followed it to `followedTo` it missed as well.
 */
function* followRun(m: ThreadMigration, supply: PageSupply, run: Run, followedTo: number): Process {
  const { guest, stream } = m;
  const { record } = supply;
  let pages = guest.memory.waitingBetween(run.from, run.to);
  if (pages <= leastPages) return;
  if (Math.abs(guest.memory.cursor - run.from) > 1) {
    yield delay(stream.roundTripSeconds / 2 + supply.rules.faultSeconds);
    record.requests++;
    guest.memory.seek(run.from);
  } else if (run.from > followedTo) {
    const onItsWay = stream.capacity + supply.linkRate * stream.roundTripSeconds + 2 * supply.chunkBytes;
    if (run.from - followedTo <= (2 * onItsWay) / supply.dataBytes) pages += run.from - followedTo;
  }
  record.requests += (pages * supply.dataBytes) / supply.rules.receiveBufferBytes;
  record.pagesFaulted += pages;
  while (guest.memory.waitingBetween(run.from, run.to) > leastPages) yield supply.onChunk.wait;
  yield* stream.delivered();
}

/** From a page fault to its page, seconds. */
function faultSeconds({ stream, hasRequestChannel }: ThreadMigration, supply: PageSupply): number {
  const before = hasRequestChannel ? 0 : Math.min(stream.queued(), stream.capacity);
  return stream.roundTripSeconds + supply.rules.faultSeconds + before / supply.linkRate + pageSeconds(supply);
}

function pageSeconds({ dataBytes, linkRate }: PageSupply): number {
  return dataBytes / linkRate;
}

function areAskedForOneByOne(m: ThreadMigration, supply: PageSupply): boolean {
  return supply.pushRate < supply.linkRate || !streamMoves(m, supply);
}

/** Whether the stream goes on from the page that was asked for. */
function streamMoves(m: ThreadMigration, { rules }: PageSupply): boolean {
  return !m.hasRequestChannel || rules.preemptMovesStream > 0;
}

/** vCPUs that wait for pages at the same time, each for its own. */
function waitingSideBySide({ guest }: ThreadMigration): number {
  return Math.max(1, guest.busyVcpus);
}

function pagesOf(runs: readonly Run[]): number {
  return runs.reduce((sum, { pages }) => sum + pages, 0);
}

/** Less than this is rounding, not a page. */
const leastPages = 1e-3;
