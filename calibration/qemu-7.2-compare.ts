import type { Job } from '../studies/executor.js';
import type { RunResult } from '../studies/run.js';
import { quantileOfSorted } from '../studies/summary.js';
import { isMost } from '../studies/verdicts.js';
import bench from '../scenario/profiles/qemu-7.2-bench.json' with { type: 'json' };
import { boundOfNext } from './bound-of-next.js';
import type { Qemu72Run } from './qemu-7.2-run.js';

/** One measured run beside its prediction. */
export interface ValidatedRepeat {
  run: Qemu72Run;
  job: Job;
  results: readonly RunResult[];
}

/** What of a run is held against its prediction. Seconds, bytes of RAM; null where it is not known. */
export interface Measured {
  completed: boolean;
  totalSeconds: number | null;
  /** From stop to resume. */
  outageSeconds: number | null;
  /** Of RAM: QEMU counts the disk apart. */
  bytes: number | null;
  syncs: number | null;
}

/** What is predicted of a configuration: medians of the replications that completed, of all its repeats together. */
export interface Predicted {
  completedFraction: number;
  totalSeconds: number | null;
  outageSeconds: number | null;
  bytes: number | null;
  syncs: number | null;
  /** What each repeat may come to. */
  repeats: readonly Possible[];
}

/** What the replications of a repeat hold possible: outcomes, and p2 to p98 of the time. */
interface Possible {
  mayEnd: boolean;
  mayNotEnd: boolean;
  /** Seconds; meaningless unless it may end. */
  earliest: number;
  latest: number;
}

/**
 * A configuration's predicted medians against the medians of its repeats: signed errors, null where one side did not
 * complete.
 */
export interface Comparison {
  verdictIsRight: boolean;
  /** Relative. */
  totalError: number | null;
  /** Of stopToResumeMs: relative, and in seconds. */
  outageError: number | null;
  outageErrorSeconds: number | null;
  bytesError: number | null;
  syncsError: number | null;
  /** What each repeat that ended lies from the median of the others, relative: of the measurements alone. */
  repeatErrors: readonly number[];
  /** Repeats of which the prediction says that they could be: outcome, and time within p2 to p98. */
  possible: number;
}

/** At least so far from the threshold, below or above, luck has no say. */
const farBelow = 0.8;
const farAbove = 1.2;
/** What fewer replications than this share do is not held possible, and so are the outermost times. */
const leastShare = 0.02;

/**
 * How much a guest asks of its migration: above 1 it rewrites more than may be left, faster than it is sent. The bandwidth is
 * the link's or the run's limit, beside other traffic what the link really gave.
 *
 * @param repeats of one configuration, at least one
 * @example
 * loadOf(ownQemu72Runs().filter(({ id }) => id.startsWith('b-20-'))) // => 1.201
 */
export function loadOf(repeats: readonly Qemu72Run[]): number {
  const { config } = repeats[0]!;
  const { hotMiB, busyLoop, visitRateMiBps, downtimeLimitMs, background, maxBandwidthMiBps } = config;
  const mebibyte = 2 ** 20;
  const limit = maxBandwidthMiBps > 0 ? maxBandwidthMiBps * mebibyte : Infinity;
  const shareOfLink = median(
    repeats.map((run) => (run.transferredBytes ?? 0) / (measuredOf(run).totalSeconds ?? config.cancelAfterS)),
  );
  // Beside other traffic what the link really gave.
  const bandwidth = Math.min(limit, background && shareOfLink ? shareOfLink : bench.link.goodput);
  if (hotMiB === 0) return 0;
  const ofSet = (hotMiB * mebibyte) / (bandwidth * (downtimeLimitMs / 1000));
  return busyLoop ? ofSet : Math.min(ofSet, (visitRateMiBps * mebibyte) / bandwidth);
}

/**
 * Whether that is at least 20 % away from where a migration would just converge.
 *
 * @example
 * [0, 0.79, 0.8, 1.2, 1.21].map(isFarFromThreshold) // => [true, true, false, false, true]
 */
export function isFarFromThreshold(load: number): boolean {
  return load < farBelow || load > farAbove;
}

/**
 * Puts together what the replications of a configuration's repeats say; these differ in how busy the machine was.
 *
 * @example
 * predictedOf([{ run, job, results: [result] }]).bytes === asMeasured(result).bytes // of one that completed => true
 */
export function predictedOf(repeats: readonly ValidatedRepeat[]): Predicted {
  const results = repeats.flatMap((repeat) => repeat.results);
  const completed = results.map(asMeasured).filter((one) => one.completed);
  const medianOf = (of: (one: Measured) => number | null): number | null => median(completed.map(of));
  return {
    completedFraction: completed.length / results.length,
    totalSeconds: medianOf(({ totalSeconds }) => totalSeconds),
    outageSeconds: medianOf(({ outageSeconds }) => outageSeconds),
    bytes: medianOf(({ bytes }) => bytes),
    syncs: medianOf(({ syncs }) => syncs),
    repeats: repeats.map(({ results }) => possibleOf(results)),
  };
}

