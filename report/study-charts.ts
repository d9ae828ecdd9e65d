import type { ChartConfiguration } from 'chart.js';
import { seriesDatasets, type SeriesDataset, type SeriesPoint } from './chart-series.js';
import {
  BLM_STYLE,
  BLM_UNLOADED_STYLE,
  LM_STYLE,
  LM_UNLOADED_STYLE,
  type SeriesStyle,
} from './chart-style.js';
import { studyChartOptions, type HorizontalScale } from './chart-options.js';
import { provenance } from './study-labels.js';
import { studyWarnings } from './study-warnings.js';
import type { Cell, StudyResult } from './study-result.js';

export type StudyChartConfiguration = Omit<ChartConfiguration<'line', SeriesPoint[]>, 'data'> & {
  readonly data: { readonly datasets: SeriesDataset[] };
};

export interface StudyChart {
  /** Name of its files, without ending. */
  readonly name: string;
  /** For chart.js with the annotation plug-in (which draws the words beside failed runs). */
  readonly configuration: StudyChartConfiguration;
}

interface Series {
  readonly table: string;
  readonly column: string;
  readonly label: string;
  readonly style: SeriesStyle;
}

interface Plan {
  readonly name: string;
  readonly title: string;
  /** The row key that runs along the horizontal axis. */
  readonly key: string;
  readonly axis: string;
  readonly largest?: number;
  readonly scale?: 'logarithmic';
  readonly series: readonly Series[];
}

const LM = { table: 'network-load', column: 'lm_s', label: 'live migration (LM)', style: LM_STYLE };
const BLM = { table: 'network-load', column: 'blm_s', label: 'block live migration (BLM)', style: BLM_STYLE };
const BLM_STRESS: readonly Series[] = [
  { table: 'blm-stress', column: 'blm_loaded_network_s', label: 'BLM, loaded network', style: BLM_STYLE },
  {
    table: 'blm-stress',
    column: 'blm_unloaded_network_s',
    label: 'BLM, unloaded network',
    style: BLM_UNLOADED_STYLE,
  },
];
const LM_STRESS: readonly Series[] = [
  { table: 'lm-stress', column: 'lm_loaded_network_s', label: 'LM, loaded network', style: LM_STYLE },
  {
    table: 'lm-stress',
    column: 'lm_unloaded_network_s',
    label: 'LM, unloaded network',
    style: LM_UNLOADED_STYLE,
  },
];

const PLANS: readonly Plan[] = [
  {
    name: 'chart-1-network-load',
    title: 'Migration time against network load',
    key: 'offered_icmp_mbit_s',
    axis: 'offered ICMP traffic (Mbit/s)',
    series: [BLM, LM],
  },
  {
    name: 'chart-2-blm-stress',
    title: 'Block live migration of a guest that keeps rewriting memory',
    key: 'stressed_mb',
    axis: 'rewritten memory (MiB, on a logarithmic scale that begins at 0)',
    scale: 'logarithmic',
    series: BLM_STRESS,
  },
  {
    name: 'chart-3-lm-stress',
    title: 'Live migration of a guest that keeps rewriting memory',
    key: 'stressed_mb',
    axis: 'rewritten memory (MiB)',
    series: LM_STRESS,
  },
  {
    name: 'chart-4-comparison',
    title: 'Live and block live migration of a guest that keeps rewriting memory',
    key: 'stressed_mb',
    axis: 'rewritten memory (MiB)',
    largest: 96,
    series: [...BLM_STRESS, ...LM_STRESS],
  },
];

/**
 * The study's four charts as chart.js configurations: measured times as marks, predicted medians as lines, the range
 * from the 10th to the 90th percentile as bands, failed runs as crosses on the upper edge. They draw nothing themselves:
 * a file and a page use the same ones.
 *
 * @param result a reproduction
 * @returns the charts in the study's order; every call makes new objects, as chart.js keeps those that it draws
 * @example
 * studyCharts(result).map((chart) => chart.name)[3]; // => 'chart-4-comparison'
 */
export function studyCharts(result: StudyResult): StudyChart[] {
  return PLANS.map((plan) => ({ name: plan.name, configuration: configuration(result, plan) }));
}

function configuration(result: StudyResult, plan: Plan): StudyChartConfiguration {
  const at = (cell: Cell) => cell.row[plan.key] ?? NaN;
  const shows = (cell: Cell) =>
    at(cell) <= (plan.largest ?? Infinity) &&
    plan.series.some(({ table, column }) => cell.table === table && cell.column === column);
  const cells = result.cells.filter(shows);
  const values = [...new Set(cells.map(at))].sort((a, b) => a - b);
  const horizontal: HorizontalScale = {
    title: plan.axis,
    values,
    position: plan.scale === 'logarithmic' ? logarithmFromZero(values) : (value) => value,
  };
  const top = roomAbove(cells);
  const series = plan.series.map(({ table, column, label, style }) => ({
    ...{ label, style },
    points: cells
      .filter((cell) => cell.table === table && cell.column === column)
      .map((cell) => ({ cell, at: at(cell), x: horizontal.position(at(cell)) })),
  }));
  const { datasets, annotations } = seriesDatasets(series, top);
  return {
    type: 'line',
    data: { datasets },
    options: studyChartOptions({
      title: plan.title,
      subtitle: provenance(result),
      warnings: studyWarnings(result, shows),
      ...{ horizontal, top, annotations },
    }),
  };
}

/**
 * log2(1 + value / unit), unit the smallest value above zero: 0 has a place, small sizes stand apart, large ones are as on
 * any logarithmic scale. On a linear axis the study's 0, 16, 32 and 96 MiB would lie within one percent of 7168.
 */
function logarithmFromZero(values: readonly number[]): (value: number) => number {
  const unit = values.find((value) => value > 0) ?? 1;
  return (value) => Math.log2(1 + value / unit);
}

/** The upper end of the time axis: a round figure that leaves room above everything drawn, for the failed runs. */
function roomAbove(cells: readonly Cell[]): number {
  const highest = Math.max(1, ...cells.flatMap((cell) => [cell.measured ?? 0, cell.predicted?.p90 ?? 0]));
  const step = highest > 60 ? 20 : highest > 12 ? 5 : 1;
  return Math.ceil((highest * 1.12) / step) * step;
}
