import { describe, expect, it } from 'vitest';
import { kubevirtMonitor, type KubevirtRules } from '../../../models/stacks/kubevirt-monitor.js';
import { fakeControl } from './fake-control.js';

const terms = '4 GB at completionTimeoutPerGiB = 150 s';
const rules: KubevirtRules = {
  pollSeconds: 0.4,
  progressTimeout: 150,
  acceptableSeconds: 600,
  acceptableTerms: terms,
  allowPostCopy: 0,
  allowWorkloadDisruption: 0,
};

/** 4 GB, of which 1 GB is dirty again whenever less than 30 MB are left: at 100 MB/s every 9.7 s. */
const hot = () => fakeControl({ first: 4e9, height: () => 1e9, low: 30e6, rate: 100e6 });
/** One whose bytes do not move at all. */
const stuck = () => fakeControl({ first: 4e9, height: () => 1e9, low: 30e6, rate: 0 });
/** One that needs a day for its last pass. */
const slow = () => fakeControl({ first: 4e9, height: () => 1e9, low: 30e6, rate: 10e3 });

describe("KubeVirt's monitor", () => {
  it('takes any poll with less left for progress, and aborts at the first whole second after the acceptable time', () => {
    const { control, watchedBy } = hot();
    expect(watchedBy(kubevirtMonitor(control, rules), 5000)).toEqual([
      `601.2 cancel: KubeVirt aborted it: not completed after 600 s (${terms})`,
    ]);
  });

  it('aborts a migration that does not move after 151 s, whatever it may do to the guest', () => {
    const { control, watchedBy } = stuck();
    const all = { ...rules, allowPostCopy: 1, allowWorkloadDisruption: 1 };
    expect(watchedBy(kubevirtMonitor(control, all), 5000)).toEqual([
      '151.6 cancel: KubeVirt aborted it after 151 s without progress (progressTimeout)',
    ]);
  });

  it('does not time out where a time is 0', () => {
    const { control, watchedBy } = hot();
    const patient = { ...rules, acceptableSeconds: 0, progressTimeout: 0 };
    expect(watchedBy(kubevirtMonitor(control, patient), 5000)).toEqual([]);
    const other = stuck();
    expect(other.watchedBy(kubevirtMonitor(other.control, patient), 5000)).toEqual([]);
  });

  it('suspends the guest then if it may be disrupted, and gives it as long again', () => {
    const { control, watchedBy } = slow();
    const disruptive = { ...rules, allowWorkloadDisruption: 1 };
    expect(watchedBy(kubevirtMonitor(control, disruptive), 5000)).toEqual([
      '601.2 pause',
      `1201.2 cancel: KubeVirt aborted it: not completed after 1200 s (twice ${terms})`,
    ]);
  });

  it('goes over to post-copy instead where that is allowed too, and leaves it alone', () => {
    const { control, watchedBy } = hot();
    const both = { ...rules, allowWorkloadDisruption: 1, allowPostCopy: 1 };
    expect(watchedBy(kubevirtMonitor(control, both), 5000)).toEqual(['601.2 post-copy']);
  });

  it('aborts in spite of allowPostCopy from 1.4 on unless the guest may be disrupted; in 1.3 it needs no more', () => {
    const since14 = hot();
    expect(since14.watchedBy(kubevirtMonitor(since14.control, { ...rules, allowPostCopy: 1 }), 5000)).toEqual(
      [expect.stringMatching(/^601.2 cancel/u)],
    );
    const { pollSeconds, progressTimeout, acceptableSeconds, acceptableTerms } = rules;
    const rules13 = { pollSeconds, progressTimeout, acceptableSeconds, acceptableTerms, allowPostCopy: 1 };
    const before = hot();
    expect(before.watchedBy(kubevirtMonitor(before.control, rules13), 5000)).toEqual(['601.2 post-copy']);
  });

  it('ends with the migration', () => {
    const { control, watchedBy, endAt } = hot();
    endAt(300);
    expect(watchedBy(kubevirtMonitor(control, rules), 5000)).toEqual([]);
  });
});
