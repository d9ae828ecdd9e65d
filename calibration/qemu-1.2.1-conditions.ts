import { quantileAt } from '../models/burst.js';
import bench from '../scenario/profiles/qemu-1.2.1-bench.json' with { type: 'json' };
import type { MeasuredRun } from './qemu-1.2.1-run.js';
import bursts from './tables/qemu-1.2.1-bursts.json' with { type: 'json' };

const conditions: Readonly<Record<string, { quantiles: number[][] }>> = bursts.conditions;
const slowed = 'slow+600ns/page';

/**
 * The condition under which a run copied, as the burst distributions name it: always one that has a distribution. Of
 * several things at once the first of these counts: slowed copying (with busy loops or paced ICMP, where that was
 * measured), TCG, a shaper with per-packet timers, the socket buffer, the small queue, traffic, load. A setting that was
 * not measured takes the nearest one that was: a buffer by its logarithm (the kernel's own has 4 MiB), any small queue, any
 * number of busy loops, traffic that is not paced as ping floods. The downtime limit is no condition: the copying knows
 * nothing of it.
 *
 * @example
 * burstCondition(ownRuns()[0]) // => 'base'
 */
export function burstCondition({ config }: MeasuredRun): string {
  const { accel, env, load, cpuload, memload, qburst, wmem, tsq } = config;
  const busy = cpuload > 0 ? '2 busy loops' : memload > 0 ? 'memory hog' : 'base';
  const beside = load.length === 0 ? busy : load.some(isPaced) ? 'blast load' : 'ping load';
  if (slowness(env) > 0) return `${slowed}, ${beside}` in conditions ? `${slowed}, ${beside}` : slowed;
  if (accel === 'tcg') return 'tcg';
  if (nearest([65_536, 200_000], qburst) === 65_536) return 'per-packet timers';
  if (wmem > 0 && nearest(buffers, wmem) !== kernelBuffer) return `wmem ${nearest(buffers, wmem)}`;
  return tsq > 0 ? 'tsq 131072' : beside;
}

/** A sender that is paced, not one that waits for replies. */
export const isPaced = ({ kind }: { kind: string }): boolean => kind === 'blast';

/** Limits of socket buffers that were measured, bytes; the kernel's own is the base. */
const kernelBuffer = 4 * 2 ** 20;
const buffers = [65_536, 212_992, 1_048_576, kernelBuffer, 16_777_216];

function nearest(choices: readonly number[], value: number): number {
  const distance = (choice: number): number => Math.abs(Math.log(choice / Math.max(value, 1)));
  return choices.reduce((best, choice) => (distance(choice) < distance(best) ? choice : best));
}

/** What was added to the copying of each page, ns (MIGSLOW); what is no number is taken for what was measured. */
function slowness(env: MeasuredRun['config']['env']): number {
  const { MIGSLOW = 0 } = env;
  const nanoseconds = Number(MIGSLOW);
  return Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds) : measuredSlowness;
}

/** The MIGSLOW of the measured runs, ns. */
const measuredSlowness = 600;

/**
 * The speeds of copying per call under a run's condition, [percent, bytes/s]. Where another time than 600 ns was added to
 * a page, the time per byte lies accordingly between (or beyond) those without and with 600 ns.
 *
 * @example
 * quantilesOfCondition(ownRuns()[0]).find(([percent]) => percent === 50) // => [50, 5.858e9]
 */
export function quantilesOfCondition(run: MeasuredRun): Quantiles {
  const name = burstCondition(run);
  const measured = measuredQuantiles(name);
  const share = slowness(run.config.env) / measuredSlowness;
  if (share === 0 || share === 1) return measured;
  const plain = measuredQuantiles(name.split(', ')[1] ?? 'base');
  let least = 0;
  return measured.map(([percent, speed]) => {
    const base = quantileAt(plain, percent / 100);
    // Far beyond what was measured the quantiles would cross.
    least = Math.max(least, 1 / (1 / base + share * (1 / speed - 1 / base)));
    return [percent, least];
  });
}

type Quantiles = (readonly [percent: number, bytesPerSecond: number])[];

function measuredQuantiles(condition: string): Quantiles {
  return conditions[condition]!.quantiles.map(([percent, speed]) => [percent!, speed! * 1e9]);
}

/**
 * The limit of a run's condition, bytes: what 99 % of the calls are too slow for within the downtime limit. Above it a
 * rewritten set stops only by luck.
 *
 * @example
 * limitOfCondition(ownRuns()[0]) // => 211071000
 */
export function limitOfCondition(run: MeasuredRun): number {
  const p99 = quantilesOfCondition(run).find(([percent]) => percent === 99)!;
  return p99[1] * (run.config.downtime ?? defaultLimitSeconds);
}

const defaultLimitSeconds = 0.03;

/** How the runs of a condition differ from the pooled calls and from each other. */
interface RunsOfCondition {
  /** A typical run's speed beside the pooled calls, where one long run made nearly all of these. */
  level: number;
  /** Standard deviation of ln(speed) from run to run. */
  spread: number;
  cold: Readonly<Record<string, number>>;
}

/**
 * What sets the runs of a condition apart. The level is the geometric mean of the mean burst of the first pass over the
 * condition's runs, beside that of the one long run; the spread is the standard deviation of its logarithm, or, under
 * traffic, what the hot phases say: those of 12 to 50 calls lie 13 to 20 % below the pool. TCG's runs differ by
 * 0.21, more than its pooled calls do (2,141 of 2,182 are one run's): left as they are.
 *
 * @example
 * runsOfCondition(ownRuns()[0]).spread // => 0.045
 */
export function runsOfCondition(run: MeasuredRun): RunsOfCondition {
  return { ...plainRuns, ...special[burstCondition(run)] };
}

const plainRuns: RunsOfCondition = { level: 1, spread: bench.burst.runSpread, cold: bench.burst.cold };

const special: Readonly<Record<string, Partial<RunsOfCondition>>> = {
  '2 busy loops': { level: 0.89, spread: 0.078 },
  'memory hog': { level: 0.93, spread: 0.07 },
  'ping load': { level: 0.99, spread: 0.1 },
  'blast load': { level: 1.03, spread: 0.1 },
  // The shaper's timers interrupt the CPU that copies, and a burst into an idle socket starts the wire and with it the
  // interrupts: the first calls of the runs lie at the 5th to 22nd percentile, the median of the first three to nine
  // calls at the 10th to 12th, so it hardly passes. First passes differ by 0.4.
  'per-packet timers': { spread: 0.4, cold: { secondsPerByte: 0, shift: 1.3, recovery: 0.1 } },
};