/**
 * A measured run as it is compared.
 *
 * @example
 * measuredOf(ownQemu72Runs().find(({ id }) => id === 'b-20-r1')).totalSeconds // => 12.48
 */
export function measuredOf({
  outcome,
  totalMs,
  stopToResumeMs,
  transferredBytes,
  syncs,
}: Qemu72Run): Measured {
  const seconds = (milliseconds: number | null): number | null =>
    milliseconds === null ? null : milliseconds / 1000;
  return {
    completed: outcome === 'completed',
    totalSeconds: seconds(totalMs),
    outageSeconds: seconds(stopToResumeMs),
    bytes: transferredBytes,
    syncs,
  };
}

/**
 * A replication as if it had been measured.
 *
 * @example
 * asMeasured(result).bytes === result.bytesOnWire - result.diskBytes // => true
 */
export function asMeasured(result: RunResult): Measured {
  return {
    completed: result.verdict === 'completed',
    totalSeconds: result.totalSeconds,
    outageSeconds: result.downtimeSeconds,
    bytes: result.bytesOnWire - result.diskBytes,
    syncs: result.syncs,
  };
}

/**
 * What replications hold possible.
 *
 * @example
 * possibleOf([]) // of none: mayEnd => false, mayNotEnd => true
 */
export function possibleOf(results: readonly RunResult[]): Possible {
  const totals = results
    .filter(({ verdict }) => verdict === 'completed')
    .map(({ totalSeconds }) => totalSeconds!)
    .toSorted((a, b) => a - b);
  const mayEnd = totals.length >= leastShare * results.length && totals.length > 0;
  return {
    mayEnd,
    mayNotEnd: results.length - totals.length >= leastShare * results.length,
    earliest: mayEnd ? boundOfNext(totals, leastShare) : NaN,
    latest: mayEnd ? boundOfNext(totals, 1 - leastShare) : NaN,
  };
}

/**
 * Holds a prediction against what was measured, repeat by repeat in the order of the prediction.
 *
 * @example
 * // 7.5 s predicted, of two repeats that took 5 s and 10 s
 * compareRepeats(predicted, repeats).totalError // => 0
 * compareRepeats(predicted, repeats).repeatErrors // => [0.5, 1]
 */
export function compareRepeats(predicted: Predicted, measured: readonly Measured[]): Comparison {
  const done = measured.filter(({ completed }) => completed);
  const predictsCompletion = isMost(predicted.completedFraction);
  const both = predictsCompletion && done.length > 0;
  const medianOf = (of: (run: Measured) => number | null): number | null =>
    both ? median(done.map(of)) : null;
  const outage = medianOf(({ outageSeconds }) => outageSeconds);
  return {
    verdictIsRight: predictsCompletion === done.length * 2 > measured.length,
    totalError: relative(
      predicted.totalSeconds,
      medianOf(({ totalSeconds }) => totalSeconds),
    ),
    outageError: relative(predicted.outageSeconds, outage),
    outageErrorSeconds: difference(predicted.outageSeconds, outage),
    bytesError: relative(
      predicted.bytes,
      medianOf(({ bytes }) => bytes),
    ),
    syncsError: difference(
      predicted.syncs,
      medianOf(({ syncs }) => syncs),
    ),
    repeatErrors: errorsOfRepeats(measured),
    possible: measured.filter((run, i) => isPossible(predicted.repeats[i]!, run)).length,
  };
}

function errorsOfRepeats(measured: readonly Measured[]): number[] {
  const totals = measured.map(({ completed, totalSeconds }) => (completed ? totalSeconds : null));
  return totals.flatMap((total, index) => {
    const others = median(totals.toSpliced(index, 1));
    return total === null || others === null ? [] : [Math.abs(total / others - 1)];
  });
}

function isPossible({ mayEnd, mayNotEnd, earliest, latest }: Possible, run: Measured): boolean {
  if (!run.completed) return mayNotEnd;
  const { totalSeconds } = run;
  return mayEnd && (totalSeconds === null || (totalSeconds >= earliest && totalSeconds <= latest));
}

const difference = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : a - b;
const relative = (a: number | null, b: number | null): number | null =>
  a === null || b === null || b === 0 ? null : a / b - 1;

/**
 * Of those that are known; null where none is.
 *
 * @example
 * median([3, null, 1]) // => 2
 */
export function median(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  return known.length > 0 ? quantileOfSorted(known, 0.5) : null;
}
