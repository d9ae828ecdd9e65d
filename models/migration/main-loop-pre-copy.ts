import { allOf, delay, type Process } from '../../sim/process.js';
import { walkBitmap, type Call, type CallBudget } from './iterate.js';
import type { MainLoopMigration } from './migration.js';
import { createRounds, remainingBytes, sync } from './rounds.js';

/**
 * Pre-copy as QEMU 1.0 to 1.3 does it in its main loop (arch_init.c, buffered_file.c at v1.2.1): send dirty pages until
 * the socket is full; whenever what is left looks as if it fitted into the downtime limit at the speed of this very
 * call, fetch the dirty log and look again. Returns when it fits; the caller stops the guest.
 *
 * It does not return when it never fits: whoever waits loses patience, not QEMU.
 *
 * @example
 * sim.spawn(preCopy(migration)); // of a guest that writes nothing
 * sim.run();
 * migration.journal.syncs // => 1
 * migration.guest.memory.waiting() // => 0
 */
export function* preCopy(m: MainLoopMigration): Process {
  const { sim, journal } = m;
  journal.transferStart ??= m.sample();
  // Every page is marked dirty, and the dirty log begins here: what was written before does not count.
  sync(m);
  const window = createWindow(m);
  const round = createRounds(m);
  yield delay(m.rules.setupSeconds);
  for (;;) {
    if (canLeap(m)) yield* leap(m);
    const begunAt = sim.now;
    const call = iterate(m, window.left());
    window.use(call.bytes);
    if (isHopeless(m, call)) {
      m.thread.spend(call.seconds);
      const untilTick = window.tickAfter(begunAt, begunAt + call.seconds);
      yield call.ended === 'full socket' ? m.stream.writable : delay(call.seconds + untilTick);
      continue;
    }
    yield m.thread.work(call.seconds);
    if (m.rules.syncsEveryCall > 0) sync(m);
    // What QEMU takes for the bandwidth: bytes by the time of this call, which never waits for the wire; next to
    // nothing for a call that sent nothing. A call can be too short to move the clock.
    const seconds = Math.max(sim.now - begunAt, call.seconds);
    const bandwidth = call.countedBytes > 0 ? call.countedBytes / seconds : 0;
    const threshold = m.rules.downtimeLimitSeconds * bandwidth;
    if (remainingBytes(m) <= threshold) {
      yield m.thread.work(m.guest.memory.pages * m.costs.syncPageSeconds);
      sync(m);
      const fits = remainingBytes(m) <= threshold;
      round.end(bandwidth, threshold, fits);
      if (fits) return;
    }
    const untilTick = window.tickAfter(begunAt, sim.now);
    yield call.ended === 'full socket' ? m.stream.writable : delay(untilTick);
  }
}

/**
 * Whether it is known as soon as a call begins that its test will say no: nobody slows the thread, so its speed is
 * known, and too much is left. Then nothing happens at its end, and no event is needed for it: most calls of a
 * migration near its limit are of this kind, which halves its cost.
 */
function isHopeless(m: MainLoopMigration, call: Call): boolean {
  return (
    m.thread.undisturbed &&
    m.rules.syncsEveryCall === 0 &&
    remainingBytes(m) * call.seconds > m.rules.downtimeLimitSeconds * call.countedBytes
  );
}

/**
 * Stops the guest and sends everything that is left, without any limit of rate. Ends when the destination has all of
 * it and could start the guest.
 *
 * @example
 * // 2,000 pages at 1,000 a second, none sent before
 * sim.spawn(complete(migration));
 * sim.run();
 * sim.now // => 2
 */
export function* complete(m: MainLoopMigration): Process {
  const { journal, guest, costs, rules } = m;
  yield* stopGuest(m);
  yield m.thread.work(guest.memory.pages * costs.syncPageSeconds);
  sync(m);
  journal.leftAtStopBytes = remainingBytes(m);
  journal.dataPagesBeforeStop = journal.dataPagesSent;
  const rest = send(m, { bytes: Infinity, seconds: Infinity }, m.bursts.median);
  yield m.thread.work(rest.seconds);
  m.stream.push(rules.deviceStateBytes, 0);
  yield* m.stream.accepted();
  journal.transferEnd = m.sample();
  yield* m.stream.received();
  yield delay(rules.loadSeconds);
}

/**
 * The guest runs at the destination.
 *
 * @example
 * resume(migration);
 * migration.journal.resumedAt === sim.now // => true
 */
export function resume(m: MainLoopMigration): void {
  m.guest.arrive();
  m.journal.resumedAt = m.sim.now;
}

