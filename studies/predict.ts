import type { DowntimeParts } from '../models/migration/journal.js';
import type { Scenario } from '../scenario/scenario.js';
import { predictionWarnings } from './prediction-warnings.js';
import type { Prepared } from './prepare.js';
import { reasonFor, shortfallOf } from './reason.js';
import type { RunResult, Verdict } from './run.js';
import { summarize, type Summary } from './summary.js';
import type { VmResult } from './together.js';
import { commonVerdict, countVerdicts } from './verdicts.js';

/**
 * What is predicted for one scenario. Summaries are over the replications that completed, null where none did; plain
 * numbers are means over those that ended with `verdict`.
 */
export interface Prediction {
  /** Resolved, in SI; what is unlimited is null in JSON. */
  scenario: Scenario;
  verdict: Verdict;
  completedFraction: number;
  /** How many replications ended in each way; ways in which none did are left out. */
  outcomes: Partial<Record<Verdict, number>>;
  /** Why, in one sentence, with the figures of the typical replication. */
  reason: string;
  /** From the request to its finish. */
  totalSeconds: Summary | null;
  /** From the guest's last instruction at the source to its first at the destination. */
  downtimeSeconds: Summary | null;
  /** From the stop until the source has handed over its last byte, as QEMU reports it. */
  sourceDowntimeSeconds: Summary | null;
  /**
   * The mean parts of that downtime, of stacks that tell them; of several guests at once, the parts are those of the one
   * that `reason` is about.
   */
  downtimeParts?: DowntimeParts;
  /** From the request to the transfer's start; null where it never began. */
  setupSeconds: number | null;
  /** Fetches of the dirty log, as the product counts them (QEMU's dirty-sync-count). */
  rounds: number;
  bytesOnWire: number;
  /** Of these, what was sent for disks; absent where none was copied. */
  diskBytes?: number;
  /** From the request until the mirror of the disk was ready; absent where there was none, or it never was. */
  diskReadySeconds?: number;
  /** Share of what the guest wanted to write to its disk that it could not, where writes waited for the network. */
  diskWriteSlowdown?: number;
  migrationCpuSeconds: number;
  /** Of one core, while the migration runs. */
  migrationCpuShare: number;
  /** Whose CPU time is in these besides the hypervisor's; absent: nobody's. */
  cpuBesides?: string;
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
  /** Each of several guests at once, in the order in which they were asked for; absent where there is one. */
  vms?: VmPrediction[];
  warnings: string[];
}

/** One of several guests at once; times over the replications in which it completed, null where it never did. */
export interface VmPrediction {
  completedFraction: number;
  /** From the request, which is the same for all, to its finish. */
  totalSeconds: Summary | null;
  downtimeSeconds: Summary | null;
  /** Until its turn came, over all replications. */
  waitedSeconds: Summary | null;
}

export interface Convergence {
  remainingBytesAtBest: number;
  thresholdBytes: number;
  /** What was left as a multiple of what was allowed: above 1 the test failed. */
  shortfallFactor: number;
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
    outcomes: countVerdicts(runs.map((run) => run.verdict)),
    reason: reasonFor(scenario, typical),
    totalSeconds,
    downtimeSeconds,
    sourceDowntimeSeconds: summaryOf(completed, (run) => run.sourceDowntimeSeconds),
    ...downtimePartsOf(completed),
    setupSeconds: meanOf(alike, (run) => run.setupSeconds),
    rounds: mean(alike.map((run) => run.syncs)),
    bytesOnWire: mean(alike.map((run) => run.bytesOnWire)),
    ...diskFigures(alike),
    migrationCpuSeconds: mean(alike.map((run) => run.migrationCpuSeconds)),
    migrationCpuShare: mean(alike.map((run) => run.migrationCpuShare)),
    ...(typical.cpuBesides !== null && { cpuBesides: typical.cpuBesides }),
    backgroundMbits: {
      alone: megabits(mean(alike.map((run) => run.background.alone))),
      during: megabits(mean(alike.map((run) => run.background.during))),
    },
    guestSlowdown: mean(alike.map((run) => run.guestSlowdown)),
    ...postCopyOf(alike),
    convergence: convergenceOf(typical),
    typicalReplication: first + runs.indexOf(typical),
    ...(typical.vms && {
      vms: typical.vms.map((_, index) => vmPredictionOf(runs.map((run) => run.vms![index]!))),
    }),
    warnings: predictionWarnings(prepared, {
      replications: runs.length,
      completedFraction,
      lostCount: verdict === 'failed' ? 0 : runs.filter((run) => run.verdict === 'failed').length,
      cutOffFraction: runs.filter((run) => run.verdict === 'non-converging').length / runs.length,
      totalSeconds,
      downtimeSeconds,
    }),
  };
}

function diskFigures(
  runs: readonly RunResult[],
): Pick<Prediction, 'diskBytes' | 'diskReadySeconds' | 'diskWriteSlowdown'> {
  const slowdown = meanOf(runs, ({ mirror }) =>
    mirror && mirror.wantedBytes > 0 ? 1 - mirror.writtenBytes / mirror.wantedBytes : null,
  );
  const readySeconds = meanOf(runs, ({ mirror }) => mirror?.readyAt ?? null);
  return {
    ...(runs.some((run) => run.diskBytes > 0) && { diskBytes: mean(runs.map((run) => run.diskBytes)) }),
    ...(readySeconds !== null && { diskReadySeconds: readySeconds }),
    ...(slowdown !== null && { diskWriteSlowdown: slowdown }),
  };
}

/** One guest over the replications. */
function vmPredictionOf(vms: readonly VmResult[]): VmPrediction {
  const completed = vms.filter(({ verdict }) => verdict === 'completed');
  return {
    completedFraction: completed.length / vms.length,
    totalSeconds: summarize(completed.map(({ totalSeconds }) => totalSeconds!)),
    downtimeSeconds: summarize(completed.map(({ downtimeSeconds }) => downtimeSeconds!)),
    waitedSeconds: summarize(vms.map(({ waitedSeconds }) => waitedSeconds)),
  };
}

function downtimePartsOf(completed: readonly RunResult[]): Pick<Prediction, 'downtimeParts'> {
  const parts = completed.map(({ downtimeParts }) => downtimeParts).filter((one) => one !== null);
  const [first] = parts;
  if (!first) return {};
  const names = Object.keys(first) as (keyof DowntimeParts)[];
  const means = names.map((name) => [name, mean(parts.map((one) => one[name]))] as const);
  return { downtimeParts: Object.fromEntries(means) as unknown as DowntimeParts };
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
