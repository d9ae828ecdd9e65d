import type { Executor, Job } from '../studies/executor.js';
import { prepare } from '../studies/prepare.js';
import type { RunResult } from '../studies/run.js';
import { quantileOfSorted } from '../studies/summary.js';
import { boundOfNext } from './bound-of-next.js';
import { burstCondition, limitOfCondition } from './qemu-1.2.1-conditions.js';
import type { MeasuredRun } from './qemu-1.2.1-run.js';
import { scenarioOf } from './qemu-1.2.1-scenario.js';

/** One measured run beside its prediction. */
export interface ValidatedRun {
  run: MeasuredRun;
  condition: string;
  /** Hot set / limit of the condition. */
  load: number;
  results: readonly RunResult[];
  job: Job;
  verdictIsRight: boolean;
  /** Whether the hot set lies where the verdict is not a matter of luck: outside 0.95 to 1.2 of the limit. */
  isDecided: boolean;
  /** Signed relative error of the median total time, null where one of the two did not complete. */
  totalError: number | null;
  /** Signed errors of the median outage: relative, and in seconds. */
  outageError: number | null;
  outageErrorSeconds: number | null;
  /** Predicted extra sweeps; null where the run has none. */
  extraSweeps: { p5: number; p50: number; p95: number; holdsMeasured: boolean } | null;
}

export interface ValidatedClass {
  cls: string;
  runs: number;
  /** Runs outside 0.95 to 1.2 of the limit, and how many of them got the right verdict. */
  decided: number;
  right: number;
  /** Medians of the absolute errors over the completed runs below 0.9 of the limit. */
  compared: number;
  totalError: number | null;
  outageError: number | null;
  outageErrorSeconds: number | null;
}

export interface Validation {
  runs: ValidatedRun[];
  classes: ValidatedClass[];
  /** Share of measured extra sweeps inside the predicted p5 to p95. */
  extraSweepsInside: { inside: number; of: number };
  goals: { id: string; text: string; met: boolean; value: string }[];
}

/** Below this share of the limit times and outages are compared; nearer to it luck decides how often one sweeps. */
const comparedBelow = 0.9;
const undecided = [0.95, 1.2] as const;
/** Classes whose times and outages are held against goals. */
const goalClasses = ['b', 'slow', 'out', 'tail', 'd'];
const goalTotalError = 0.08;
const goalOutageError = 0.15;
const goalOutageErrorSeconds = 0.05;
const goalSweepsInside = 0.8;

/**
 * Predicts measured QEMU 1.2.1 runs and compares: verdicts, total time, outage, sweeps sent beyond the first pass.
 * Nothing is fitted here.
 *
 * @example
 * const [, idle] = ownRuns();
 * (await validate([idle], 5, 1, createInlineExecutor())).goals[0].value // => '1 of 1'
 */
export async function validate(
  measured: readonly MeasuredRun[],
  replications: number,
  seed: number,
  executor: Executor,
  onProgress?: (done: number, total: number) => void,
): Promise<Validation> {
  const jobs = measured.map((run): Job => {
    const settings = [{ origin: 'validate', values: { seed, replications } }, ...scenarioOf(run)];
    return { ...prepare(settings), first: 1, count: replications };
  });
  const results = await executor.run(jobs, (done) => onProgress?.(done, jobs.length * replications));
  const runs = measured.map((run, i) => compare(run, jobs[i]!, results[i]!));
  const classes = [...new Set(measured.map(({ cls }) => cls))].map((cls) =>
    summarizeClass(
      cls,
      runs.filter(({ run }) => run.cls === cls),
    ),
  );
  const withSweeps = runs.flatMap(({ extraSweeps }) => extraSweeps ?? []);
  const inside = withSweeps.filter(({ holdsMeasured }) => holdsMeasured).length;
  const extraSweepsInside = { inside, of: withSweeps.length };
  return { runs, classes, extraSweepsInside, goals: goalsOf(classes, extraSweepsInside) };
}

