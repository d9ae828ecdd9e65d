import type { Profile } from '../scenario/profile.js';
import type { Executor, Job } from '../studies/executor.js';
import { prepare } from '../studies/prepare.js';
import type { RunResult } from '../studies/run.js';
import { summarize, type Summary } from '../studies/summary.js';
import type { StudyCell } from './study.js';

/** A cell with what was predicted for it; null where no replication completed. */
export interface PredictedCell extends StudyCell {
  predicted: Summary | null;
  completedFraction: number;
  results: RunResult[];
}

/**
 * Predicts cells under a profile. Cells that ask for the same scenario (the tables repeat some) are run once.
 *
 * @example
 * const [cell] = studyCells(profile);
 * (await predictCells([cell], profile, 3, createInlineExecutor()))[0].completedFraction // => 1
 */
export async function predictCells(
  cells: readonly StudyCell[],
  profile: Profile,
  replications: number,
  executor: Executor,
  onProgress?: (done: number, total: number) => void,
): Promise<PredictedCell[]> {
  const jobs = new Map<string, { job: Job; place: number }>();
  const places = cells.map(({ scenario }) => {
    const { scenario: resolved, parameters } = prepare(scenario, profile);
    const key = JSON.stringify(resolved);
    const known = jobs.get(key);
    if (known) return known.place;
    const place = jobs.size;
    jobs.set(key, { place, job: { scenario: resolved, parameters, first: 1, count: replications } });
    return place;
  });
  const all = [...jobs.values()].map(({ job }) => job);
  const results = await executor.run(all, (done) => onProgress?.(done, all.length * replications));
  return cells.map((cell, i) => {
    const runs = results[places[i]!]!;
    const completed = runs.filter(({ verdict }) => verdict === 'completed');
    const values = completed.map((run) =>
      cell.quantity === 'time' ? run.totalSeconds! : run.downtimeSeconds!,
    );
    return {
      ...cell,
      predicted: summarize(values),
      completedFraction: completed.length / runs.length,
      results: runs,
    };
  });
}
