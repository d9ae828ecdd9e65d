import { describe, expect, it } from 'vitest';
import { ownRuns, parseRuns } from '../../calibration/measured-runs.js';
import {
  burstCondition,
  limitOfCondition,
  readRun,
  scenarioOf,
  type MeasuredRun,
} from '../../calibration/qemu-1.2.1-run.js';
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

describe('reading a measured run', () => {
  it('fills what a run need not say, and leaves alone what is not known', () => {
    const run = readRun({ ...written, host: 'x' }, 'test');
    expect(run.config).toMatchObject({ wmem: 0, tsq: 0, qburst: 200_000, cpuload: 0, prealloc: true });
    expect(run).not.toHaveProperty('host');
  });

  it.each([
    [{ id: undefined }, 'runs.jsonl:3: id: '],
    [{ outcome: 'lost' }, 'runs.jsonl:3: outcome: '],
    [{ totalS: '3 s' }, 'runs.jsonl:3: totalS: '],
    [{ config: { ...config, ram: -1 } }, 'runs.jsonl:3: config.ram: '],
    [{ config: { ...config, link: '1 Gbit/s' } }, 'runs.jsonl:3: config.link: '],
    [{ config: { ...config, load: { mbit: 3 } } }, 'runs.jsonl:3: config.load.kind: '],
    [{ config: { ...config, live: undefined } }, 'runs.jsonl:3: config.live: '],
  ])('names place and field of what is wrong: %j', (change, message) => {
    expect(() => readRun({ ...written, ...change }, 'runs.jsonl:3')).toThrow(message);
  });

  it('says that something is no run at all', () => {
    expect(() => readRun(7, 'runs.jsonl:3')).toThrow('runs.jsonl:3: the run: ');
    expect(() => readRun(null, 'runs.jsonl:3')).toThrow('runs.jsonl:3: the run: ');
  });
});

describe('a file of runs', () => {
  const line = JSON.stringify(written);

  it('has one a line, and may have empty lines', () => {
    expect(parseRuns(`${line}\n\n${line}\n`, 'runs.jsonl')).toHaveLength(2);
  });

  it('says in which line something is wrong', () => {
    expect(() => parseRuns(`${line}\n{"id": `, 'runs.jsonl')).toThrow('runs.jsonl:2: is no JSON');
    expect(() => parseRuns(`${line}\n\n{}`, 'runs.jsonl')).toThrow('runs.jsonl:3: ');
    expect(() => parseRuns('{"totalMs": 3}', 'runs.jsonl')).toThrow('only QEMU 1.2.1 can be validated yet');
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
  ])('of %j is %s', (change, condition) => {
    expect(burstCondition(runWith(change))).toBe(condition);
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

  it('is that of the base machine where a condition has no distribution', () => {
    expect(limitOfCondition(runWith({ wmem: 12_345 }))).toBe(limitOfCondition(runWith({})));
  });
});

describe('a run as a scenario', () => {
  it('has the guest of the campaign: resident memory is all data but what is rewritten, ten times a second', () => {
    const { vm, migration, link, background, stack } = prepared({}).scenario;
    expect(stack).toBe('qemu-1.2.1');
    expect(vm).toMatchObject({ ram: 1024 * MiB, resident: 64 * MiB, layout: 'bottom', vcpus: 1 });
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
    expect(prepared({ W: 0, A: 64 }).scenario.vm).toMatchObject({ workload: [], resident: 64 * MiB });
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
    expect(blast).toEqual([{ kind: 'icmp-paced', rate: 5e7 }]);
    const pings = prepared({ load: { kind: 'ping', n: 3 } }).scenario.background;
    expect(pings.map(({ kind }) => kind)).toEqual(['icmp-flood', 'icmp-flood', 'icmp-flood']);
    expect(pings.reduce((sum, { rate }) => sum + rate, 0)).toBeCloseTo(116.25e6, 0);
  });

  it('has the costs that its machine had: touched source, fresh destination, a small socket, no KVM', () => {
    const { values, rules } = prepared({
      src_prealloc: true,
      prealloc: false,
      wmem: 65_536,
      accel: 'tcg',
    }).parameters;
    expect(values.cpu.zeroPageSeconds).toBe(0.344e-6);
    expect(values.destination.zeroPageSeconds).toBe(5.8e-6);
    expect(values.stream.sendBufferBytes).toBe(65_536);
    expect(rules.syncsEveryCall).toBe(1);
    expect(prepared({}).parameters.rules.syncsEveryCall).toBe(0);
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
