import type { Parameters } from '../scenario/parameters.js';
import type { Scenario } from '../scenario/scenario.js';
import { findStack } from '../scenario/catalog.js';
import { runOnce, type RunResult } from './run.js';

/** Replications `first` to `first + count - 1` of one scenario. Plain data: it can cross to another thread. */
export interface Job {
  scenario: Scenario;
  parameters: Parameters;
  first: number;
  count: number;
}

/** Runs jobs somewhere. The results are the same wherever, and come in the order of jobs and replications. */
export interface Executor {
  run(jobs: readonly Job[], onProgress?: (doneReplications: number) => void): Promise<RunResult[][]>;
  close(): Promise<void>;
}

/** Runs one job here and now. */
export function runJob({ scenario, parameters, first, count }: Job): RunResult[] {
  const stack = findStack(scenario.stack);
  return Array.from({ length: count }, (_, i) => runOnce(stack, scenario, parameters, first + i));
}

/** Runs jobs one after another in this thread. */
export function createInlineExecutor(): Executor {
  return {
    run(jobs, onProgress) {
      let done = 0;
      const results = jobs.map((job) => {
        const result = runJob(job);
        done += job.count;
        onProgress?.(done);
        return result;
      });
      return Promise.resolve(results);
    },
    close: () => Promise.resolve(),
  };
}
