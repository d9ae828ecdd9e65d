import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageBytes } from '../../../models/migration/migration.js';
import { cloudHypervisor51, cloudHypervisor52 } from '../../../models/stacks/cloud-hypervisor.js';
import { hyperV2008R2, hyperV2012R2 } from '../../../models/stacks/hyper-v.js';
import { ownLimit } from '../../../models/stacks/own-limit.js';
import { vmware41, vmware50 } from '../../../models/stacks/vmware.js';
import { xen42, xen420 } from '../../../models/stacks/xen.js';
import { findStack } from '../../../scenario/catalog.js';
import { predictionWarnings } from '../../../studies/prediction-warnings.js';
import { prepare } from '../../../studies/prepare.js';
import { reasonFor } from '../../../studies/reason.js';
import { runOnce } from '../../../studies/run.js';
import { tinyProduct } from '../migration/tiny-pass.js';

/** 4,096 pages at 1,000 a second, of which 500 a second are written again. */
const halving = { hotPages: 4096, visitsPerSecond: 500, sweepSeconds: 0 };
const pagesLeft = (bytes: number) => bytes / pageBytes;

describe('Xen 4.20', () => {
  it('stops after five passes, whatever is left', () => {
    const { journal, start, sim } = tinyProduct(xen420, halving);
    start();
    sim.run(60);
    expect([journal.passes, journal.decision]).toEqual([5, 'the rule of 5 passes ended it']);
    expect(pagesLeft(journal.leftAtStopBytes) / 128).toBeCloseTo(1, 1);
  });

  it('stops after a pass over fewer than 50 pages', () => {
    const { journal, start, sim } = tinyProduct(xen420, { restingPages: 2000, hotPages: 49 });
    start();
    sim.run(60);
    expect([journal.passes, journal.decision]).toEqual([2, 'a pass was over fewer than 50 pages']);
    const more = tinyProduct(xen420, { restingPages: 2000, hotPages: 51 });
    more.start();
    more.sim.run(60);
    expect(more.journal.passes).toBe(5);
  });
});

describe('Xen 4.2', () => {
  it('makes 29 passes over a hot set, but skips nearly all of it until the last', () => {
    const values = { batchPages: 10 };
    const { journal, start, sim } = tinyProduct(xen42, { restingPages: 800, hotPages: 200, values });
    start();
    sim.run(60);
    expect([journal.passes, journal.decision]).toEqual([29, 'the rule of 29 passes ended it']);
    // A batch of 10 pages takes 10 ms, as a sweep of the guest: at most two batches go before all is written again.
    expect(journal.stoppedAt).toBeLessThan(0.8 + 29 * 0.021);
    expect(pagesLeft(journal.leftAtStopBytes)).toBeCloseTo(200, 6);
  });

  it('stops when more than three times RAM has been sent', () => {
    // Without skipping, every pass is over all of RAM: after the fourth, 4,000 of 1,000 pages have been sent.
    const values = { skipsRewritten: 0 };
    const { journal, start, sim } = tinyProduct(xen42, { hotPages: 1000, values });
    start();
    sim.run(60);
    expect([journal.passes, journal.decision]).toEqual([
      4,
      'the rule of sending no more than 3 times RAM ended it',
    ]);
  });
});

describe('Hyper-V', () => {
  it('suspends the guest after its tenth pass', () => {
    const { journal, start, sim } = tinyProduct(hyperV2008R2, { restingPages: 800, hotPages: 200 });
    start();
    sim.run(60);
    expect([journal.passes, journal.decision]).toEqual([10, 'the rule of 10 passes ended it']);
    expect(journal.stoppedAt).toBeCloseTo(1 + 9 * 0.2, 1);
  });

  it('suspends it after the fifth from Windows Server 2012 R2 on', () => {
    const { journal, start, sim } = tinyProduct(hyperV2012R2, { restingPages: 800, hotPages: 200 });
    start();
    sim.run(60);
    expect(journal.passes).toBe(5);
  });

  it('warns of a suspension that TCP connections do not survive', () => {
    const { journal, start, sim } = tinyProduct(hyperV2008R2, { hotPages: 10_000 });
    start();
    sim.run(600);
    expect(journal.decision).toBe(
      'the rule of 10 passes ended it; the suspension of 10 s is longer than the 9.3 s in which TCP connections survive it',
    );
  });
});

