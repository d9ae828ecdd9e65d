import { InputError } from '../scenario/input-error.js';
import { readRun, type MeasuredRun } from './qemu-1.2.1-run.js';
import { readQemu72Run, type Qemu72Run } from './qemu-7.2-run.js';
import runs from './tables/qemu-1.2.1-runs.json' with { type: 'json' };
import laterRuns from './tables/qemu-7.2-runs.json' with { type: 'json' };

/**
 * The measured runs of QEMU 1.2.1 that come with migsim.
 *
 * @example
 * ownRuns().length // => 150
 */
export function ownRuns(): MeasuredRun[] {
  return (runs as unknown[]).map((run, i) => readRun(run, `run ${i + 1}`));
}

/**
 * The measured runs of QEMU 7.2 that come with migsim.
 *
 * @example
 * ownQemu72Runs().length // => 279
 */
export function ownQemu72Runs(): Qemu72Run[] {
  return (laterRuns as unknown[]).map((run, i) => readQemu72Run(run, `run ${i + 1}`));
}

/** Measured runs by the campaign that they belong to. */
export interface MeasuredRuns {
  qemu121: MeasuredRun[];
  qemu72: Qemu72Run[];
}

/**
 * Reads measured runs, one JSON object a line, of one campaign or of both; empty lines are passed over. The runs of
 * QEMU 7.2 are known by `totalMs`: they have milliseconds where those of 1.2.1 have seconds.
 *
 * @throws InputError with file and line for what is no run.
 * @example
 * parseRuns(JSON.stringify(ownRuns()[0]), 'runs.jsonl').qemu121[0].id // => 'dist-00-r0'
 */
export function parseRuns(text: string, file: string): MeasuredRuns {
  const read: MeasuredRuns = { qemu121: [], qemu72: [] };
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const place = `${file}:${index + 1}`;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw new InputError(`${place}: is no JSON: a file of runs has one object a line`);
    }
    if (isOfQemu72(value)) read.qemu72.push(readQemu72Run(value, place));
    else read.qemu121.push(readRun(value, place));
  }
  if (read.qemu121.length + read.qemu72.length === 0) throw new InputError(`${file}: holds no runs`);
  return read;
}

function isOfQemu72(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'totalMs' in value;
}
