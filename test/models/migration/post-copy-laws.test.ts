import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageBytes } from '../../../models/migration/migration.js';
import { findStack } from '../../../scenario/catalog.js';
import { prepare } from '../../../studies/prepare.js';
import { runOnce } from '../../../studies/run.js';

const MiB = 2 ** 20;

/** One run of a scenario; it has an hour. */
function run(fields: Record<string, unknown>, replication = 1) {
  const all = {
    stack: 'qemu-7.2',
    'migration.maxBandwidth': 'unlimited',
    'migration.patience': '3600 s',
    ...fields,
  };
  const { scenario, parameters } = prepare(
    Object.entries(all).map(([path, value]) => ({ origin: 'test', path, value })),
  );
  return runOnce(findStack(scenario.stack), scenario, parameters, replication);
}

const anyScenario = fc
  .record({
    stack: fc.constantFrom('qemu-2.5', 'qemu-2.9', 'qemu-7.2', 'qemu-8.2', 'qemu-10.2'),
    kind: fc.constantFrom('post-copy', 'hybrid'),
    ram: fc.integer({ min: 16, max: 512 }),
    resident: fc.double({ min: 0, max: 0.5, noNaN: true }),
    size: fc.double({ min: 0, max: 0.45, noNaN: true }),
    rate: fc.constantFrom('max', '100 pages/s', '1000 pages/s', '100000 pages/s'),
    pattern: fc.constantFrom('sequential', 'uniform', 'zipf:0.99'),
    period: fc.constantFrom('0 s', '100 ms'),
    layout: fc.constantFrom('spread', 'bottom', 'top'),
    goodput: fc.constantFrom(100, 300, 930),
    latency: fc.constantFrom('0 ms', '0.1 ms', '5 ms'),
    background: fc.constantFrom(0, 200, 900),
    limit: fc.constantFrom(0, 8 * MiB),
    isPreempted: fc.boolean(),
    load: fc.constantFrom(0, 0.5, 1),
  })
  .map((o) => ({
    stack: o.stack,
    'migration.kind': o.kind,
    'migration.capabilities': o.isPreempted && !o.stack.includes('-2.') ? ['postcopy-preempt'] : [],
    'vm.ram': `${o.ram} MiB`,
    'vm.resident': `${Math.floor(o.ram * MiB * o.resident)} B`,
    'vm.layout': o.layout,
    ...(o.size > 0.01 && {
      'vm.workload[0].size': `${Math.ceil(o.ram * MiB * o.size)} B`,
      'vm.workload[0].rate': o.rate,
      'vm.workload[0].pattern': o.pattern,
      'vm.workload[0].period': o.period,
    }),
    'link.goodput': `${o.goodput} Mbit/s`,
    'link.latency': o.latency,
    'background.rate': `${o.background} Mbit/s`,
    'parameters.postCopy.maxBandwidth': o.limit,
    'hosts.load': o.load,
  }));

describe('whatever the guest does', () => {
  it('post-copy ends, with each page sent once after the switch and no more than a few thousand events for it', () => {
    fc.assert(
      fc.property(anyScenario, fc.integer({ min: 1, max: 1000 }), (fields, replication) => {
        const result = run(fields, replication);
        expect(result.verdict).toBe('completed');
        expect(result.guestSlowdown).toBeGreaterThanOrEqual(0);
        expect(result.guestSlowdown).toBeLessThanOrEqual(1);
        const { postCopy } = result;
        if (!postCopy) return;
        const leftPages = result.leftAtStopBytes / pageBytes;
        expect(postCopy.pagesPushed + postCopy.pagesFaulted).toBeLessThanOrEqual(leftPages + 1e-3);
        expect(postCopy.pagesFaulted).toBeGreaterThanOrEqual(0);
        expect(postCopy.stallSeconds).toBeGreaterThanOrEqual(0);
        expect(postCopy.stallSeconds).toBeLessThanOrEqual(result.totalSeconds! - postCopy.startedAt + 1e-9);
        if (fields['migration.kind'] === 'post-copy') {
          const ram = Number.parseFloat(fields['vm.ram']) * MiB;
          const most = (ram / pageBytes) * (pageBytes + 8) + 65536 + 100;
          expect(result.bytesOnWire).toBeLessThanOrEqual(most);
          expect(result.events).toBeLessThan(40_000);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('the faults that it may meet leave it at the source, at the destination, paused or lost, and always end', () => {
    const faults = fc.record({
      network: fc.option(fc.double({ min: 0, max: 8, noNaN: true }), { nil: undefined }),
      destination: fc.option(fc.double({ min: 0, max: 8, noNaN: true }), { nil: undefined }),
      recoverAfter: fc.option(fc.double({ min: 0, max: 8, noNaN: true }), { nil: undefined }),
    });
    fc.assert(
      fc.property(faults, fc.constantFrom('lm', 'post-copy', 'hybrid'), (broken, kind) => {
        const { network, destination } = broken;
        const recoverAfter = network === undefined ? undefined : broken.recoverAfter;
        const stated = Object.entries({ network, destination, recoverAfter }).filter(
          ([, at]) => at !== undefined,
        );
        const result = run({
          'migration.kind': kind,
          'vm.ram': '512 MiB',
          'vm.resident': '256 MiB',
          'vm.workload[0].size': '64 MiB',
          'migration.patience': '30 s',
          ...Object.fromEntries(stated.map(([name, at]) => [`faults.${name}`, `${at} s`])),
        });
        if (stated.length === 0) expect(['completed', 'non-converging']).toContain(result.verdict);
        if (result.verdict === 'aborted' || result.verdict === 'failed') {
          expect(result.ended).toMatch(/^The (network|destination host) was lost at /);
          expect(result.totalSeconds).toBeNull();
        }
        if (kind === 'lm') expect(result.postCopy).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });
});

describe('the 7.2 bench', () => {
  // 256 MiB of data and 256 MiB of zero pages on 931 Mbit/s, as measured: 2.37 to 2.39 s and 4.92 to 4.96 s.
  const bench = { 'migration.kind': 'hybrid', 'vm.ram': '512 MiB', 'vm.vcpus': 1 };

  it('takes no longer in post-copy than in pre-copy where the guest is idle', () => {
    const idle = run({ ...bench, 'vm.resident': '256 MiB', 'migration.postCopyAfter': '0.5 s' });
    const preCopy = run({ ...bench, 'migration.kind': 'lm', 'vm.resident': '256 MiB' });
    expect(idle.totalSeconds! / preCopy.totalSeconds!).toBeCloseTo(1, 2);
    expect(idle.downtimeSeconds).toBeGreaterThan(0.002);
    expect(idle.downtimeSeconds).toBeLessThan(0.009);
    expect(idle.postCopy!.requests).toBe(0);
  });

  it('sends 4 s of pre-copy and then the rest of a guest that pre-copy would never finish', () => {
    const hot = run({
      ...bench,
      'vm.resident': '160 MiB',
      'vm.workload[0]': { size: '96 MiB', period: '0 s' },
      'migration.postCopyAfter': '4 s',
    });
    const rate = 116.4e6;
    expect(hot.bytesOnWire / (hot.totalSeconds! * rate)).toBeCloseTo(1, 1);
    expect(hot.totalSeconds).toBeLessThan(4.1 + (96 * MiB * 1.01) / rate);
    // The guest follows the stream through its hot set.
    expect(hot.postCopy!.stallSeconds).toBeGreaterThan(0.7);
    expect(hot.postCopy!.requests).toBeGreaterThan(2000);
    expect(hot.postCopy!.requests).toBeLessThan(3600);
  });
});
