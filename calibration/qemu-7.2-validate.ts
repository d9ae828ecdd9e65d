import type { Executor, Job } from '../studies/executor.js';
import { prepare } from '../studies/prepare.js';
import type { RunResult } from '../studies/run.js';
import { quantileOfSorted } from '../studies/summary.js';
import { isMost } from '../studies/verdicts.js';
import bench from '../scenario/profiles/qemu-7.2-bench.json' with { type: 'json' };
import { boundOfNext } from './bound-of-next.js';
import type { Qemu72Run } from './qemu-7.2-run.js';
import { qemu72Scenario } from './qemu-7.2-scenario.js';

/** One measured run beside its prediction. */
export interface ValidatedRepeat {
  run: Qemu72Run;
  job: Job;
  results: readonly RunResult[];
}

/**
 * The repeats of one configuration. Errors are of the p50 of all their replications against the median of the repeats;
 * repeats of one configuration differ in how busy the machine was.
 */
export interface ValidatedConfiguration {
  cls: string;
  repeats: readonly ValidatedRepeat[];
  completedFraction: number;
  /** Hot set / threshold, or dirty rate / bandwidth where that is less; 0 for an idle guest. */
  load: number;
  /** At least 20 % away from where it would just converge. */
  isFar: boolean;
  verdictIsRight: boolean;
  /** Signed and relative; null where one side did not complete. */
  totalError: number | null;
  /** Of stopToResumeMs: relative, and in seconds. */
  outageError: number | null;
  outageErrorSeconds: number | null;
  /** Of RAM: QEMU counts the disk apart. */
  bytesError: number | null;
  syncsError: number | null;
  /** Near the threshold: repeats of which the prediction says that they could be: outcome and time within p2 to p98. */
  possible: number;
}

export interface Qemu72Class {
  cls: string;
  configurations: number;
  far: number;
  right: number;
  /** Medians of the absolute errors over the configurations far from the threshold; null where nothing completed. */
  totalError: number | null;
  /**
   * How well a repeat's total time is told by the others of its configuration: the median of what each lies from the
   * median of the others. null where no two of a configuration ended.
   */
  repeatError: number | null;
  outageError: number | null;
  outageErrorSeconds: number | null;
  bytesError: number | null;
  syncsError: number | null;
  /** Repeats of the configurations near the threshold, and those of them that were possible. */
  near: number;
  possible: number;
}

export interface Qemu72Validation {
  configurations: ValidatedConfiguration[];
  classes: Qemu72Class[];
  goals: { id: string; text: string; met: boolean; value: string }[];
}

/** At least so far from the threshold, below or above, luck has no say. */
const farBelow = 0.8;
const farAbove = 1.2;
const totalGoals: Readonly<Record<string, number>> = {
  a2: 0.02,
  c: 0.02,
  d: 0.02,
  k: 0.02,
  a: 0.04,
  b: 0.04,
  e: 0.04,
  h: 0.04,
  e2: 0.08,
  f: 0.12,
  g: 0.12,
};
const outageGoal = 0.1;
const outageGoalSeconds = 0.02;
const bytesGoal = 0.03;

/**
 * Predicts measured QEMU 7.2 migrations and compares, configuration by configuration. Nothing is fitted here.
 *
 * @example
 * const runs = ownQemu72Runs().filter(({ id }) => id === 'a-13-r0');
 * (await validateQemu72(runs, 5, 1, createInlineExecutor())).classes[0].right // => 1
 */
export async function validateQemu72(
  measured: readonly Qemu72Run[],
  replications: number,
  seed: number,
  executor: Executor,
  onProgress?: (done: number, total: number) => void,
): Promise<Qemu72Validation> {
  const jobs = measured.map((run): Job => {
    const settings = [{ origin: 'validate', values: { seed, replications } }, ...qemu72Scenario(run)];
    return { ...prepare(settings), first: 1, count: replications };
  });
  const results = await executor.run(jobs, (done) => onProgress?.(done, jobs.length * replications));
  const repeats = measured.map((run, i): ValidatedRepeat => ({ run, job: jobs[i]!, results: results[i]! }));
  const configurations = [
    ...groupBy(repeats, ({ run }) => JSON.stringify([run.cls, run.config])).values(),
  ].map(compare);
  const classes = [...groupBy(configurations, ({ cls }) => cls)]
    .map(([cls, of]) => summarize(cls, of))
    .toSorted((one, other) => (one.cls < other.cls ? -1 : 1));
  return { configurations, classes, goals: goalsOf(configurations, classes) };
}

