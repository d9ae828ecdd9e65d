import { availableParallelism } from 'node:os';
import { runJob, type Executor, type Job } from '../studies/executor.js';
import type { RunResult } from '../studies/run.js';
import { createThreadExecutor } from '../studies/thread-executor.js';

/** Milliseconds of work after which threads are thought of: they take about 150 ms to start and to load the simulation. */
const INLINE_MILLISECONDS = 150;
/** Milliseconds of work that must be left for threads to be worth it. */
const WORTH_THREADS = 400;
/** Milliseconds of work in one message to a thread: short enough for the threads to end together. */
const BATCH_MILLISECONDS = 100;

/**
 * Runs what is small here, and moves to threads when what is left of the work is worth their start. The results are the
 * same wherever they come from.
 *
 * @param cpus threads at most; with one, everything runs here
 */
export function createExecutor(cpus = availableParallelism()): Executor {
  let threads: Executor | undefined;
  let milliseconds = 0;
  let finished = 0;

  return {
    async run(jobs, onProgress) {
      const results = jobs.map((): RunResult[] => []);
      const all = jobs.flatMap((job, index) =>
        Array.from({ length: job.count }, (_, i) => ({
          index,
          job: { ...job, first: job.first + i, count: 1 },
        })),
      );
      let next = 0;
      while (next < all.length && !threads) {
        const { index, job } = all[next]!;
        const start = performance.now();
        results[index]!.push(...runJob(job));
        milliseconds += performance.now() - start;
        onProgress?.(++next);
        finished++;
        const left = ((all.length - next) * milliseconds) / finished;
        if (cpus > 1 && milliseconds > INLINE_MILLISECONDS && left > WORTH_THREADS)
          threads = startThreads(cpus);
      }
      if (!threads || next === all.length) return results;

      const size = Math.max(1, Math.round((BATCH_MILLISECONDS * finished) / milliseconds));
      const batches = batchesOf(all.slice(next), size);
      const parts = await threads.run(
        batches.map(({ job }) => job),
        (done) => onProgress?.(next + done),
      );
      for (const [at, { index }] of batches.entries()) results[index]!.push(...parts[at]!);
      return results;
    },
    async close() {
      await threads?.close();
    },
  };
}

interface Batch {
  index: number;
  job: Job;
}

/** Joins single replications of one job into batches of at most `size`. */
function batchesOf(singles: readonly Batch[], size: number): Batch[] {
  const batches: Batch[] = [];
  for (const { index, job } of singles) {
    const last = batches.at(-1);
    if (last?.index === index && last.job.count < size) last.job.count++;
    else batches.push({ index, job: { ...job } });
  }
  return batches;
}

/** While threads work, this one only waits and can end the command in an orderly way; before, the system does it. */
function startThreads(cpus: number): Executor {
  process.once('SIGINT', () => {
    process.stderr.write('\n');
    process.exit(130);
  });
  return createThreadExecutor(cpus);
}
