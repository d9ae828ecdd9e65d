import type { Grid } from '../scenario/constant-rules.js';
import type { Executor } from './executor.js';
import type { ThresholdAxis } from './threshold-axis.js';
import { FEW_REPLICATIONS, scenarioWarnings } from './prediction-warnings.js';
import { isMost } from './verdicts.js';

/** Where along one field migrations stop completing. Values in SI. */
export interface Threshold {
  over: string;
  unit: string;
  /** Null where the migration fails at both ends. */
  lastCompleting: number | null;
  /** Null where it completes at both ends. */
  firstFailing: number | null;
  /** Every value that was tried, ascending. */
  curve: ThresholdPoint[];
}

export interface ThresholdPoint {
  value: number;
  /** Of the replications that were run there. */
  completedFraction: number;
  replications: number;
}

/**
 * What a reader should know before believing a threshold: where its scenarios lie outside what was measured, and what
 * holds them besides the field, at either end.
 *
 * @example
 * thresholdWarnings(readAxis({ over: 'stress', from: '16 MiB', to: '256 MiB' }, [])) // => []
 */
export function thresholdWarnings({
  over,
  from,
  to,
  at,
}: Pick<ThresholdAxis, 'over' | 'from' | 'to' | 'at'>): string[] {
  const { replications } = at(from).scenario;
  const few = `only ${replications} replications: what share of them completes is a guess`;
  const ofEnds = [from, to]
    .flatMap((value) => scenarioWarnings(at(value)))
    // Which constant sets what is no news to who varies it.
    .filter((warning) => !(over.startsWith('parameters.') && warning.includes(over)));
  return [...(replications <= FEW_REPLICATIONS ? [few] : []), ...new Set(ofEnds)];
}

/** Runs the values in any order, and says how many replications of each completed. */
export type Trial = (values: readonly number[]) => Promise<ThresholdPoint[]>;

/**
 * Bisects between a value where more than half of the replications complete and one where not so many do, until they are
 * within the tolerance. Both ends are tried first. Where less is better (stressed memory) the completing value is the lower of
 * the two; where more is better (a downtime limit) it is the higher one: `lastCompleting` and `firstFailing` are the two
 * sides of the boundary, whichever way it faces. Where the ends agree there is no boundary between them to be found:
 * `lastCompleting` is then the upper end and `firstFailing` null, or `firstFailing` the lower end and `lastCompleting`
 * null.
 *
 * @param axis range, tolerance, and which values count
 * @param trial runs scenarios; `thresholdTrial` is the real one
 * @example
 * const trial = async (values) => values.map((value) => ({ value, completedFraction: value <= 100 ? 1 : 0, replications: 1 }));
 * const { lastCompleting, firstFailing } = await findThreshold({ from: 0, to: 256, tolerance: 1, grid: 'whole numbers', … }, trial);
 * [lastCompleting, firstFailing] // => [100, 101]
 */
export async function findThreshold(
  axis: Pick<ThresholdAxis, 'over' | 'unit' | 'from' | 'to' | 'tolerance' | 'grid'>,
  trial: Trial,
): Promise<Threshold> {
  const { over, unit, from, to, tolerance, grid } = axis;
  const curve = await trial([from, to]);
  const [atFrom, atTo] = curve.map(completes);
  const result = (lastCompleting: number | null, firstFailing: number | null): Threshold => ({
    over,
    unit,
    lastCompleting,
    firstFailing,
    curve: curve.toSorted((a, b) => a.value - b.value),
  });
  if (atFrom === atTo) return atFrom ? result(to, null) : result(null, from);

  let [completing, failing] = atFrom ? [from, to] : [to, from];
  while (Math.abs(failing - completing) > tolerance) {
    const middle = between(completing, failing, grid);
    if (middle === completing || middle === failing) break;
    const points = await trial([middle]);
    curve.push(...points);
    if (points.every(completes)) completing = middle;
    else failing = middle;
  }
  return result(completing, failing);
}

/** How many values the bisection will try at most. */
export function trialsNeeded({
  from,
  to,
  tolerance,
}: Pick<ThresholdAxis, 'from' | 'to' | 'tolerance'>): number {
  return 2 + Math.max(0, Math.ceil(Math.log2((to - from) / tolerance)));
}

function completes({ completedFraction }: ThresholdPoint): boolean {
  return isMost(completedFraction);
}

function between(a: number, b: number, grid: Grid): number {
  const middle = a + (b - a) / 2;
  if (grid === 'all') return middle;
  return grid === 'whole numbers' ? Math.floor(middle) : 2 ** Math.floor(Math.log2(middle));
}

/**
 * Trials by simulation. Every value sees the same random numbers, replication by replication. Half of the replications
 * are run first, the others only as far as they can still change the answer; how far does not depend on the machine.
 *
 * @param axis gives the scenario at each value
 * @param executor where replications run
 * @param onReplications called with the number of replications that ended or were found to be unnecessary
 */
export function thresholdTrial(
  axis: Pick<ThresholdAxis, 'at'>,
  executor: Executor,
  onReplications: (count: number) => void = () => undefined,
): Trial {
  return async (values) => {
    const trials = values.map((value) => {
      const prepared = axis.at(value);
      return { value, prepared, planned: prepared.scenario.replications, run: 0, completed: 0 };
    });
    for (;;) {
      const open = trials.filter((trial) => !isDecided(trial));
      if (open.length === 0) break;
      const jobs = open.map(({ prepared, planned, run }) => ({
        ...prepared,
        first: run + 1,
        count: run === 0 ? Math.ceil(planned / 2) : Math.min(planned - run, Math.ceil(planned / 10)),
      }));
      let reported = 0;
      const results = await executor.run(jobs, (done) => {
        onReplications(done - reported);
        reported = done;
      });
      for (const [index, trial] of open.entries()) {
        trial.run += results[index]!.length;
        trial.completed += results[index]!.filter(({ verdict }) => verdict === 'completed').length;
        if (isDecided(trial)) onReplications(trial.planned - trial.run);
      }
    }
    return trials.map(({ value, run, completed }) => ({
      value,
      completedFraction: completed / run,
      replications: run,
    }));
  };
}

/** Whether the replications that are left cannot change on which side of one half the value lies. */
function isDecided({
  planned,
  run,
  completed,
}: {
  planned: number;
  run: number;
  completed: number;
}): boolean {
  return completed > planned / 2 || run - completed >= planned / 2 || run === planned;
}
