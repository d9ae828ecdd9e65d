import { createGuestThrottle } from './guest-throttle.js';
import type { ConvergenceAid, ThreadMigration } from './thread-migration.js';
import { createThrottleTrigger, type Fired, type TriggerRules } from './throttle-trigger.js';

/** QEMU's auto-converge: from 2.5 on with a share that grows, before that with sleeps of one length. */
export type AutoConvergeRules = TriggerRules & (GrowingThrottle | FixedThrottle);

/** QEMU 2.5 and later; shares of 1. */
export interface GrowingThrottle {
  initial: number;
  increment: number;
  max: number;
  /** 1: it adds no more than seems to be needed (5.1 and later). */
  tailslow?: number;
}

/** QEMU 1.6 to 2.4: on or off. */
export interface FixedThrottle {
  sleepSeconds: number;
  sleepSpacingSeconds: number;
}

/**
 * Auto-converge: when a migration does not seem to make progress, the vCPUs are put to sleep for a part of their time
 * (arch_init.c at v2.0; ram.c, mig_throttle_guest_down, at v2.9, v7.2 and v9.2), and with each further time for a
 * larger one, until it is over.
 *
 * @example
 * const aid = createAutoConverge(migration, rules); // of QEMU 7.2
 * // two syncs at which more than half of what was sent had become dirty again
 * migration.state.throttle // => 0.2
 */
export function createAutoConverge(m: ThreadMigration, rules: AutoConvergeRules): ConvergenceAid {
  const trigger = createThrottleTrigger(m, rules);
  const throttle = createGuestThrottle(m);
  return {
    afterSync(sync) {
      const fired = trigger(sync);
      if (fired) throttle.set(nextThrottle(throttle.share(), rules, fired));
    },
    end: () => {
      throttle.set(0);
    },
  };
}

/**
 * The share of their time that the vCPUs sleep from now on.
 *
 * @param now the share so far, 0: not yet throttled
 * @param fired the period that made it fire
 * @example
 * const rules = { initial: 0.2, increment: 0.1, max: 0.99, tailslow: 1 };
 * // half of what was dirtied is as much as allowed, so of 40 % that still run 20 % would do; it adds no more than 10 %
 * nextThrottle(0.6, rules, { dirtiedBytes: 1000, thresholdBytes: 500 }) // => 0.7
 * nextThrottle(0.6, rules, { dirtiedBytes: 1000, thresholdBytes: 900 }) // => 0.64
 */
export function nextThrottle(now: number, rules: GrowingThrottle | FixedThrottle, fired: Fired): number {
  if ('sleepSeconds' in rules) return Math.min(most, rules.sleepSeconds / rules.sleepSpacingSeconds);
  const { initial, increment, max, tailslow = 0 } = rules;
  if (now === 0) return initial;
  // The product reckons in whole percent of the vCPUs' time.
  const percent = Math.round(now * 100);
  const runs = 100 - percent;
  const enough = Math.floor(runs * (fired.thresholdBytes / fired.dirtiedBytes));
  const added =
    tailslow > 0 ? Math.min(runs - enough, Math.round(increment * 100)) : Math.round(increment * 100);
  return Math.min(percent + added, Math.round(max * 100)) / 100;
}

/** No vCPU sleeps for more of its time, whatever is asked for. */
const most = 0.99;
