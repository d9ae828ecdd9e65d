import type {
  DowntimeParts,
  Journal,
  MirrorJournal,
  PostCopyRecord,
  Repeats,
  Round,
  StopTest,
  ThrottleStep,
} from '../models/migration/journal.js';
import { pageBytes } from '../models/migration/migration.js';
import { askForAll, clockOf, mostOutbound, type Outbound } from '../models/stacks/outbound.js';
import type { Stack } from '../models/stacks/stack.js';
import type { Parameters } from '../scenario/parameters.js';
import type { Scenario } from '../scenario/scenario.js';
import { curves } from '../scenario/run-curves.js';
import { buildWorld, type Vm, type World } from '../scenario/world.js';
import type { Recorder } from '../sim/recorder.js';
import type { StepFunction } from '../sim/step-function.js';
import { together, type VmResult, type VmRun } from './together.js';
import type { Verdict } from './verdicts.js';

export type { Verdict } from './verdicts.js';

/**
 * What one replication of one scenario came to. Times in seconds, null where it did not happen. Of several guests at
 * once it is what `together` makes of them.
 */
export interface RunResult {
  verdict: Verdict;
  totalSeconds: number | null;
  downtimeSeconds: number | null;
  sourceDowntimeSeconds: number | null;
  setupSeconds: number | null;
  /** Whether the guest was stopped before anything was sent. */
  stoppedFirst: boolean;
  /** Fetches of the dirty log, as the product counts them (QEMU's dirty-sync-count). */
  syncs: number;
  /** Rounds, as `rounds` lists them: each ended with a fetch and a test. Of a product that copies in passes these. */
  roundCount: number;
  bytesOnWire: number;
  /** Of these, what was sent for disks. */
  diskBytes: number;
  /** How the disk mirror fared, where there was one. */
  mirror: MirrorJournal | null;
  migrationCpuSeconds: number;
  /** Of one core, from the first byte to the last (or until patience runs out). */
  migrationCpuShare: number;
  /** Whose CPU time is in these besides the hypervisor's; null: nobody's. */
  cpuBesides: string | null;
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
  /** Passes of a product that makes them one after another; 0 of others. */
  passes: number;
  /** Which rule of such a product stopped the guest; null where none did. */
  decision: string | null;
  /** Where the downtime went, of a completed run; null where the stack does not tell. */
  downtimeParts: DowntimeParts | null;
  /** Of a run that went over to post-copy. */
  postCopy?: PostCopyRecord;
  /** Why the product gave up or the guest was lost. */
  ended: string | null;
  /** When that was, and when the guest stopped; seconds after the request. */
  endedSeconds: number | null;
  stoppedSeconds: number | null;
  /** What stopped the guest before the stop test passed. */
  forced: string | null;
  nearest: StopTest | null;
  /** The rounds after the first, together. */
  repeats: Repeats | null;
  /** The largest share of their time that the vCPUs were kept asleep. */
  mostThrottled: number;
  rounds?: readonly Round[];
  /** How the guest was slowed down; of runs with details in which it was. */
  throttleSteps?: readonly ThrottleStep[];
  curves?: readonly Curve[];
  calls: number;
  events: number;
  /** Each of several guests, in the order in which they were asked for; absent where there is one. */
  vms?: readonly VmResult[];
  /** Number of the guest that the reason, the rounds and the stop test are of, from 1; absent where there is one. */
  decisiveVm?: number;
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
  const atOnce = mostOutbound(stack, parameters.constants);
  const world = buildWorld(scenario, parameters, replication, withDetails, atOnce);
  const { sim, vms, recorder } = world;
  const beds = vms.map(({ bed }) => bed);
  const outbound = askForAll(sim, stack, beds, scenario.migration.kind, atOnce);
  sim.run(scenario.migration.patience);
  const runs = vms.map((vm, index) => runOf(vm, outbound[index]!, world, stack));
  return {
    ...(runs.length === 1 ? runs[0]!.result : together(runs, world.link.backgroundAlone)),
    ...(recorder && { curves: curvesOf(recorder) }),
  };
}

/** What became of one guest. */
function runOf(vm: Vm, outbound: Outbound, { sim, link, speedAlone }: World, stack: Stack): VmRun<RunResult> {
  const { journal, bed } = vm;
  const verdict = verdictOf(journal, outbound.endedAt !== null && journal.resumedAt !== null);
  const completed = verdict === 'completed';
  const start = journal.transferStart;
  const end = journal.transferEnd ?? (journal.sampler ?? bed.migration.sample)();
  const transferSeconds = start ? end.time - start.time : 0;
  const result: RunResult = {
    verdict,
    totalSeconds: completed ? journal.finishedAt : null,
    downtimeSeconds: completed ? journal.resumedAt! - journal.stoppedAt! : null,
    // Who starts the guest before all is sent ends the downtime by that.
    sourceDowntimeSeconds: completed
      ? Math.min(journal.postCopy?.handedOverAt ?? end.time, journal.resumedAt!) - journal.stoppedAt!
      : null,
    setupSeconds: start?.time ?? null,
    stoppedFirst: journal.stoppedAt !== null && journal.stoppedAt <= (start?.time ?? Infinity),
    syncs: journal.syncs,
    roundCount: journal.passes > 0 ? journal.passes : journal.roundCount,
    bytesOnWire: vm.bytesOnWire(),
    diskBytes: journal.diskBytes,
    mirror: journal.mirror,
    migrationCpuSeconds: end.cpuSeconds,
    migrationCpuShare: transferSeconds > 0 ? (end.cpuSeconds - start!.cpuSeconds) / transferSeconds : 0,
    cpuBesides: journal.cpuBesides,
    background: {
      alone: link.backgroundAlone.mean(start?.time ?? 0, end.time),
      during: transferSeconds > 0 ? (end.backgroundBytes - start!.backgroundBytes) / transferSeconds : 0,
    },
    guestSlowdown: slowdownOf(vm, outbound, speedAlone, sim.now),
    dataPagesAfterFirstPass: pagesAfterFirstPass(journal, bed.migration.stream.outside()),
    leftAtStopBytes: journal.leftAtStopBytes,
    passes: journal.passes,
    decision: journal.decision,
    downtimeParts: completed && tellsParts(stack) ? journal.downtimeParts : null,
    ...(journal.postCopy && { postCopy: journal.postCopy }),
    ended: journal.failed ?? journal.aborted,
    endedSeconds: verdict === 'aborted' || verdict === 'failed' ? (journal.finishedAt ?? end.time) : null,
    stoppedSeconds: journal.stoppedAt,
    forced: journal.forced,
    nearest: journal.nearest,
    repeats: journal.repeats,
    mostThrottled: journal.mostThrottled,
    ...(journal.rounds && { rounds: journal.rounds }),
    ...(journal.throttleSteps?.length && { throttleSteps: journal.throttleSteps }),
    calls: journal.calls,
    events: sim.events,
  };
  return { result, waitedSeconds: outbound.startedAt ?? sim.now, start, end };
}

function tellsParts({ qemu, stopRule }: Stack): boolean {
  return qemu !== undefined || stopRule !== undefined;
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

function slowdownOf(
  { bed }: Vm,
  { endedAt, guestAtEnd }: Outbound,
  speedAlone: StepFunction,
  now: number,
): number {
  const { guest } = bed.migration;
  const end = endedAt ?? now;
  const { seconds, stalledSeconds } = guestAtEnd ?? clockOf(guest);
  // Its host stalls it without a migration as well.
  const alone = (end - stalledSeconds) * speedAlone.mean(0, end);
  return alone > 0 ? Math.max(0, 1 - seconds / alone) : 0;
}
