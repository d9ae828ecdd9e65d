import { describe, expect, it } from 'vitest';
import { threadMigration } from '../../models/stacks/qemu.js';
import { buildWorld } from '../../scenario/world.js';
import { prepare } from '../../studies/prepare.js';

function world(fields: Record<string, unknown>, replication = 1) {
  const all = { stack: 'qemu-1.2.1', 'vm.ram': '1 GiB', 'vm.workload[0].size': '64 MiB', ...fields };
  const { scenario, parameters } = prepare(
    Object.entries(all).map(([path, value]) => ({ origin: 'test', path, value })),
  );
  const built = buildWorld(scenario, parameters, replication);
  return { ...built, ...built.vms[0]! };
}

/** All that chance decides before and during a run. */
function draws(fields: Record<string, unknown>, replication = 1): unknown {
  const { bed, sim } = world(fields, replication);
  const { bursts, costs, stream, guest } = bed.migration;
  guest.memory.sync(0);
  return {
    pace: costs.zeroPageSeconds,
    bursts: [bursts.median, ...Array.from({ length: 5 }, () => bursts.next(false))],
    fills: Array.from({ length: 5 }, () => stream.free()),
    phase: guest.memory.sync(0.0001),
    steps: sim.random('steps').normal(),
  };
}

describe('a replication', () => {
  it('draws the same numbers each time', () => {
    expect(draws({}, 3)).toEqual(draws({}, 3));
  });

  it('draws other numbers than the next one, and with another seed', () => {
    expect(draws({}, 3)).not.toEqual(draws({}, 4));
    expect(draws({ seed: 2 }, 3)).not.toEqual(draws({}, 3));
  });

  it('does not depend on what ran before it', () => {
    const alone = draws({}, 5);
    for (const other of [1, 2, 3, 4]) draws({ 'vm.ram': '2 GiB' }, other);
    expect(draws({}, 5)).toEqual(alone);
  });

  it('draws the same numbers in scenarios that differ in one field', () => {
    const base = draws({});
    for (const field of [
      { 'migration.downtimeLimit': '60 ms' },
      { 'vm.resident': '300 MiB' },
      { 'migration.kind': 'stop-and-copy' },
      { 'migration.patience': '7 s' },
      { 'link.goodput': '300 Mbit/s' },
    ]) {
      expect(draws(field)).toEqual(base);
    }
  });

  it('is not a pair of digits: seed 1, number 11 is not seed 11, number 1', () => {
    expect(draws({ seed: 1 }, 11)).not.toEqual(draws({ seed: 11 }, 1));
  });
});

describe('several guests at once', () => {
  const draw = ({ bed }: ReturnType<typeof world>['vms'][number]) => {
    const { bursts, stream, guest } = bed.migration;
    guest.memory.sync(0);
    return [bursts.next(false), bed.random.uniform(), stream.free(), guest.memory.sync(0.0001)];
  };

  it('draw from streams of their own, and the first draws what it draws alone', () => {
    const [alone] = world({}).vms.map(draw);
    const three = world({ 'migration.concurrent': 3 }).vms.map(draw);
    expect(three[0]).toEqual(alone);
    for (const index of [0, 1]) expect(new Set(three.map((draws) => draws[index])).size).toBe(3);
  });

  it('share one link and one source, and leave it for the destination', () => {
    const fields = { 'hosts.cpus': 2, 'hosts.cores': 2, 'migration.concurrent': 3 };
    const { vms, sim } = world(fields);
    const [first, second, third] = vms.map(({ bed }) => bed.migration);
    // Three vCPUs on two cores, and one who asks.
    expect(first!.source.speedOfNext()).toBeCloseTo(2 / 4, 12);
    expect(first!.guest.speedAlone()).toBeCloseTo(2 / 3, 12);
    first!.guest.arrive();
    second!.guest.arrive();
    expect(first!.source.speedOfNext()).toBe(1);
    sim.at(3, () => undefined);
    sim.run();
    expect([first, second, third].map((one) => one!.guest.time())).toEqual([3, 3, 3]);
    first!.stream.push(1e9, 0);
    const whole = first!.stream.rate();
    second!.stream.push(1e9, 0);
    expect(first!.stream.rate()).toBeCloseTo(whole / 2, 6);
  });

  it('overflow the queue sooner, when more of them send', () => {
    const beside = {
      'link.goodput': '900 Mbit/s',
      'background.rate': '400 Mbit/s',
      'link.sharing': 'weighted',
    };
    const overflows = (concurrent: number) =>
      world({ ...beside, 'migration.concurrent': concurrent }).bed.queueOverflows();
    expect([1, 2].map(overflows)).toEqual([false, true]);
  });
});

