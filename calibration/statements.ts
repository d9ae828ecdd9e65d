import { quantileOfSorted } from '../studies/summary.js';
import type { PredictedCell } from './predict-cells.js';

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
  const both = (id: string, text: string, unit: string, work: (at: TimeAt) => number): Statement => ({
    id,
    text,
    unit,
    measured: rounded(work(measuredAt)),
    predicted: rounded(work(predictedAt)),
  });
  const idle = cells.find(({ table, column }) => table === 'cpu-load' && column === 'lm_s')!;
  const flood = cells.findLast(({ table, column }) => table === 'network-load' && column === 'lm_s')!;
  const idleBlock = cells.find(({ table, column }) => table === 'cpu-load' && column === 'blm_s')!;
  const downtimes = cells.filter(({ quantity }) => quantity === 'downtime');
  const downtime = (cell: PredictedCell) => medianOf(cell, (run) => run.downtimeSeconds);
  return [
    both('lm-network-load', 'the full network load prolongs LM (table network-load)', '%', (at) =>
      more(at('network-load', 'lm_s', 930), at('network-load', 'lm_s', 0)),
    ),
    both('blm-network-load', 'the full network load prolongs BLM (table network-load)', '%', (at) =>
      more(at('network-load', 'blm_s', 930), at('network-load', 'blm_s', 0)),
    ),
    both('blm-over-lm', 'BLM takes longer than LM, mean over network loads', 'ratio', (at) =>
      mean(networkLoads.map((load) => at('network-load', 'blm_s', load) / at('network-load', 'lm_s', load))),
    ),
    both('blm-loaded-idle', 'a loaded network prolongs BLM of an idle guest', '%', (at) =>
      more(at('blm-stress', 'blm_loaded_network_s', 0), at('blm-stress', 'blm_unloaded_network_s', 0)),
    ),
    both('blm-loaded-7168', 'a loaded network prolongs BLM at 7168 MiB stressed', '%', (at) =>
      more(at('blm-stress', 'blm_loaded_network_s', 7168), at('blm-stress', 'blm_unloaded_network_s', 7168)),
    ),
    both('lm-loaded', 'a loaded network prolongs LM, mean over the sizes where it succeeds', '%', (at) =>
      mean(
        succeeding.map((size) =>
          more(at('lm-stress', 'lm_loaded_network_s', size), at('lm-stress', 'lm_unloaded_network_s', size)),
        ),
      ),
    ),
    both('lm-cpu-load', 'a host CPU load of 66 % prolongs LM', '%', (at) =>
      more(at('cpu-load', 'lm_s', 66), at('cpu-load', 'lm_s', 0)),
    ),
    both('blm-cpu-load', 'a host CPU load of 66 % prolongs BLM', '%', (at) =>
      more(at('cpu-load', 'blm_s', 66), at('cpu-load', 'blm_s', 0)),
    ),
    {
      id: 'lm-cpu-share',
      text: 'an idle LM uses 50 to 80 % of one core while it sends (measured: the middle)',
      unit: '%',
      measured: 65,
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

const networkLoads = [0, 200, 420, 650, 860, 930];
const succeeding = [0, 16, 32, 48, 64, 80];

/** Seconds in a table's column, in the row whose last key has that value. */
type TimeAt = (table: string, column: string, row: number) => number;

function timesAt(cells: readonly PredictedCell[], pick: (cell: PredictedCell) => number | null): TimeAt {
  return (table, column, row) => {
    const cell = cells.find(
      (one) => one.table === table && one.column === column && Object.values(one.row).at(-1) === row,
    );
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

const more = (longer: number, shorter: number): number => 100 * (longer / shorter - 1);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const toMbits = (bytesPerSecond: number): number => Math.round(bytesPerSecond * 8e-6);

function rounded(value: number, digits = 3): number | null {
  return Number.isFinite(value) ? Number(value.toFixed(digits)) : null;
}
