import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGuest } from '../../models/guest.js';
import { createHost } from '../../models/host.js';
import { createGuestMemory } from '../../models/memory/guest-memory.js';
import { createHindrance, createStalls, disturbedBy } from '../../models/stalls.js';
import { findStack } from '../../scenario/catalog.js';
import { prepare } from '../../studies/prepare.js';
import { reasonFor } from '../../studies/reason.js';
import { runOnce } from '../../studies/run.js';
import { createFluid } from '../../sim/fluid.js';
import { createRandom } from '../../sim/random.js';
import { createSimulation } from '../../sim/simulation.js';

const often = { stallsPerSecond: 2, stallSeconds: 0.1 };

describe('stalls of a thread with something to do', () => {
  it('cost their number times their mean length, on top of its work', () => {
    const stalls = createStalls(often, createRandom('stalls'));
    const lost = Array.from({ length: 10_000 }, () => stalls(1)).reduce((sum, one) => sum + one);
    expect(lost / 10_000).toBeCloseTo(0.2, 2);
  });
});

describe('how long a guest was kept from running', () => {
  it('comes to its share of a long time', () => {
    const stalled = createHindrance(often, createRandom('clock'));
    expect(stalled(20_000) / 20_000).toBeCloseTo(0.2 / 1.2, 2);
  });

  it('passes as the clock does, or not at all', () => {
    const stalled = createHindrance(often, createRandom('clock'));
    const looks = Array.from({ length: 10_000 }, (_, i) => stalled(i / 1000));
    const steps = looks.slice(1).map((time, i) => time - looks[i]!);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...steps)).toBeCloseTo(0.001, 9);
    expect(steps.filter((step) => step === 0).length).toBeGreaterThan(5000);
  });

  it('is the same however often one looks', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { maxLength: 50 }), (steps) => {
        const [looked, unseen] = [0, 0].map(() => createHindrance(often, createRandom('clock')));
        let now = 0;
        for (const step of steps) looked!((now += step));
        expect(looked!(now + 1)).toBeCloseTo(unseen!(now + 1), 9);
      }),
    );
  });

  it('is nothing where stalls are too seldom to have a time', () => {
    for (const stallsPerSecond of [0, 1e-320]) {
      const never = { stallsPerSecond, stallSeconds: 0.01 };
      expect(createHindrance(never, createRandom('stalls'))(100)).toBe(0);
      expect(createStalls(never, createRandom('stalls'))(100)).toBe(0);
    }
  });

  it('is more in a disturbed run, up to a limit', () => {
    const typical = { stallsPerSecond: 0.5, stallSeconds: 0.01 };
    expect(disturbedBy(2, typical)).toEqual({ stallsPerSecond: 1, stallSeconds: 0.01 });
    expect(disturbedBy(1e9, often).stallsPerSecond).toBe(1000);
  });
});

describe('a guest that is kept from running', () => {
  /** A core of its own; the host stalls it from second 1 to second 3. */
  function guestOf(share: number) {
    const sim = createSimulation();
    const host = createHost(createFluid(sim), 'source', { cpus: 2, cores: 2, load: 0, hyperThreadGain: 0 });
    const memory = createGuestMemory({ pages: 10, layers: [{ start: 0, end: 10, dataFraction: 1 }] });
    const guest = createGuest(host, memory, { busyVcpus: 1 }, undefined, {
      hindrance: () => ({ seconds: sim.now, stalledSeconds: Math.min(2, Math.max(0, sim.now - 1)) }),
    });
    guest.throttle(share);
    const at = (time: number): number => {
      sim.at(time, () => undefined);
      sim.run();
      return guest.time();
    };
    return { guest, at };
  }

  it('does nothing meanwhile, and does not make up for it', () => {
    const { guest, at } = guestOf(1);
    expect([at(1), at(2), at(3), at(4)]).toEqual([1, 1, 1, 2]);
    expect(guest.stalled()).toBe(2);
  });

  it('stalls as long on the clock if it is throttled', () => {
    const { guest, at } = guestOf(0.1);
    expect(at(3)).toBeCloseTo(0.1, 12);
    expect(at(5)).toBeCloseTo(0.3, 12);
    expect(guest.stalled()).toBe(2);
  });

  it('loses nothing by a stall in which it was paused', () => {
    const { guest, at } = guestOf(1);
    at(0.5);
    guest.pause();
    at(3.5);
    guest.resume();
    expect(at(4)).toBe(1);
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

  it('is not said to have converged by a stall where it would have anyway', () => {
    const fits = { 'vm.workload[0].size': '3 MiB', 'parameters.guest.stallsPerSecond': 5 };
    const done = run({ ...fits, 'parameters.guest.stallSeconds': 1 });
    expect(done.verdict).toBe('completed');
    expect(done.reason).not.toContain('kept the guest');
  });

  it('counts no stall as slowed by the migration: it stalls without one as well', () => {
    for (const stalls of [
      { 'parameters.guest.stallsPerSecond': 20, 'parameters.guest.stallSeconds': 0.002 },
      { 'parameters.guest.stallsPerSecond': 1, 'parameters.guest.stallSeconds': 1 },
    ]) {
      expect(run({ ...stalls, 'vm.workload[0].size': '64 MiB' }).guestSlowdown).toBeLessThan(0.01);
    }
    const stopped = { 'migration.kind': 'stop-and-copy', 'parameters.guest.stallsPerSecond': 1 };
    expect(run({ ...stopped, 'parameters.guest.stallSeconds': 1 }).guestSlowdown).toBeGreaterThan(0.99);
  });
});
