import { describe, expect, it } from 'vitest';
import { createSocketDepth, type DepthParameters } from '../../models/socket-depth.js';
import { createRandom } from '../../sim/random.js';
import { findStack } from '../../scenario/catalog.js';
import { lossBesideBusyGuest } from '../../scenario/world.js';
import { prepare } from '../../studies/prepare.js';
import { runOnce } from '../../studies/run.js';

const parameters: DepthParameters = {
  sendBufferBytes: 200,
  deepBufferBytes: 3000,
  deepSpread: 0.3,
  deepChangeSeconds: 0.05,
  deepPerSecond: 2,
  deepRunSpread: 0,
  deepSeconds: 0.5,
};
const depthOf = (o: Partial<DepthParameters> = {}, isAlwaysDeep = false, seed = 'depth') =>
  createSocketDepth({ ...parameters, ...o }, () => isAlwaysDeep, createRandom(seed));

/** What the socket holds at each of so many looks. */
const looks = (depth: (seconds: number) => number, count: number, every: number) =>
  Array.from({ length: count }, () => depth(every));

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]) =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

describe('a socket', () => {
  it('that never becomes deep always holds the same', () => {
    const never = { ...parameters, deepPerSecond: 0 };
    expect(createSocketDepth(never, () => false, createRandom('depth'))(100) === never.sendBufferBytes).toBe(
      true,
    );
    expect(new Set(looks(depthOf({ deepPerSecond: 0 }), 100, 10))).toEqual(new Set([200]));
  });

  it('is deep just while other traffic overflows the queue, where it is never so by itself', () => {
    let overflows = false;
    const depth = createSocketDepth(
      { ...parameters, deepPerSecond: 0 },
      () => overflows,
      createRandom('depth'),
    );
    const all = [false, true, false, true].map((now) => {
      overflows = now;
      return looks(depth, 100, 0.1).every((bytes) => bytes > 2000);
    });
    expect(all).toEqual([false, true, false, true]);
    expect(depth(100)).toBeGreaterThan(2000);
    overflows = false;
    expect(depth(0.001)).toBe(200);
  });

  it('is deep for its share of the time: here 0.5 s after 0.5 s on average', () => {
    const all = looks(depthOf(), 20_000, 0.1);
    expect(all.filter((bytes) => bytes > 200).length / all.length).toBeCloseTo(0.5, 1);
  });

  it('becomes deep as often as it is said to', () => {
    const all = looks(depthOf({ deepPerSecond: 0.2, deepSeconds: 0.1 }), 200_000, 0.01);
    const onsets = all.filter((bytes, i) => bytes > 200 && (all[i - 1] ?? 200) === 200);
    // 2,000 s, of which 2 % is spent deep: 392 times, give or take four standard deviations.
    expect(Math.abs(onsets.length - 392)).toBeLessThan(4 * Math.sqrt(392));
  });

  it('that is always deep holds each depth within its bounds as likely as another', () => {
    const all = looks(depthOf({}, true), 20_000, 0.2);
    expect(Math.min(...all)).toBeGreaterThanOrEqual(2100);
    expect(Math.max(...all)).toBeLessThanOrEqual(3900);
    expect(mean(all) / 3000).toBeCloseTo(1, 2);
    expect(deviation(all) / (1800 / Math.sqrt(12))).toBeCloseTo(1, 1);
  });

  it('keeps a depth for a while: looks at short distances find the same', () => {
    const all = looks(depthOf({ deepChangeSeconds: 10 }, true), 1000, 0.01);
    expect(new Set(all).size).toBeLessThan(10);
    expect(new Set(looks(depthOf({ deepSpread: 0 }, true), 1000, 0.01))).toEqual(new Set([3000]));
  });

  it('is looked at in no time, however fast it changes', () => {
    const depth = depthOf({ deepChangeSeconds: 1e-9 }, true);
    expect(new Set(looks(depth, 1000, 100)).size).toBe(1000);
  });

  it('becomes deep more often in one run than in another', () => {
    const shares = Array.from({ length: 50 }, (_, run) => {
      const depth = depthOf({ deepRunSpread: 2, deepPerSecond: 0.2 }, false, `${run}`);
      return looks(depth, 1000, 0.1).filter((bytes) => bytes > 200).length;
    });
    expect(Math.min(...shares)).toBeLessThan(30);
    expect(Math.max(...shares)).toBeGreaterThan(300);
  });
});

describe('the loss beside a busy guest', () => {
  it('is nothing up to half of its time, and as given on average where it never rests', () => {
    expect(lossBesideBusyGuest(0.04, 1, 0.5)).toBe(0.04);
    expect(lossBesideBusyGuest(0.04, 0.5, 0.9)).toBe(0);
    expect(lossBesideBusyGuest(0.04, 0.75, 0.5)).toBeCloseTo(0.02, 12);
    expect(() => prepare([{ origin: 'test', path: 'parameters.stream.busyGuestLoss', value: 0.6 }])).toThrow(
      'must be at most 50 %: a run may lose twice that',
    );
  });
});

describe('the bandwidth that QEMU 7.2 estimates on the test bed', () => {
  /** The estimates of the windows of one migration of a hot set, one after the other. */
  function estimates(fields: Record<string, unknown>): number[] {
    const all = {
      stack: 'qemu-7.2',
      profile: 'qemu-7.2-bench',
      'vm.ram': '512 MiB',
      'vm.vcpus': 1,
      'vm.resident': '128 MiB',
      // Half as much again as may be left: every window is tested, and none passes.
      'vm.workload[0].size': '52 MiB',
      'migration.maxBandwidth': 'unlimited',
      'migration.patience': '60 s',
      'parameters.cpu.stallsPerSecond': 0,
      'parameters.stream.deepPerSecond': 0,
      ...fields,
    };
    const settings = Object.entries(all).map(([path, value]) => ({ origin: 'test', path, value }));
    const { scenario, parameters: values } = prepare(settings);
    const { rounds } = runOnce(findStack(scenario.stack), scenario, values, 1, true);
    return rounds!.map(({ estimateBytesPerSecond }) => estimateBytesPerSecond).slice(1);
  }

  it('is the same in all windows of an idle link, within the millisecond that its clock counts', () => {
    const all = estimates({});
    expect(deviation(all) / mean(all)).toBeLessThan(0.01);
  });

  it('is not held down by latency until the largest buffer is under way: 3.75 MB a round trip', () => {
    const mean10 = mean(estimates({ 'link.latency': '10 ms' }));
    expect(mean10 / mean(estimates({}))).toBeCloseTo(1, 1);
    // 3.75 MB in 80 ms
    expect(mean(estimates({ 'link.latency': '40 ms' })) / 1e6).toBeCloseTo(46.9, -0.5);
  });

  it('differs from window to window beside traffic that fills the queue by 4.8 to 9 %, as QEMU estimated itself', () => {
    const all = estimates({
      background: [{ kind: 'icmp-paced', rate: '930 Mbit/s' }],
      'vm.workload[0].size': '42 MiB',
    });
    const spread = deviation(all) / mean(all);
    expect(spread).toBeGreaterThan(0.048);
    expect(spread).toBeLessThan(0.09);
  });
});
