/** A figure of the study by its table, its column and the value of its row (the last key where a row has several). */
export type FigureName = readonly [table: string, column: string, row: number];

/** Seconds of a figure. */
export type TimeOf = (figure: FigureName) => number;

/** A sentence of the study about by how much one figure exceeds another, on average over some pairs of figures. */
export interface StudyRatio {
  id: string;
  text: string;
  /** '%': 100 x (mean ratio - 1); 'ratio': the mean ratio itself. */
  unit: '%' | 'ratio';
  pairs: readonly (readonly [longer: FigureName, shorter: FigureName])[];
}

type Pair = StudyRatio['pairs'][number];

/** One column of a table in two of its rows. */
const rows = (table: string, column: string, longer: number, shorter: number): Pair => [
  [table, column, longer],
  [table, column, shorter],
];

/** One size of stressed memory, with a loaded and an unloaded network. */
const networks = (kind: 'lm' | 'blm', size: number): Pair => [
  [`${kind}-stress`, `${kind}_loaded_network_s`, size],
  [`${kind}-stress`, `${kind}_unloaded_network_s`, size],
];

const offeredMbits = [0, 200, 420, 650, 860, 930];
const sizesThatSucceed = [0, 16, 32, 48, 64, 80];

/** What the study says about times in words, as ratios of its figures. */
export const studyRatios: readonly StudyRatio[] = [
  {
    id: 'lm-network-load',
    text: 'the full network load prolongs LM (table network-load)',
    unit: '%',
    pairs: [rows('network-load', 'lm_s', 930, 0)],
  },
  {
    id: 'blm-network-load',
    text: 'the full network load prolongs BLM (table network-load)',
    unit: '%',
    pairs: [rows('network-load', 'blm_s', 930, 0)],
  },
  {
    id: 'blm-over-lm',
    text: 'BLM takes longer than LM, mean over network loads',
    unit: 'ratio',
    pairs: offeredMbits.map((load) => [
      ['network-load', 'blm_s', load],
      ['network-load', 'lm_s', load],
    ]),
  },
  {
    id: 'blm-loaded-idle',
    text: 'a loaded network prolongs BLM of an idle guest',
    unit: '%',
    pairs: [networks('blm', 0)],
  },
  {
    id: 'blm-loaded-7168',
    text: 'a loaded network prolongs BLM at 7168 MiB stressed',
    unit: '%',
    pairs: [networks('blm', 7168)],
  },
  {
    id: 'lm-loaded',
    text: 'a loaded network prolongs LM, mean over the sizes where it succeeds',
    unit: '%',
    pairs: sizesThatSucceed.map((size) => networks('lm', size)),
  },
  {
    id: 'lm-cpu-load',
    text: 'a host CPU load of 66 % prolongs LM',
    unit: '%',
    pairs: [rows('cpu-load', 'lm_s', 66, 0)],
  },
  {
    id: 'blm-cpu-load',
    text: 'a host CPU load of 66 % prolongs BLM',
    unit: '%',
    pairs: [rows('cpu-load', 'blm_s', 66, 0)],
  },
];

/**
 * The figure of a statement, worked out from the times of its figures.
 *
 * @example
 * const idle = studyRatios.find(({ id }) => id === 'lm-cpu-load');
 * ratioOf(idle, ([, , load]) => (load === 66 ? 18 : 15)) // => 20
 */
export function ratioOf({ unit, pairs }: StudyRatio, timeOf: TimeOf): number {
  const ratios = pairs.map(([longer, shorter]) => timeOf(longer) / timeOf(shorter));
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  return unit === '%' ? 100 * (mean - 1) : mean;
}
