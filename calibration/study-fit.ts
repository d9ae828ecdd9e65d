import type { Profile } from '../scenario/profile.js';
import type { Executor } from '../studies/executor.js';
import { leastSquares } from './least-squares.js';
import { predictCells } from './predict-cells.js';
import { studyResiduals } from './study-objective.js';
import { isChancy, studyCells, type StudyCell } from './study.js';
import type { StudyParameter } from './study-parameters.js';

/**
 * Replications of cells whose time hardly varies, and of those where chance decides how often a sweep is repeated.
 */
export interface FitReplications {
  steady: number;
  chancy: number;
}

/** The errors of all figures at some values of the parameters, and how they move with each. */
export interface LinearFit {
  values: readonly number[];
  /** Percent of a time, tenths of a second of a downtime. */
  errors: readonly number[];
  /** d error / d parameter, by figure. */
  slopes: readonly (readonly number[])[];
}

export interface StudyFit {
  values: readonly number[];
  cost: number;
  /** Whether the last iteration hardly lowered the cost, rather than `maxIterations` ended the search. */
  converged: boolean;
}

/** The tables give downtimes to 0.1 s, from pings 0.2 s apart: an error of this much counts as one percent of time. */
const downtimeUnitSeconds = 0.1;

/** The figures that a fit can use: all that are numbers. */
export function fittedCells(profile: Profile): StudyCell[] {
  return studyCells(profile).filter(({ measured }) => measured !== null);
}

/** A profile with other values for its free parameters. */
export function withValues(
  profile: Profile,
  parameters: readonly StudyParameter[],
  values: readonly number[],
): Profile {
  const changed = structuredClone(profile);
  parameters.forEach((parameter, j) => parameter.set(changed, values[j]!));
  return changed;
}

/**
 * Signed errors of the predicted medians, in percent of the time (downtimes: in tenths of a second); 0 for figures that
 * are not `wanted`.
 */
export async function cellErrors(
  profile: Profile,
  replications: FitReplications,
  executor: Executor,
  wanted: (cell: StudyCell) => boolean = () => true,
): Promise<number[]> {
  const cells = fittedCells(profile);
  const errors = cells.map(() => 0);
  for (const chancy of [false, true]) {
    const places = cells.flatMap((cell, i) => (isChancy(cell) === chancy && wanted(cell) ? [i] : []));
    const predicted = await predictCells(
      places.map((i) => cells[i]!),
      profile,
      chancy ? replications.chancy : replications.steady,
      executor,
    );
    predicted.forEach((cell, k) => {
      // A figure of which no replication completes is as wrong as one of twice the time.
      const p50 = cell.predicted?.p50 ?? 2 * cell.measured!;
      errors[places[k]!] =
        cell.quantity === 'time'
          ? 100 * (p50 / cell.measured! - 1)
          : (p50 - cell.measured!) / downtimeUnitSeconds;
    });
  }
  return errors;
}

/** What a fit minimises: half the sum of squares of `studyResiduals`. */
export function costOf(cells: readonly StudyCell[], errors: readonly number[]): number {
  return studyResiduals(cells, errors).reduce((sum, row) => sum + row * row, 0) / 2;
}

/** Works out errors and slopes (by differences of one `step` of each parameter, with common random numbers). */
export async function linearize(
  profile: Profile,
  parameters: readonly StudyParameter[],
  replications: FitReplications,
  executor: Executor,
  errors?: readonly number[],
): Promise<LinearFit> {
  const values = parameters.map((parameter) => parameter.get(profile));
  const here = errors ?? (await cellErrors(profile, replications, executor));
  const cells = fittedCells(profile);
  const columns: number[][] = [];
  for (const [j, { step, bounds, affects }] of parameters.entries()) {
    const signed = values[j]! + step > bounds[1] ? -step : step;
    const moved = values.map((value, k) => (k === j ? value + signed : value));
    const there = await cellErrors(withValues(profile, parameters, moved), replications, executor, affects);
    columns.push(cells.map((cell, i) => (affects(cell) ? (there[i]! - here[i]!) / signed : 0)));
  }
  return { values, errors: here, slopes: cells.map((_, i) => columns.map((column) => column[i]!)) };
}

/**
 * The best values on linear errors, no parameter further than `trust` of its steps from where the slopes were worked
 * out. `weights` says how often each figure counts.
 */
export function refit(
  cells: readonly StudyCell[],
  parameters: readonly StudyParameter[],
  { values, errors, slopes }: LinearFit,
  trust: number,
  weights?: readonly number[],
): number[] {
  const residuals = (trial: readonly number[]): number[] => {
    const moved = errors.map((error, i) =>
      slopes[i]!.reduce((sum, slope, j) => sum + slope * (trial[j]! - values[j]!), error),
    );
    return studyResiduals(cells, moved, weights);
  };
  const near = parameters.map(({ name, bounds, step }, j) => ({
    name,
    step: step / 10,
    bounds: [
      Math.max(bounds[0], values[j]! - trust * step),
      Math.min(bounds[1], values[j]! + trust * step),
    ] as const,
  }));
  return leastSquares(near, values, residuals, { maxIterations: 40, tolerance: 1e-5 }).values;
}

/** How far a step may go, in steps of each parameter: of these ranges the one that does best is taken. */
const trustRanges = [10, 5, 2, 0.7];
/** A fit has converged when an iteration lowers the cost by less than this share. */
const leastGain = 0.01;

/**
 * Fits the free parameters to all figures at once. The objective is fitted on linear errors within a range in which they
 * are trusted, and the simulation says which range does best: the errors jump a little with the parameters (slices of
 * time, fast calls met or missed), so slopes alone lead astray.
 */
export async function fitStudy(
  profile: Profile,
  parameters: readonly StudyParameter[],
  executor: Executor,
  options: { replications: FitReplications; maxIterations: number; onIteration?: (cost: number) => void },
): Promise<StudyFit> {
  const { replications, maxIterations, onIteration } = options;
  const cells = fittedCells(profile);
  const at = async (values: readonly number[]) => {
    const errors = await cellErrors(withValues(profile, parameters, values), replications, executor);
    return { values, errors, cost: costOf(cells, errors) };
  };
  let best = await at(parameters.map((parameter) => parameter.get(profile)));
  for (let iteration = 1; iteration <= maxIterations; iteration++) {
    const here = best;
    const there = withValues(profile, parameters, here.values);
    const linear = await linearize(there, parameters, replications, executor, here.errors);
    for (const trust of trustRanges) {
      const tried = await at(refit(cells, parameters, linear, trust));
      if (tried.cost < best.cost) best = tried;
    }
    onIteration?.(best.cost);
    if (here.cost - best.cost < leastGain * here.cost) return { ...best, converged: true };
  }
  return { ...best, converged: false };
}
