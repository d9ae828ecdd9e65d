import type { RandomStream } from '../sim/random.js';
import { createSpells, untilNext } from './spells.js';

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
  let untilStall = untilNext(stallsPerSecond, random);
  return (seconds) => {
    let lost = 0;
    let left = seconds;
    while (untilStall <= left) {
      left -= untilStall;
      lost += random.exponential(stallSeconds);
      untilStall = untilNext(stallsPerSecond, random);
    }
    untilStall -= left;
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
  const stalls = createSpells({ perSecond: stallsPerSecond, meanSeconds: stallSeconds }, random);
  let [seen, stalled] = [0, 0];
  return (seconds) => {
    stalled += stalls.pass(Math.max(0, seconds - seen));
    seen = Math.max(seen, seconds);
    return stalled;
  };
}
