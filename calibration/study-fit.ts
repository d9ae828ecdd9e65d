import type { Profile } from '../scenario/profile.js';
import type { Executor } from '../studies/executor.js';
import { leastSquares, type LeastSquaresResult } from './least-squares.js';
import { predictCells } from './predict-cells.js';
import { studyCells, type StudyCell } from './study.js';
import type { StudyParameter } from './study-parameters.js';

/** How the study's figures are weighed and how many replications they get while a fit looks for its optimum. */
export interface StudyFitOptions {
  /**
   * Replications of cells whose time hardly varies, and of those where chance decides how often a sweep is repeated;
   * 0 leaves such cells out.
   */
  replications: { steady: number; chancy: number };
  maxIterations?: number;
  onIteration?: (cost: number, values: readonly number[]) => void;
}

/**
 * How often a figure counts. The odd campaign's ends count twice: the study draws its statements from them, and the
 * middle of that table is where it disagrees with itself.
 */
function weightOf({ table, row }: StudyCell): number {
  const offered = row.offered_icmp_mbit_s;
  return table === 'network-load' && (offered === 0 || offered === 930) ? 2 : 1;
}

/** Errors as the sum of squares wants them: multiplied by the roots of the weights. */
export function weighed(cells: readonly StudyCell[], errors: readonly number[]): number[] {
  return errors.map((error, i) => Math.sqrt(weightOf(cells[i]!)) * error);
}

/** The tables give downtimes to 0.1 s, from pings 0.2 s apart: an error of this much counts as one percent of time. */
const downtimeUnitSeconds = 0.1;

/** The figures that a fit can use: all that are numbers. */
export function fittedCells(profile: Profile): StudyCell[] {
  return studyCells(profile).filter(({ measured }) => measured !== null);
}

/** Whether chance decides how often a cell's migration repeats a sweep: a live one with stressed memory. */
export function isChancy({ table, row }: StudyCell): boolean {
  return table === 'lm-stress' && row.stressed_mb! > 0;
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

/** Signed errors of the predicted medians, in percent of the time (downtimes: in tenths of a second). */
export async function cellErrors(
  profile: Profile,
  { replications }: Pick<StudyFitOptions, 'replications'>,
  executor: Executor,
  wanted: (cell: number) => boolean = () => true,
): Promise<number[]> {
  const cells = fittedCells(profile);
  const errors = cells.map(() => 0);
  for (const chancy of [false, true]) {
    const places = cells.flatMap((cell, i) => (isChancy(cell) === chancy && wanted(i) ? [i] : []));
    const count = chancy ? replications.chancy : replications.steady;
    if (count === 0) continue;
    const predicted = await predictCells(
      places.map((i) => cells[i]!),
      profile,
      count,
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

/** Fits the free parameters to all figures at once, from where the profile stands. */
export async function fitStudy(
  profile: Profile,
  parameters: readonly StudyParameter[],
  executor: Executor,
  options: StudyFitOptions,
): Promise<LeastSquaresResult> {
  const cells = fittedCells(profile);
  const free = parameters.map((parameter) =>
    parameter.name.startsWith('burst.')
      ? { ...parameter, affects: (i: number) => isChancy(cells[i]!) }
      : parameter,
  );
  return leastSquares(
    free,
    free.map((parameter) => parameter.get(profile)),
    async (values, wanted) =>
      weighed(cells, await cellErrors(withValues(profile, parameters, values), options, executor, wanted)),
    {
      ...(options.maxIterations !== undefined && { maxIterations: options.maxIterations }),
      ...(options.onIteration && { onIteration: options.onIteration }),
    },
  );
}
