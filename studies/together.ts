import type { DowntimeParts, Sample } from '../models/migration/journal.js';
import type { StepFunction } from '../sim/step-function.js';
import { worstVerdict, type Verdict } from './verdicts.js';

/** What is put together of each guest's run. Times in seconds, null where it did not happen. */
interface Outcome {
  verdict: Verdict;
  totalSeconds: number | null;
  downtimeSeconds: number | null;
  sourceDowntimeSeconds: number | null;
  downtimeParts: DowntimeParts | null;
  setupSeconds: number | null;
  bytesOnWire: number;
  diskBytes: number;
  migrationCpuSeconds: number;
  migrationCpuShare: number;
  background: { alone: number; during: number };
  guestSlowdown: number;
  calls: number;
}

/** One guest's run, with the samples that its figures are made from. */
export interface VmRun<R extends Outcome> {
  result: R;
  waitedSeconds: number;
  /** Null: nothing was sent. */
  start: Sample | null;
  end: Sample;
}

/** What became of one of several guests. */
export interface VmResult {
  verdict: Verdict;
  /** From the request, which is the same for all, to its finish; null where it did not complete. */
  totalSeconds: number | null;
  downtimeSeconds: number | null;
  sourceDowntimeSeconds: number | null;
  /** Absent where it did not complete, or the stack does not tell. */
  downtimeParts?: DowntimeParts;
  /** Until the product began with it, or as long as somebody waited. */
  waitedSeconds: number;
  /** From the request to its first byte; null where that was never sent. */
  setupSeconds: number | null;
  bytesOnWire: number;
}

/** What becomes of several guests, and which of them decided it. */
export interface Together {
  vms: readonly VmResult[];
  /** Number of the decisive guest, from 1. */
  decisiveVm: number;
}

/**
 * Several guests that were to be migrated at once, as one run: its verdict is the worst of theirs, it takes until the
 * last has finished, its downtime with its parts and what the guests lost are the worst guest's, bytes, CPU and calls are sums. What
 * belongs to one migration (syncs, rounds, the stop test, why it ended) is that of the decisive guest: the first with
 * that verdict, or the last to finish where all completed.
 *
 * @param runs of the guests in the order in which they were asked for, at least one
 * @param backgroundAlone what other traffic would have carried without them, bytes/s
 * @example
 * together([first, second], none).totalSeconds // of two that took 20 s and 35 s => 35
 */
export function together<R extends Outcome>(
  runs: readonly VmRun<R>[],
  backgroundAlone: StepFunction,
): R & Together {
  const results = runs.map(({ result }) => result);
  const verdict = worstVerdict(results.map((result) => result.verdict));
  const decisive = decisiveOf(results, verdict);
  const spans = runs.flatMap(({ start, end }) => (start ? { start, end } : []));
  // From the first byte of the first to the last byte of the last.
  const first = (of: (sample: Sample) => number): number => Math.min(...spans.map(({ start }) => of(start)));
  const last = (of: (sample: Sample) => number): number => Math.max(...spans.map(({ end }) => of(end)));
  const begun = spans.length > 0 ? first(({ time }) => time) : null;
  const seconds = begun === null ? 0 : last(({ time }) => time) - begun;
  const perSecond = (amount: number): number => (seconds > 0 ? amount / seconds : 0);
  const cpuSeconds = sum(spans.map(({ start, end }) => end.cpuSeconds - start.cpuSeconds));
  const carried = last((sample) => sample.backgroundBytes) - first((sample) => sample.backgroundBytes);
  const whereCompleted = (of: (result: R) => number | null): number | null =>
    verdict === 'completed' ? Math.max(...results.map((result) => of(result) ?? 0)) : null;
  return {
    ...decisive,
    verdict,
    totalSeconds: whereCompleted((result) => result.totalSeconds),
    downtimeSeconds: whereCompleted((result) => result.downtimeSeconds),
    downtimeParts: verdict === 'completed' ? longestDowntimeOf(results).downtimeParts : null,
    sourceDowntimeSeconds: whereCompleted((result) => result.sourceDowntimeSeconds),
    setupSeconds: begun,
    bytesOnWire: sum(results.map((result) => result.bytesOnWire)),
    diskBytes: sum(results.map((result) => result.diskBytes)),
    migrationCpuSeconds: sum(results.map((result) => result.migrationCpuSeconds)),
    migrationCpuShare: perSecond(cpuSeconds),
    background: {
      alone: backgroundAlone.mean(begun ?? 0, (begun ?? 0) + seconds),
      during: perSecond(carried),
    },
    guestSlowdown: Math.max(...results.map((result) => result.guestSlowdown)),
    calls: sum(results.map((result) => result.calls)),
    vms: runs.map(({ result, waitedSeconds }) => ({
      verdict: result.verdict,
      totalSeconds: result.totalSeconds,
      downtimeSeconds: result.downtimeSeconds,
      sourceDowntimeSeconds: result.sourceDowntimeSeconds,
      ...(result.downtimeParts && { downtimeParts: result.downtimeParts }),
      waitedSeconds,
      setupSeconds: result.setupSeconds,
      bytesOnWire: result.bytesOnWire,
    })),
    decisiveVm: results.indexOf(decisive) + 1,
  };
}

function decisiveOf<R extends Outcome>(results: readonly R[], verdict: Verdict): R {
  if (verdict !== 'completed') return results.find((result) => result.verdict === verdict)!;
  return results.reduce((last, one) => (one.totalSeconds! > last.totalSeconds! ? one : last));
}

function longestDowntimeOf<R extends Outcome>(results: readonly R[]): R {
  return results.reduce((worst, one) =>
    (one.downtimeSeconds ?? 0) > (worst.downtimeSeconds ?? 0) ? one : worst,
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
