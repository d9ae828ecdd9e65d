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

const networkLoads = [0, 200, 420, 650, 860, 930];
const succeeding = [0, 16, 32, 48, 64, 80];

/** What the study says about times in words, as ratios of its figures. */
export const studyRatios: readonly StudyRatio[] = [
  {
    id: 'lm-network-load',
    text: 'the full network load prolongs LM (table network-load)',
    unit: '%',
    pairs: [
      [
        ['network-load', 'lm_s', 930],
        ['network-load', 'lm_s', 0],
      ],
    ],
  },
  {
    id: 'blm-network-load',
    text: 'the full network load prolongs BLM (table network-load)',
    unit: '%',
    pairs: [
      [
        ['network-load', 'blm_s', 930],
        ['network-load', 'blm_s', 0],
      ],
    ],
  },
  {
    id: 'blm-over-lm',
    text: 'BLM takes longer than LM, mean over network loads',
    unit: 'ratio',
    pairs: networkLoads.map((load) => [
      ['network-load', 'blm_s', load],
      ['network-load', 'lm_s', load],
    ]),
  },
  {
    id: 'blm-loaded-idle',
    text: 'a loaded network prolongs BLM of an idle guest',
    unit: '%',
    pairs: [loadedOverUnloaded('blm', 0)],
  },
  {
    id: 'blm-loaded-7168',
    text: 'a loaded network prolongs BLM at 7168 MiB stressed',
    unit: '%',
    pairs: [loadedOverUnloaded('blm', 7168)],
  },
  {
    id: 'lm-loaded',
    text: 'a loaded network prolongs LM, mean over the sizes where it succeeds',
    unit: '%',
    pairs: succeeding.map((size) => loadedOverUnloaded('lm', size)),
  },
  {
    id: 'lm-cpu-load',
    text: 'a host CPU load of 66 % prolongs LM',
    unit: '%',
    pairs: [
      [
        ['cpu-load', 'lm_s', 66],
        ['cpu-load', 'lm_s', 0],
      ],
    ],
  },
  {
    id: 'blm-cpu-load',
    text: 'a host CPU load of 66 % prolongs BLM',
    unit: '%',
    pairs: [
      [
        ['cpu-load', 'blm_s', 66],
        ['cpu-load', 'blm_s', 0],
      ],
    ],
  },
];

function loadedOverUnloaded(kind: 'lm' | 'blm', size: number): readonly [FigureName, FigureName] {
  const table = `${kind}-stress`;
  return [
    [table, `${kind}_loaded_network_s`, size],
    [table, `${kind}_unloaded_network_s`, size],
  ];
}

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
