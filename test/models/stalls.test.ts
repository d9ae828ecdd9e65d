import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStalledClock, createStalls, runningShare } from '../../models/stalls.js';
import { findStack } from '../../scenario/catalog.js';
import { prepare } from '../../studies/prepare.js';
import { reasonFor } from '../../studies/reason.js';
import { runOnce } from '../../studies/run.js';
import { createRandom } from '../../sim/random.js';

const often = { stallsPerSecond: 2, stallSeconds: 0.1 };

describe('stalls of a thread with something to do', () => {
  it('cost their number times their mean length, on top of its work', () => {
    const stalls = createStalls(often, createRandom('stalls'));
    const lost = Array.from({ length: 10_000 }, () => stalls(1)).reduce((sum, one) => sum + one);
    expect(lost / 10_000).toBeCloseTo(0.2, 2);
  });
});

describe('the clock of a guest that is kept from running', () => {
  it('runs for its share of a long time', () => {
    const clock = createStalledClock(often, createRandom('clock'));
    expect(clock(20_000) / 20_000).toBeCloseTo(runningShare(often), 2);
    expect(runningShare(often)).toBe(1 / 1.2);
  });

  it('stands still or runs at full speed, never back', () => {
    const clock = createStalledClock(often, createRandom('clock'));
    const looks = Array.from({ length: 10_000 }, (_, i) => clock(i / 1000));
    const steps = looks.slice(1).map((time, i) => time - looks[i]!);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...steps)).toBeCloseTo(0.001, 9);
    expect(steps.filter((step) => step === 0).length).toBeGreaterThan(500);
  });

  it('shows the same however often one looks', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { maxLength: 50 }), (steps) => {
        const [looked, unseen] = [0, 0].map(() => createStalledClock(often, createRandom('clock')));
        let now = 0;
        for (const step of steps) looked!((now += step));
        expect(looked!(now + 1)).toBeCloseTo(unseen!(now + 1), 9);
      }),
    );
  });
});

describe('a hot set above the threshold of a host that stalls its guest', () => {
  /** 4 MiB where 3.3 may be left: each round sends it in 36 ms, and it is rewritten in 4. */
  const run = (fields: Record<string, unknown>) => {
    const all = {
      stack: 'qemu-7.2',
      profile: 'qemu-7.2-bench',
      'vm.ram': '512 MiB',
      'vm.vcpus': 1,
      'vm.workload[0].size': '4 MiB',
      'vm.workload[0].period': '0 s',
      'vm.workload[0].rate': '1000000 pages/s',
      'migration.downtimeLimit': '30 ms',
      'migration.maxBandwidth': 'unlimited',
      'migration.patience': '60 s',
      'parameters.stream.deepPerSecond': 0,
      'parameters.cpu.stallsPerSecond': 0,
      'parameters.cpu.stallsSpread': 0,
      ...fields,
    };
    const settings = Object.entries(all).map(([path, value]) => ({ origin: 'test', path, value }));
    const { scenario, parameters } = prepare(settings);
    const result = runOnce(findStack(scenario.stack), scenario, parameters, 1, true);
    return { ...result, reason: reasonFor(scenario, result) };
  };

  it('converges in a stall that outlasts a round: nothing is left, and the downtime is next to nothing', () => {
    expect(run({ 'parameters.guest.stallsPerSecond': 0 }).verdict).toBe('non-converging');
    const stalled = run({
      'parameters.guest.stallsPerSecond': 0.5,
      'parameters.guest.stallSeconds': '200 ms',
    });
    expect(stalled.verdict).toBe('completed');
    expect(stalled.downtimeSeconds).toBeLessThan(0.01);
    expect(stalled.reason).toMatch(
      /nothing was left, for the host had kept the guest from running for \S+ ms of the last round's \S+ ms; /,
    );
  });

  it('does not in stalls that are shorter than a round', () => {
    const short = { 'parameters.guest.stallsPerSecond': 20, 'parameters.guest.stallSeconds': 0.002 };
    expect(run(short).verdict).toBe('non-converging');
    expect(run(short).reason).not.toContain('kept the guest');
  });

  it('counts no stall as slowed by the migration: it stalls without one as well', () => {
    const often = { 'parameters.guest.stallsPerSecond': 20, 'parameters.guest.stallSeconds': 0.002 };
    expect(run(often).guestSlowdown).toBeLessThan(0.01);
  });
});
