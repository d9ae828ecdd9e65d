import { describe, expect, it } from 'vitest';
import { proxmoxMonitor, type ProxmoxRules } from '../../../models/stacks/proxmox-monitor.js';
import { powerOfTwoFrom, proxmoxStack } from '../../../models/stacks/proxmox.js';
import { fakeControl } from './fake-control.js';

const rules: ProxmoxRules = {
  pollSeconds: 1,
  fastPollSeconds: 0.1,
  stalledPolls: 5,
  downtimeSeconds: 0.1,
  longestDowntimeSeconds: 2000,
};

/** A first pass of 1.5 s, then rounds of that many seconds; less is left than goes in a second, or more. */
const rounds = (seconds: number, low: number) =>
  fakeControl({ first: low + 150e6, height: () => low + seconds * 100e6, low, rate: 100e6 });

describe("Proxmox VE's loop", () => {
  it('doubles the downtime at the sixth poll that finds more left than the one before', () => {
    // Rounds of 2 s that begin at 1.5 + 2 n s: more is left at 2, 4, 6 … s than a second before.
    const { control, watchedBy } = rounds(2, 1e9);
    expect(watchedBy(proxmoxMonitor(control, rules), 40)).toEqual([
      '12 downtime 0.2',
      '24 downtime 0.4',
      '36 downtime 0.8',
    ]);
  });

  it('goes on doubling up to the longest downtime that QEMU takes', () => {
    const { control, watchedBy } = rounds(2, 1e9);
    const told = watchedBy(proxmoxMonitor(control, rules), 204.5);
    expect(told.slice(13)).toEqual([
      '168 downtime 1638.4',
      '180 downtime 2000',
      '192 downtime 2000',
      '204 downtime 2000',
    ]);
  });

  it('polls ten times as often once less is left than a mean poll transferred, and stays with that', () => {
    // At 1 s 55 MB are left, but no mean is known; at 2 s 105 MB; at 3 s 5 MB, less than 200 MB / 3 polls.
    const { control, watchedBy } = rounds(2, 5e6);
    // From then on each round of 2 s has one poll with more than before: 3.6, 5.6, 7.6 and 9.6 s, after the one at 2 s.
    expect(watchedBy(proxmoxMonitor(control, rules), 12).map((line) => line.split(' ', 2)[0])).toEqual([
      '11.6',
    ]);
  });

  it('counts a poll with nothing left too', () => {
    const { control, watchedBy } = fakeControl({ first: 100e6, height: () => 1, low: 0, rate: 1e-9 });
    const status = { ...control.status(), remainingBytes: 0 };
    control.status = () => ({ ...status, transferredBytes: 10 * control.sim.now });
    expect(watchedBy(proxmoxMonitor(control, rules), 2.45)).toEqual(['2.4 downtime 0.2']);
  });

  it('does not count a poll since which nothing was transferred', () => {
    const { control, watchedBy } = fakeControl({ first: 100e6, height: () => 1, low: 0, rate: 0 });
    expect(watchedBy(proxmoxMonitor(control, rules), 100)).toEqual([]);
  });

  it('ends with the migration', () => {
    const { control, watchedBy, endAt } = rounds(2, 1e9);
    endAt(13);
    expect(watchedBy(proxmoxMonitor(control, rules), 100)).toHaveLength(1);
  });
});

describe('examples', () => {
  it('give the values that stand in the docstrings', () => {
    expect(proxmoxStack().versions).toEqual(['Proxmox VE 9', 'qemu-server 9.2.6', 'QEMU 10.1']);
    expect(powerOfTwoFrom(1717986918)).toBe(2147483648);
    expect([1, 2, 3, 1024, 1025].map(powerOfTwoFrom)).toEqual([1, 2, 4, 1024, 2048]);
  });
});
