import type { Scenario } from '../scenario/scenario.js';
import { predictionWarnings } from './prediction-warnings.js';
import type { Prepared } from './prepare.js';
import { reasonFor, shortfallOf } from './reason.js';
import type { RunResult, Verdict } from './run.js';
import { summarize, type Summary } from './summary.js';

/**
 * What is predicted for one scenario. Summaries are over the replications that completed, null where none did; plain
 * numbers are means over those that ended with `verdict`.
 */
export interface Prediction {
  /** Resolved, in SI; what is unlimited is null in JSON. */
  scenario: Scenario;
  verdict: Verdict;
  completedFraction: number;
  /** Why, in one sentence, with the figures of the typical replication. */
  reason: string;
  /** From the request to its finish. */
  totalSeconds: Summary | null;
  /** From the guest's last instruction at the source to its first at the destination. */
  downtimeSeconds: Summary | null;
  /** From the stop until the source has handed over its last byte, as QEMU reports it. */
  sourceDowntimeSeconds: Summary | null;
  /** From the request to the transfer's start; null where it never began. */
  setupSeconds: number | null;
  /** Fetches of the dirty log. */
  rounds: number;
  bytesOnWire: number;
  migrationCpuSeconds: number;
  /** Of one core, while the migration runs. */
  migrationCpuShare: number;
  /** What the background carries, 10^6 bit/s. */
  backgroundMbits: { alone: number; during: number };
  /** Share of its CPU time that the guest loses from the request to the finish, the time it stands still included. */
  guestSlowdown: number;
  /** Of those that went over to post-copy: pages that the guest asked for, and seconds that it waited for them. */
  postCopy?: { requests: number; stallSeconds: number };
  /** The stop test that came nearest, in the typical replication; null where none was made. */
  convergence: Convergence | null;
  /** Number of the replication whose figures `reason` and `convergence` give. */
  typicalReplication: number;
  warnings: string[];
}

export interface Convergence {
  remainingBytesAtBest: number;
  thresholdBytes: number;
  /** What was left as a multiple of what was allowed: above 1 the test failed. */
  shortfallFactor: number;
}

/** From the best end to the worst. */
const verdicts: readonly Verdict[] = ['completed', 'non-converging', 'aborted', 'failed'];

/**
 * The most frequent verdict, ties to the worse.
 *
 * @example
 * commonVerdict(['completed', 'non-converging', 'completed', 'non-converging']) // => 'non-converging'
 */
export function commonVerdict(of: readonly Verdict[]): Verdict {
  const count = (verdict: Verdict) => of.filter((one) => one === verdict).length;
  return verdicts.reduce((best, verdict) => (count(verdict) >= Math.max(1, count(best)) ? verdict : best));
}

/**
 * Summarises the runs of one scenario.
 *
 * @param prepared the scenario that was run
 * @param runs its replications in their order, at least one
 * @param first number of the first one
 * @throws RangeError for no runs
 */
export function predictionOf(prepared: Prepared, runs: readonly RunResult[], first = 1): Prediction {
  if (runs.length === 0)
    throw new RangeError('predictionOf: runs is empty, should hold at least one replication');
  const { scenario } = prepared;
  const verdict = commonVerdict(runs.map((run) => run.verdict));
  const completed = runs.filter((run) => run.verdict === 'completed');
  const alike = runs.filter((run) => run.verdict === verdict);
  const completedFraction = completed.length / runs.length;
  const typical = typicalOf(alike);
  const totalSeconds = summaryOf(completed, (run) => run.totalSeconds);
  const downtimeSeconds = summaryOf(completed, (run) => run.downtimeSeconds);
  return {
    scenario,
    verdict,
    completedFraction,
    reason: reasonFor(scenario, typical),
    totalSeconds,
    downtimeSeconds,
    sourceDowntimeSeconds: summaryOf(completed, (run) => run.sourceDowntimeSeconds),
    setupSeconds: meanOf(alike, (run) => run.setupSeconds),
    rounds: mean(alike.map((run) => run.syncs)),
    bytesOnWire: mean(alike.map((run) => run.bytesOnWire)),
    migrationCpuSeconds: mean(alike.map((run) => run.migrationCpuSeconds)),
    migrationCpuShare: mean(alike.map((run) => run.migrationCpuShare)),
    backgroundMbits: {
      alone: megabits(mean(alike.map((run) => run.background.alone))),
      during: megabits(mean(alike.map((run) => run.background.during))),
    },
    guestSlowdown: mean(alike.map((run) => run.guestSlowdown)),
    ...postCopyOf(alike),
    convergence: convergenceOf(typical),
    typicalReplication: first + runs.indexOf(typical),
    warnings: predictionWarnings(prepared, {
      replications: runs.length,
      completedFraction,
      totalSeconds,
      downtimeSeconds,
    }),
  };
}

function postCopyOf(runs: readonly RunResult[]): Pick<Prediction, 'postCopy'> {
  const records = runs.map(({ postCopy }) => postCopy).filter((record) => record !== undefined);
  if (records.length === 0) return {};
  const requests = mean(records.map((record) => record.requests));
  return { postCopy: { requests, stallSeconds: mean(records.map((record) => record.stallSeconds)) } };
}

/** The stop test of a run that came nearest. */
export function convergenceOf(run: RunResult): Convergence | null {
  const shortfallFactor = shortfallOf(run);
  if (run.nearest === null || shortfallFactor === null) return null;
  return {
    remainingBytesAtBest: run.nearest.remainingBytes,
    thresholdBytes: run.nearest.thresholdBytes,
    shortfallFactor,
  };
}

/** The run in the middle by total time, or by how near it came to stopping where nothing has a total time. */
function typicalOf(runs: readonly RunResult[]): RunResult {
  const order = (run: RunResult) => run.totalSeconds ?? shortfallOf(run) ?? Infinity;
  const sorted = runs.toSorted((a, b) => (order(a) === order(b) ? 0 : order(a) - order(b)));
  return sorted[Math.floor((sorted.length - 1) / 2)]!;
}

function known(runs: readonly RunResult[], of: (run: RunResult) => number | null): number[] {
  return runs.map(of).filter((value) => value !== null);
}

function summaryOf(runs: readonly RunResult[], of: (run: RunResult) => number | null): Summary | null {
  return summarize(known(runs, of));
}

function meanOf(runs: readonly RunResult[], of: (run: RunResult) => number | null): number | null {
  const values = known(runs, of);
  return values.length === 0 ? null : mean(values);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function megabits(bytesPerSecond: number): number {
  return (bytesPerSecond * 8) / 1e6;
}
