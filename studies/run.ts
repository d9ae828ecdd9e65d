import type { Journal, Round } from '../models/migration/journal.js';
import { pageBytes } from '../models/migration/migration.js';
import type { Stack } from '../models/stacks/stack.js';
import type { Parameters } from '../scenario/parameters.js';
import type { Scenario } from '../scenario/scenario.js';
import { buildWorld } from '../scenario/world.js';

export type Verdict = 'completed' | 'non-converging' | 'aborted' | 'failed';

/** What one replication of one scenario came to. Times in seconds, null where it did not happen. */
export interface RunResult {
  verdict: Verdict;
  totalSeconds: number | null;
  downtimeSeconds: number | null;
  sourceDowntimeSeconds: number | null;
  setupSeconds: number | null;
  syncs: number;
  bytesOnWire: number;
  migrationCpuSeconds: number;
  /** Of one core, from the first byte until the guest stops for the last time or patience runs out. */
  migrationCpuShare: number;
  /** Bytes/s carried for others, without the migration and while it runs. */
  background: { alone: number; during: number };
  /** Data pages sent after the first pass and before the guest stopped (or patience ran out). */
  dataPagesAfterFirstPass: number;
  leftAtStopBytes: number;
  nearest: { remainingBytes: number; thresholdBytes: number } | null;
  rounds?: readonly Round[];
  calls: number;
  events: number;
}

/** Runs one replication to its end or to the end of patience. */
export function runOnce(stack: Stack, scenario: Scenario, parameters: Parameters, replication: number, withRounds = false): RunResult {
  const world = buildWorld(scenario, parameters, replication, withRounds);
  const { sim, journal, bed, link } = world;
  const running = sim.spawn(stack.migrate(bed, scenario.migration.kind));
  sim.run(scenario.migration.patience);
  const completed = running.done && journal.resumedAt !== null;
  const began = journal.transferStartedAt ?? 0;
  const ended = journal.sentAt ?? sim.now;
  return {
    verdict: completed ? 'completed' : 'non-converging',
    totalSeconds: completed ? journal.finishedAt : null,
    downtimeSeconds: completed ? journal.resumedAt! - journal.stoppedAt! : null,
    sourceDowntimeSeconds: completed ? journal.sentAt! - journal.stoppedAt! : null,
    setupSeconds: journal.transferStartedAt,
    syncs: journal.syncs,
    bytesOnWire: bed.migration.stream.carried(),
    migrationCpuSeconds: world.migrationCpuSeconds(),
    migrationCpuShare: ended > began ? world.migrationCpuSeconds() / (ended - began) : 0,
    background: { alone: link.backgroundAlone, during: ended > 0 ? link.backgroundCarried() / sim.now : 0 },
    dataPagesAfterFirstPass: pagesAfterFirstPass(journal, bed.migration.stream.outside()),
    leftAtStopBytes: journal.leftAtStopBytes,
    nearest: journal.nearest,
    ...(journal.rounds && { rounds: journal.rounds }),
    calls: journal.calls,
    events: sim.events,
  };
}

function pagesAfterFirstPass(journal: Journal, bytesOutside: number): number {
  if (journal.firstPassAt === null) return 0;
  const before = journal.dataPagesBeforeStop ?? journal.dataPagesSent - bytesOutside / pageBytes;
  return Math.max(0, before - journal.dataPagesInFirstPass);
}
