import { createRandom } from '../sim/random.js';
import type { ErrorSummary, FitRecord, Profile } from '../scenario/profile.js';
import type { Executor } from '../studies/executor.js';
import { quantileOfSorted } from '../studies/summary.js';
import { clip } from './least-squares.js';
import { cellErrors, fittedCells, refit, withValues, type LinearFit } from './study-fit.js';
import type { StudyCell } from './study.js';
import type { StudyParameter } from './study-parameters.js';

/**
 * How far a fit on other figures may go from the optimum, in steps of each parameter: as far as a step of the fit itself.
 */
const trustedSteps = 10;

/**
 * Fits on other weights of the figures, near the optimum: by how much the fit on linear errors moves when the weights
 * change from one each to these, added to the optimum itself.
 */
function fitsAround(cells: readonly StudyCell[], parameters: readonly StudyParameter[], linear: LinearFit) {
  const centre = refit(cells, parameters, linear, trustedSteps);
  return (weights: readonly number[]): number[] => {
    const moved = refit(cells, parameters, linear, trustedSteps, weights);
    return clip(
      parameters,
      linear.values.map((value, j) => value + moved[j]! - centre[j]!),
    );
  };
}

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
): Promise<number[]> {
  const cells = fittedCells(profile);
  const fitAround = fitsAround(cells, parameters, linear);
  const counts = { steady: replications, chancy: replications };
  const errors: number[] = [];
  for (const [left, { quantity }] of cells.entries()) {
    if (quantity !== 'time') continue;
    const values = fitAround(cells.map((_, i) => (i === left ? 0 : 1)));
    const without = withValues(profile, parameters, values);
    const simulated = await cellErrors(without, counts, executor, (cell) => isSame(cell, cells[left]!));
    errors.push(simulated[left]!);
  }
  return errors;
}

function isSame(a: StudyCell, b: StudyCell): boolean {
  return a.table === b.table && a.column === b.column && JSON.stringify(a.row) === JSON.stringify(b.row);
}

/**
 * Intervals of the parameters by bootstrap: the figures are drawn anew with replacement, and fitted on the slopes. The
 * p10 and p90 of each parameter over the draws.
 */
export function bootstrapIntervals(
  profile: Profile,
  parameters: readonly StudyParameter[],
  linear: LinearFit,
  draws: number,
): [number, number][] {
  const cells = fittedCells(profile);
  const fitAround = fitsAround(cells, parameters, linear);
  const random = createRandom('fit/bootstrap');
  const found: number[][] = [];
  for (let draw = 0; draw < draws; draw++) {
    const weights = cells.map(() => 0);
    cells.forEach(() => weights[random.integer(weights.length)]!++);
    found.push(fitAround(weights));
  }
  return parameters.map((_, j) => {
    const sorted = found.map((values) => values[j]!).toSorted((a, b) => a - b);
    return [quantileOfSorted(sorted, 0.1), quantileOfSorted(sorted, 0.9)];
  });
}

/**
 * Scores of a fit over all measured times and by table, from the errors of all figures and from those of the times that
 * were left out, percent.
 */
export function scoresOf(
  cells: readonly StudyCell[],
  errors: readonly number[],
  left: readonly number[],
): Omit<FitRecord, 'replications' | 'inputs'> {
  const times = cells.flatMap((cell, i) => (cell.quantity === 'time' ? [{ cell, error: errors[i]! }] : []));
  const figures = times.map(({ cell, error }, i) => ({ table: cell.table, seen: error, unseen: left[i]! }));
  const [calibration, prediction] = [
    summaryOf(figures.map(({ seen }) => seen)),
    summaryOf(figures.map(({ unseen }) => unseen)),
  ];
  const tables = [...new Set(figures.map(({ table }) => table))].map((table) => {
    const own = figures.filter((figure) => figure.table === table);
    const both = {
      calibration: summaryOf(own.map(({ seen }) => seen)),
      prediction: summaryOf(own.map(({ unseen }) => unseen)),
    };
    return [table, both] as const;
  });
  return {
    meanAbsolutePercentError: calibration.meanPercent,
    worstCellPercent: calibration.worstPercent,
    leaveOneOutPercent: prediction.meanPercent,
    leaveOneOutWorstPercent: prediction.worstPercent,
    tables: Object.fromEntries(tables),
  };
}

function summaryOf(errors: readonly number[]): ErrorSummary {
  const sizes = errors.map(Math.abs);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  return { figures: sizes.length, meanPercent: rounded(mean), worstPercent: rounded(Math.max(...sizes)) };
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}
