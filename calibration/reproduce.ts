import { findProfile } from '../scenario/catalog.js';
import type { Assignment } from '../scenario/merge.js';
import type { Profile } from '../scenario/profile.js';
import type { Executor } from '../studies/executor.js';
import { fitInputs } from './fit-inputs.js';
import { predictCells, type PredictedCell } from './predict-cells.js';
import { studyStatements, type Statement } from './statements.js';
import { studyCells, stressCell, type StudyCell } from './study.js';

/** The study predicted: every figure, the limits, the statements, the score. */
export interface Reproduction {
  cells: PredictedCell[];
  limits: Record<'unloaded' | 'loaded', Limit>;
  statements: Statement[];
  score: Score;
  profile: Profile;
  warnings: string[];
}

/** Stressed MiB, in the study's steps. */
export interface Limit {
  lastCompleting: number | null;
  firstFailing: number | null;
}

export interface Score {
  meanAbsolutePercentError: number;
  worstCellPercent: number;
  /** Made by the fit; null for a profile that has none, or whose inputs have changed since. */
  leaveOneOutPercent: number | null;
}

/** The study's steps of stressed memory near its limits, MiB; what the tables lack is run besides. */
const limitSizes = [16, 32, 48, 64, 80, 96, 112];

/**
 * Predicts every figure of the study from first principles and one parameter set.
 */
export async function reproduce(
  replications: number,
  seed: number,
  executor: Executor,
  onProgress?: (done: number, total: number) => void,
): Promise<Reproduction> {
  const profile = findProfile('icclab-2014');
  const withSeed = (cell: StudyCell): StudyCell => ({
    ...cell,
    scenario: [...cell.scenario, setting('seed', seed), setting('replications', replications)],
  });
  const cells = studyCells(profile).map(withSeed);
  const besides = networks.flatMap((network) =>
    limitSizes.map((size) => withSeed(stressCell(network, size, profile))),
  );
  const all = await predictCells([...cells, ...besides], profile, replications, executor, onProgress);
  const predicted = all.slice(0, cells.length);
  const isFitCurrent = profile.fit?.inputs === fitInputs(profile);
  const limits = { unloaded: limitOf(all, 'unloaded'), loaded: limitOf(all, 'loaded') };
  return {
    cells: predicted,
    limits,
    statements: studyStatements(predicted),
    score: {
      ...scoreOf(predicted),
      leaveOneOutPercent: isFitCurrent ? profile.fit!.leaveOneOutPercent : null,
    },
    profile,
    warnings: isFitCurrent ? [] : [staleFit],
  };
}

const staleFit =
  'tables, constants or profile have changed since the fit: its leave-one-out score does not hold; run npm run fit';

const networks = ['unloaded', 'loaded'] as const;

const setting = (path: string, value: unknown): Assignment => ({ origin: `--${path}`, path, value });

/** Mean and worst absolute error of the predicted medians over all measured times, percent. */
export function scoreOf(cells: readonly PredictedCell[]): Omit<Score, 'leaveOneOutPercent'> {
  const errors = cells
    .filter(({ quantity, measured }) => quantity === 'time' && measured !== null)
    .map(({ measured, predicted }) => 100 * Math.abs((predicted?.p50 ?? 0) / measured! - 1));
  return {
    meanAbsolutePercentError: errors.reduce((sum, error) => sum + error, 0) / errors.length,
    worstCellPercent: Math.max(...errors),
  };
}

function limitOf(cells: readonly PredictedCell[], network: (typeof networks)[number]): Limit {
  const stressed = cells.filter(({ column }) => column === `lm_${network}_network_s`);
  const sizes = new Map(stressed.map(({ row, completedFraction }) => [row.stressed_mb!, completedFraction]));
  const completing = limitSizes.filter((size) => sizes.get(size)! >= 0.5);
  const lastCompleting = completing.at(-1) ?? null;
  return {
    lastCompleting,
    firstFailing: limitSizes.find((size) => size > (lastCompleting ?? 0) && sizes.get(size)! < 0.5) ?? null,
  };
}