function compare(repeats: readonly ValidatedRepeat[]): ValidatedConfiguration {
  const runs = repeats.map(({ run }) => run);
  const results = repeats.flatMap((repeat) => repeat.results);
  const completed = results.filter(({ verdict }) => verdict === 'completed');
  const completedFraction = completed.length / results.length;
  const done = runs.filter(({ outcome }) => outcome === 'completed');
  const predictsCompletion = isMost(completedFraction);
  const both = predictsCompletion && done.length > 0;
  const error = (simulated: (number | null)[], real: (number | null)[]): number | null => {
    const [p, r] = [median(simulated), median(real)];
    return p === null || r === null || r === 0 ? null : p / r - 1;
  };
  const outages = completed.map((run) => run.downtimeSeconds);
  const realOutages = done.map(({ stopToResumeMs }) => seconds(stopToResumeMs));
  const [outage, realOutage] = [median(outages), median(realOutages)];
  const load = loadOf(runs);
  return {
    cls: runs[0]!.cls,
    repeats,
    completedFraction,
    load,
    isFar: load < farBelow || load > farAbove,
    verdictIsRight: predictsCompletion === done.length * 2 > repeats.length,
    totalError: both ? error(completed.map((run) => run.totalSeconds), done.map(({ totalMs }) => seconds(totalMs))) : null, // prettier-ignore
    outageError: both ? error(outages, realOutages) : null,
    outageErrorSeconds: both && outage !== null && realOutage !== null ? outage - realOutage : null,
    bytesError: both ? error(completed.map((run) => run.bytesOnWire - run.diskBytes), done.map((run) => run.transferredBytes)) : null, // prettier-ignore
    syncsError: both ? difference(median(completed.map((run) => run.syncs)), median(done.map((run) => run.syncs))) : null, // prettier-ignore
    possible: repeats.filter(isPossible).length,
  };
}

/** How much a guest asks of its migration: above 1 it rewrites more than may be left, faster than it is sent. */
function loadOf(repeats: readonly Qemu72Run[]): number {
  const { config } = repeats[0]!;
  const { hotMiB, busyLoop, visitRateMiBps, downtimeLimitMs, background, maxBandwidthMiBps } = config;
  const mebibyte = 2 ** 20;
  const limit = maxBandwidthMiBps > 0 ? maxBandwidthMiBps * mebibyte : Infinity;
  const shareOfLink = median(
    repeats.map((run) => (run.transferredBytes ?? 0) / (seconds(run.totalMs) ?? config.cancelAfterS)),
  );
  // Beside other traffic what the link really gave.
  const bandwidth = Math.min(limit, background && shareOfLink ? shareOfLink : bench.link.goodput);
  if (hotMiB === 0) return 0;
  const ofSet = (hotMiB * mebibyte) / (bandwidth * (downtimeLimitMs / 1000));
  return busyLoop ? ofSet : Math.min(ofSet, (visitRateMiBps * mebibyte) / bandwidth);
}

/** Whether a repeat is one of the runs that the prediction holds possible: its outcome, and p2 to p98 of its time. */
function isPossible({ run, results }: ValidatedRepeat): boolean {
  const completed = results.filter(({ verdict }) => verdict === 'completed');
  const didComplete = run.outcome === 'completed';
  const alike = didComplete ? completed.length : results.length - completed.length;
  if (alike < leastShare * results.length) return false;
  if (!didComplete || run.totalMs === null) return true;
  const totals = completed.map(({ totalSeconds }) => totalSeconds!).toSorted((a, b) => a - b);
  const total = run.totalMs / 1000;
  return total >= boundOfNext(totals, leastShare) && total <= boundOfNext(totals, 1 - leastShare);
}

const leastShare = 0.02;

