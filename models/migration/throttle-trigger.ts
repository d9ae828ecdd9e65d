import { pageBytes } from './migration.js';
import type { SyncReport, ThreadMigration } from './thread-migration.js';

/** When QEMU takes a migration for one that does not converge. */
export interface TriggerRules {
  /** From one sync that is looked at to the next, at least. */
  checkSeconds: number;
  /** More dirtied bytes than this share of those sent are a strike. */
  trigger: number;
  /** With so many it fires. */
  strikes: number;
  /** 1: the first period may be a strike. */
  firstPeriodCounts: number;
  /** 1: pages that waited already count as dirtied, and all RAM in the first period. */
  countsRewritten: number;
  /** 1: nothing is a strike while disks are copied for the first time in the same stream. */
  sparesBulkPhase: number;
}

/** The period in which it fired, bytes. */
export interface Fired {
  dirtiedBytes: number;
  /** More would have been a strike. */
  thresholdBytes: number;
}

/** Looks at a sync: the period that made it fire, null where it does not. */
export type ThrottleTrigger = (sync: SyncReport) => Fired | null;

/**
 * QEMU's test whether a migration makes progress (arch_init.c and ram.c, migration_bitmap_sync, later
 * migration_trigger_throttle, read at v2.0, v2.9, v7.2 and v9.2): at a sync that comes late enough after the last one
 * that was looked at, were more bytes dirtied since then than half of those sent? That is a strike. With enough strikes
 * it fires and counts anew. A good period takes no strike back.
 *
 * @example
 * const trigger = createThrottleTrigger(migration, rules); // of QEMU 7.2: fires at the second strike
 * trigger({ dirtiedBytes: 600, newlyDirtyBytes: 600, sentBytes: 1000 }) // => null, 2 s after the start
 * trigger({ dirtiedBytes: 700, newlyDirtyBytes: 700, sentBytes: 2000 })
 * // => { dirtiedBytes: 700, thresholdBytes: 500 }, 2 s later
 */
export function createThrottleTrigger(m: ThreadMigration, rules: TriggerRules): ThrottleTrigger {
  const { sim, state } = m;
  let checkedAt: number | null = null;
  let sentBefore = 0;
  let dirtied = rules.countsRewritten > 0 ? m.guest.memory.pages * pageBytes : 0;
  let strikes = 0;
  let isFirst = true;
  return (sync) => {
    checkedAt ??= state.ramStartedAt;
    dirtied += rules.countsRewritten > 0 ? sync.dirtiedBytes : sync.newlyDirtyBytes;
    if (sim.now - checkedAt < rules.checkSeconds) return null;
    const period = { dirtiedBytes: dirtied, thresholdBytes: (sync.sentBytes - sentBefore) * rules.trigger };
    const counts = !isFirst || rules.firstPeriodCounts > 0;
    checkedAt = sim.now;
    sentBefore = sync.sentBytes;
    dirtied = 0;
    isFirst = false;
    // In that phase RAM makes no progress, and is not meant to.
    const isSpared = state.diskBulk && rules.sparesBulkPhase > 0;
    if (!counts || isSpared || period.dirtiedBytes <= period.thresholdBytes) return null;
    strikes++;
    if (strikes < rules.strikes) return null;
    strikes = 0;
    return period;
  };
}
