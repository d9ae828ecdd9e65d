import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findStack } from '../../../scenario/catalog.js';
import { prepare } from '../../../studies/prepare.js';
import { runOnce, type RunResult } from '../../../studies/run.js';

/** One run of a scenario on QEMU 1.2.1 and its bench, with other fields set. */
function run(fields: Record<string, unknown>, replication = 1, withRounds = false): RunResult {
  const all = { stack: 'qemu-1.2.1', 'migration.maxBandwidth': 'unlimited', ...fields };
  const { scenario, parameters } = prepare(
    Object.entries(all).map(([path, value]) => ({ origin: 'test', path, value })),
  );
  return runOnce(findStack('qemu-1.2.1'), scenario, parameters, replication, withRounds);
}

const MiB = 2 ** 20;
const bytes = (amount: number): string => `${amount} B`;

const anyScenario = fc
  .record({
    ram: fc.integer({ min: 16, max: 1024 }),
    resident: fc.double({ min: 0, max: 0.6, noNaN: true }),
    size: fc.double({ min: 0, max: 0.35, noNaN: true }),
    rate: fc.constantFrom('max', '1000 pages/s', '100000 pages/s'),
    pattern: fc.constantFrom('sequential', 'uniform', 'zipf:0.99'),
    layout: fc.constantFrom('spread', 'bottom', 'top'),
    goodput: fc.constantFrom(100, 300, 930),
    background: fc.constantFrom(0, 200, 900),
    kind: fc.constantFrom('lm', 'blm', 'stop-and-copy'),
    maxBandwidth: fc.constantFrom('unlimited', '32 MiB/s'),
    load: fc.constantFrom(0, 0.5, 1),
    patience: fc.constantFrom(3, 10),
  })
  .map((o) => ({
    'vm.ram': `${o.ram} MiB`,
    'vm.resident': bytes(Math.floor(o.ram * MiB * o.resident)),
    'vm.layout': o.layout,
    ...(o.size > 0.01 && {
      'vm.workload[0].size': bytes(Math.ceil(o.ram * MiB * o.size)),
      'vm.workload[0].rate': o.rate,
      'vm.workload[0].pattern': o.pattern,
    }),
    'link.goodput': `${o.goodput} Mbit/s`,
    'background.rate': `${o.background} Mbit/s`,
    'migration.kind': o.kind,
    'migration.maxBandwidth': o.maxBandwidth,
    'migration.patience': `${o.patience} s`,
    'hosts.load': o.load,
  }));

const fits = ({ nearest }: RunResult): boolean =>
  nearest !== null && nearest.remainingBytes <= nearest.thresholdBytes;

