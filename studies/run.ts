import type { Guest } from '../models/guest.js';
import type {
  DowntimeParts,
  Journal,
  PostCopyRecord,
  Round,
  StopTest,
  ThrottleStep,
} from '../models/migration/journal.js';
import { pageBytes } from '../models/migration/migration.js';
import type { Stack } from '../models/stacks/stack.js';
import type { Parameters } from '../scenario/parameters.js';
import type { Scenario } from '../scenario/scenario.js';
import { buildWorld, curves } from '../scenario/world.js';
import type { Recorder } from '../sim/recorder.js';

export type Verdict = 'completed' | 'non-converging' | 'aborted' | 'failed';

/** What one replication of one scenario came to. Times in seconds, null where it did not happen. */
export interface RunResult {
  verdict: Verdict;
  totalSeconds: number | null;
  downtimeSeconds: number | null;
  sourceDowntimeSeconds: number | null;
  setupSeconds: number | null;
  /** Whether the guest was stopped before anything was sent. */
  stoppedFirst: boolean;
  syncs: number;
  bytesOnWire: number;
  migrationCpuSeconds: number;
  /** Of one core, from the first byte to the last (or until patience runs out). */
  migrationCpuShare: number;
  /** Bytes/s carried for others: without the migration, and while it sends. */
  background: { alone: number; during: number };
  /**
   * Share of the CPU time that it would have got without the migration that the guest lost from the request to the
   * finish, the time it stood still included.
   */
  guestSlowdown: number;
  /**
   * Data pages sent after the first pass and before the guest stopped (or patience ran out); null if it stopped within
   * the first pass.
   */
  dataPagesAfterFirstPass: number | null;
  leftAtStopBytes: number;
  /** Where the downtime went, of a completed run; null where the stack does not tell. */
  downtimeParts: DowntimeParts | null;
  /** Of a run that went over to post-copy. */
  postCopy?: PostCopyRecord;
  /** Why the product gave up or the guest was lost. */
  ended: string | null;
  /** What stopped the guest before the stop test passed. */
  forced: string | null;
  nearest: StopTest | null;
  rounds?: readonly Round[];
  /** How the guest was slowed down; of runs with details in which it was. */
  throttleSteps?: readonly ThrottleStep[];
  curves?: readonly Curve[];
  calls: number;
  events: number;
}

/** A quantity of one run over time: from times[i] on it is values[i]. */
export interface Curve {
  name: string;
  unit: string;
  times: readonly number[];
  values: readonly number[];
}

/**
 * Runs one replication to its end or to the end of patience.
 *
 * @example
 * const { scenario, parameters } = prepare([]);
 * runOnce(findStack(scenario.stack), scenario, parameters, 1).verdict // => 'completed'
 */
export function runOnce(
  stack: Stack,
  scenario: Scenario,
  parameters: Parameters,
  replication: number,
  withDetails = false,
): RunResult {
  const world = buildWorld(scenario, parameters, replication, withDetails);
  const { sim, journal, bed, link, recorder } = world;
  const running = sim.spawn(stack.migrate(bed, scenario.migration.kind));
  sim.run(scenario.migration.patience);
  const verdict = verdictOf(journal, running.done && journal.resumedAt !== null);
  const completed = verdict === 'completed';
  const start = journal.transferStart;
  const end = journal.transferEnd ?? bed.migration.sample();
  const transferSeconds = start ? end.time - start.time : 0;
  return {
    verdict,
    totalSeconds: completed ? journal.finishedAt : null,
    downtimeSeconds: completed ? journal.resumedAt! - journal.stoppedAt! : null,
    sourceDowntimeSeconds: completed
      ? (journal.postCopy?.handedOverAt ?? end.time) - journal.stoppedAt!
      : null,
    setupSeconds: start?.time ?? null,
    stoppedFirst: journal.stoppedAt !== null && journal.stoppedAt <= (start?.time ?? Infinity),
    syncs: journal.syncs,
    bytesOnWire: bed.migration.stream.carried(),
    migrationCpuSeconds: end.cpuSeconds,
    migrationCpuShare: transferSeconds > 0 ? (end.cpuSeconds - start!.cpuSeconds) / transferSeconds : 0,
    background: {
      alone: link.backgroundAlone,
      during: transferSeconds > 0 ? (end.backgroundBytes - start!.backgroundBytes) / transferSeconds : 0,
    },
    guestSlowdown: slowdownOf(bed.migration.guest, sim.now),
    dataPagesAfterFirstPass: pagesAfterFirstPass(journal, bed.migration.stream.outside()),
    leftAtStopBytes: journal.leftAtStopBytes,
    downtimeParts: completed && stack.qemu !== undefined ? journal.downtimeParts : null,
    ...(journal.postCopy && { postCopy: journal.postCopy }),
    ended: journal.failed ?? journal.aborted,
    forced: journal.forced,
    nearest: journal.nearest,
    ...(journal.rounds && { rounds: journal.rounds }),
    ...(journal.throttleSteps?.length && { throttleSteps: journal.throttleSteps }),
    ...(recorder && { curves: curvesOf(recorder) }),
    calls: journal.calls,
    events: sim.events,
  };
}

function verdictOf({ aborted, failed }: Journal, completed: boolean): Verdict {
  if (failed !== null) return 'failed';
  if (aborted !== null) return 'aborted';
  return completed ? 'completed' : 'non-converging';
}

function curvesOf(recorder: Recorder): Curve[] {
  return Object.entries(curves).map(([name, unit]) => {
    const { times, values } = recorder.series(name);
    return { name, unit, times, values };
  });
}

function pagesAfterFirstPass(journal: Journal, bytesOutside: number): number | null {
  const { firstPassAt, stoppedAt } = journal;
  if (firstPassAt === null || (stoppedAt !== null && firstPassAt > stoppedAt)) return null;
  const before = journal.dataPagesBeforeStop ?? journal.dataPagesSent - bytesOutside / pageBytes;
  return Math.max(0, before - journal.dataPagesInFirstPass);
}

function slowdownOf(guest: Guest, seconds: number): number {
  return seconds > 0 ? Math.max(0, 1 - guest.time() / (seconds * guest.speedAlone)) : 0;
}
