import type { RandomStream } from '../sim/random.js';

/** How often and for how long a host keeps a thread from running: interrupts, its own housekeeping, neighbours. */
export interface StallParameters {
  /** Stalls per second that the thread could run. */
  stallsPerSecond: number;
  /** Mean length of a stall, s. */
  stallSeconds: number;
}

/** The time lost to stalls in an interval of so many seconds. */
export type Stalls = (seconds: number) => number;

const none: Stalls = () => 0;

/**
 * Stalls of a thread that has so much to do, however long it takes: they come at random (Poisson) times and last
 * exponentially long.
 *
 * @example
 * createStalls({ stallsPerSecond: 0, stallSeconds: 0.01 }, createRandom('stalls'))(100) // => 0
 */
export function createStalls(
  { stallsPerSecond, stallSeconds }: StallParameters,
  random: RandomStream,
): Stalls {
  if (stallsPerSecond === 0) return none;
  let untilNext = random.exponential(1 / stallsPerSecond);
  return (seconds) => {
    let lost = 0;
    let left = seconds;
    while (untilNext <= left) {
      left -= untilNext;
      lost += random.exponential(stallSeconds);
      untilNext = random.exponential(1 / stallsPerSecond);
    }
    untilNext -= left;
    return lost;
  };
}

/**
 * A clock that stands still while such stalls keep its thread from running: how much of so many seconds it has run. For a
 * guest, which has no end to come to; what it would have written meanwhile is not made up for.
 *
 * @example
 * createStalledClock({ stallsPerSecond: 0, stallSeconds: 0.01 }, createRandom('stalls'))(100) // => 100
 */
export function createStalledClock(
  { stallsPerSecond, stallSeconds }: StallParameters,
  random: RandomStream,
): (seconds: number) => number {
  if (stallsPerSecond === 0) return (seconds) => seconds;
  let [seen, run] = [0, 0];
  let isStalled = false;
  let untilTurn = random.exponential(1 / stallsPerSecond);
  return (seconds) => {
    let left = Math.max(0, seconds - seen);
    seen += left;
    while (untilTurn <= left) {
      if (!isStalled) run += untilTurn;
      left -= untilTurn;
      isStalled = !isStalled;
      untilTurn = random.exponential(isStalled ? stallSeconds : 1 / stallsPerSecond);
    }
    untilTurn -= left;
    if (!isStalled) run += left;
    return run;
  };
}

/** The share of its time that such a thread can run, 0 to 1, in the long run. */
export function runningShare({ stallsPerSecond, stallSeconds }: StallParameters): number {
  return 1 / (1 + stallsPerSecond * stallSeconds);
}
