import { isFigure, type StudyCell } from './study.js';
import { ratioOf, studyRatios, type FigureName, type StudyRatio } from './study-ratios.js';

/**
 * Up to about this many percent an error counts by its square, beyond in proportion to itself: the figures are single
 * runs, and a run that luck has prolonged must not bend all others.
 */
const robustPercent = 1;

/** Errors above this many percent, and statements that are off by more points than this, count dearly besides. */
const toleratedPercent = 6.5;
const dearness = 2.5;

/** The table of downtimes is coarse, and its figures are of another kind: they count a third. */
const downtimeWeight = 0.3;

/**
 * What the fit takes the sum of squares of, made from the errors of all figures: percent of a time, tenths of a second
 * of a downtime. First a row a figure, whose square is the pseudo-Huber loss of its error; then a row a figure with what
 * it exceeds its tolerance by, so that no figure is sacrificed to the others; then the same for each ratio that the
 * study states. `weights` says how often each figure counts: 0 leaves it out, from the ratios too.
 *
 * @example
 * // 48 times and 5 downtimes, all of them exact
 * studyResiduals(cells, cells.map(() => 0)).every((row) => row === 0) // => true
 */
export function studyResiduals(
  cells: readonly StudyCell[],
  errors: readonly number[],
  weights: readonly number[] = errors.map(() => 1),
): number[] {
  const counted = errors.map((error, i) => (weights[i] === 0 ? 0 : error));
  return [
    ...counted.map((error, i) => {
      const weight = weights[i]! * (cells[i]!.quantity === 'time' ? 1 : downtimeWeight);
      return Math.sqrt(weight) * robust(error);
    }),
    ...counted.map((error, i) => (cells[i]!.quantity === 'time' ? excess(error) : 0)),
    ...studyRatios.map((ratio) => excess(pointsOff(ratio, cells, errors, weights))),
  ];
}

/** sign(e) sqrt(2 d^2 (sqrt(1 + (e/d)^2) - 1)): half its square is the pseudo-Huber loss. */
function robust(error: number): number {
  const scaled = error / robustPercent;
  return Math.sign(error) * robustPercent * Math.sqrt(2 * (Math.sqrt(1 + scaled * scaled) - 1));
}

function excess(error: number): number {
  return dearness * Math.max(0, Math.abs(error) - toleratedPercent);
}

/** By how many percentage points a ratio is off; none where it needs a figure that is left out. */
function pointsOff(
  ratio: StudyRatio,
  cells: readonly StudyCell[],
  errors: readonly number[],
  weights: readonly number[],
): number {
  const places = new Map(
    ratio.pairs.flat().map((name) => [name, cells.findIndex((cell) => isFigure(cell, name))] as const),
  );
  if ([...places.values()].some((i) => weights[i] === 0)) return 0;
  const measured = (name: FigureName): number => cells[places.get(name)!]!.measured!;
  const predicted = (name: FigureName): number => measured(name) * (1 + errors[places.get(name)!]! / 100);
  const points = ratioOf(ratio, predicted) - ratioOf(ratio, measured);
  return ratio.unit === '%' ? points : 100 * points;
}
