import { allOf, delay, type Process } from '../../sim/process.js';
import { walkEncoded, workOf, type EncodedCall } from './encoded-walk.js';
import type { CallBudget } from './iterate.js';
import { pageBytes } from './migration.js';
import { createRounds, leastBytes, pendingBytes, remainingBytes, sync, type Rounds } from './rounds.js';
import type { ThreadMigration } from './thread-migration.js';
import { openWindow, rounding, wholePages, type Window } from './transfer-window.js';

/** How the live phase of a migration ended. */
export type PreCopyEnd = 'fits' | 'post-copy' | 'cancelled';

/**
 * Pre-copy as QEMU 1.4 and later do it in a thread of its own (migration.c, ram.c at v2.0, v2.9, v7.2, v9.2): send
 * dirty pages in slices of at most 50 ms with blocking writes; between slices compare what is left with
 * `bandwidth of the last 100 ms window x downtime limit`, and fetch the dirty log only when it seems to fit. It tests
 * while it sends: it does not finish a pass first. Returns when it fits, the caller stops the guest; or when somebody
 * asked for something else. It does not return when it never fits.
 *
 * @example
 * // 100 pages a second, 200 ms allowed: stops with less than 20 pages left
 * const running = sim.spawn(threadPreCopy(migration));
 * sim.run();
 * running.result // => 'fits'
 */
export function* threadPreCopy(m: ThreadMigration): Process<PreCopyEnd> {
  const { sim, journal, requests, state } = m;
  journal.sampler = () => m.sample();
  journal.transferStart ??= m.sample();
  const rounds = createRounds(m);
  sync(m);
  journal.syncs++;
  state.ramStartedAt = sim.now;
  const isOverdue = createSyncClock(m);
  yield delay(m.rules.setupSeconds);
  state.phase = 'active';
  const window = openWindow(m);
  for (;;) {
    if (requests.cancel !== null) return 'cancelled';
    if (sim.now >= m.postCopyAt) requests.postCopy = true;
    if (window.left() > 0) {
      const mustSync = isOverdue();
      if (mustSync || asksForSync(m)) yield* fetchDirtyLog(m, rounds);
      // Who is stopped already need not wait for the destination.
      const mayStop = sim.now >= m.mayStopAt || journal.stoppedAt !== null;
      const goesOver = mayStop && requests.postCopy && m.postCopy !== null;
      if (goesOver && m.postCopy!.beforeCompletion > 0) return 'post-copy';
      if (mayStop && isSmall(m)) return 'fits';
      if (goesOver && isWithin(m, m.disk?.pendingBytes() ?? 0)) return 'post-copy';
      if (m.disk) yield* m.disk.iterate(window, isRamWaiting(m));
      if (window.left() > 0 && isRamWaiting(m)) {
        yield* isFarFrom(m, window) ? leap(m, window) : slice(m, window);
      } else if (!mayStop) yield delay(Math.min(m.rules.sliceSeconds, m.mayStopAt - sim.now));
    }
    window.look();
    if (window.left() <= 0) {
      yield delay(window.untilEnd());
      window.look();
    }
  }
}

/** Whether all that is left is within the threshold. */
function isSmall(m: ThreadMigration): boolean {
  return isWithin(m, pendingBytes(m));
}

/** Whether so little seems to be left that the dirty log is fetched. */
function asksForSync(m: ThreadMigration): boolean {
  return m.disk?.ramSyncsAlone ? isWithin(m, remainingBytes(m)) : isSmall(m);
}

/** Whether so much is within the threshold, as this version compares them. */
function isWithin(m: ThreadMigration, bytes: number): boolean {
  const { thresholdBytes } = m.state;
  if (bytes < leastBytes) return true;
  return m.rules.stopsAtThreshold > 0 ? bytes <= thresholdBytes : bytes < thresholdBytes;
}

function isRamWaiting(m: ThreadMigration): boolean {
  return (m.disk?.letsRamGo() ?? true) && remainingBytes(m) >= leastBytes;
}

/**
 * Whether a sync is overdue: a clock ticks every few seconds, and where the last tick has seen the latest sync already,
 * another one is made; not in the first pass (cpu-throttle.c, cpu_throttle_dirty_sync_timer_tick, v9.2). So two syncs are
 * up to two ticks apart.
 */
function createSyncClock({ sim, journal, rules }: ThreadMigration): () => boolean {
  const { periodicSyncSeconds } = rules;
  if (periodicSyncSeconds === 0) return () => false;
  let tickAt = sim.now + periodicSyncSeconds;
  let syncsAtTick = 0;
  return () => {
    if (sim.now < tickAt) return false;
    const isDue = journal.syncs > 1 && journal.syncs === syncsAtTick;
    syncsAtTick = journal.syncs + (isDue ? 1 : 0);
    // A look may be late, by a leap; the clock is not.
    tickAt += periodicSyncSeconds * (1 + Math.floor((sim.now - tickAt) / periodicSyncSeconds));
    return isDue;
  };
}

/** A sync of the dirty bitmap, the test it was made for, and who looks at it. */
function* fetchDirtyLog(m: ThreadMigration, rounds: Rounds): Process {
  yield m.thread.work(m.guest.memory.pages * m.costs.syncPageSeconds);
  const waited = remainingBytes(m);
  const dirtied = sync(m);
  rounds.end(
    m.state.estimateBytesPerSecond,
    m.state.thresholdBytes,
    isSmall(m),
    m.limits.downtimeLimitSeconds,
  );
  m.encoding.afterSync?.(dirtied);
  const found = {
    dirtiedBytes: dirtied,
    newlyDirtyBytes: Math.max(0, remainingBytes(m) - waited),
    sentBytes: m.state.sentBytes,
  };
  for (const aid of m.aids) aid.afterSync(found);
  m.onSync.fire();
}

