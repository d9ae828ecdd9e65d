import { createRandom } from '../sim/random.js';
import type { Profile } from '../scenario/profile.js';
import type { Executor } from '../studies/executor.js';
import { quantileOfSorted } from '../studies/summary.js';
import { leastSquares } from './least-squares.js';
import {
  cellErrors,
  fittedCells,
  isChancy,
  residualsOf,
  withValues,
  type StudyFitOptions,
} from './study-fit.js';
import type { StudyCell } from './study.js';
import type { StudyParameter } from './study-parameters.js';

/** The errors of all figures near a fit's optimum: their values there, and how they move with each parameter. */
export interface LinearFit {
  values: readonly number[];
  errors: readonly number[];
  /** d error / d parameter, by figure. */
  slopes: readonly (readonly number[])[];
}

/** Works out the slopes with as many replications as one can afford: everything below rests on them. */
export async function linearize(
  profile: Profile,
  parameters: readonly StudyParameter[],
  options: Pick<StudyFitOptions, 'replications'>,
  executor: Executor,
): Promise<LinearFit> {
  const cells = fittedCells(profile);
  const values = parameters.map((parameter) => parameter.get(profile));
  const errors = await cellErrors(profile, options, executor);
  const columns: number[][] = [];
  for (const [j, { name, step, bounds }] of parameters.entries()) {
    const affects = (i: number) => !name.startsWith('burst.') || isChancy(cells[i]!);
    const signed = values[j]! + step > bounds[1] ? -step : step;
    const moved = values.map((value, k) => (k === j ? value + signed : value));
    const there = await cellErrors(withValues(profile, parameters, moved), options, executor, affects);
    columns.push(there.map((error, i) => (affects(i) ? (error - errors[i]!) / signed : 0)));
  }
  return { values, errors, slopes: errors.map((_, i) => columns.map((column) => column[i]!)) };
}

/** Fits again on the linear errors, each figure counting as often as `weights` says. */
export async function refit(
  cells: readonly StudyCell[],
  parameters: readonly StudyParameter[],
  { values, errors, slopes }: LinearFit,
  weights: readonly number[],
): Promise<number[]> {
  const residuals = (trial: readonly number[]): Promise<number[]> => {
    const moved = errors.map((error, i) =>
      slopes[i]!.reduce((sum, slope, j) => sum + slope * (trial[j]! - values[j]!), error),
    );
    // A figure that is left out has no error.
    const counted = moved.map((error, i) => (weights[i] === 0 ? 0 : error));
    const rows = residualsOf(cells, counted);
    return Promise.resolve(rows.map((row, i) => Math.sqrt(i < cells.length ? weights[i]! : 1) * row));
  };
  // The slopes hold near the optimum only: no parameter may go further than a few of its steps.
  const near = parameters.map(({ name, bounds, step }, j) => ({
    name,
    step,
    bounds: [
      Math.max(bounds[0], values[j]! - trustedSteps * step),
      Math.min(bounds[1], values[j]! + trustedSteps * step),
    ] as const,
  }));
  return (await leastSquares(near, values, residuals, { maxIterations: 30, tolerance: 1e-4 })).values;
}

const trustedSteps = 2;

/**
 * Leave-one-out: each measured time is predicted by a fit that has not seen it. The fit is repeated without the figure
 * on the slopes at the optimum, and the figure is then simulated with those parameters. Signed errors in percent.
 */
export async function leaveOneOut(
  profile: Profile,
  parameters: readonly StudyParameter[],
  linear: LinearFit,
  replications: number,
  executor: Executor,
  onProgress?: (done: number, total: number) => void,
): Promise<number[]> {
  const cells = fittedCells(profile);
  const times = cells.flatMap(({ quantity }, i) => (quantity === 'time' ? [i] : []));
  const errors: number[] = [];
  for (const [done, left] of times.entries()) {
    onProgress?.(done, times.length);
    const values = await refit(
      cells,
      parameters,
      linear,
      cells.map((_, i) => (i === left ? 0 : 1)),
    );
    const counts = { steady: replications, chancy: replications };
    const without = withValues(profile, parameters, values);
    errors.push((await cellErrors(without, { replications: counts }, executor, (i) => i === left))[left]!);
  }
  return errors;
}

/**
 * Intervals of the parameters by bootstrap: the figures are drawn anew with replacement, and fitted on the slopes. The
 * p10 and p90 of each parameter over the draws.
 */
export async function bootstrapIntervals(
  profile: Profile,
  parameters: readonly StudyParameter[],
  linear: LinearFit,
  draws: number,
): Promise<[number, number][]> {
  const cells = fittedCells(profile);
  const random = createRandom('fit/bootstrap');
  const found: number[][] = [];
  for (let draw = 0; draw < draws; draw++) {
    const weights = linear.errors.map(() => 0);
    linear.errors.forEach(() => weights[random.integer(weights.length)]!++);
    found.push(await refit(cells, parameters, linear, weights));
  }
  return parameters.map((_, j) => {
    const sorted = found.map((values) => values[j]!).toSorted((a, b) => a - b);
    return [quantileOfSorted(sorted, 0.1), quantileOfSorted(sorted, 0.9)];
  });
}
