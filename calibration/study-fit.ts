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

/** Errors above this many percent count dearly: no figure may be sacrificed to the others. */
const tolerated = 7;
const dearness = 7;

/** Growths that the study puts into words, in percentage points; beyond this they count as dearly. */
const toleratedGrowth = 6;
const growths = [
  ['network-load', 'lm_s', 930, 0],
  ['network-load', 'blm_s', 930, 0],
  ['cpu-load', 'blm_s', 66, 0],
] as const;

/** The table of downtimes is coarse, and its figures are of another kind: they count a third. */
const downtimeWeight = 0.3;

/**
 * What the sum of squares is over: the errors of all figures, and besides what they exceed their tolerance by, and what
 * the growths between figures do that the study states.
 */
export function residualsOf(cells: readonly StudyCell[], errors: readonly number[]): number[] {
  const excess = (value: number, limit: number): number => dearness * Math.max(0, Math.abs(value) - limit);
  const at = (table: string, column: string, row: number): number =>
    errors[
      cells.findIndex(
        (cell) => cell.table === table && cell.column === column && Object.values(cell.row).at(-1) === row,
      )
    ]!;
  return [
    ...errors.map((error, i) => (cells[i]!.quantity === 'time' ? 1 : Math.sqrt(downtimeWeight)) * error),
    ...errors.map((error, i) => (cells[i]!.quantity === 'time' ? excess(error, tolerated) : 0)),
    ...growths.map(([table, column, to, from]) =>
      excess(at(table, column, to) - at(table, column, from), toleratedGrowth),
    ),
  ];
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
      ? { ...parameter, affects: (i: number) => isChancy(cells[i % cells.length]!) }
      : parameter,
  );
  return leastSquares(
    free,
    free.map((parameter) => parameter.get(profile)),
    async (values, wanted) =>
      residualsOf(
        cells,
        await cellErrors(withValues(profile, parameters, values), options, executor, wanted),
      ),
    {
      ...(options.maxIterations !== undefined && { maxIterations: options.maxIterations }),
      ...(options.onIteration && { onIteration: options.onIteration }),
    },
  );
}
