import { findProfile } from '../scenario/catalog.js';
import type { Assignment } from '../scenario/merge.js';
import type { Profile } from '../scenario/profile.js';
import type { Executor } from '../studies/executor.js';
import { isMost } from '../studies/verdicts.js';
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

/** Beyond the tables one looks in the study's steps, MiB, with as many replications as tell a half from a twentieth. */
const limitStep = 16;
const limitReplications = 200;
/** No limit is looked for beyond this, MiB. */
const limitEnd = 256;

/**
 * Predicts every figure of the study from first principles and one parameter set.
 *
 * @example
 * (await reproduce(1, 1, createInlineExecutor())).cells.length // => 54
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
  const predicted = await predictCells(cells, profile, replications, executor, onProgress);
  const find = async (network: Network): Promise<Limit> => {
    const tried = predicted.filter(({ column }) => column === `lm_${network}_network_s`);
    for (let size = tried.at(-1)!.row.stressed_mb! + limitStep; size <= limitEnd; size += limitStep) {
      if (!isMost(tried.at(-1)!.completedFraction)) break;
      const cell = withSeed(stressCell(network, size, profile));
      tried.push(
        ...(await predictCells([cell], profile, Math.min(replications, limitReplications), executor)),
      );
    }
    return limitOf(tried);
  };
  const limits = { unloaded: await find('unloaded'), loaded: await find('loaded') };
  const isFitCurrent = profile.fit?.inputs === fitInputs(profile);
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

type Network = 'unloaded' | 'loaded';

const setting = (path: string, value: unknown): Assignment => ({ origin: `--${path}`, path, value });

/**
 * Mean and worst absolute error of the predicted medians over all measured times, percent.
 *
 * @example
 * const cell = { ...studyCells(profile)[0], completedFraction: 1, results: [] }; // 15 s measured
 * scoreOf([{ ...cell, predicted: summarize([16.5]) }]).worstCellPercent // => 10
 */
export function scoreOf(cells: readonly PredictedCell[]): Omit<Score, 'leaveOneOutPercent'> {
  const errors = cells
    .filter(({ quantity, measured }) => quantity === 'time' && measured !== null)
    .map(({ measured, predicted }) => 100 * Math.abs((predicted?.p50 ?? 0) / measured! - 1));
  return {
    meanAbsolutePercentError: errors.reduce((sum, error) => sum + error, 0) / errors.length,
    worstCellPercent: Math.max(...errors),
  };
}

function limitOf(cells: readonly PredictedCell[]): Limit {
  const sizes = cells.filter(({ row }) => row.stressed_mb! > 0);
  const completes = ({ completedFraction }: PredictedCell): boolean => isMost(completedFraction);
  const lastCompleting = sizes.findLast(completes)?.row.stressed_mb ?? null;
  const firstFailing = sizes.find(
    (cell) => cell.row.stressed_mb! > (lastCompleting ?? 0) && !completes(cell),
  );
  return { lastCompleting, firstFailing: firstFailing?.row.stressed_mb ?? null };
}