describe('whatever the scenario', () => {
  it('a run ends, by patience at the latest, and stays within what the link carries', () => {
    fc.assert(
      fc.property(anyScenario, fc.integer({ min: 1, max: 1000 }), (fields, replication) => {
        const result = run(fields, replication, true);
        const patience = Number.parseFloat(fields['migration.patience']);
        // The link differs a little from run to run: 0.5 %, standard deviation.
        const goodput = (Number.parseFloat(fields['link.goodput']) * 1e6 * 1.03) / 8;
        if (result.verdict === 'completed') {
          expect(result.sourceDowntimeSeconds).toBeLessThanOrEqual(result.totalSeconds!);
          expect(result.totalSeconds).toBeLessThanOrEqual(patience);
        } else {
          expect([result.totalSeconds, result.downtimeSeconds]).toEqual([null, null]);
        }
        expect(result.bytesOnWire).toBeLessThanOrEqual(goodput * patience);
        expect(result.background.during).toBeLessThanOrEqual(result.background.alone * (1 + 1e-9));
        expect(result.guestSlowdown).toBeGreaterThanOrEqual(0);
        expect(result.guestSlowdown).toBeLessThanOrEqual(1);

        const inRounds = result.rounds!.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
        expect(inRounds).toBeLessThanOrEqual(result.bytesOnWire + 1);
        expect(result.rounds).toHaveLength(result.syncs);
      }),
      { numRuns: 60 },
    );
  });

  it('a completed run has sent every page of data at least once, and an interrupted one no more than completed', () => {
    fc.assert(
      fc.property(anyScenario, (fields) => {
        const data =
          Number.parseInt(fields['vm.resident']) + Number.parseInt(fields['vm.workload[0].size'] ?? '0');
        const result = run({ ...fields, 'migration.patience': '300 s' });
        if (result.verdict === 'completed')
          expect(result.bytesOnWire).toBeGreaterThan(data * (4104 / 4096) - 8208);
        expect(run(fields).bytesOnWire).toBeLessThanOrEqual(result.bytesOnWire + 1);
      }),
      { numRuns: 25 },
    );
  });

  it('the verdict agrees with the test that came nearest', () => {
    fc.assert(
      fc.property(anyScenario, fc.integer({ min: 1, max: 1000 }), (fields, replication) => {
        const result = run(fields, replication);
        if (result.verdict === 'completed') expect(fits(result)).toBe(true);
        else if (fits(result)) {
          // It had stopped the guest when patience ran out: with more patience it completes.
          const longer = run({ ...fields, 'migration.patience': '1000 s' }, replication);
          expect(longer.verdict).toBe('completed');
          expect(longer.nearest).toEqual(result.nearest);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('the same seed and number give the same run, another number another', () => {
    fc.assert(
      fc.property(anyScenario, fc.integer({ min: 1, max: 50 }), (fields, replication) => {
        expect(run(fields, replication, true)).toEqual(run(fields, replication, true));
      }),
      { numRuns: 15 },
    );
    const hot = { 'vm.workload[0].size': '100 MiB' };
    expect(run(hot, 1).totalSeconds).not.toBe(run(hot, 2).totalSeconds);
    expect(run({ ...hot, seed: 5 }).totalSeconds).not.toBe(run({ ...hot, seed: 6 }).totalSeconds);
  });
});

describe('an idle guest', () => {
  it('never migrates slower with more bandwidth', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 64, max: 2048 }),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        fc.integer({ min: 50, max: 900 }),
        fc.double({ min: 1, max: 4, noNaN: true }),
        (ram, share, mbits, factor) => {
          const at = (goodput: number) =>
            run({
              'vm.ram': `${ram} MiB`,
              'vm.resident': bytes(Math.floor(ram * share * MiB)),
              'link.rate': '10 Gbit/s',
              'link.goodput': `${goodput} Mbit/s`,
              'migration.patience': '1 h',
            }).totalSeconds!;
          // But for a tick: what begins with it may begin one later.
          expect(at(mbits * factor)).toBeLessThanOrEqual(at(mbits) + 0.1);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('a hot set below the limit', () => {
  it('takes the longer the larger it is, if the bursts are all alike (30 ms at 5 GB/s: 143 MiB)', () => {
    for (const replication of [1, 2, 3]) {
      const seconds = [0, 10, 20, 40, 60, 80, 100, 120, 140].map((size) =>
        run(
          {
            'vm.ram': '1 GiB',
            'vm.resident': '64 MiB',
            'parameters.burst.quantiles': [
              [0, 5],
              [100, 5],
            ],
            'parameters.burst.unit': 'GB/s',
            ...(size > 0 && { 'vm.workload[0].size': `${size} MiB` }),
          },
          replication,
        ),
      );
      expect(seconds.map(({ verdict }) => verdict)).toEqual(seconds.map(() => 'completed'));
      const totals = seconds.map(({ totalSeconds }) => totalSeconds!);
      expect(totals).toEqual(totals.toSorted((a, b) => a - b));
      const beyond = run(
        {
          'vm.ram': '1 GiB',
          'vm.resident': '64 MiB',
          'parameters.burst.quantiles': [
            [0, 5],
            [100, 5],
          ],
          'parameters.burst.unit': 'GB/s',
          // A test may come before a sweep is done, so a little beyond the limit can still succeed.
          'vm.workload[0].size': '160 MiB',
          'migration.patience': '20 s',
        },
        replication,
      );
      expect(beyond.verdict).toBe('non-converging');
    }
  });
});
