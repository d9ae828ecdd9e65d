import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findStack } from '../../scenario/catalog.js';
import { prepare } from '../../studies/prepare.js';
import { reasonFor } from '../../studies/reason.js';
import { runOnce } from '../../studies/run.js';

const MIB = 2 ** 20;
const goodput = 931e6 / 8;

/** Idle guests of 1 GiB, half of it data, on QEMU 7.2 and large hosts, where nothing is left to chance. */
function run(count: number, fields: Record<string, unknown> = {}, atOnce = 0) {
  const all = {
    stack: 'qemu-7.2',
    'hosts.cpus': 16,
    'hosts.cores': 16,
    'link.goodput': '931 Mbit/s',
    'vm.ram': '1 GiB',
    'vm.resident': '512 MiB',
    'vm.layout': 'bottom',
    'migration.maxBandwidth': 'unlimited',
    'migration.concurrent': count,
    'parameters.cpu.spread': 0,
    'parameters.cpu.syncPageSeconds': 0,
    'parameters.destination.spread': 0,
    'parameters.stream.spread': 0,
    'parameters.stream.fillSpread': 0,
    'parameters.stream.busyGuestLoss': 0,
    'parameters.guest.drift': 0,
    'parameters.cpu.firstWriteSeconds': 0,
    'parameters.cpu.stallsPerSecond': 0,
    'parameters.stream.deepPerSecond': 0,
    'parameters.cpu.wakeSeconds': 0,
    'parameters.guest.idleBytes': 0,
    'parameters.burst.runSpread': 0,
    'parameters.burst.correlation': 0,
    ...fields,
  };
  const { scenario, parameters } = prepare(
    Object.entries(all).map(([path, value]) => ({ origin: 'test', path, value })),
  );
  const exact = {
    ...parameters,
    constants: { ...parameters.constants, test: { atOnce } },
  };
  const stack = { ...findStack(scenario.stack), outboundLimit: ['test', 'atOnce'] as const };
  const result = runOnce(stack, scenario, exact, 1);
  return { ...result, why: reasonFor(scenario, result) };
}

const alone = run(1);

describe('other traffic beside guests that leave one after the other', () => {
  it('is counted from the first byte of the first to the last byte of the last, with and without them', () => {
    const background = [{ kind: 'tcp', rate: '400 Mbit/s', until: '3 s' }];
    const { background: traffic, totalSeconds } = run(3, { background, 'link.sharing': 'weighted' }, 1);
    expect(totalSeconds).toBeGreaterThan(9);
    // 50 MB/s for three seconds; nothing is held back, since a fair share is more than that.
    expect(traffic.alone * totalSeconds!).toBeCloseTo(150e6, -7);
    expect(traffic.during / traffic.alone).toBeCloseTo(1, 2);
  });
});

describe('two idle guests on one link', () => {
  const two = run(2);

  it('take twice as long as one, for each gets half', () => {
    expect(two.verdict).toBe('completed');
    expect(two.totalSeconds! / alone.totalSeconds!).toBeGreaterThan(1.95);
    expect(two.totalSeconds! / alone.totalSeconds!).toBeLessThan(2);
    const [first, second] = two.vms!;
    expect(first!.totalSeconds! / second!.totalSeconds!).toBeCloseTo(1, 2);
    expect(first!.waitedSeconds).toBe(0);
  });

  it('send the bytes of two, and no more than the link carries', () => {
    expect(two.bytesOnWire / alone.bytesOnWire).toBeCloseTo(2, 3);
    expect(two.vms!.reduce((sum, { bytesOnWire }) => sum + bytesOnWire, 0)).toBe(two.bytesOnWire);
    expect(two.bytesOnWire / goodput).toBeLessThanOrEqual(two.totalSeconds! + two.downtimeSeconds!);
    expect(two.bytesOnWire / goodput).toBeGreaterThan(0.97 * two.totalSeconds!);
  });

  it('are told as one: the last to finish, the longest downtime', () => {
    const totals = two.vms!.map(({ totalSeconds }) => totalSeconds!);
    expect(two.totalSeconds).toBe(Math.max(...totals));
    expect(totals[two.decisiveVm! - 1]).toBe(two.totalSeconds);
    expect(two.downtimeSeconds).toBe(Math.max(...two.vms!.map(({ downtimeSeconds }) => downtimeSeconds!)));
    expect(two.why).toMatch(/^VM [12] of 2 was the last to finish\. After (one round|\d+ rounds) /u);
    expect(two.migrationCpuSeconds / alone.migrationCpuSeconds).toBeCloseTo(2, 1);
  });

  it('leave twice as little of the link to others', () => {
    const beside = { 'background.rate': '931 Mbit/s', 'link.sharing': 'weighted' };
    expect(run(1, beside).background.during / goodput).toBeCloseTo(1 / 2, 1);
    expect(run(2, beside).background.during / goodput).toBeCloseTo(1 / 3, 1);
  });
});

