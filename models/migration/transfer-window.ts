import { pagePace } from './encoded-walk.js';
import type { Quota, ThreadMigration } from './thread-migration.js';

/** The 100 ms window: its quota of bytes, and the estimate of the bandwidth at its end. */
export interface Window extends Quota {
  /** Nothing was sent in it yet. */
  isFresh(): boolean;
  /** What the link gave when the socket was last written to, bytes/s; 0 before that. */
  rate(): number;
  /** Bytes that go in one at that rate. */
  bytes(): number;
  /** Opens a new one if this one is over, and makes the estimate. */
  look(): void;
  untilEnd(): number;
}

/**
 * Opens the first window.
 *
 * @example
 * const window = openWindow(migration); // limited to 1,000 bytes/s
 * window.use(40);
 * window.left() // => 60
 */
export function openWindow(m: ThreadMigration): Window {
  const { sim, rules, limits, state } = m;
  let start = sim.now;
  let used = 0;
  let rate = 0;
  const close = (): void => {
    // The clock is read in whole milliseconds: a window of 103.8 ms counts as 103 or 104.
    const elapsed = (wholeMilliseconds(sim.now) - wholeMilliseconds(start)) / 1000;
    state.estimateBytesPerSecond = used / elapsed;
    const bandwidth =
      rules.switchoverBandwidth > 0 ? rules.switchoverBandwidth : state.estimateBytesPerSecond;
    state.thresholdBytes = bandwidth * limits.downtimeLimitSeconds;
    start = sim.now;
    used = 0;
  };
  const quota = (): number => limits.maxBandwidth * rules.windowSeconds;
  return {
    each: quota,
    left: () => quota() - used,
    use(bytes) {
      used += bytes;
      rate = m.stream.rate();
    },
    isFresh: () => used === 0,
    rate: () => rate,
    bytes() {
      const fastest = m.encoding.dataBytes() / pagePace(m).data;
      return Math.min(wholePages(m, quota()), Math.min(rate, fastest) * rules.windowSeconds);
    },
    look() {
      if (wholeMilliseconds(sim.now) - wholeMilliseconds(start) >= 1000 * rules.windowSeconds - rounding)
        close();
    },
    untilEnd() {
      // It sleeps for whole milliseconds by a clock of whole milliseconds, and wakes a little late.
      const end = wholeMilliseconds(start) + 1000 * rules.windowSeconds;
      return Math.max(0, end - wholeMilliseconds(sim.now)) / 1000 + rules.wakeSeconds;
    },
  };
}

/** Two times nearer to each other than this are one, s. */
export const rounding = 1e-9;

const wholeMilliseconds = (seconds: number): number => Math.floor(seconds * 1000 + rounding);

/** The quota is looked at before each page: the last one goes beyond it. */
export function wholePages(m: ThreadMigration, quota: number): number {
  const page = m.encoding.dataBytes();
  return (Math.floor(quota / page) + 1) * page;
}
