import { isMost } from '../studies/verdicts.js';

/** Everything that a reproduction of the study says: what `migsim reproduce --json` prints, and what tables and charts draw. */
export interface StudyResult {
  readonly cells: readonly Cell[];
  /** Stressed memory in MiB up to which live migration completes, by what the network carries besides. */
  readonly limits: Readonly<Record<'unloaded' | 'loaded', Limit>>;
  readonly score: Score;
  readonly statements: readonly Statement[];
  readonly seed: number;
  readonly profile: { readonly name: string; readonly hash: string };
  readonly version: string;
  readonly replications: number;
  /** What a reader should know before believing the figures; drawn on tables and charts. */
  readonly warnings?: readonly string[];
}

/** One figure of the study beside its prediction. Names of table, row keys and column are those of the study's data. */
export interface Cell {
  readonly table: string;
  readonly row: Readonly<Record<string, number>>;
  readonly column: string;
  /** Seconds; null where the study's migration failed. */
  readonly measured: number | null;
  /** Seconds, over the replications that completed; null where none did. */
  readonly predicted: Distribution | null;
  /** Share of replications that completed, 0 to 1. */
  readonly completedFraction: number;
}

export interface Distribution {
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
  readonly mean: number;
}

/** Null where even the smallest value failed (lastCompleting), or even the largest completed (firstFailing). */
export interface Limit {
  readonly lastCompleting: number | null;
  readonly firstFailing: number | null;
}

/** Absolute errors of the predicted median, in percent of the measured time. */
export interface Score {
  readonly meanAbsolutePercentError: number;
  readonly worstCellPercent: number;
  /** From the fit: each table predicted with parameters that have not seen it. Null before a fit. */
  readonly leaveOneOutPercent: number | null;
}

/** A sentence of the study with a figure in it, and the same figure from the predictions. */
export interface Statement {
  readonly id: string;
  readonly text: string;
  readonly measured: number | null;
  readonly predicted: number | null;
  readonly unit: string;
}

/**
 * Whether the migration of a cell fails by prediction: no more than half of its replications completed, which is how a
 * verdict over replications is reached.
 *
 * @example
 * predictedToFail({ predicted: null, completedFraction: 0 }); // => true
 */
export function predictedToFail(cell: Pick<Cell, 'predicted' | 'completedFraction'>): boolean {
  return cell.predicted === null || !isMost(cell.completedFraction);
}

/**
 * Signed error of the predicted median in percent of the measured time; null unless both completed.
 *
 * @example
 * errorPercent({ measured: 20, predicted: { p10: 20, p50: 21, p90: 22, mean: 21 }, completedFraction: 1 }); // => 5
 */
export function errorPercent(
  cell: Pick<Cell, 'measured' | 'predicted' | 'completedFraction'>,
): number | null {
  if (cell.measured === null || cell.predicted === null || predictedToFail(cell)) return null;
  return ((cell.predicted.p50 - cell.measured) / cell.measured) * 100;
}
