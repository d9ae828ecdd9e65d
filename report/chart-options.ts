import type { ChartOptions, LegendItem, Scale } from 'chart.js';
// Only for what it adds to the options that chart.js knows.
import type {} from 'chartjs-plugin-annotation';
import type { FailureLabel, SeriesDataset } from './chart-series.js';
import { GRID, INK, SOFT_INK, WARNING_INK } from './chart-style.js';
import { formatNumber } from './quantity.js';
import { wrapWords } from './wrap.js';

export interface HorizontalScale {
  readonly title: string;
  /** Values that get a tick: those that were measured. */
  readonly values: readonly number[];
  /** Where a value lies along the axis. */
  readonly position: (value: number) => number;
}

export interface ChartSpecification {
  readonly title: string;
  readonly subtitle: string;
  readonly warnings: readonly string[];
  readonly horizontal: HorizontalScale;
  /** Upper end of the time axis in seconds. */
  readonly top: number;
  readonly annotations: FailureLabel[];
}

const KEY = 'marks: measured · lines: predicted median · bands: 10th to 90th percentile';

/** What fits on one line under a chart of 960 pixels. */
const WARNING_CHARACTERS = 118;

/** More would leave the chart itself no room. */
const MOST_WARNINGS = 5;

/**
 * Title, axes, legend and warnings of a chart of migration times.
 *
 * @param chart what it says and shows
 * @returns options for chart.js; family of the font is left to whoever draws
 */
export function studyChartOptions(chart: ChartSpecification): ChartOptions<'line'> {
  const { title, subtitle, horizontal, top, annotations } = chart;
  const hasFailures = annotations.length > 0;
  const places = horizontal.values.map(horizontal.position);
  return {
    layout: { padding: { top: 18, right: 32, bottom: 16, left: 18 } },
    parsing: false,
    normalized: true,
    scales: {
      x: {
        type: 'linear',
        min: places[0] ?? 0,
        max: places.at(-1) ?? 1,
        offset: false,
        afterBuildTicks: (axis: Scale) => {
          axis.ticks = places.map((value) => ({ value }));
        },
        title: { display: true, text: horizontal.title, color: INK, font: { size: 14 }, padding: { top: 8 } },
        ticks: {
          color: SOFT_INK,
          font: { size: 13 },
          autoSkip: false,
          maxRotation: 0,
          callback: (_, index) => formatNumber(horizontal.values[index] ?? NaN),
        },
        grid: { color: GRID, tickColor: SOFT_INK, tickLength: 5 },
        border: { color: SOFT_INK },
      },
      y: {
        min: 0,
        max: top,
        title: { display: true, text: 'migration time (s)', color: INK, font: { size: 14 }, padding: 10 },
        ticks: { color: SOFT_INK, font: { size: 13 }, padding: 14 },
        grid: { color: GRID, drawTicks: false },
        border: { display: false },
      },
      space: SPACE_BELOW_LEGEND,
      ...(chart.warnings.length > 0 && { warnings: warningsBelow(chart.warnings) }),
    },
    plugins: {
      title: {
        ...{ display: true, align: 'start', text: title, color: INK },
        font: { size: 19, weight: 'bold' },
        padding: { bottom: 4 },
      },
      subtitle: {
        ...{
          display: true,
          align: 'start',
          text: [subtitle, hasFailures ? `${KEY} · ✕: failed` : KEY],
          color: SOFT_INK,
        },
        font: { size: 13, weight: 'normal' },
        padding: { bottom: 4 },
      },
      legend: {
        align: 'start',
        labels: {
          usePointStyle: true,
          padding: 16,
          boxHeight: 9,
          font: { size: 13 },
          generateLabels: ({ data }) => legend(data.datasets as SeriesDataset[]),
        },
        // A series comes and goes as a whole: marks, line and band.
        onClick: (_, item, { chart: drawn }) => {
          const datasets = drawn.data.datasets as SeriesDataset[];
          datasets.forEach((dataset, index) => {
            if (dataset.series === item.text)
              drawn.setDatasetVisibility(index, !drawn.isDatasetVisible(index));
          });
          drawn.update();
        },
      },
      tooltip: {
        filter: ({ dataset }) => (dataset as SeriesDataset).role !== 'failed',
        callbacks: {
          title: ([first]) => {
            const point = first?.raw as { at: number } | undefined;
            return point === undefined ? '' : formatNumber(point.at);
          },
          label: ({ dataset, parsed }) => `${dataset.label ?? ''}: ${formatNumber(parsed.y ?? NaN)} s`,
        },
      },
      annotation: { clip: false, annotations },
    },
  };
}

/** One entry a series; what marks, lines and bands are is said once, in the subtitle. */
function legend(datasets: readonly SeriesDataset[]): LegendItem[] {
  return datasets
    .filter(({ role }) => role === 'measured')
    .map(({ series, colour, pointStyle, pointBackgroundColor }) => ({
      text: series,
      fontColor: INK,
      pointStyle: pointStyle as 'circle',
      fillStyle: String(pointBackgroundColor),
      strokeStyle: colour,
      lineWidth: 2,
    }));
}

/** An axis of which nothing shows: chart.js knows no other way to keep legend and failed runs apart. */
const SPACE_BELOW_LEGEND = {
  ...{ type: 'linear' as const, axis: 'x' as const, position: 'top' as const },
  ticks: { display: false },
  grid: { display: false, drawTicks: true, tickLength: 14 },
  border: { display: false },
};

/** An axis of which only the title shows: chart.js then keeps the room that the warnings take. */
function warningsBelow(warnings: readonly string[]) {
  const shown = warnings.length > MOST_WARNINGS ? warnings.slice(0, MOST_WARNINGS - 1) : warnings;
  const rest = warnings.length - shown.length;
  const sentences = rest === 0 ? shown : [...shown, `and ${rest} more, which stand under the tables`];
  const lines = sentences.flatMap((sentence) => wrapWords(`⚠ ${sentence}`, WARNING_CHARACTERS));
  return {
    ...{ type: 'linear' as const, axis: 'x' as const, position: 'bottom' as const, weight: 1 },
    ticks: { display: false },
    grid: { display: false },
    border: { display: false },
    title: {
      ...{ display: true, align: 'start' as const, text: lines, color: WARNING_INK },
      font: { size: 12.5 },
      padding: { top: 2, bottom: 0 },
    },
  };
}
