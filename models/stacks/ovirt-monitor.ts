import { delay, type Process } from '../../sim/process.js';
import type { Control } from '../migration/control.js';
import type { OvirtStep } from './ovirt-policies.js';

/** What vdsm's monitor goes by. */
export interface OvirtRules {
  pollSeconds: number;
  /** Set before the migration begins. */
  initialDowntimeSeconds: number;
  /** In their order; a limit of -1 means at the next iteration. */
  schedule: readonly OvirtStep[];
  /** The policy's name, for the sentence that says it aborted. */
  policy: string;
}

/**
 * vdsm's monitor thread beside a migration (migration.py, MonitorThread, 4.5). It looks every ten seconds, and when it
 * finds that a new iteration has begun, it counts those since the first that it saw and carries out the schedule's next
 * step if its limit is exceeded: one step a look at most. As long as no iteration begins, nothing happens.
 *
 * @example
 * // a new iteration every 10 s: the step with limit 1 at the second after the first seen, 30 s after the start
 * sim.spawn(ovirtMonitor(control, { ...rules, schedule: [{ limit: 1, action: { downtimeSeconds: 0.15 } }] }));
 */
export function* ovirtMonitor(control: Control, rules: OvirtRules): Process {
  const poll = delay(rules.pollSeconds);
  const schedule = [...rules.schedule];
  let first: number | undefined;
  let latest = 0;
  control.setDowntimeLimit(rules.initialDowntimeSeconds);
  for (;;) {
    yield poll;
    if (control.isOver()) return;
    const iteration = control.status().syncs;
    first ??= latest = iteration;
    if (iteration <= latest) continue;
    latest = iteration;
    const [next] = schedule;
    if (!next || next.limit >= iteration - first) continue;
    schedule.shift();
    if (next.action === 'abort') {
      const count = `${iteration - first} iterations since its first look`;
      control.cancel(`oVirt aborted it: the policy ${rules.policy} was used up after ${count}`);
      return;
    }
    if (next.action === 'post-copy') {
      control.startPostCopy();
      // Once the guest runs at the destination, no further step may be taken.
      return;
    }
    control.setDowntimeLimit(next.action.downtimeSeconds);
  }
}
