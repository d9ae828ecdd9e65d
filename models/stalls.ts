import type { RandomStream } from '../sim/random.js';

/** How often and for how long a host keeps a thread from running: interrupts, its own housekeeping, neighbours. */
export interface StallParameters {
  /** Stalls per second that the thread could run, in a typical run or in this one. */
  stallsPerSecond: number;
  /** Mean length of a stall, s. */
  stallSeconds: number;
}

/** What comes more often than this is no stall any more but a slower processor. */
export const mostStallsPerSecond = 1000;

/**
 * A run's stalls: so many times as often as in a typical one, at most `mostStallsPerSecond`.
 *
 * @example
 * disturbedBy(2, { stallsPerSecond: 0.5, stallSeconds: 0.01 }) // => { stallsPerSecond: 1, stallSeconds: 0.01 }
 */
export function disturbedBy(
  factor: number,
  { stallsPerSecond, stallSeconds }: StallParameters,
): StallParameters {
  return { stallsPerSecond: Math.min(mostStallsPerSecond, stallsPerSecond * factor), stallSeconds };
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
  if (isNever(stallsPerSecond)) return none;
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
 * How long, of so many seconds on the clock, such stalls have kept a thread from running that always could. For a guest,
 * which has no end to come to: what it would have written meanwhile is not made up for.
 *
 * @example
 * createHindrance({ stallsPerSecond: 0, stallSeconds: 0.01 }, createRandom('stalls'))(100) // => 0
 */
export function createHindrance(
  { stallsPerSecond, stallSeconds }: StallParameters,
  random: RandomStream,
): (seconds: number) => number {
  if (isNever(stallsPerSecond)) return () => 0;
  let [seen, stalled] = [0, 0];
  let isStalled = false;
  let untilTurn = random.exponential(1 / stallsPerSecond);
  return (seconds) => {
    let left = Math.max(0, seconds - seen);
    seen += left;
    while (untilTurn <= left) {
      if (isStalled) stalled += untilTurn;
      left -= untilTurn;
      isStalled = !isStalled;
      untilTurn = random.exponential(isStalled ? stallSeconds : 1 / stallsPerSecond);
    }
    untilTurn -= left;
    if (isStalled) stalled += left;
    return stalled;
  };
}

/** So seldom that the time until the first is no number. */
function isNever(stallsPerSecond: number): boolean {
  return !(1 / stallsPerSecond < Infinity);
}
