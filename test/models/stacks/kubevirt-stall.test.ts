import { describe, expect, it } from 'vitest';
import { createStallDetector } from '../../../models/stacks/kubevirt-stall-detector.js';
import { kubevirtStallMonitor, type StallMonitorRules } from '../../../models/stacks/kubevirt-stall.js';
import { fakeControl } from './fake-control.js';

const detection = { ewmaAlpha: 0.4, stallMargin: 0.04, stallProgressSeconds: 40, patienceDecay: 0.5 };
const rules: StallMonitorRules = {
  ...detection,
  pollSeconds: 0.4,
  progressTimeout: 150,
  acceptableSeconds: 600,
  acceptableTerms: '4 GB at completionTimeoutPerGiB = 150 s',
  allowPostCopy: 0,
  allowWorkloadDisruption: 0,
  initialDowntime: 0.3,
  maxDowntime: 0.9,
  preCopyPossibleFactor: 1.5,
  switchoverTimeout: 60,
  completionTimeoutFactor: 2,
  longestDowntime: 2000,
};

/** A first pass of 10 s at 100 MB/s, then rounds that begin with so many MB. */
const rounds = (height: (k: number) => number) =>
  fakeControl({ first: 1e9, height: (k) => height(k) * 1e6, low: 0, rate: 100e6 });

const toldOf = (height: (k: number) => number, changes: Partial<StallMonitorRules> = {}, until = 2000) => {
  const { control, watchedBy } = rounds(height);
  return watchedBy(kubevirtStallMonitor(control, { ...rules, ...changes }), until);
};

describe('the stall detector', () => {
  const at = (elapsedSeconds: number, remainingBytes: number) => ({ elapsedSeconds, remainingBytes });

  it('says nothing before it knows a bandwidth, and smooths it', () => {
    const detector = createStallDetector(detection);
    expect(detector.isStalled(at(0, 1000))).toBe(false);
    expect(detector.isStalled(at(100, 1000))).toBe(false);
    detector.sample(100);
    detector.sample(200);
    expect(detector.bandwidth()).toBe(140);
  });

  it('calls it a stall when in 40 s less than 4 % less is left', () => {
    const detector = createStallDetector(detection);
    detector.sample(100e6);
    expect(detector.isStalled(at(0, 1000))).toBe(false);
    expect(detector.isStalled(at(40, 970))).toBe(true);
    const better = createStallDetector(detection);
    better.sample(100e6);
    better.isStalled(at(0, 1000));
    expect(better.isStalled(at(39.9, 1000))).toBe(false);
    expect(better.isStalled(at(40, 950))).toBe(false);
  });

  it('waits for the least there was, then for the least since, with a patience that halves', () => {
    const detector = createStallDetector(detection);
    detector.sample(100e6);
    detector.isStalled(at(0, 500));
    expect(detector.isStalled(at(40, 1000))).toBe(true);
    expect(detector.isAtMinimum(at(40, 521))).toBe(false);
    expect(detector.isAtMinimum(at(40, 520))).toBe(true);
    detector.isStalled(at(60, 800));
    detector.isStalled(at(79, 700));
    expect(detector.isAtMinimum(at(79, 700))).toBe(false);
    detector.isStalled(at(80, 900));
    expect(detector.isAtMinimum(at(80, 700))).toBe(true);
    expect(detector.isAtMinimum(at(80, 800))).toBe(false);
    detector.isStalled(at(99, 900));
    expect(detector.isAtMinimum(at(99, 800))).toBe(false);
    detector.isStalled(at(100, 900));
    expect(detector.isAtMinimum(at(100, 800))).toBe(true);
  });
});

describe("KubeVirt's monitor with stall detection", () => {
  it('aborts at the first iteration that is 40 s old if the downtime would be too long', () => {
    // Rounds of 2 s: the first begins at 10 s.
    expect(toldOf(() => 200)).toEqual([
      '0 downtime 0.3',
      '50 cancel: KubeVirt aborted it as stalled: the estimated downtime of 2000 ms is more than 1.5 times ' +
        'the 900 ms of maxDowntimeMs',
    ]);
  });

  it('begins with less than 300 ms if no more is allowed', () => {
    expect(toldOf(() => 200, { maxDowntime: 0.1 })[0]).toBe('0 downtime 0.1');
  });

  it('asks for maxDowntimeMs if that might do, and waits a minute for it', () => {
    expect(toldOf(() => 100)).toEqual([
      '0 downtime 0.3',
      '50 downtime 0.9',
      '111 cancel: KubeVirt aborted it: not completed after 111 s (the switchover asked for did not come within 60 s)',
    ]);
  });

  it('forces the stop if the guest may be disrupted, or goes over to post-copy if that is allowed too', () => {
    expect(toldOf(() => 200, { allowWorkloadDisruption: 1 }, 100)).toEqual([
      '0 downtime 0.3',
      '50 downtime 2000',
    ]);
    expect(toldOf(() => 200, { allowWorkloadDisruption: 1, allowPostCopy: 1 })).toEqual([
      '0 downtime 0.3',
      '50 post-copy',
    ]);
  });

  it('takes no sample of the bandwidth while iterations come sooner than its polls', () => {
    // A link that is ten times slower after the first pass, and rounds of 0.3 or 0.5 s.
    const toldWith = (height: number) => {
      const { control, watchedBy } = rounds(() => height);
      const status = () => ({ ...control.status(), bandwidth: control.sim.now < 10 ? 100e6 : 10e6 });
      return watchedBy(kubevirtStallMonitor({ ...control, status }, rules), 60)[1];
    };
    expect(toldWith(30)).toBe('50.2 downtime 0.9');
    expect(toldWith(50)).toMatch(
      /cancel: KubeVirt aborted it as stalled: the estimated downtime of 5000 ms/u,
    );
  });

  it('waits for a round with little', () => {
    // 200 MB at 10 s, 120 MB at 12 s, 200 MB at 13.2 s …: stalled with 200 MB at 51.6 s, the next 120 MB at 53.6 s.
    const told = toldOf((k) => (k % 2 === 0 ? 200 : 120), { allowWorkloadDisruption: 1 }, 100);
    expect(told.at(-1)).toBe('53.6 downtime 2000');
  });

  it('gives up waiting for one that does not come back', () => {
    // 100 MB at 10 s, 200 MB at 11 s and every 2 s from then on: stalled at 51 s, given up at 91 s.
    const told = toldOf((k) => (k === 0 ? 100 : 200), { allowWorkloadDisruption: 1 }, 100);
    expect(told.at(-1)).toBe('91 downtime 2000');
  });

  it('does the same when the acceptable time is over before anything stalls', () => {
    // Each round has 5 % less than the one before.
    const shrinking = (k: number) => 300_000 * 0.95 ** k;
    expect(toldOf(shrinking, { acceptableSeconds: 100 })).toEqual([
      '0 downtime 0.3',
      expect.stringMatching(/^101.* cancel: KubeVirt aborted it: not completed after 101 s \(4 GB/u),
    ]);
  });

  it('aborts rather than stopping for what cannot be sent within twice the acceptable time', () => {
    const told = toldOf(() => 20_000, { acceptableSeconds: 95, allowWorkloadDisruption: 1 });
    expect(told.at(-1)).toMatch(/^96.* cancel/u);
    const less = toldOf(() => 9_000, { acceptableSeconds: 95, allowWorkloadDisruption: 1 });
    expect(less.at(1)).toMatch(/^96.* downtime 2000$/u);
  });
});