describe('a world', () => {
  it('takes its rules from the scenario', () => {
    const { request } = world({
      'migration.downtimeLimit': '0.5 s',
      'migration.maxBandwidth': '7 MiB/s',
    }).bed;
    expect(request).toMatchObject({ downtimeLimitSeconds: 0.5, maxBandwidth: 7 * 2 ** 20 });
  });

  it('has the bursts slowed by the background that is carried, where the profile says so', () => {
    const slowed = { 'parameters.burst.networkSlowdown': 0.2, 'link.goodput': '900 Mbit/s' };
    const idle = world(slowed).bed.migration.bursts.max;
    const half = world({ ...slowed, 'background.rate': '450 Mbit/s' }).bed.migration.bursts.max;
    const full = world({ ...slowed, 'background.rate': '5000 Mbit/s' }).bed.migration.bursts.max;
    expect(idle / half).toBeCloseTo(1.1, 2);
    expect(idle / full).toBeCloseTo(1.2, 2);
  });

  it('has bursts, sockets and CPUs that feel other traffic only while it is there', () => {
    const { sim, bed } = world({
      'parameters.burst.networkSlowdown': 0.2,
      'parameters.cpu.softInterruptByteSeconds': 1e-8,
      'hosts.cpus': 1,
      'hosts.cores': 1,
      background: [{ rate: '5000 Mbit/s', from: '3 s', until: '7 s' }],
    });
    const { bursts, source } = bed.migration;
    const seen = [1, 3, 8].map((time) => {
      sim.run(time);
      return [bursts.median, source.speedOfNext(), bed.queueOverflows()] as const;
    });
    expect(seen[2]).toEqual(seen[0]);
    expect(seen[0]![0] / seen[1]![0]).toBeCloseTo(1.2, 2);
    expect(seen[0]![1]).toBeCloseTo(1 / 2, 9);
    // A vCPU, one who asks, and 0.01 us a byte of what the link carries.
    expect(seen[1]![1]).toBeCloseTo(1 / (2 + 1.1625), 2);
    expect(seen.map(([, , overflows]) => overflows)).toEqual([false, true, false]);
  });

  it('hopes in its stop tests for the fastest burst of any time, also of one that is still to come', () => {
    const most = (background: object) =>
      world({ 'parameters.burst.networkSlowdown': 0.2, background }).bed.migration.bursts.max;
    const flood = { rate: '5000 Mbit/s' };
    expect(most([{ ...flood, until: '3 s' }])).toBe(most([]));
    expect(most([])).toBeGreaterThan(1.1 * most([flood]));
  });

  it('has a guest that runs as many threads as it has workloads, at most its vCPUs', () => {
    const used = (fields: Record<string, unknown>) => {
      const { sim, bed } = world({ 'hosts.cpus': 8, 'hosts.cores': 8, ...fields });
      sim.at(1, () => undefined);
      sim.run();
      return [bed.migration.guest.time(), bed.migration.source.speedOfNext()];
    };
    expect(used({})).toEqual([1, 1]);
    expect(used({ 'hosts.load': 1 })[0]).toBeCloseTo(8 / 9, 9);
    const two = { 'vm.workload[1].size': '1 MiB', 'vm.vcpus': 2, 'hosts.load': 1 };
    expect(used(two)[0]).toBeCloseTo(8 / 10, 9);
    expect(used({ ...two, 'vm.vcpus': 1 })[0]).toBeCloseTo(8 / 9, 9);
  });

  it('has workloads write while they are there, and no longer', () => {
    const { sim, bed } = world({
      'vm.workload': [{ size: '64 MiB', pattern: 'uniform', rate: '1e4 pages/s', from: '2 s', until: '5 s' }],
      'parameters.guest.idleBytes': 0,
      'parameters.guest.drift': 0,
      'hosts.cpus': 1,
      'hosts.cores': 1,
    });
    const { guest, source } = bed.migration;
    const seen = [1, 2, 3, 5, 9].map((time) => {
      sim.run(time);
      return [guest.memory.sync(guest.time()), source.speedOfNext()] as const;
    });
    const after = (seconds: number): number => 16384 * (1 - Math.exp((-1e4 * seconds) / 16384));
    const written = seen.map(([pages]) => pages);
    expect(written[0]).toBe(0);
    expect(written[1]).toBe(0);
    expect(written[2]).toBeCloseTo(after(1), 6);
    expect(written[3]).toBeCloseTo(after(2), 6);
    expect(written[4]).toBe(0);
    // Beside who asks, a vCPU that works; or one that does nothing but tick.
    const speeds = seen.map(([, speed]) => speed.toFixed(2));
    expect(speeds).toEqual(['0.99', '0.50', '0.50', '0.99', '0.99']);
  });

  it('has its line, its set-up and its guest slowed by a busy guest only while that is busy', () => {
    const { sim, bed } = world({
      'vm.workload[0].from': '2 s',
      'vm.workload[0].until': '5 s',
      'parameters.stream.busyGuestLoss': 0.1,
      'parameters.cpu.busySetupSeconds': 3,
    });
    const { stream, guest } = bed.migration;
    stream.push(1e12, 0);
    const seen = [1, 3, 6].map((time) => {
      sim.run(time);
      return [stream.rate(), bed.switchover.setupSeconds, guest.busyVcpus] as const;
    });
    expect(seen[2]).toEqual(seen[0]);
    expect(seen[1]![0]).toBeLessThan(seen[0]![0]);
    expect(seen[1]![1] - seen[0]![1]).toBeCloseTo(3, 12);
    expect(seen.map(([, , busy]) => busy)).toEqual([0.01, 1, 0.01]);
  });

  it('has as many busy threads at the source as the scenario says, besides its load', () => {
    const speed = (fields: Record<string, unknown>) =>
      world({ 'hosts.cpus': 2, 'hosts.cores': 2, ...fields }).bed.migration.source.speedOfNext();
    // One vCPU, the busy loops, and the one who asks.
    expect(speed({ 'hosts.busyThreads': 8 })).toBeCloseTo(2 / 10, 12);
    expect(speed({ 'source.busyThreads': 8 })).toBeCloseTo(2 / 10, 12);
    expect(speed({ 'destination.busyThreads': 8 })).toBe(1);
    expect(speed({ 'hosts.busyThreads': 2, 'hosts.load': '50 %' })).toBeCloseTo(2 / 5, 12);
  });

  it('keeps rounds and curves only for those who ask', () => {
    expect(world({}).journal.rounds).toBeUndefined();
    expect(world({})).not.toHaveProperty('recorder');
  });
});

describe('examples', () => {
  it('give the values that stand in the docstrings', () => {
    const { scenario, parameters } = prepare([]);
    expect(buildWorld(scenario, parameters, 1).vms[0]!.bed.migration.guest.memory.pages).toBe(4_194_304);
  });
});

describe('the channels of multifd', () => {
  const qemu = { stack: 'qemu-7.2', 'vm.vcpus': 1 };
  const withChannels = {
    ...qemu,
    'migration.capabilities': ['multifd'],
    parameters: { multifd: { channels: 4 } },
  };

  /** The stream of a migration that has been asked for. */
  const started = (fields: Record<string, unknown>) => threadMigration(world(fields).bed).stream;

  it('have a socket each', () => {
    expect(started(qemu).capacity).toBe(200_000);
    expect(started(withChannels).capacity).toBe(4 * 1.4e6);
  });

  it('add up where one connection does not fill the link', () => {
    const rate = (fields: Record<string, unknown>): number => {
      const stream = started({ ...fields, 'link.rate': '10 Gbit/s', 'link.goodput': '1 Gbit/s' });
      stream.push(1e9, 0);
      return stream.rate();
    };
    expect(rate(withChannels) / rate(qemu)).toBeCloseTo(4, 9);
  });
});
