import { delay, type Process } from '../../sim/process.js';
import type { Control } from '../migration/control.js';

/** What qemu-server's loop goes by. */
export interface ProxmoxRules {
  pollSeconds: number;
  /** Once little is left. */
  fastPollSeconds: number;
  /** More polls without progress than this double the downtime. */
  stalledPolls: number;
  downtimeSeconds: number;
  /** It is doubled up to this, s. */
  longestDowntimeSeconds: number;
}

/**
 * The loop that Proxmox VE watches a migration with (QemuMigrate.pm, phase2, qemu-server 9.2.6). A poll at which more is
 * left than at the one before, or nothing at all, counts; at the sixth such poll the downtime doubles and the count
 * begins anew. So a migration goes on until its guest may stand still for long enough. From the first poll at which
 * less is left than a mean poll transferred, it polls ten times as often.
 *
 * @example
 * // more is left at every second poll of 1 s; at the sixth of these, after 12 s, 100 ms become 200 ms
 * sim.spawn(proxmoxMonitor(control, rules));
 */
export function* proxmoxMonitor(control: Control, rules: ProxmoxRules): Process {
  let pause = rules.pollSeconds;
  let downtime = rules.downtimeSeconds;
  let polls = 0;
  let transferredBefore = 0;
  let remainingBefore = 0;
  let stalled = 0;
  for (;;) {
    polls++;
    const meanTransferred = transferredBefore / polls;
    yield delay(pause);
    if (control.isOver()) return;
    const { transferredBytes, remainingBytes } = control.status();
    if (transferredBytes === transferredBefore) continue;
    transferredBefore = transferredBytes;
    if (remainingBytes < meanTransferred) pause = rules.fastPollSeconds;
    // Where nothing was left before, nothing is compared: the script takes 0 for 'not yet known'.
    if ((remainingBefore > 0 && remainingBytes > remainingBefore) || remainingBytes === 0) stalled++;
    remainingBefore = remainingBytes;
    if (stalled <= rules.stalledPolls) continue;
    stalled = 0;
    downtime = Math.min(2 * downtime, rules.longestDowntimeSeconds);
    control.setDowntimeLimit(downtime);
  }
}