describe('vMotion', () => {
  it('switches over when what is left fits half a second', () => {
    for (const stack of [vmware41, vmware50]) {
      const { journal, start, sim } = tinyProduct(stack, halving);
      start();
      sim.run(60);
      // 4,096 pages, 2,048, 1,024, 512; then 256 are left, of the 500 that go in half a second.
      expect([journal.passes, journal.decision]).toEqual([4, 'what was left fits the goal of 500 ms']);
    }
  });

  it('of 4.1 resumes a guest early that is too fast, and fails if the rest takes 100 s', () => {
    const small = tinyProduct(vmware41, { hotPages: 1000, restingPages: 1000 });
    small.start();
    small.sim.run(60);
    expect(small.journal.decision).toBe(
      'passes did not shrink, and what was left would take 0.998 s, less than 100 s; it ran at the destination ' +
        'before that was there (Quick Resume), and how it waits for it is not simulated',
    );
    expect(small.journal.resumedAt! - small.journal.stoppedAt!).toBeLessThan(0.01);
    const large = tinyProduct(vmware41, { hotPages: 101_000, restingPages: 1000 });
    large.start();
    large.sim.run(600);
    expect(large.journal.aborted).toBe(
      'The passes did not shrink, and what was left would take 101 s, which is not below 100 s',
    );
    expect(large.journal.stoppedAt).toBeNull();
  });

  it('of 5.0 slows such a guest down until it can be moved, and lets it go in the end', () => {
    const world = tinyProduct(vmware50, {
      hotPages: 1000,
      restingPages: 1000,
      visitsPerSecond: 4000,
      sweepSeconds: 0,
    });
    const { journal, guest, start, sim } = world;
    start();
    sim.run(60);
    expect(journal.decision).toContain('with the vCPUs slowed down to');
    expect(pagesLeft(journal.leftAtStopBytes)).toBeLessThan(501);
    expect(guest.time()).toBeLessThan(0.75 * journal.resumedAt!);
    const then = guest.time();
    world.runTo(sim.now + 1);
    expect(guest.time() - then).toBeCloseTo(1, 6);
  });

  it('of 5.0 leaves a guest alone that converges by itself', () => {
    const { journal, guest, start, sim } = tinyProduct(vmware50, halving);
    start();
    sim.run(60);
    expect(guest.time()).toBeCloseTo(journal.stoppedAt!, 6);
  });
});

describe('Cloud Hypervisor', () => {
  it('until v51 makes five passes after the first', () => {
    const { journal, start, sim } = tinyProduct(cloudHypervisor51, { restingPages: 800, hotPages: 200 });
    start();
    sim.run(60);
    expect([journal.passes, journal.decision]).toEqual([
      6,
      'the rule of 5 passes over dirty memory ended it',
    ]);
  });

  it('from v52 on stops when what is left fits the downtime limit, and else at its timeout', () => {
    const limit = { rules: { downtimeLimitSeconds: 0.3 } };
    const fitting = tinyProduct(cloudHypervisor52, { ...halving, ...limit });
    fitting.start();
    fitting.sim.run(60);
    expect([fitting.journal.passes, fitting.journal.decision]).toEqual([
      4,
      'what was left fits the downtime limit of 300 ms',
    ]);
    const hot = { ...limit, hotPages: 400, values: { timeoutSeconds: 10 } };
    const lost = tinyProduct(cloudHypervisor52, hot);
    lost.start();
    lost.sim.run(60);
    expect(lost.journal.aborted).toMatch(
      /^The timeout of 10 s ended when what was left would take 0\.399 s$/u,
    );
    expect(lost.journal.finishedAt).toBeCloseTo(10, 0);
    const forced = tinyProduct(cloudHypervisor52, { ...hot, values: { ...hot.values, stopsAtTimeout: 1 } });
    forced.start();
    forced.sim.run(60);
    expect(forced.journal.decision).toBe('the timeout of 10 s ended it');
  });

  it('makes the rounds that its pull request 7799 shows, at the speed of each', () => {
    // A guest of 6 GiB whose working set is 5,418 MiB: [MiB, MiB/s, s] of each iteration.
    const measured = [
      [6144, 1986.8, 3.09],
      [5418, 1824.4, 2.97],
      [5418, 1854.3, 2.92],
      [5428, 1799.4, 3.02],
    ] as const;
    const MiB = 256;
    const world = { hotPages: 5418 * MiB, restingPages: 726 * MiB, pagesPerSecond: 1e6, copySeconds: 1e-9 };
    const { journal, stream, sim, start } = tinyProduct(cloudHypervisor51, world);
    const pace = (round: number) => stream.limitRate((measured[round]?.[1] ?? 1800) * 2 ** 20);
    pace(0);
    let [begun, round] = [0, 0];
    for (const [, , seconds] of measured) sim.at((begun += seconds), () => pace(++round));
    start();
    sim.run(60);
    measured.forEach(([size, , seconds], i) => {
      const { sentBytes, seconds: took } = journal.rounds![i]!;
      expect(Math.abs(sentBytes / 2 ** 20 / size - 1)).toBeLessThan(0.01);
      expect(Math.abs(took / seconds - 1)).toBeLessThan(0.02);
    });
  });
});

