import type { RandomStream } from '../sim/random.js';

/** How often and for how long a host keeps a thread from running now and then: interrupts, its own housekeeping, neighbours. */
export interface StallParameters {
  /** Stalls per second of a typical run. */
  stallsPerSecond: number;
  /** Standard deviation of ln(that) from run to run: quiet and disturbed times. */
  stallsSpread: number;
  /** Mean length of a stall, s. */
  stallSeconds: number;
}

/** The time lost to stalls in an interval of so many seconds. */
export type Stalls = (seconds: number) => number;

const none: Stalls = () => 0;

/**
 * Stalls come at random (Poisson) times and last exponentially long; how many a run has differs from run to run.
 *
 * @example
 * createStalls({ stallsPerSecond: 0, stallsSpread: 1, stallSeconds: 0.01 }, createRandom('stalls'))(100) // => 0
 */
export function createStalls(parameters: StallParameters, random: RandomStream): Stalls {
  const { stallsPerSecond, stallsSpread, stallSeconds } = parameters;
  if (stallsPerSecond === 0) return none;
  const perSecond = stallsPerSecond * Math.exp(stallsSpread * random.normal());
  let untilNext = random.exponential(1 / perSecond);
  return (seconds) => {
    let lost = 0;
    let left = seconds;
    while (untilNext <= left) {
      left -= untilNext;
      lost += random.exponential(stallSeconds);
      untilNext = random.exponential(1 / perSecond);
    }
    untilNext -= left;
    return lost;
  };
}
