import type {
  DowntimeParts,
  MirrorJournal,
  PostCopyRecord,
  Round,
  ThrottleStep,
} from '../models/migration/journal.js';
import { findStack } from '../scenario/catalog.js';
import type { Scenario } from '../scenario/scenario.js';
import { convergenceOf, type Convergence } from './predict.js';
import type { Prepared } from './prepare.js';
import { reasonFor } from './reason.js';
import { runOnce, type Curve, type Verdict } from './run.js';
import type { VmResult } from './together.js';

/** One replication, told round by round. Times in seconds, null where it did not come so far. */
export interface Explanation {
  scenario: Scenario;
  replication: number;
  verdict: Verdict;
  reason: string;
  totalSeconds: number | null;
  downtimeSeconds: number | null;
  sourceDowntimeSeconds: number | null;
  /** Where the downtime went; absent where the stack does not tell, or the run did not complete. */
  downtimeParts?: DowntimeParts;
  setupSeconds: number | null;
  /** When the guest was stopped, and what stopped it where that was no stop test; absent where it was not. */
  stoppedSeconds?: number;
  forced?: string;
  /** When the product gave up, or the guest was lost; absent where neither happened. */
  endedSeconds?: number;
  bytesOnWire: number;
  /** Of these, what was sent for the disk; absent where none was copied. */
  diskBytes?: number;
  /** How the disk's mirror fared, where there was one. */
  mirror?: MirrorJournal;
  /** What was left to send when the guest stopped. */
  leftAtStopBytes: number;
  convergence: Convergence | null;
  /** Of a run that went over to post-copy. */
  postCopy?: PostCopyRecord;
  rounds: readonly Round[];
  /** Where the guest was slowed down so that it converges: from when on, for which share of their time its vCPUs slept. */
  throttleSteps?: readonly ThrottleStep[];
  /** The same run as curves: link use by class, what waits in memory and what the syncs find, CPU time. */
  curves: readonly Curve[];
  /** Each of several guests at once, and the number of the one that the rounds are of; absent where there is one. */
  vms?: readonly VmResult[];
  decisiveVm?: number;
}

/**
 * Runs one replication and keeps its rounds: what was sent between two fetches of the dirty log, what was dirty at the
 * second, the estimate and the limit that it was held against, and the decision.
 *
 * @param prepared what to run
 * @param replication its number, from 1
 */
export function explain({ scenario, parameters }: Prepared, replication: number): Explanation {
  const run = runOnce(findStack(scenario.stack), scenario, parameters, replication, true);
  const { verdict, totalSeconds, downtimeSeconds, sourceDowntimeSeconds, setupSeconds } = run;
  return {
    scenario,
    replication,
    verdict,
    reason: reasonFor(scenario, run),
    totalSeconds,
    downtimeSeconds,
    sourceDowntimeSeconds,
    ...(run.downtimeParts && { downtimeParts: run.downtimeParts }),
    setupSeconds,
    ...(run.stoppedSeconds !== null && { stoppedSeconds: run.stoppedSeconds }),
    ...(run.forced !== null && { forced: run.forced }),
    ...(run.endedSeconds !== null && { endedSeconds: run.endedSeconds }),
    bytesOnWire: run.bytesOnWire,
    ...(run.diskBytes > 0 && { diskBytes: run.diskBytes }),
    ...(run.mirror && { mirror: run.mirror }),
    leftAtStopBytes: run.leftAtStopBytes,
    convergence: convergenceOf(run),
    ...(run.postCopy && { postCopy: run.postCopy }),
    rounds: run.rounds ?? [],
    ...(run.throttleSteps && { throttleSteps: run.throttleSteps }),
    curves: run.curves ?? [],
    ...(run.vms && { vms: run.vms }),
    ...(run.decisiveVm !== undefined && { decisiveVm: run.decisiveVm }),
  };
}