describe('products with a rule of passes', () => {
  it('always end', () => {
    const world = fc.record({
      hotPages: fc.integer({ min: 0, max: 1500 }),
      restingPages: fc.integer({ min: 1, max: 1500 }),
      sweepSeconds: fc.constantFrom(0.001, 0.05, 1),
      visitsPerSecond: fc.constantFrom(50, 990, 1010, 20_000),
    });
    const product = fc.constantFrom(
      xen42,
      xen420,
      hyperV2008R2,
      hyperV2012R2,
      vmware41,
      vmware50,
      cloudHypervisor51,
    );
    fc.assert(
      fc.property(product, world, (stack, one) => {
        const { journal, start, sim } = tinyProduct(stack, one);
        start();
        sim.run(3600);
        expect(journal.finishedAt).not.toBeNull();
        expect(journal.decision).not.toBeNull();
      }),
      { numRuns: 80 },
    );
  });
});

const set = (fields: Record<string, unknown>) =>
  prepare(Object.entries(fields).map(([path, value]) => ({ origin: 'test', path, value })));

/** A guest of 1 GiB of which 128 MiB are rewritten, on a gigabit link. */
function run(stack: string, fields: Record<string, unknown> = {}) {
  const all = {
    stack,
    profile: 'qemu-7.2-bench',
    'vm.ram': '1 GiB',
    'vm.resident': '512 MiB',
    'vm.workload[0].size': '128 MiB',
    ...fields,
  };
  const { scenario, parameters } = set(all);
  const result = runOnce(findStack(stack), scenario, parameters, 1, true);
  return { ...result, reason: reasonFor(scenario, result) };
}