function summarize(cls: string, of: readonly ValidatedConfiguration[]): Qemu72Class {
  const far = of.filter(({ isFar }) => isFar);
  const near = of.filter(({ isFar }) => !isFar);
  const medianOf = (pick: (one: ValidatedConfiguration) => number | null): number | null =>
    median(far.map((one) => absolute(pick(one))));
  return {
    cls,
    configurations: of.length,
    far: far.length,
    right: far.filter(({ verdictIsRight }) => verdictIsRight).length,
    totalError: medianOf(({ totalError }) => totalError),
    repeatError: median(far.flatMap(errorsOfRepeats)),
    outageError: medianOf(({ outageError }) => outageError),
    outageErrorSeconds: medianOf(({ outageErrorSeconds }) => outageErrorSeconds),
    bytesError: medianOf(({ bytesError }) => bytesError),
    syncsError: medianOf(({ syncsError }) => syncsError),
    near: near.reduce((sum, { repeats }) => sum + repeats.length, 0),
    possible: near.reduce((sum, { possible }) => sum + possible, 0),
  };
}

/** What each repeat that ended lies from the median of the others; of those that were to be compared. */
function errorsOfRepeats({ repeats, totalError }: ValidatedConfiguration): number[] {
  if (totalError === null) return [];
  const totals = repeats.map(({ run }) => (run.outcome === 'completed' ? run.totalMs : null));
  return totals.flatMap((total, index) => {
    const others = median(totals.toSpliced(index, 1));
    return total === null || others === null ? [] : [Math.abs(total / others - 1)];
  });
}

/** Configurations with a wrong verdict, each with what came of its repeats. */
function wrongOnes(configurations: readonly ValidatedConfiguration[]): string {
  return configurations
    .filter(({ isFar, verdictIsRight }) => isFar && !verdictIsRight)
    .map(({ repeats }) => {
      const completed = repeats.filter(({ run }) => run.outcome === 'completed').length;
      const name = repeats[0]!.run.id.replace(/-r\d+$/u, '');
      return `; wrong: ${name}, of which ${completed} of ${repeats.length} completed`;
    })
    .join('');
}

function goalsOf(
  configurations: readonly ValidatedConfiguration[],
  classes: readonly Qemu72Class[],
): Qemu72Validation['goals'] {
  const sum = (pick: (one: Qemu72Class) => number): number =>
    classes.reduce((total, one) => total + pick(one), 0);
  const goals = [
    {
      id: 'verdicts',
      text: 'right verdict for every configuration at least 20 % away from its threshold',
      met: sum(({ right }) => right) === sum(({ far }) => far),
      value: `${sum(({ right }) => right)} of ${sum(({ far }) => far)}${wrongOnes(configurations)}`,
    },
    {
      id: 'near',
      text: 'nearer to it, every repeat possible: outcome and time within the predicted p2-p98',
      met: sum(({ possible }) => possible) === sum(({ near }) => near),
      value: `${sum(({ possible }) => possible)} of ${sum(({ near }) => near)}`,
    },
  ];
  for (const one of classes) {
    const { cls, totalError, outageError, outageErrorSeconds, bytesError, syncsError } = one;
    const goal = totalGoals[cls];
    if (totalError !== null && goal !== undefined) {
      goals.push({
        id: `total-${cls}`,
        text: `class ${cls}: median error of total time at most ${percent(goal)}`,
        met: totalError <= goal,
        value: percent(totalError),
      });
    }
    if (outageError !== null && outageErrorSeconds !== null) {
      goals.push({
        id: `outage-${cls}`,
        text: `class ${cls}: median error from stop to resume at most ${percent(outageGoal)} or ${outageGoalSeconds * 1000} ms`,
        met: outageError <= outageGoal || outageErrorSeconds <= outageGoalSeconds,
        value: `${percent(outageError)}, ${Math.round(outageErrorSeconds * 1000)} ms`,
      });
    }
    if (bytesError !== null) {
      goals.push({
        id: `bytes-${cls}`,
        text: `class ${cls}: median error of bytes at most ${percent(bytesGoal)}`,
        met: bytesError <= bytesGoal,
        value: percent(bytesError),
      });
    }
    if (cls === 'c' && syncsError !== null) {
      goals.push({
        id: 'syncs-c',
        text: 'class c: median error of syncs at most 1',
        met: syncsError <= 1,
        value: `${syncsError}`,
      });
    }
  }
  return goals;
}

/** In the order of their first members. */
function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

const seconds = (milliseconds: number | null): number | null =>
  milliseconds === null ? null : milliseconds / 1000;
const absolute = (value: number | null): number | null => (value === null ? null : Math.abs(value));
const difference = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : a - b;
const percent = (share: number): string => `${Number((share * 100).toPrecision(2))} %`;

function median(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  return known.length > 0 ? quantileOfSorted(known, 0.5) : null;
}
