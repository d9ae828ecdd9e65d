import { describe, expect, it } from 'vitest';
import { findStack } from '../../scenario/catalog.js';
import { prepare } from '../../studies/prepare.js';
import { runOnce } from '../../studies/run.js';

const stack = findStack('qemu-1.2.1');
const goodput = 116.25e6;
const pages = 2 ** 18;

/** A guest of 1 GiB, all of it data, on QEMU 1.2.1; runs do not differ and bursts are all alike: 5 GB/s. */
function run(fields: Record<string, unknown>, replication = 1, withRounds = false) {
  const all = {
    stack: 'qemu-1.2.1',
    'migration.maxBandwidth': 'unlimited',
    'vm.ram': '1 GiB',
    'vm.resident': '1 GiB',
    'parameters.cpu.spread': 0,
    'parameters.stream.spread': 0,
    'parameters.stream.fillSpread': 0,
    'parameters.qemu.deviceStateBytes': 0,
    'parameters.burst.unit': 'GB/s',
    'parameters.burst.quantiles': [
      [0, 5],
      [100, 5],
    ],
    ...fields,
  };
  const { scenario, parameters } = prepare(
    Object.entries(all).map(([path, value]) => ({ origin: 'test', path, value })),
  );
  return runOnce(stack, scenario, parameters, replication, withRounds);
}

/** The bench's set-up before the first page, s. */
const setUp = 0.018;