function compare(run: MeasuredRun, job: Job, results: readonly RunResult[]): ValidatedRun {
  const load = (run.config.W * 2 ** 20) / limitOfCondition(run);
  const completed = results.filter(({ verdict }) => verdict === 'completed');
  const predictsCompletion = completed.length * 2 >= results.length;
  const didComplete = run.outcome === 'completed';
  const both = didComplete && predictsCompletion;
  const total = both ? median(completed.map(({ totalSeconds }) => totalSeconds!)) : null;
  const outage = both ? median(completed.map(({ downtimeSeconds }) => downtimeSeconds!)) : null;
  const outageErrorSeconds =
    outage === null || run.stopToResumeS === null ? null : outage - run.stopToResumeS;
  return {
    run,
    job,
    results,
    condition: burstCondition(run),
    load,
    verdictIsRight: predictsCompletion === didComplete,
    isDecided: load < undecided[0] || load > undecided[1],
    totalError: total === null || run.totalS === null ? null : total / run.totalS - 1,
    outageError: outageErrorSeconds === null ? null : outageErrorSeconds / run.stopToResumeS!,
    outageErrorSeconds,
    extraSweeps: compareSweeps(run, results),
  };
}

function compareSweeps(run: MeasuredRun, results: readonly RunResult[]): ValidatedRun['extraSweeps'] {
  const measured = run.burst.extra_sweeps;
  const hotPages = run.config.W * 256;
  if (measured == null || hotPages === 0) return null;
  // Only of a guest that stopped after the first pass are there any; where none is predicted to, none is what is predicted.
  const pages = results.map((result) => result.dataPagesAfterFirstPass).filter((count) => count !== null);
  const sorted = (pages.length > 0 ? pages : [0]).map((count) => count / hotPages).toSorted((a, b) => a - b);
  const [p5, p50, p95] = [0.05, 0.5, 0.95].map((p) => boundOfNext(sorted, p)) as [number, number, number];
  // Measured values are written with three decimals.
  const holdsMeasured = measured >= p5 - resolution && measured <= p95 + resolution;
  return { p5, p50, p95, holdsMeasured };
}

const resolution = 0.0005;

function summarizeClass(cls: string, runs: readonly ValidatedRun[]): ValidatedClass {
  const decided = runs.filter(({ isDecided }) => isDecided);
  const compared = runs.filter(({ load, totalError }) => load < comparedBelow && totalError !== null);
  const medianOf = (pick: (run: ValidatedRun) => number | null): number | null => {
    const values = compared.map(pick).filter((value) => value !== null);
    return values.length > 0 ? median(values.map(Math.abs)) : null;
  };
  return {
    cls,
    runs: runs.length,
    decided: decided.length,
    right: decided.filter(({ verdictIsRight }) => verdictIsRight).length,
    compared: compared.length,
    totalError: medianOf(({ totalError }) => totalError),
    outageError: medianOf(({ outageError }) => outageError),
    outageErrorSeconds: medianOf(({ outageErrorSeconds }) => outageErrorSeconds),
  };
}

function goalsOf(
  classes: readonly ValidatedClass[],
  sweeps: Validation['extraSweepsInside'],
): Validation['goals'] {
  const decided = sum(classes.map((one) => one.decided));
  const right = sum(classes.map((one) => one.right));
  const goals = [
    {
      id: 'verdicts',
      text: `right verdict for every run outside ${undecided[0]}-${undecided[1]} of its limit`,
      met: right === decided,
      value: `${right} of ${decided}`,
    },
  ];
  for (const { cls, totalError, outageError, outageErrorSeconds } of classes) {
    if (!goalClasses.includes(cls)) continue;
    if (totalError !== null) {
      goals.push({
        id: `total-${cls}`,
        text: `class ${cls}: median error of total time at most ${percent(goalTotalError)}`,
        met: totalError <= goalTotalError,
        value: percent(totalError),
      });
    }
    if (outageError !== null && outageErrorSeconds !== null) {
      goals.push({
        id: `outage-${cls}`,
        text: `class ${cls}: median error of the outage at most ${percent(goalOutageError)} or ${goalOutageErrorSeconds * 1000} ms`,
        met: outageError <= goalOutageError || outageErrorSeconds <= goalOutageErrorSeconds,
        value: `${percent(outageError)}, ${Math.round(outageErrorSeconds * 1000)} ms`,
      });
    }
  }
  if (sweeps.of > 0) {
    goals.push({
      id: 'extra-sweeps',
      text: `${percent(goalSweepsInside)} of the measured extra sweeps inside the predicted p5-p95`,
      met: sweeps.inside >= goalSweepsInside * sweeps.of,
      value: `${sweeps.inside} of ${sweeps.of}, ${percent(sweeps.inside / sweeps.of)}`,
    });
  }
  return goals;
}

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const median = (values: readonly number[]): number =>
  quantileOfSorted(
    values.toSorted((a, b) => a - b),
    0.5,
  );
