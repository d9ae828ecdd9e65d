import { describe, expect, it } from 'vitest';
import { ovirtMonitor, type OvirtRules } from '../../../models/stacks/ovirt-monitor.js';
import { ovirtPolicies, type OvirtStep } from '../../../models/stacks/ovirt-policies.js';
import { ovirtStack, shareOfLink } from '../../../models/stacks/ovirt.js';
import { fakeControl } from './fake-control.js';

const [minimal, suspend, postCopy] = ovirtPolicies;

const rulesOf = (policy: (typeof ovirtPolicies)[number]): OvirtRules => ({
  pollSeconds: 10,
  initialDowntimeSeconds: policy.initialDowntimeSeconds,
  schedule: [
    ...policy.steps.map(([limit, downtimeSeconds]): OvirtStep => ({ limit, action: { downtimeSeconds } })),
    ...policy.lastActions.map((action) => ({ limit: -1, action })),
  ],
  policy: policy.title,
});

/** A first pass of 5 s, then a new iteration every so many seconds. */
const every = (seconds: number) =>
  fakeControl({ first: 500e6, height: () => seconds * 100e6, low: 0, rate: 100e6 });

describe("vdsm's monitor", () => {
  it('takes a step when more iterations than its limit have begun since the first that it saw', () => {
    const { control, watchedBy } = every(10);
    expect(watchedBy(ovirtMonitor(control, rulesOf(minimal!)), 1000)).toEqual([
      '0 downtime 0.1',
      '30 downtime 0.15',
      '40 downtime 0.2',
      '50 downtime 0.3',
      '60 downtime 0.4',
      // Six are not more than six.
      '80 downtime 0.5',
      '90 cancel: oVirt aborted it: the policy Minimal downtime was used up after 8 iterations since its first look',
    ]);
  });

  it('takes one step at a look, however many iterations have begun', () => {
    const { control, watchedBy } = every(1);
    expect(watchedBy(ovirtMonitor(control, rulesOf(suspend!)), 1000)).toEqual([
      '0 downtime 0.1',
      '20 downtime 0.15',
      '30 downtime 0.2',
      '40 downtime 0.3',
      '50 downtime 0.4',
      '60 downtime 0.5',
      '70 downtime 5',
      '80 cancel: oVirt aborted it: the policy Suspend workload if needed was used up after 70 iterations since its first look',
    ]);
  });

  it('looks on while no iteration begins, whatever the time', () => {
    const { control, watchedBy } = every(1000);
    expect(watchedBy(ovirtMonitor(control, rulesOf(minimal!)), 900)).toEqual(['0 downtime 0.1']);
  });

  it('goes over to post-copy and takes no step after it', () => {
    const { control, watchedBy } = every(10);
    expect(watchedBy(ovirtMonitor(control, rulesOf(postCopy!)), 1000)).toEqual([
      '0 downtime 0.1',
      '30 downtime 0.15',
      '40 downtime 0.2',
      '50 post-copy',
    ]);
  });

  it('ends with the migration', () => {
    const { control, watchedBy, endAt } = every(10);
    endAt(35);
    expect(watchedBy(ovirtMonitor(control, rulesOf(minimal!)), 1000)).toHaveLength(2);
  });
});

describe('examples', () => {
  it('give the values that stand in the docstrings', () => {
    const { control, watchedBy } = every(10);
    const schedule = [{ limit: 1, action: { downtimeSeconds: 0.15 } }];
    expect(watchedBy(ovirtMonitor(control, { ...rulesOf(minimal!), schedule }), 100)).toEqual([
      '0 downtime 0.1',
      '30 downtime 0.15',
    ]);
    expect(ovirtStack(ovirtPolicies[0]!).name).toBe('ovirt-minimal-downtime');
    expect(shareOfLink(125e6, 2)).toBe(65011712);
  });
});