describe('a run of a known case', () => {
  it('takes as long as its bytes take on the wire', () => {
    const { verdict, totalSeconds, setupSeconds, bytesOnWire, syncs, leftAtStopBytes } = run({});
    expect(verdict).toBe('completed');
    expect(setupSeconds).toBe(0);
    // Besides the pages, 13 bytes a call.
    expect(bytesOnWire / (pages * 4104)).toBeCloseTo(1, 4);
    // It is finished when the socket, 4.2 MB, has taken the rest.
    expect(totalSeconds! - setUp).toBeGreaterThan((bytesOnWire - 4_202_496) / goodput - 1e-6);
    expect(totalSeconds! - setUp).toBeLessThan(bytesOnWire / goodput);
    // Nothing is written again, so the first test succeeds: when 30 ms of 5 GB/s are left, or a call's worth less.
    expect(syncs).toBe(1);
    expect(leftAtStopBytes).toBeLessThanOrEqual(0.03 * 5e9);
    expect(leftAtStopBytes).toBeGreaterThan(0.03 * 5e9 - 4_202_496);
  });

  it('splits the downtime: at the source until the socket has taken all, then wire and loading', () => {
    const { totalSeconds, downtimeSeconds, sourceDowntimeSeconds, bytesOnWire } = run({});
    const resumedAfter = downtimeSeconds! - sourceDowntimeSeconds!;
    // Half a round trip of 0.1 ms one way, and 3 ms for the device state.
    expect(totalSeconds! + resumedAfter - setUp).toBeCloseTo(bytesOnWire / goodput + 0.0001 + 0.003, 4);
  });

  it('knows how often it tested, how near it came, and how many sweeps it sent beyond the first pass', () => {
    const hot = run({
      'vm.resident': '512 MiB',
      'vm.workload[0].size': '200 MiB',
      'migration.patience': '30 s',
    });
    expect(hot.verdict).toBe('non-converging');
    expect([hot.totalSeconds, hot.downtimeSeconds, hot.sourceDowntimeSeconds]).toEqual([null, null, null]);
    expect(hot.nearest!.thresholdBytes).toBeCloseTo(0.03 * 5e9, -5);
    expect(hot.nearest!.remainingBytes).toBeCloseTo(200 * 2 ** 20, -6);
    // 30 s at the line rate are 849,000 pages, of which 182,272 were the first pass and 79,872 zero pages cost time.
    expect(hot.dataPagesAfterFirstPass).toBeGreaterThan(550_000);
    expect(hot.dataPagesAfterFirstPass).toBeLessThan(849_000 - 182_000);
    expect(hot.leftAtStopBytes).toBe(0);
  });

  it('counts the CPU: the scan, the copying, and the network stack by the byte', () => {
    const { migrationCpuSeconds, migrationCpuShare, totalSeconds, bytesOnWire } = run({});
    const copying = (pages * 4096) / 5e9;
    const network = 2.5e-10 * bytesOnWire;
    expect(migrationCpuSeconds / (copying + network)).toBeCloseTo(1, 1);
    expect(migrationCpuShare).toBeCloseTo(migrationCpuSeconds / totalSeconds!, 9);
  });

  it('uses half a core while it scans zero pages', () => {
    const { migrationCpuShare } = run({ 'vm.ram': '8 GiB', 'vm.resident': '0 B' });
    // 51 ms of 100 ms, and a little for the last look around.
    expect(migrationCpuShare).toBeGreaterThan(0.505);
    expect(migrationCpuShare).toBeLessThan(0.525);
  });

  it('says what other traffic lost: alone, and beside the migration', () => {
    const { background, totalSeconds } = run({
      'background.rate': '2000 Mbit/s',
      'parameters.queue.migration': '1 MB',
      'parameters.queue.icmpFlood': '1 MB',
    });
    expect(background.alone).toBeCloseTo(goodput, 0);
    expect(background.during / goodput).toBeCloseTo(0.5, 3);
    expect(totalSeconds! / run({}).totalSeconds!).toBeCloseTo(2, 2);
  });

  it('shares the link with traffic that comes and goes just while it is there', () => {
    const tcp = { kind: 'tcp', rate: '10 Gbit/s' };
    const beside = (...background: readonly Record<string, string>[]) => run({ background });
    const alone = run({}).totalSeconds!;
    // From 2 s on for 3 s it gets half of the link: the migration ends 1.5 s later.
    const queues = { 'parameters.queue.tcp': '1 MB', 'parameters.queue.migration': '1 MB' };
    const halved = run({ ...queues, background: [{ ...tcp, from: '2 s', until: '5 s' }] });
    expect(halved.totalSeconds! - alone).toBeCloseTo(1.5, 1);
    expect(halved.background.alone / goodput).toBeCloseTo(3 / (halved.totalSeconds! - setUp), 2);
    expect(halved.background.during / halved.background.alone).toBeCloseTo(0.5, 2);
    // What comes after the end changes nothing, and the run does not wait for it.
    expect(beside({ ...tcp, from: '50 s' })).toEqual(run({}));
    expect(beside({ ...tcp, until: '5 s' }, { ...tcp, from: '5 s' }).totalSeconds).toBeCloseTo(
      beside(tcp).totalSeconds!,
      1,
    );
  });

  it('has work that comes and goes dirty memory just while it is there', () => {
    const hot = { size: '200 MiB', rate: 'max', period: '50 ms' };
    const beside = (...workload: readonly Record<string, string>[]) =>
      run({ 'vm.resident': '512 MiB', 'vm.workload': workload, 'migration.patience': '60 s' });
    const always = beside(hot);
    expect(always.verdict).toBe('non-converging');
    const ends = beside({ ...hot, until: '40 s' });
    expect(ends.verdict).toBe('completed');
    expect(ends.totalSeconds).toBeGreaterThan(40);
    // What was dirty then, once.
    expect(ends.totalSeconds! - 40).toBeLessThan((2 * 200 * 2 ** 20) / goodput + 0.2);
    // Its memory is there all the time, and sent once if nobody writes to it while the migration runs.
    const later = beside({ ...hot, from: '59 s' });
    expect(later.bytesOnWire / (712 * 2 ** 20)).toBeCloseTo(1, 1);
    expect(later).toEqual(beside({ ...hot, from: '58 s' }));
    expect(beside({ ...hot, until: '61 s' })).toEqual(always);
  });

  it('does not charge the migration for speed that the guest loses to its own work', () => {
    const lost = (times: object) =>
      run({
        'hosts.cpus': 1,
        'hosts.cores': 1,
        'vm.resident': '512 MiB',
        'vm.workload': [
          { size: '8 MiB', rate: '10 pages/s' },
          { size: '8 MiB', rate: '10 pages/s', ...times },
        ],
      }).guestSlowdown;
    const [two, one] = [lost({}), lost({ from: '50 s' })];
    expect(Math.abs(lost({ from: '1 ms' }) - two)).toBeLessThan(0.001);
    expect(Math.abs(lost({ until: '1 ms' }) - one)).toBeLessThan(0.001);
    // Had it been reckoned with the speed of the start, half of the time would seem lost.
    expect(Math.max(one, two)).toBeLessThan(0.1);
  });

  it('does not count as lost to the migration what soft interrupts of other traffic take', () => {
    const lost = (...times: readonly object[]) =>
      run({
        'hosts.cpus': 1,
        'hosts.cores': 1,
        'vm.workload[0].size': '16 MiB',
        'vm.resident': '512 MiB',
        'parameters.cpu.softInterruptByteSeconds': 8e-9,
        background: times.map((one) => ({ kind: 'icmp-paced', rate: '930 Mbit/s', ...one })),
      }).guestSlowdown;
    const [always, never] = [lost({}), lost()];
    expect(never - always).toBeGreaterThan(0.01);
    expect(Math.abs(lost({ from: '1 ms' }) - always)).toBeLessThan(0.001);
    expect(Math.abs(lost({ until: '1 ms' }) - never)).toBeLessThan(0.001);
  });

  it('has connections that are made while other traffic overflows the queue pay for it, and no others', () => {
    const fields = { 'parameters.steps.retransmissionSeconds': 30, 'parameters.steps.beforeSeconds': 2 };
    const setUpWith = (times: object) => {
      const background = [{ kind: 'tcp', rate: '10 Gbit/s', ...times }];
      const layers = Object.entries({ stack: 'kubevirt-1.5', background, ...fields });
      const { scenario, parameters } = prepare(
        layers.map(([path, value]) => ({ origin: 'test', path, value })),
      );
      return runOnce(findStack(scenario.stack), scenario, parameters, 1).setupSeconds!;
    };
    const [always, later] = [setUpWith({}), setUpWith({ from: '1 ms' })];
    expect(later).toBeCloseTo(always, 6);
    expect(always - setUpWith({ from: '1 min' })).toBeGreaterThan(10);
    expect(always - setUpWith({ until: '1 ms' })).toBeGreaterThan(10);
  });

  it('says what the guest lost: all of its time in a stop-and-copy', () => {
    expect(run({ 'migration.kind': 'stop-and-copy' }).guestSlowdown).toBeGreaterThan(0.999);
    const { guestSlowdown, downtimeSeconds, bytesOnWire } = run({});
    expect(guestSlowdown).toBeCloseTo(downtimeSeconds! / (bytesOnWire / goodput), 2);
  });

  it('keeps rounds only for those who ask', () => {
    expect(run({})).not.toHaveProperty('rounds');
    expect(run({}, 1, true).rounds).toHaveLength(1);
  });

  it('is cut off by patience, even while the guest is stopped', () => {
    const cut = run({ 'migration.kind': 'stop-and-copy', 'migration.patience': '2 s' });
    expect(cut.verdict).toBe('non-converging');
    expect(cut.bytesOnWire).toBeCloseTo((2 - setUp) * goodput, -5);
  });

  it('does not differ from another replication where nothing is left to chance', () => {
    expect(run({}, 2).totalSeconds).toBeCloseTo(run({}, 1).totalSeconds!, 9);
  });
});

