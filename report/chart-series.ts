import type { ChartDataset, Point } from 'chart.js';
import { PAPER, SOFT_INK, translucent, type SeriesStyle } from './chart-style.js';
import { predictedToFail, type Cell } from './study-result.js';

export interface SeriesPoint extends Point {
  readonly x: number;
  /** Seconds; NaN where there is nothing to draw. */
  readonly y: number;
  /** The value that x stands for, which differs from x on a scale that is not linear. */
  readonly at: number;
}

/** What a dataset draws of its series; legend and tooltip go by it. */
export type SeriesRole = 'measured' | 'predicted' | 'lower' | 'upper' | 'failed';

export type SeriesDataset = ChartDataset<'line', SeriesPoint[]> & {
  readonly series: string;
  readonly role: SeriesRole;
  readonly colour: string;
};

export interface PlottedSeries {
  readonly label: string;
  readonly style: SeriesStyle;
  readonly points: readonly PlottedCell[];
}

interface PlottedCell {
  readonly cell: Cell;
  readonly at: number;
  readonly x: number;
}

/** A word on the chart, in the form that the annotation plug-in takes. */
export interface FailureLabel {
  readonly type: 'label';
  readonly xValue: number;
  readonly yValue: number;
  readonly content: string;
  readonly color: string;
  readonly backgroundColor: string;
  readonly font: { readonly size: number };
  readonly padding: number;
  readonly position: { readonly x: 'start' | 'end'; readonly y: 'center' };
  readonly xAdjust: number;
}

/** Each series with failed runs has a row of crosses of its own, the first on the upper edge, apart by this share of the height. */
const CROSS_SPACING = 0.05;

/** From the middle of a cross to the word beside it, in pixels. */
const LABEL_DISTANCE = 13;

/**
 * Datasets of all series in the order of chart.js, which draws the last one first: marks over lines over bands.
 *
 * @param series what to draw; points ordered by x
 * @param top value of the upper edge in seconds, where failed runs are marked
 * @returns datasets, and the words that stand beside the crosses of failed runs
 */
export function seriesDatasets(
  series: readonly PlottedSeries[],
  top: number,
): { datasets: SeriesDataset[]; annotations: FailureLabel[] } {
  const failing = series.filter(({ points }) => points.some(({ cell }) => failureText(cell) !== null));
  const height = (one: PlottedSeries) => top * (1 - CROSS_SPACING * failing.indexOf(one));
  return {
    datasets: [
      ...failing.map((one) => crossed(one, height(one))),
      ...series.map(measured),
      ...series.map(predicted),
      ...series.flatMap(band),
    ],
    annotations: failing.flatMap((one) => failureLabels(one, height(one))),
  };
}

function measured({ label, style, points }: PlottedSeries): SeriesDataset {
  return {
    ...{ label: `${label}, measured`, series: label, role: 'measured', colour: style.colour },
    data: points.map(({ cell, at, x }) => ({ x, y: cell.measured ?? NaN, at })),
    showLine: false,
    pointStyle: style.shape,
    pointRadius: style.shape === 'circle' ? 5.5 : 7,
    pointHoverRadius: 8,
    // A hollow mark hides nothing under it: a measured time of another series may be the same.
    pointBackgroundColor: style.hollow ? translucent(PAPER, 0) : style.colour,
    // A filled mark gets a rim of paper, so that it stands out from the line it should lie on.
    pointBorderColor: style.hollow ? style.colour : PAPER,
    pointBorderWidth: style.hollow ? 2.2 : 1.5,
    clip: false,
  };
}

function predicted({ label, style, points }: PlottedSeries): SeriesDataset {
  return {
    ...{ label: `${label}, predicted median`, series: label, role: 'predicted', colour: style.colour },
    data: points.map(({ cell, at, x }) => ({ x, y: completed(cell)?.p50 ?? NaN, at })),
    borderColor: style.colour,
    borderWidth: 2,
    borderDash: style.hollow ? [7, 4] : [],
    // Small, where the model was asked; between them the line only leads the eye.
    pointRadius: 2.5,
    pointHoverRadius: 4,
    pointBackgroundColor: style.colour,
    pointBorderWidth: 0,
    clip: false,
  };
}

/** Two lines that are not drawn, and the space between them, which is. */
function band({ label, style, points }: PlottedSeries): SeriesDataset[] {
  const edge = (role: 'lower' | 'upper', quantile: 'p10' | 'p90'): SeriesDataset => ({
    ...{ label: `${label}, predicted ${quantile}`, series: label, role, colour: style.colour },
    data: points.map(({ cell, at, x }) => ({ x, y: completed(cell)?.[quantile] ?? NaN, at })),
    borderWidth: 0,
    pointRadius: 0,
    pointHoverRadius: 0,
    backgroundColor: translucent(style.colour, 0.18),
    clip: false,
  });
  return [{ ...edge('upper', 'p90'), fill: '+1' }, edge('lower', 'p10')];
}

function crossed({ label, style, points }: PlottedSeries, y: number): SeriesDataset {
  return {
    ...{ label: `${label}, failed`, series: label, role: 'failed', colour: style.colour },
    data: points.filter(({ cell }) => failureText(cell) !== null).map(({ at, x }) => ({ x, y, at })),
    showLine: false,
    pointStyle: 'crossRot',
    pointRadius: 7,
    pointHoverRadius: 9,
    pointBorderColor: style.colour,
    pointBorderWidth: 2.6,
    clip: false,
  };
}

/** Left of a cross, once for neighbours that failed alike; right of the last where the first stands on the axis. */
function failureLabels({ points }: PlottedSeries, y: number): FailureLabel[] {
  const texts = points.map(({ cell }) => failureText(cell));
  return texts.flatMap((content, first) => {
    if (content === null || (first > 0 && texts[first - 1] === content)) return [];
    const atAxis = first === 0;
    const after = texts.findIndex((text, index) => index > first && text !== content);
    const last = after === -1 ? points.length - 1 : after - 1;
    return {
      ...{ type: 'label', content, color: SOFT_INK, backgroundColor: PAPER, font: { size: 13 }, padding: 2 },
      xValue: points[atAxis ? last : first]!.x,
      yValue: y,
      position: { x: atAxis ? 'start' : 'end', y: 'center' },
      xAdjust: atAxis ? LABEL_DISTANCE : -LABEL_DISTANCE,
    };
  });
}

/** Whose migration failed, null if nobody's: the study's, the model's, or both, which is what a model is for. */
function failureText(cell: Cell): string | null {
  const inModel = predictedToFail(cell);
  if (cell.measured !== null) return inModel ? 'model only' : null;
  return inModel ? 'failed' : 'study only';
}

function completed(cell: Cell): Cell['predicted'] {
  return predictedToFail(cell) ? null : cell.predicted;
}