/**
 * Stops the vCPUs. A migration that begins with this is stop-and-copy: the guest stands still, nothing becomes dirty
 * again, and one pass is all there is to send.
 *
 * @example
 * sim.spawn(stopGuest(migration)); // with stopSeconds of 0.25
 * sim.run();
 * migration.journal.stoppedAt // => 0.25
 */
export function* stopGuest(m: MainLoopMigration): Process {
  if (m.journal.stoppedAt !== null) return;
  yield m.thread.work(m.rules.stopSeconds);
  m.guest.pause();
  m.journal.stoppedAt = m.sim.now;
}

/**
 * One call of iterate. It fills the socket while the socket drains, so a slow burst sends more than there was room for,
 * and one that is slower than the wire never fills it: the slice of time ends that call.
 */
function iterate(m: MainLoopMigration, quota: number): Call {
  m.journal.calls++;
  const speed = m.bursts.next(m.stream.idle());
  const drained = m.stream.rate() / speed;
  const room = drained < 1 ? m.stream.free() / (1 - drained) : Infinity;
  const seconds = m.rules.sliceSeconds * m.source.speedOfNext();
  const call = send(m, { bytes: Math.min(room, quota), seconds }, speed);
  return { ...call, ended: call.ended === 'budget of bytes' && room <= quota ? 'full socket' : call.ended };
}

/** Walks the bitmap and hands what it finds to the socket; the thread has yet to work for it. */
function send(m: MainLoopMigration, budget: CallBudget, copyBytesPerSecond: number): Call {
  const { journal, guest, sim } = m;
  const from = guest.memory.cursor;
  const call = walkBitmap(guest.memory, budget, copyBytesPerSecond, m.costs, m.rules);
  m.stream.push(call.bytes, call.destinationSeconds);
  m.record?.('remaining', remainingBytes(m));
  journal.dataPagesSent += call.dataPages;
  if (journal.firstPassAt === null && guest.memory.cursor <= from) {
    journal.firstPassAt = sim.now;
    journal.dataPagesInFirstPass = journal.dataPagesSent;
  }
  return call;
}

/**
 * Far from the end no test can succeed: the remainder is more than the fastest burst of this run would allow. Such a
 * stretch of data is sent in one step instead of thousands of calls (a call's work is hidden behind the full socket).
 */
function canLeap(m: MainLoopMigration): boolean {
  return (
    m.rules.maxBandwidth === Infinity &&
    spareBytes(m) > leapCalls * m.stream.capacity &&
    m.guest.memory.stretch().data > leapDataShare
  );
}

function* leap(m: MainLoopMigration): Process {
  while (canLeap(m)) {
    const budget = { bytes: spareBytes(m), seconds: Infinity, oneStretch: true };
    const call = send(m, budget, m.bursts.median);
    yield allOf(m.thread.work(call.seconds), m.stream.writable);
  }
}

/** A leap must be worth it, in full sockets. */
const leapCalls = 4;
/** Where less of a stretch is data, calls end by their slice of time and not by a full socket. */
const leapDataShare = 0.5;

/** Bytes that can go before a test could succeed at the fastest burst. */
function spareBytes(m: MainLoopMigration): number {
  return remainingBytes(m) - m.rules.downtimeLimitSeconds * m.bursts.max;
}

/**
 * The 100 ms window: its quota of bytes, and the tick that opens the next one. The tick is a timer of the main loop: one
 * that falls due during a call runs at its end, and the next comes 100 ms after that (buffered_file.c,
 * buffered_rate_tick), so a long call moves all ticks after it.
 */
function createWindow(m: MainLoopMigration) {
  const { windowSeconds, maxBandwidth } = m.rules;
  let next = m.sim.now + windowSeconds;
  let used = 0;
  const tickUntil = (time: number): void => {
    for (; next <= time + rounding; next += windowSeconds) used = 0;
  };
  return {
    left(): number {
      tickUntil(m.sim.now);
      return maxBandwidth * windowSeconds - used;
    },
    use(bytes: number): void {
      used += bytes;
    },
    /** Seconds from the end of a call to the tick that comes next: 0 if it fell due during the call. */
    tickAfter(begunAt: number, endedAt: number): number {
      tickUntil(begunAt);
      const at = Math.max(next, endedAt);
      if (next <= endedAt) {
        next = endedAt + windowSeconds;
        used = 0;
      }
      return at - endedAt;
    },
  };
}

/** Two times nearer to each other than this are one, s. */
const rounding = 1e-9;
