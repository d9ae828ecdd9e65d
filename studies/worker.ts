import { parentPort } from 'node:worker_threads';
import { runJob, type Job } from './executor.js';

// The other end of thread-executor.ts.
parentPort?.on('message', (job: Job) => parentPort?.postMessage(runJob(job)));
