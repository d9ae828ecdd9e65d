import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runIssue } from '../../calibration/run-issue.js';
import { ownRuns, parseRuns } from '../../calibration/measured-runs.js';
import {
  burstCondition,
  limitOfCondition,
  quantilesOfCondition,
  runsOfCondition,
} from '../../calibration/qemu-1.2.1-conditions.js';
import { readRun, type MeasuredRun } from '../../calibration/qemu-1.2.1-run.js';
import { scenarioOf } from '../../calibration/qemu-1.2.1-scenario.js';
import bursts from '../../calibration/tables/qemu-1.2.1-bursts.json' with { type: 'json' };
import { prepare } from '../../studies/prepare.js';

const config = {
  ram: 1024,
  A: 160,
  W: 96,
  ticks: 10,
  accel: 'kvm',
  link: '974mbit',
  live: true,
  limit_s: 30,
  downtime: null,
  load: null,
  env: null,
};
const written = {
  id: 'b-08-r0',
  cls: 'b',
  outcome: 'completed',
  totalS: 3.1,
  stopToResumeS: 1.2,
  burst: { extra_sweeps: 0.2 },
  config,
};
const runWith = (change: Record<string, unknown>): MeasuredRun =>
  readRun({ ...written, config: { ...config, ...change } }, 'test');
const prepared = (change: Record<string, unknown>) => prepare(scenarioOf(runWith(change)));
const slow = { MIGSLOW: '600' };
const MiB = 2 ** 20;
/** Data that is not the guest program's: 79 pages. */
const ownBytes = 79 * 4096;

describe('reading a measured run', () => {
  it('fills what a run need not say, and leaves alone what is not known', () => {
    const run = readRun({ ...written, host: 'x' }, 'test');
    expect(run.config).toMatchObject({ wmem: 0, tsq: 0, qburst: 200_000, cpuload: 0, prealloc: true });
    expect(run).not.toHaveProperty('host');
  });

  it('needs no more than a name, an outcome and the sizes of its guest; null is as good as absent', () => {
    const least = { id: 'x', cls: 'b', outcome: 'non_converging', config: { ram: 512, A: 64, W: 32 } };
    const run = readRun(least, 'test');
    expect(run).toMatchObject({ totalS: null, stopToResumeS: null, burst: {} });
    expect(run.config).toMatchObject({ link: '974mbit', live: true, limit_s: 30, load: [], env: {} });
    const nulls = Object.fromEntries(Object.keys(run.config).map((name) => [name, null]));
    const nothing = { ...least, totalS: null, burst: null, config: { ...nulls, ...least.config } };
    expect(readRun(nothing, 'test')).toEqual(run);
    expect(() => prepare(scenarioOf(run))).not.toThrow();
  });

  it.each([
    [{ id: undefined }, 'runs.jsonl:3: id is missing'],
    [{ outcome: 'lost' }, 'runs.jsonl:3: outcome is lost: must be one of completed, non_converging'],
    [{ totalS: '3 s' }, 'runs.jsonl:3: totalS is 3 s: must be a number'],
    [{ config: { ...config, ram: -1 } }, 'runs.jsonl:3: config.ram is -1: must be more than 0'],
    [
      { config: { ...config, link: '1 Gbit/s' } },
      'runs.jsonl:3: config.link is 1 Gbit/s: must look like 974mbit',
    ],
    [{ config: { ...config, load: { mbit: 3 } } }, 'runs.jsonl:3: config.load.0.kind is missing'],
    [{ config: { ...config, live: 'yes' } }, 'runs.jsonl:3: config.live is yes: must be true or false'],
    [{ config: { ...config, A: undefined } }, 'runs.jsonl:3: config.A is missing'],
  ])('names place and field of what is wrong: %j', (change, message) => {
    expect(() => readRun({ ...written, ...change }, 'runs.jsonl:3')).toThrow(message);
  });

  it('says so as the example of the docstring does', () => {
    const run = { id: 'x', totalMs: 'long' };
    const { error } = z.object({ id: z.string(), totalMs: z.number() }).safeParse(run);
    expect(runIssue('runs.jsonl:3', run, error!).message).toBe(
      'runs.jsonl:3: totalMs is long: must be a number',
    );
  });

  it('says that something is no run at all', () => {
    expect(() => readRun(7, 'runs.jsonl:3')).toThrow('runs.jsonl:3: the run is 7: must be an object');
    expect(() => readRun(null, 'runs.jsonl:3')).toThrow('runs.jsonl:3: the run is null: must be an object');
  });
});

