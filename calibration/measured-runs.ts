import { InputError } from '../scenario/input-error.js';
import { readRun, type MeasuredRun } from './qemu-1.2.1-run.js';
import runs from './tables/qemu-1.2.1-runs.json' with { type: 'json' };

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
 * Reads measured runs, one JSON object a line; empty lines are passed over.
 *
 * @throws InputError with file and line for what is no run of QEMU 1.2.1.
 * @example
 * parseRuns(JSON.stringify(ownRuns()[0]), 'runs.jsonl')[0].id // => 'dist-00-r0'
 */
export function parseRuns(text: string, file: string): MeasuredRun[] {
  const read: MeasuredRun[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const place = `${file}:${index + 1}`;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw new InputError(`${place}: is no JSON: a file of runs has one object a line`);
    }
    if (isLaterQemu(value)) {
      throw new InputError(
        `${place}: is a run of a later QEMU (it has totalMs): only QEMU 1.2.1 can be validated yet`,
      );
    }
    read.push(readRun(value, place));
  }
  if (read.length === 0) throw new InputError(`${file}: holds no runs`);
  return read;
}

/** The runs of QEMU 7.2 have milliseconds where those of 1.2.1 have seconds. */
function isLaterQemu(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'totalMs' in value;
}