describe('a scenario on such a product', () => {
  it('says by which rule it ended', () => {
    expect(run('xen-4.20').reason).toBe('After 5 passes 128 MiB were left: the rule of 5 passes ended it.');
    expect(run('hyper-v-2008-r2').reason).toBe(
      'After 10 passes 128 MiB were left: the rule of 10 passes ended it.',
    );
    // A slower guest ends by the goal; one that sleeps nearly all the time may have written nothing in the last pass.
    expect(run('vmware-5.0', { 'vm.workload[0].rate': '200 MB/s' }).reason).toMatch(
      /^After \d+ passes [\d.]+ MiB were left: what was left fits the goal/u,
    );
    expect(run('vmware-4.1', { 'parameters.vmware.longestSeconds': 1 }).reason).toMatch(
      /^The passes did not shrink, .*; the guest runs on at the source\.$/u,
    );
  });

  it('says that patience ended before any rule', () => {
    expect(run('xen-4.20', { 'migration.patience': '5 s' }).reason).toMatch(
      /^The patience of 5 s ended in the first pass, before any rule stopped the guest: .* had been sent\.$/u,
    );
    expect(run('hyper-v-2008-r2', { 'migration.patience': '12 s' }).reason).toMatch(
      /^The patience of 12 s ended after \d passes?, before any rule/u,
    );
    expect(run('xen-4.20', { 'migration.patience': '15 s' }).reason).toBe(
      'The guest was to be stopped (the rule of 5 passes ended it), but the patience of 15 s ended ' +
        'before it ran at the destination.',
    );
  });

  it('is warned that nobody measured the product', () => {
    const facts = { replications: 100, completedFraction: 1, totalSeconds: null, downtimeSeconds: null };
    expect(predictionWarnings(set({ stack: 'xen-4.20' }), facts)).toEqual([
      'no migration by xen-4.20 was measured: its rules are from its source or documentation, ' +
        'and profile server-10g holds orders of magnitude',
    ]);
    expect(predictionWarnings(set({ stack: 'xen-4.20', profile: 'qemu-7.2-bench' }), facts)).toEqual([
      'no migration by xen-4.20 was measured: its rules are from its source or documentation, ' +
        'speeds and steps are those of profile qemu-7.2-bench',
    ]);
  });

  it('ends at once where a brake stops the guest', () => {
    expect(run('vmware-5.0', { 'parameters.vmware.slowedShare': 0 }).verdict).toBe('completed');
  });

  it('slows the guest down only where the product does', () => {
    expect(run('vmware-5.0').guestSlowdown).toBeGreaterThan(2 * run('vmware-4.1').guestSlowdown);
  });

  it('splits the downtime', () => {
    const { downtimeParts, downtimeSeconds, sourceDowntimeSeconds } = run('xen-4.20');
    const sum = Object.values(downtimeParts! as unknown as Record<string, number>).reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(downtimeSeconds!, 9);
    expect(sourceDowntimeSeconds).toBeLessThan(downtimeSeconds!);
    const early = run('vmware-4.1');
    expect(early.sourceDowntimeSeconds).toBeLessThanOrEqual(early.downtimeSeconds!);
  });

  it('refuses limits that the product does not have', () => {
    expect(() => set({ stack: 'xen-4.20', 'migration.downtimeLimit': '300 ms' })).toThrow(
      'migration.downtimeLimit is 0.3 s: xen-4.20 has no downtime limit; ' +
        'it stops the guest after 5 passes, or after a pass over fewer than 50 pages',
    );
    expect(() => set({ stack: 'vmware-5.0', 'migration.maxBandwidth': '100 MB/s' })).toThrow(
      'migration.maxBandwidth is 100000000 B/s: vmware-5.0 has no limit of rate; ' +
        'link.goodput says what the network gives it',
    );
    expect(() => set({ stack: 'xen-4.2', 'migration.timeout': '60 s' })).toThrow('xen-4.2 has no timeout');
    expect(set({ stack: 'xen-4.20' }).scenario.migration.downtimeLimit).toBe(Infinity);
    expect(JSON.stringify(set({ stack: 'xen-4.20' }).scenario)).toContain('"downtimeLimit":null');
  });

  it('takes those that it has from the scenario, and not from its constants', () => {
    const hot = { 'vm.workload[0].size': '128 MiB' };
    expect(run('cloud-hypervisor-52', { ...hot, 'migration.downtimeLimit': '2 s' }).verdict).toBe(
      'completed',
    );
    expect(run('cloud-hypervisor-52', { ...hot, 'migration.timeout': '30 s' }).reason).toMatch(
      /^The timeout of 30 s ended when what was left would take 1\.\d+ s; the guest runs on at the source\.$/u,
    );
    expect(() =>
      set({ stack: 'cloud-hypervisor-52', 'parameters.cloudHypervisor.timeoutSeconds': 9 }),
    ).toThrow('only the default of migration.timeout');
  });

  it('costs few events', () => {
    expect(run('xen-4.20', { 'vm.ram': '64 GiB', 'migration.patience': '1 h' }).events).toBeLessThan(5000);
  });
});

describe('examples', () => {
  it('give the values that stand in the docstrings', () => {
    expect(ownLimit(findStack('qemu-7.2'), 'downtimeLimitSeconds')).toBe(0.3);
    expect(ownLimit(findStack('xen-4.2'), 'downtimeLimitSeconds')).toBeUndefined();
  });
});