describe('a file of runs', () => {
  const line = JSON.stringify(written);

  it('has one a line, and may have empty lines', () => {
    expect(parseRuns(`${line}\n\n${line}\n`, 'runs.jsonl').qemu121).toHaveLength(2);
  });

  it('says in which line something is wrong', () => {
    expect(() => parseRuns(`${line}\n{"id": `, 'runs.jsonl')).toThrow('runs.jsonl:2: is no JSON');
    expect(() => parseRuns(`${line}\n\n{}`, 'runs.jsonl')).toThrow('runs.jsonl:3: ');
    expect(() => parseRuns('{"totalMs": 3}', 'runs.jsonl')).toThrow('runs.jsonl:1: id is missing');
  });

  it('must hold some', () => {
    expect(() => parseRuns('\n \n', 'runs.jsonl')).toThrow('runs.jsonl: holds no runs');
  });

  it('comes with migsim: every run of it can be read and predicted', () => {
    const runs = ownRuns();
    expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length);
    for (const run of runs) expect(() => prepare(scenarioOf(run))).not.toThrow();
  });
});

describe("the condition of a run's bursts", () => {
  it.each([
    [{}, 'base'],
    [{ load: { kind: 'blast', mbit: 930 } }, 'blast load'],
    [{ load: { kind: 'ping', n: 2 } }, 'ping load'],
    [{ cpuload: 2 }, '2 busy loops'],
    [{ memload: 1 }, 'memory hog'],
    [{ env: slow }, 'slow+600ns/page'],
    [{ env: slow, load: { kind: 'blast' } }, 'slow+600ns/page, blast load'],
    [{ env: slow, cpuload: 2 }, 'slow+600ns/page, 2 busy loops'],
    [{ env: slow, memload: 1 }, 'slow+600ns/page'],
    [{ env: { OTHER: '1' } }, 'base'],
    [{ accel: 'tcg' }, 'tcg'],
    [{ qburst: 65_536 }, 'per-packet timers'],
    [{ wmem: 65_536 }, 'wmem 65536'],
    [{ tsq: 131_072 }, 'tsq 131072'],
    // What was not measured takes the nearest that was.
    [{ tsq: 65_536 }, 'tsq 131072'],
    [{ qburst: 100_000 }, 'per-packet timers'],
    [{ qburst: 150_000 }, 'base'],
    [{ wmem: 131_072 }, 'wmem 212992'],
    [{ wmem: 1_500_000 }, 'wmem 1048576'],
    [{ wmem: 4_194_304 }, 'base'],
    [{ wmem: 67_108_864 }, 'wmem 16777216'],
    [{ cpuload: 4 }, '2 busy loops'],
    [{ memload: 3 }, 'memory hog'],
    [{ cpuload: 1, memload: 1 }, '2 busy loops'],
    [{ load: { kind: 'tcp' } }, 'ping load'],
    [{ load: [{ kind: 'ping', n: 1 }, { kind: 'blast' }] }, 'blast load'],
    [{ load: { kind: 'blast' }, cpuload: 2 }, 'blast load'],
    [{ env: { MIGSLOW: 300 } }, 'slow+600ns/page'],
    [{ env: { MIGSLOW: '0' } }, 'base'],
    [{ env: slow, accel: 'tcg', wmem: 65_536 }, 'slow+600ns/page'],
    [{ downtime: 0.015 }, 'base'],
  ])('of %j is %s', (change, condition) => {
    expect(burstCondition(runWith(change))).toBe(condition);
  });
});

describe('the distributions by condition', () => {
  it('are those of the table, and each of them is the condition of some run', () => {
    const changes = [
      {},
      { load: { kind: 'blast' } },
      { load: { kind: 'ping' } },
      { cpuload: 2 },
      { memload: 1 },
    ];
    const slowed = [{}, { load: { kind: 'blast' } }, { cpuload: 2 }].map((change) => ({
      ...change,
      env: slow,
    }));
    const sockets = [65_536, 212_992, 1_048_576, 16_777_216].map((wmem) => ({ wmem }));
    const others = [{ accel: 'tcg' }, { qburst: 65_536 }, { tsq: 131_072 }];
    const found = [...changes, ...slowed, ...sockets, ...others].map((change) =>
      burstCondition(runWith(change)),
    );
    // The downtime limit changes nothing of the copying: its two conditions are 48 calls of the base machine.
    const all = Object.keys(bursts.conditions).filter((name) => !name.startsWith('limit '));
    expect(found.toSorted()).toEqual(all.toSorted());
  });

  it('lie between those without and with 600 ns a page where another time was added', () => {
    const at = (ns: number) =>
      quantilesOfCondition(runWith({ env: { MIGSLOW: ns } })).find(([percent]) => percent === 50)![1];
    expect(at(600)).toBeCloseTo(2.8236e9, 0);
    expect(1 / at(300)).toBeCloseTo((1 / 5.858e9 + 1 / 2.8236e9) / 2, 20);
    expect(at(1200)).toBeLessThan(at(600));
  });

  it('differ in how far their runs lie apart and in what an idle socket costs', () => {
    expect(runsOfCondition(runWith({}))).toMatchObject({ level: 1, spread: 0.045, cold: { shift: 0 } });
    expect(runsOfCondition(runWith({ cpuload: 2 }))).toMatchObject({ level: 0.89, spread: 0.078 });
    expect(runsOfCondition(runWith({ qburst: 65_536 })).cold).toMatchObject({
      secondsPerByte: 0,
      shift: 1.3,
    });
  });
});

