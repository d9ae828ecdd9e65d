import { quantileOfSorted } from '../studies/summary.js';
import type { PredictedCell } from './predict-cells.js';
import { isFigure } from './study.js';
import { ratioOf, studyRatios, type TimeOf } from './study-ratios.js';

/** A sentence of the study with its figure, measured beside predicted. */
export interface Statement {
  id: string;
  text: string;
  unit: string;
  measured: number | null;
  predicted: number | null;
}

/**
 * The study's statements, worked out from the tables and from the predictions for the same cells in the same way, so
 * that rounding in the study's text plays no part.
 *
 * @example
 * studyStatements((await reproduce(1, 1, createInlineExecutor())).cells)[0].measured // => 24
 */
export function studyStatements(cells: readonly PredictedCell[]): Statement[] {
  const measuredAt = timesAt(cells, ({ measured }) => measured);
  const predictedAt = timesAt(cells, ({ predicted }) => predicted?.p50 ?? null);
  const idle = cells.find(({ table, column }) => table === 'cpu-load' && column === 'lm_s')!;
  const flood = cells.findLast(({ table, column }) => table === 'network-load' && column === 'lm_s')!;
  const idleBlock = cells.find(({ table, column }) => table === 'cpu-load' && column === 'blm_s')!;
  const downtimes = cells.filter(({ quantity }) => quantity === 'downtime');
  const downtime = (cell: PredictedCell) => medianOf(cell, (run) => run.downtimeSeconds);
  return [
    ...studyRatios.map((ratio): Statement => {
      const { id, text, unit } = ratio;
      const measured = rounded(ratioOf(ratio, measuredAt));
      return { id, text, unit, measured, predicted: rounded(ratioOf(ratio, predictedAt)) };
    }),
    {
      id: 'lm-cpu-share',
      text: 'an idle LM uses 50 to 80 % of one core while it sends',
      unit: '%',
      measured: null,
      predicted: rounded(100 * medianOf(idle, (run) => run.migrationCpuShare)),
    },
    {
      id: 'background-during',
      text: `background of ${toMbits(flood.results[0]!.background.alone)} Mbit/s alone carries less while an LM sends`,
      unit: 'Mbit/s',
      measured: null,
      predicted: toMbits(medianOf(flood, (run) => run.background.during)),
    },
    {
      id: 'lm-downtime-least',
      text: 'least downtime of LM over the flavours',
      unit: 's',
      measured: Math.min(...downtimes.map(({ measured }) => measured!)),
      predicted: rounded(Math.min(...downtimes.map(downtime)), 2),
    },
    {
      id: 'lm-downtime-most',
      text: 'longest downtime of LM over the flavours',
      unit: 's',
      measured: Math.max(...downtimes.map(({ measured }) => measured!)),
      predicted: rounded(Math.max(...downtimes.map(downtime)), 2),
    },
    {
      id: 'blm-downtime-over-lm',
      text: 'downtime of BLM over that of LM, idle guest: several times larger',
      unit: 'ratio',
      measured: null,
      predicted: rounded(downtime(idleBlock) / downtime(idle), 1),
    },
  ];
}

function timesAt(cells: readonly PredictedCell[], pick: (cell: PredictedCell) => number | null): TimeOf {
  return (name) => {
    const cell = cells.find((one) => isFigure(one, name));
    return (cell && pick(cell)) ?? NaN;
  };
}

function medianOf(
  cell: PredictedCell,
  pick: (run: PredictedCell['results'][number]) => number | null,
): number {
  const values = cell.results.map(pick).filter((value) => value !== null);
  return values.length === 0
    ? NaN
    : quantileOfSorted(
        values.toSorted((a, b) => a - b),
        0.5,
      );
}

const toMbits = (bytesPerSecond: number): number => Math.round(bytesPerSecond * 8e-6);

function rounded(value: number, digits = 3): number | null {
  return Number.isFinite(value) ? Number(value.toFixed(digits)) : null;
}
