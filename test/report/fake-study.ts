import type { Cell, StudyResult } from '../../report/study-result.js';

/** The study's figures by table: row keys, columns, rows. Null is the migration that failed. */
const TABLES: readonly {
  id: string;
  keys: readonly string[];
  columns: readonly string[];
  rows: readonly (readonly (number | null)[])[];
}[] = [
  {
    id: 'cpu-load',
    keys: ['host_cpu_load_percent'],
    columns: ['lm_s', 'blm_s'],
    rows: [
      [0, 15.0, 22.5],
      [66, 18.3, 25.1],
    ],
  },
  {
    id: 'network-load',
    keys: ['offered_icmp_mbit_s'],
    columns: ['blm_s', 'lm_s'],
    rows: [
      [0, 24.5, 17.5],
      [200, 25.0, 19.5],
      [420, 27.0, 21.0],
      [650, 30.2, 21.7],
      [860, 30.2, 21.7],
      [930, 30.3, 21.7],
    ],
  },
  {
    id: 'blm-stress',
    keys: ['stressed_mb'],
    columns: ['blm_loaded_network_s', 'blm_unloaded_network_s'],
    rows: [
      [0, 30.3, 22.5],
      [16, 30.3, 22.5],
      [32, 30.2, 23.0],
      [96, 31.0, 23.0],
      [896, 44.8, 29.5],
      [1792, 54.5, 35.5],
      [7168, 131.0, 75.0],
    ],
  },
  {
    id: 'lm-stress',
    keys: ['stressed_mb'],
    columns: ['lm_loaded_network_s', 'lm_unloaded_network_s'],
    rows: [
      [0, 22.0, 15.0],
      [16, 22.0, 15.3],
      [32, 22.3, 16.3],
      [48, 23.8, 17.3],
      [64, 28.6, 18.5],
      [80, 28.9, 20.8],
      [96, null, 20.8],
    ],
  },
  {
    id: 'flavours',
    keys: ['vcpus', 'ram_mib'],
    columns: ['lm_s', 'lm_downtime_s'],
    rows: [
      [1, 512, 4.9, 0.7],
      [1, 2048, 5.6, 0.7],
      [2, 4096, 7.0, 0.8],
      [4, 8192, 9.6, 0.8],
      [8, 16384, 15.3, 0.9],
    ],
  },
];

/** A reproduction that is off by a few percent, differently in each cell but always the same; and that agrees on the failure. */
export function fakeStudy(changes: Partial<StudyResult> = {}): StudyResult {
  let count = 0;
  const cells = TABLES.flatMap(({ id, keys, columns, rows }) =>
    rows.flatMap((values) =>
      columns.map((column, index): Cell => {
        const row = Object.fromEntries(keys.map((key, at) => [key, values[at]!]));
        const measured = values[keys.length + index] ?? null;
        count += 1;
        if (measured === null) {
          return { table: id, row, column, measured, predicted: null, completedFraction: 0 };
        }
        const p50 = measured * (1 + 0.03 * Math.sin(2.4 * count));
        return {
          ...{ table: id, row, column, measured },
          predicted: { p10: p50 * 0.97, p50, p90: p50 * 1.04, mean: p50 * 1.005 },
          completedFraction: 1,
        };
      }),
    ),
  );
  return {
    cells,
    limits: {
      unloaded: { lastCompleting: 103, firstFailing: 104 },
      loaded: { lastCompleting: 82, firstFailing: 83 },
    },
    score: { meanAbsolutePercentError: 1.94, worstCellPercent: 2.99, leaveOneOutPercent: 4.1 },
    statements: [
      {
        id: 'network-rise',
        text: 'network load raises migration time',
        measured: 24,
        predicted: 22.8,
        unit: '%',
      },
      {
        id: 'lm-faster',
        text: 'live migration is on average faster than block live migration with rising traffic: mean of BLM/LM in table 1',
        measured: 1.358,
        predicted: 1.371,
        unit: '',
      },
    ],
    seed: 1,
    profile: { name: 'icclab-2014', hash: '3f2a9c' },
    version: '0.1.0',
    replications: 100,
    ...changes,
  };
}

/** The same reproduction with one cell changed. */
export function withCell(
  result: StudyResult,
  which: Pick<Cell, 'table' | 'column'> & { key: number },
  changes: Partial<Cell>,
): StudyResult {
  return {
    ...result,
    cells: result.cells.map((cell) =>
      cell.table === which.table && cell.column === which.column && Object.values(cell.row)[0] === which.key
        ? { ...cell, ...changes }
        : cell,
    ),
  };
}