describe('the limit of a condition', () => {
  it('is what 99 % of its calls are too slow for within the downtime limit', () => {
    expect(limitOfCondition(runWith({}))).toBeCloseTo(0.03 * 7.0357e9, -1);
    expect(limitOfCondition(runWith({ env: slow }))).toBeCloseTo(0.03 * 3.7713e9, -1);
  });

  it('is proportional to the downtime limit', () => {
    const base = limitOfCondition(runWith({}));
    expect(limitOfCondition(runWith({ downtime: 0.06 }))).toBeCloseTo(2 * base, 0);
    expect(limitOfCondition(runWith({ downtime: 0.015 }))).toBeCloseTo(base / 2, 0);
  });

  it('is that of the nearest condition where one has no distribution', () => {
    expect(limitOfCondition(runWith({ wmem: 12_345 }))).toBe(limitOfCondition(runWith({ wmem: 65_536 })));
  });
});

describe('a run as a scenario', () => {
  it('has the guest of the campaign: resident memory is all data but what is rewritten, ten times a second', () => {
    const { vm, migration, link, background, stack } = prepared({}).scenario;
    expect(stack).toBe('qemu-1.2.1');
    expect(vm).toMatchObject({ ram: 1024 * MiB, resident: 64 * MiB + ownBytes, layout: 'bottom', vcpus: 1 });
    expect(vm.workload).toHaveLength(1);
    expect(vm.workload[0]).toMatchObject({ size: 96 * MiB, period: 0.1, rate: Infinity });
    expect(migration).toMatchObject({
      kind: 'lm',
      maxBandwidth: Infinity,
      downtimeLimit: 0.03,
      patience: 30,
    });
    expect(background).toEqual([]);
    expect(link.goodput * 8e-6).toBeCloseTo(930, 6);
  });

  it('has no workload where nothing is rewritten', () => {
    expect(prepared({ W: 0, A: 64 }).scenario.vm).toMatchObject({
      workload: [],
      resident: 64 * MiB + ownBytes,
    });
  });

  it('has the bursts of its condition', () => {
    const { quantiles } = prepared({ env: slow }).parameters.burst;
    expect(quantiles.find(([percent]) => percent === 50)![1]).toBeCloseTo(2.8236e9, 0);
    expect(quantiles).toHaveLength(14);
  });

  it('has the link, the sweeps and the limit of its run', () => {
    const { scenario } = prepared({ link: '314.2mbit', ticks: 4, downtime: 0.06, live: false });
    expect(scenario.link.goodput * 8e-6).toBeCloseTo((314.2 * 930) / 974, 4);
    expect(scenario.vm.workload[0]!.period).toBe(0.25);
    expect(scenario.migration).toMatchObject({ downtimeLimit: 0.06, kind: 'stop-and-copy' });
  });

  it('has the senders of its load: a paced one, or ping floods that share what is offered', () => {
    const blast = prepared({ load: { kind: 'blast', mbit: 400 } }).scenario.background;
    expect(blast).toMatchObject([{ kind: 'icmp-paced', rate: 5e7 }]);
    const pings = prepared({ load: { kind: 'ping', n: 3 } }).scenario.background;
    expect(pings.map(({ kind }) => kind)).toEqual(['icmp-flood', 'icmp-flood', 'icmp-flood']);
    expect(pings.reduce((sum, { rate }) => sum + rate, 0)).toBeCloseTo(116.25e6, 0);
  });

  it('has the costs that its machine had: touched source, fresh destination, a small socket, no KVM', () => {
    const { values, constants } = prepared({
      src_prealloc: true,
      prealloc: false,
      wmem: 65_536,
      accel: 'tcg',
    }).parameters;
    expect(values.cpu.zeroPageSeconds).toBe(0.344e-6);
    expect(values.destination.zeroPageSeconds).toBe(5.8e-6);
    expect(values.stream.sendBufferBytes).toBe(3 * 131_072);
    expect(constants.qemu!.syncsEveryCall).toBe(1);
    expect(prepared({}).parameters.constants.qemu!.syncsEveryCall).toBe(0);
  });

  it('has a socket of three calls as they were measured, small on a slow link', () => {
    const socket = (change: Record<string, unknown>) =>
      prepared(change).parameters.values.stream.sendBufferBytes;
    expect(socket({})).toBe(4_202_496);
    expect(socket({ wmem: 1_048_576 })).toBe(3 * 384 * 1024);
    expect(socket({ link: '300mbit' })).toBe(2.7e6);
    expect(socket({ link: '1gbit' })).toBe(4_202_496);
  });

  it('has two cores for both hypervisors and what else runs, and a sink that costs nothing', () => {
    const costs = (change: Record<string, unknown>) => {
      const { cpu, destination } = prepared(change).parameters.values;
      return [cpu.zeroPageSeconds, destination.zeroPageSeconds];
    };
    const [source, destination] = costs({}) as [number, number];
    expect(costs({ cpuload: 2 })).toEqual([2 * source, 1.75 * destination]);
    expect(costs({ memload: 1 })).toEqual([1.5 * source, 1.25 * destination]);
    expect(costs({ dst: 'sink' })).toEqual([source, 0]);
  });

  it('has what else a run may have been given: a limit of rate, a shorter queue, a receive buffer', () => {
    expect(prepared({ speed: 33_554_432 }).scenario.migration.maxBandwidth).toBe(33_554_432);
    const { values } = prepared({ qlimit: 757_000 }).parameters;
    expect(values.queue.migration).toBe(750_000);
    expect(values.stream.receiveWindowBytes).toBe(3_028_000);
    expect(prepared({ rmem: 1e6 }).parameters.values.stream.receiveWindowBytes).toBe(500_000);
  });

  it('can be prepared for any run of such a campaign', () => {
    const anyRun = fc.record({
      ram: fc.constantFrom(52, 512, 1024, 8192),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      hot: fc.double({ min: 0, max: 1, noNaN: true }),
      accel: fc.constantFrom('kvm', 'tcg'),
      link: fc.constantFrom('100mbit', '300mbit', '500mbit', '974mbit', '10gbit'),
      wmem: fc.constantFrom(0, 4096, 65_536, 87_380, 1_048_576, 4_194_304, 33_554_432),
      tsq: fc.constantFrom(0, 65_536, 131_072, 1_048_576),
      qburst: fc.constantFrom(1514, 65_536, 130_000, 200_000, 1_000_000),
      downtime: fc.constantFrom(null, 0.015, 0.03, 0.06, 1),
      cpuload: fc.constantFrom(0, 1, 2, 8),
      memload: fc.constantFrom(0, 1, 2),
      load: fc.constantFrom(
        null,
        { kind: 'ping', n: 4, size: 1472 },
        { kind: 'blast', mbit: 200, n: 2 },
        {
          kind: 'iperf',
        },
      ),
      env: fc.constantFrom(null, slow, { MIGSLOW: '1200' }, { MIGSLOW: 'x' }, { OTHER: 1 }),
      live: fc.boolean(),
      prealloc: fc.boolean(),
      src_prealloc: fc.boolean(),
      dst: fc.constantFrom('qemu', 'sink'),
      later: fc.constant('unknown'),
    });
    fc.assert(
      fc.property(anyRun, ({ ram, share, hot, ...rest }) => {
        const A = Math.floor(share * (ram - 16));
        const run = runWith({ ...rest, ram, A, W: Math.floor(hot * A) });
        expect(limitOfCondition(run)).toBeGreaterThan(0);
        expect(() => prepare(scenarioOf(run))).not.toThrow();
      }),
      { numRuns: 200 },
    );
  });

  it('knows nothing of how the run ended', () => {
    for (const run of ownRuns()) {
      const other: MeasuredRun = {
        ...run,
        outcome: run.outcome === 'completed' ? 'non_converging' : 'completed',
        totalS: 12.3,
        stopToResumeS: 4.5,
        burst: { extra_sweeps: 99 },
      };
      expect(scenarioOf(other)).toEqual(scenarioOf(run));
    }
  });
});
