import { delay, type Process } from '../../sim/process.js';
import type { Control, Status } from '../migration/control.js';
import { python2, type DowntimeStep } from './nova-downtime.js';

/** What a release of Nova does while a migration runs, with its options. */
export interface NovaRules {
  /** Seconds between two looks. */
  pollSeconds: number;
  /** When to ask for which limit of downtime; none where Nova leaves that to QEMU. */
  steps: readonly DowntimeStep[];
  /** Seconds without a new low of what is left, after which it aborts; 0: never. */
  progressTimeoutSeconds: number;
  /** Seconds for all of it; 0: as long as it takes. */
  completionTimeoutSeconds: number;
  /** How that limit came about, for the reason: 'live_migration_completion_timeout of 800 s/GiB x 16 GiB'. */
  completionTimeoutRule: string;
  /** live_migration_timeout_action = force_complete (19.0.0); otherwise it aborts. */
  forcesCompletion: boolean;
  /** live_migration_permit_post_copy, and a QEMU that has it. */
  permitsPostCopy: boolean;
  /** Whether it goes over to post-copy by itself when there is little progress (14.0.0 to 18.x). */
  switchesToPostCopy: boolean;
}

/**
 * Nova's look at a running migration every half second (nova/virt/libvirt/driver.py, _live_migration_monitor, Kilo and
 * later). Returns at the look that finds it over: only then Nova goes on.
 *
 * @example
 * // a guest that never stops writing, live_migration_progress_timeout of 150 s
 * sim.spawn(monitorByNova(control, rules));
 * sim.run();
 * // control.cancel was called at the first look later than 150 s after the last progress
 */
export function* monitorByNova(control: Control, rules: NovaRules): Process {
  const { sim } = control;
  const begunAt = sim.now;
  const nextLimit = limitsBy(rules.steps);
  const secondsWithoutProgress = watchProgress();
  const hasStalled = watchForPostCopy();
  const pause = delay(rules.pollSeconds);
  let isDecided = false;
  let isForced = false;
  for (; !control.isOver(); yield pause) {
    const status = control.status();
    const elapsed = sim.now - begunAt;
    // A task that a look has put on the list is done at the next one.
    if (isForced) forceCompletion(control, rules, elapsed);
    isForced = false;
    if (status.phase === 'post-copy' || isDecided) continue;

    const stuck = secondsWithoutProgress(status, sim.now);
    if (hasStalled(status) && rules.switchesToPostCopy && rules.permitsPostCopy) control.startPostCopy();
    const { progressTimeoutSeconds, completionTimeoutSeconds } = rules;
    if (progressTimeoutSeconds > 0 && stuck > progressTimeoutSeconds) {
      control.cancel(whyStuck(status, progressTimeoutSeconds));
      isDecided = true;
    } else if (completionTimeoutSeconds > 0 && elapsed > completionTimeoutSeconds) {
      if (rules.forcesCompletion) isForced = true;
      else control.cancel(`Nova aborted it after ${whyLate(rules, status)}`);
      isDecided = true;
    }
    const limit = nextLimit(elapsed);
    if (limit !== null) control.setDowntimeLimit(limit / 1000);
  }
}

/** The limit to ask for at a look after `elapsed` seconds, milliseconds; null: that of the look before. */
function limitsBy(steps: readonly DowntimeStep[]): (elapsed: number) => number | null {
  let next = 0;
  return (elapsed) => {
    const before = next;
    // Nova's first look comes a moment after the start, so the step at 0 is due then.
    while (next < steps.length && (elapsed > steps[next]!.atSeconds || steps[next]!.atSeconds === 0)) next++;
    return next > before ? steps[next - 1]!.limitMilliseconds : null;
  };
}

/** Seconds since what is left was last less than ever before. */
function watchProgress(): (status: Status, now: number) => number {
  let watermark: number | null = null;
  let progressAt = 0;
  return ({ remainingBytes }, now) => {
    if (watermark === null || watermark === 0 || watermark > remainingBytes) {
      watermark = remainingBytes;
      progressAt = now;
    }
    return now - progressAt;
  };
}

/**
 * Whether less than 10 % of what was left at the look before has gone, once memory has been copied
 * (nova/virt/libvirt/migration.py, should_switch_to_postcopy, 14 to 18, which run with Python 2).
 */
function watchForPostCopy(): (status: Status) => boolean {
  let before = -1;
  return ({ remainingBytes, syncs }) => {
    const percent = before > 0 ? python2(100 * (before - remainingBytes), before) : 100;
    before = remainingBytes;
    return syncs > 1 && percent < leastProgressPercent;
  };
}

const leastProgressPercent = 10;

function forceCompletion(control: Control, rules: NovaRules, elapsed: number): void {
  if (rules.permitsPostCopy) control.startPostCopy();
  else {
    const rule = `${rules.completionTimeoutRule} and live_migration_timeout_action = force_complete`;
    control.pauseGuest(`Nova paused the guest after ${Number(elapsed.toPrecision(6))} s, by ${rule}`);
  }
}

function whyStuck({ remainingBytes }: Status, seconds: number): string {
  return `Nova aborted it after ${seconds} s without progress (live_migration_progress_timeout), with ${mebibytes(remainingBytes)} MiB left`;
}

function whyLate(rules: NovaRules, { remainingBytes }: Status): string {
  return `${rules.completionTimeoutSeconds} s (${rules.completionTimeoutRule}), with ${mebibytes(remainingBytes)} MiB left`;
}

function mebibytes(bytes: number): number {
  return Number((bytes / 2 ** 20).toPrecision(3));
}
