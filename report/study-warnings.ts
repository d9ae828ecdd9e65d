import { formatNumber, formatPercent } from './quantity.js';
import { studyLabel } from './study-labels.js';
import { predictedToFail, type Cell, type StudyResult } from './study-result.js';

/** Below this many replications the outer tenths hold fewer than two or three runs, and p10 and p90 are guesses. */
const ENOUGH_REPLICATIONS = 20;

/**
 * What a reader should know before believing the figures: the result's own warnings, then those that follow from it.
 *
 * @param result a reproduction
 * @param of only the cells of which this is true (a chart warns of what it shows); all, if left out
 * @returns sentences without a full stop, fit to be drawn on a chart; empty when there is nothing to say
 * @example
 * studyWarnings({ ...result, replications: 5 });
 * // => ['only 5 replications: the p10–p90 range is a guess']
 */
export function studyWarnings(result: StudyResult, of: (cell: Cell) => boolean = () => true): string[] {
  const { replications } = result;
  const few =
    replications < ENOUGH_REPLICATIONS
      ? [`only ${replications} replication${replications === 1 ? '' : 's'}: the p10–p90 range is a guess`]
      : [];
  return [...(result.warnings ?? []), ...few, ...result.cells.filter(of).flatMap(disagreement)];
}

function disagreement(cell: Cell): string[] {
  const failed = predictedToFail(cell);
  if (failed === (cell.measured === null)) return [];
  const at = Object.entries(cell.row)
    .map(([key, value]) => `${formatNumber(value)} ${studyLabel(key)}`)
    .join(', ');
  const share = formatPercent(cell.completedFraction);
  return failed
    ? [
        `${studyLabel(cell.column)} at ${at}: completed in the study, but only in ${share} of the replications`,
      ]
    : [
        `${studyLabel(cell.column)} at ${at}: failed in the study, but completes in ${share} of the replications`,
      ];
}
