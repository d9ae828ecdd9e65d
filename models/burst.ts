import { normalCdf } from '../sim/normal.js';
import type { RandomStream } from '../sim/random.js';

/**
 * How fast one call of QEMU 1.2's iterate copies pages into the socket: the "bandwidth" of its stop rule. The clock of
 * that rule covers only the copying until the socket is full, never the wait for the wire, so this is a property of
 * the source's CPU, not of the link (QEMU 1.2.1, arch_init.c, ram_save_iterate).
 */
export interface BurstParameters {
  /** Distribution over calls: [percent, bytes/s], ascending in both; linear between points, flat outside. */
  quantiles: readonly (readonly [percent: number, bytesPerSecond: number])[];
  /** Correlation of one call's burst with the next (of the normal scores, lag 1). */
  correlation: number;
  /** Of the spread that the quantiles show, the part between runs: standard deviation of a run's ln(burst). */
  runSpread: number;
  /** By how much a saturated network slows the copying: speeds are divided by 1 + this x the background's share. */
  networkSlowdown: number;
  /**
   * A burst into an idle socket finds the socket's pages and the caches cold: each byte takes `secondsPerByte` longer,
   * its normal score lies lower by `shift`, and with each further call both shrink by the share `recovery`.
   */
  cold: { secondsPerByte: number; shift: number; recovery: number };
}

/** A run's sequence of burst speeds. */
export interface Bursts {
  /** The next call's speed, bytes/s; `afterIdle`: it finds the socket empty. */
  next(afterIdle: boolean): number;
  /** No call of this run is faster, bytes/s: above `limit x max` no stop test can succeed. */
  readonly max: number;
  /** The median of this run as it is now, bytes/s. */
  readonly median: number;
}

/**
 * Reads a piecewise-linear quantile function at probability `u` in [0, 1].
 *
 * @example
 * quantileAt([[0, 1], [50, 3], [100, 4]], 0.25) // => 2
 */
export function quantileAt(quantiles: BurstParameters['quantiles'], u: number): number {
  const percent = u * 100;
  const first = quantiles[0]!;
  if (percent <= first[0]) return first[1];
  for (let i = 1; i < quantiles.length; i++) {
    const [p1, v1] = quantiles[i]!;
    if (percent <= p1) {
      const [p0, v0] = quantiles[i - 1]!;
      return v0 + ((v1 - v0) * (percent - p0)) / (p1 - p0);
    }
  }
  return quantiles[quantiles.length - 1]![1];
}

/**
 * Bursts with the given distribution: an autoregressive normal score is mapped through the quantiles. Runs drift against
 * each other in all their quantiles alike: of the pooled logarithms a run keeps the part that is not between runs, and
 * is faster or slower as a whole by `runSpread`. Pooled over runs, the spread is as given.
 *
 * @param slowdown divides every speed of its time (>= 1)
 * @param leastSlowdown the least that it ever is; default: what it is now
 *
 * @example
 * const cold = { secondsPerByte: 0, shift: 0, recovery: 1 };
 * const alike = { quantiles: [[0, 5e9], [100, 5e9]], correlation: 0.3, runSpread: 0, networkSlowdown: 0, cold };
 * createBursts(alike, createRandom('burst'), () => 1.25).next(true) // => 4e9
 */
export function createBursts(
  parameters: BurstParameters,
  random: RandomStream,
  slowdown = (): number => 1,
  leastSlowdown = slowdown(),
): Bursts {
  const { correlation, cold } = parameters;
  const fresh = Math.sqrt(1 - correlation * correlation);
  const quantiles = quantilesOfRun(parameters, random.normal());
  const speedOf = (score: number): number => quantileAt(quantiles, normalCdf(score));
  const median = speedOf(0);
  let score = random.normal();
  let chill = 0;
  return {
    next(afterIdle) {
      score = correlation * score + fresh * random.normal();
      chill = afterIdle ? 1 : chill * (1 - cold.recovery);
      const warm = speedOf(score - chill * cold.shift) / slowdown();
      return warm / (1 + chill * cold.secondsPerByte * warm);
    },
    max: quantiles[quantiles.length - 1]![1] / leastSlowdown,
    get median() {
      return median / slowdown();
    },
  };
}

/** The quantiles of a run that lies `drift` standard deviations above the others. */
function quantilesOfRun(
  { quantiles, runSpread }: BurstParameters,
  drift: number,
): BurstParameters['quantiles'] {
  if (runSpread === 0) return quantiles;
  const speedAt = (score: number): number => quantileAt(quantiles, normalCdf(score));
  const whole = Math.log(speedAt(1) / speedAt(-1)) / 2;
  if (whole === 0) return quantiles;
  const between = Math.min(runSpread / whole, 1);
  const within = Math.sqrt(1 - between * between);
  const median = speedAt(0);
  const level = median * Math.exp(between * whole * drift);
  return quantiles.map(([percent, speed]) => [percent, level * (speed / median) ** within]);
}