/** One call of ram_save_iterate: until the quota is used up, the slice of time is over, or nothing waits. */
function* slice(m: ThreadMigration, window: Window): Process {
  const quota = (): number => wholePages(m, window.left());
  // Only who sends knows his share of the link: the first pages are sent before a slice is planned.
  if (window.rate() === 0) {
    yield* put(m, window, { bytes: Math.min(lookBytes(m), quota()), seconds: Infinity });
    if (window.left() <= 0) return;
  }
  // Data waits for the wire and zero pages for the CPU: one after the other.
  const end = m.sim.now + m.rules.sliceSeconds;
  let left = m.rules.sliceSeconds;
  while (left > rounding && window.left() > 0 && remainingBytes(m) >= leastBytes) {
    const inTime = m.stream.free() + window.rate() * left;
    const looks = Math.ceil(inTime / lookBytes(m));
    const seconds = left * m.source.speedOfNext();
    yield* put(m, window, { bytes: Math.min(looks * lookBytes(m), quota()), seconds, oneKind: true });
    left = end - m.sim.now;
  }
}

/** Bytes between two looks at the clock. */
function lookBytes(m: ThreadMigration): number {
  return m.rules.pagesPerLook * m.encoding.dataBytes();
}

/** Walks the bitmap and hands what it finds to the socket; goes on when it is written and paid for. */
function* put(m: ThreadMigration, window: Window, budget: CallBudget): Process {
  const begun = m.sim.now;
  const call = send(m, window, budget);
  yield allOf(workOf(m, call), m.stream.taken);
  yield* stall(m, begun);
}

/** What the host kept the thread from running since then. */
function* stall(m: ThreadMigration, begun: number): Process {
  const lost = m.stalls(m.sim.now - begun);
  if (lost > 0) yield delay(lost);
}

function send(m: ThreadMigration, window: Window, budget: CallBudget): EncodedCall {
  const { journal, guest, state } = m;
  const from = guest.memory.cursor;
  const call = walkEncoded(m, budget);
  journal.calls++;
  m.stream.push(call.bytes, call.destinationSeconds);
  m.record?.('remaining', remainingBytes(m));
  window.use(call.bytes);
  state.sentBytes += call.bytes;
  journal.dataPagesSent += call.dataPages;
  if (journal.firstPassAt === null && guest.memory.cursor <= from) {
    journal.firstPassAt = m.sim.now;
    journal.dataPagesInFirstPass = journal.dataPagesSent;
  }
  return call;
}

/**
 * Far from the threshold no test can succeed, so whole windows are sent in one step: an estimate is never as much as
 * `farFactor` above the mean of what is sent or above the estimate before it, nor above what a window and the deepest
 * socket can take.
 */
function isFarFrom(m: ThreadMigration, window: Window): boolean {
  if (m.state.thresholdBytes === 0 || window.bytes() === 0 || !window.isFresh()) return false;
  // A disk has its turn between two slices.
  if (m.disk && m.disk.pendingBytes() > 0) return false;
  return m.guest.memory.stretch().data > leapDataShare && leapWindows(m, window) >= leastWindows;
}

/** How many whole windows can go in one step: while all is alike ahead, and nobody asks for something else. */
function leapWindows(m: ThreadMigration, window: Window): number {
  const { span, data } = m.guest.memory.stretch();
  const untilPostCopy = (m.postCopyAt - m.sim.now) / m.rules.windowSeconds;
  const bytes = Math.min(span * data * m.encoding.dataBytes(), spareBytes(m, window));
  return Math.floor(Math.min(mostWindows, bytes / window.bytes(), untilPostCopy));
}

/** What may be sent before a test could succeed. QEMU counts whole pages as left, however few bytes they become. */
function spareBytes(m: ThreadMigration, window: Window): number {
  const onWire = Math.min(1, m.encoding.dataBytes() / pageBytes);
  const { windowSeconds } = m.rules;
  const usual =
    farFactor *
    Math.max(m.state.thresholdBytes, (window.bytes() / windowSeconds) * m.limits.downtimeLimitSeconds);
  // A socket that becomes deep takes so much more in a window, however slow the link is.
  const deepest = ((window.bytes() + m.stream.mostCapacity) / windowSeconds) * m.limits.downtimeLimitSeconds;
  return (remainingBytes(m) - Math.max(usual, deepest)) * onWire;
}

const farFactor = 1.5;
/** Where less of a stretch is data, the CPU and not the link sets the pace. */
const leapDataShare = 0.5;
/** A leap must be worth it, and not so long that who watches and commands is kept waiting. */
const leastWindows = 2;
const mostWindows = 5;

function* leap(m: ThreadMigration, window: Window): Process {
  const { sim, limits, rules } = m;
  const begun = sim.now;
  const windows = leapWindows(m, window);
  const bytes = windows * window.bytes();
  const call = send(m, window, { bytes, seconds: Infinity, oneStretch: true });
  yield allOf(workOf(m, call), m.stream.taken);
  yield* stall(m, begun);
  if (limits.maxBandwidth === Infinity) return;
  const end = begun + windows * (rules.windowSeconds + rules.wakeSeconds);
  if (end > sim.now) yield delay(end - sim.now);
}
