import { Worker } from 'node:worker_threads';
import type { Executor, Job } from './executor.js';
import type { RunResult } from './run.js';

/** Replications in one message: some 10 ms to 1 s of work, so that messages cost nothing and threads end together. */
const batch = 20;

interface Task {
  job: Job;
  resolve: (results: RunResult[]) => void;
  reject: (error: Error) => void;
}

/**
 * Runs jobs on worker threads. A thread is started when the first job comes; results do not depend on how many there
 * are, because every replication has random streams of its own.
 */
export function createThreadExecutor(threads: number): Executor {
  const workers: Worker[] = [];
  const queue: Task[] = [];

  function give(worker: Worker): void {
    const task = queue.shift();
    if (!task) return;
    const release = (): void => {
      worker.off('message', succeed);
      worker.off('error', fail);
      give(worker);
    };
    const succeed = (results: RunResult[]): void => {
      release();
      task.resolve(results);
    };
    const fail = (error: Error): void => {
      release();
      task.reject(error);
    };
    worker.on('message', succeed);
    worker.on('error', fail);
    worker.postMessage(task.job);
  }

  return {
    async run(jobs, onProgress) {
      while (workers.length < threads) workers.push(new Worker(new URL('./worker.js', import.meta.url)));
      let done = 0;
      const parts = jobs.map((job) => {
        const batches: Promise<RunResult[]>[] = [];
        for (let first = job.first; first < job.first + job.count; first += batch) {
          const count = Math.min(batch, job.first + job.count - first);
          const part = new Promise<RunResult[]>((resolve, reject) => {
            queue.push({ job: { ...job, first, count }, resolve, reject });
          });
          batches.push(
            part.then((results) => {
              done += count;
              onProgress?.(done);
              return results;
            }),
          );
        }
        return Promise.all(batches);
      });
      for (const worker of workers) give(worker);
      const results = await Promise.all(parts);
      return results.map((batches) => batches.flat());
    },
    async close() {
      await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
    },
  };
}