describe('examples', () => {
  it('give the values that stand in the docstrings', () => {
    const { scenario, parameters } = prepare([]);
    expect(runOnce(findStack(scenario.stack), scenario, parameters, 1).verdict).toBe('completed');
  });
});

describe('a guest that is stopped first', () => {
  it('is told from a live one by its kind, however long the stop of that one is', () => {
    expect(run({ 'migration.kind': 'stop-and-copy' }).stoppedFirst).toBe(true);
    const live = run({ 'migration.downtimeLimit': '1 h' });
    expect(live.stoppedFirst).toBe(false);
    expect(live.leftAtStopBytes).toBeGreaterThan(0.9 * 2 ** 30);
    const cut = run({ 'migration.kind': 'stop-and-copy', 'migration.patience': '2 s' });
    expect([cut.verdict, cut.stoppedFirst]).toEqual(['non-converging', true]);
  });
});

describe('a workload far smaller than a page', () => {
  it.each([
    ['16 GiB', '1 B'],
    ['16 GiB', '500 B'],
    ['1 TiB', '4 KiB'],
    ['100 TiB', '7 MiB'],
    ['1024 TiB', '100 KiB'],
  ])('in %s of RAM, %s, runs: positions are rounded the more the further up they lie', (ram, size) => {
    const fields = { 'vm.ram': ram, 'vm.resident': '0', 'vm.workload[0].size': size, 'vm.layout': 'spread' };
    expect(run({ ...fields, 'migration.patience': '100 s' }).bytesOnWire).toBeGreaterThan(0);
  });
});
