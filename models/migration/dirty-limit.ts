import type { EventId } from '../../sim/event-queue.js';
import { createGuestThrottle } from './guest-throttle.js';
import { pageBytes } from './migration.js';
import type { ConvergenceAid, ThreadMigration } from './thread-migration.js';
import { createThrottleTrigger, type TriggerRules } from './throttle-trigger.js';

/** QEMU's dirty-limit (8.1 and later). */
export interface DirtyLimitRules {
  /** What each vCPU may dirty, bytes/s. */
  vcpuLimit: number;
  periodSeconds: number;
  /** No adjustment where the rate is no further from the limit, bytes/s. */
  toleranceRate: number;
  /** An error above this share is corrected in proportion. */
  linearAbove: number;
  /** A smaller one by so much of the time in which the dirty ring fills. */
  step: number;
  /** The longest sleep, in times in which the dirty ring fills. */
  max: number;
  /** Entries of each vCPU's dirty ring. */
  ringPages: number;
}

/** What a limit has found out about a vCPU: how long it sleeps per full ring, s, and its fastest rate, MiB/s. */
export interface VcpuLimit {
  sleepSeconds: number;
  fastest: number;
}

/**
 * Dirty-limit: when a migration does not seem to make progress, by the test of auto-converge, each vCPU gets a quota of
 * dirtied memory. From then on its dirty rate is measured once a period, and how long it sleeps whenever its dirty ring
 * is full is adjusted (dirtylimit.c at v8.1 and v9.2).
 *
 * The vCPUs that run the workloads share what is dirtied evenly. Their rates are those of distinct pages in a period; a
 * ring that is emptied more often than once a period counts a page that is written again a second time.
 *
 * @example
 * const aid = createDirtyLimit(migration, trigger, rules);
 * // a vCPU that dirties 500 MiB/s, and a limit of 100: after the first period it sleeps 80 % of its time
 * migration.state.throttle // => 0.8
 */
export function createDirtyLimit(
  m: ThreadMigration,
  triggerRules: TriggerRules,
  rules: DirtyLimitRules,
): ConvergenceAid {
  const { sim, guest } = m;
  const trigger = createThrottleTrigger(m, triggerRules);
  const throttle = createGuestThrottle(m);
  let vcpu: VcpuLimit = { sleepSeconds: 0, fastest: 0 };
  let isLimited = false;
  let next: EventId | undefined;
  const measure = (): void => {
    const since = guest.time();
    next = sim.after(rules.periodSeconds, () => {
      const written = guest.memory.written(since, guest.time()) * pageBytes;
      const rate = Math.floor(written / MiB / Math.max(1, guest.busyVcpus) / rules.periodSeconds);
      vcpu = adjust(vcpu, rate, rules);
      throttle.set(asleep(vcpu, rules));
      measure();
    });
  };
  return {
    afterSync(sync) {
      if (trigger(sync) === null || isLimited) return;
      isLimited = true;
      measure();
    },
    end() {
      if (next !== undefined) sim.cancel(next);
      next = undefined;
      throttle.set(0);
    },
  };
}

/**
 * A vCPU's sleep after a period in which it dirtied `rate` whole MiB/s, as QEMU adjusts it: in proportion where the
 * error is large, in fixed steps where it is small, and not at all within the tolerance.
 *
 * @example
 * const rules = { vcpuLimit: 100 * 2 ** 20, toleranceRate: 25 * 2 ** 20, linearAbove: 0.5, step: 0.1, max: 99, … };
 * // a ring of 4,096 pages fills in 16 MiB / 500 MiB/s = 32 ms; four times that asleep leaves a fifth of the rate
 * adjust({ sleepSeconds: 0, fastest: 0 }, 500, rules).sleepSeconds // => 0.128
 */
export function adjust(vcpu: VcpuLimit, rate: number, rules: DirtyLimitRules): VcpuLimit {
  const limit = Math.floor(rules.vcpuLimit / MiB);
  const fastest = Math.max(vcpu.fastest, rate);
  const unchanged = { ...vcpu, fastest };
  if (Math.abs(limit - rate) <= rules.toleranceRate / MiB) return unchanged;
  if (rate === 0) return { sleepSeconds: 0, fastest };
  const ring = ringSeconds(fastest, rules);
  const more = Math.max(limit, rate);
  const percent = Math.floor((Math.abs(limit - rate) * 100) / more);
  const change = percent > rules.linearAbove * 100 ? (ring * percent) / (100 - percent) : ring * rules.step;
  const wanted = vcpu.sleepSeconds + (rate > limit ? change : -change);
  return { sleepSeconds: Math.max(0, Math.min(wanted, ring * rules.max)), fastest };
}

/** In what time a vCPU at full speed fills its dirty ring. */
function ringSeconds(fastest: number, { ringPages }: DirtyLimitRules): number {
  return (ringPages * pageBytes) / MiB / fastest;
}

/** The share of a cycle of running until the ring is full, then sleeping, that it sleeps. */
function asleep({ sleepSeconds, fastest }: VcpuLimit, rules: DirtyLimitRules): number {
  return sleepSeconds === 0 ? 0 : sleepSeconds / (sleepSeconds + ringSeconds(fastest, rules));
}

/** The product calls it MB, and reckons in whole ones. */
const MiB = 2 ** 20;