describe('a product that migrates one guest at a time', () => {
  const queued = run(2, {}, 1);

  it('needs as long for both, but the first is done in half the time', () => {
    const [first, second] = queued.vms!;
    expect(queued.totalSeconds! / (2 * alone.totalSeconds!)).toBeCloseTo(1, 2);
    expect(first!.totalSeconds!).toBeCloseTo(alone.totalSeconds!, 9);
    expect(second!.waitedSeconds).toBeGreaterThanOrEqual(first!.totalSeconds!);
    expect(second!.waitedSeconds - first!.totalSeconds!).toBeLessThan(0.05);
    expect(queued.bytesOnWire / alone.bytesOnWire).toBeCloseTo(2, 3);
  });

  it('lets the others wait without harm: who waits runs on', () => {
    expect(queued.vms!.map(({ downtimeSeconds }) => downtimeSeconds! / alone.downtimeSeconds!)).toEqual([
      expect.closeTo(1, 1),
      expect.closeTo(1, 1),
    ]);
  });

  it('has not finished when patience ends, if the last one still waits', () => {
    const cut = run(3, { 'migration.patience': `${1.5 * alone.totalSeconds!} s` }, 1);
    expect(cut.vms!.map(({ verdict }) => verdict)).toEqual(['completed', 'non-converging', 'non-converging']);
    expect([cut.verdict, cut.totalSeconds, cut.decisiveVm]).toEqual(['non-converging', null, 2]);
    const early = run(2, { 'migration.patience': `${alone.totalSeconds! + 0.001} s` }, 1);
    const waiting = run(2, { 'migration.patience': '1 s' }, 1);
    expect(waiting.why).toMatch(/^VM 1 of 2 did not finish\. /u);
    expect(early.verdict).toBe('non-converging');
    expect(waiting.vms![1]).toMatchObject({ waitedSeconds: 1, setupSeconds: null, bytesOnWire: 0 });
  });
});

describe('a hot set of 25 MiB under a downtime limit of 300 ms', () => {
  const hot = { 'vm.workload[0].size': '25 MiB', 'migration.patience': '60 s' };

  it('converges alone, and not beside another one: the shared link halves the threshold', () => {
    const [one, two] = [run(1, hot), run(2, hot)];
    expect(one.verdict).toBe('completed');
    expect(one.nearest!.thresholdBytes).toBeCloseTo(0.3 * goodput, -6);
    expect(two.verdict).toBe('non-converging');
    expect(two.nearest!.thresholdBytes / one.nearest!.thresholdBytes).toBeCloseTo(1 / 2, 1);
    expect(two.nearest!.remainingBytes).toBeCloseTo(25 * MIB, -5);
  });

  it('converges after another one where these go one after the other', () => {
    expect(run(2, hot, 1).verdict).toBe('completed');
  });

  it('is too much for three at once where a third of the link allows 11 MiB', () => {
    const smaller = { ...hot, 'vm.workload[0].size': '10 MiB' };
    expect(run(3, smaller).verdict).toBe('completed');
    expect(run(3, { ...smaller, 'vm.workload[0].size': '20 MiB' }).verdict).toBe('non-converging');
  });
});

describe('guests on small hosts', () => {
  const small = { 'hosts.cpus': 1, 'hosts.cores': 1, 'vm.workload[0].size': '1 MiB' };

  it('share its cores, and who has gone leaves them to the others', () => {
    const [one, two] = [run(1, small), run(2, small, 1)];
    // Its turn comes when the first has left, and then it is as if it had always been alone.
    expect(two.verdict).toBe('completed');
    expect(two.vms![1]!.totalSeconds! - two.vms![1]!.waitedSeconds).toBeCloseTo(one.totalSeconds!, 1);
  });
});

describe('any number of guests', () => {
  it('is sent whole, by a link that carries no more than it can, as many at once as may leave', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 0, max: 8 }),
        (count, atOnce, busyThreads) => {
          const all = run(count, { 'vm.resident': '128 MiB', 'hosts.busyThreads': busyThreads }, atOnce);
          const vms = all.vms!;
          expect(all.verdict).toBe('completed');
          expect(vms).toHaveLength(count);
          const sent = vms.map(({ bytesOnWire }) => bytesOnWire);
          expect(Math.min(...sent)).toBeGreaterThan(128 * MIB);
          expect(sent.reduce((sum, bytes) => sum + bytes, 0)).toBeCloseTo(all.bytesOnWire, 3);
          expect(all.bytesOnWire).toBeLessThanOrEqual(goodput * (all.totalSeconds! + all.downtimeSeconds!));
          const waiting = vms.filter(({ waitedSeconds }) => waitedSeconds > 0).length;
          expect(waiting).toBe(atOnce === 0 ? 0 : Math.max(0, count - atOnce));
          for (const { waitedSeconds, setupSeconds, totalSeconds } of vms) {
            expect(waitedSeconds).toBeLessThanOrEqual(setupSeconds!);
            expect(setupSeconds!).toBeLessThan(totalSeconds!);
          }
        },
      ),
      { numRuns: 12 },
    );
  });
});

describe('examples', () => {
  it('of together: two that took 20 s and 35 s, one behind the other', () => {
    const two = run(2, {}, 1);
    expect(two.totalSeconds).toBe(two.vms![1]!.totalSeconds);
  });
});
