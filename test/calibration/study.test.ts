import { describe, expect, it } from 'vitest';
import { stressCell, studyCells, type StudyCell } from '../../calibration/study.js';
import { findProfile } from '../../scenario/catalog.js';
import type { Scenario } from '../../scenario/scenario.js';
import { prepare } from '../../studies/prepare.js';

const profile = findProfile('icclab-2014');
const cells = studyCells(profile);
const mbits = (rate: number): number => Math.round(rate * 8e-6);
const MiB = 2 ** 20;

const cell = (table: string, column: string, ...row: number[]): StudyCell =>
  cells.find(
    (one) => one.table === table && one.column === column && String(Object.values(one.row)) === String(row),
  )!;
const scenarioOf = (one: StudyCell): Scenario => prepare(one.scenario, profile).scenario;

describe('the study', () => {
  it('has 48 measured times, 5 downtimes and one migration that failed', () => {
    const times = cells.filter(({ quantity, measured }) => quantity === 'time' && measured !== null);
    expect(times).toHaveLength(48);
    expect(cells.filter(({ quantity }) => quantity === 'downtime')).toHaveLength(5);
    expect(cells.filter(({ measured }) => measured === null)).toEqual([
      cell('lm-stress', 'lm_loaded_network_s', 96),
    ]);
    expect(cells).toHaveLength(54);
  });

  it('has plausible figures: seconds, all of them', () => {
    for (const { measured, quantity } of cells) {
      if (measured === null) continue;
      expect(measured).toBeGreaterThan(quantity === 'time' ? 4 : 0.5);
      expect(measured).toBeLessThan(quantity === 'time' ? 132 : 1);
    }
  });

  it('ran on two hosts with 24 logical CPUs, and guests of 16 GiB where a table says nothing else', () => {
    for (const one of cells) {
      const { stack, profile: name, source, vm, link } = scenarioOf(one);
      expect([stack, name, source.cpus, source.cores]).toEqual(['openstack-icehouse', 'icclab-2014', 24, 12]);
      expect(mbits(link.goodput)).toBe(930);
      if (one.table !== 'flavours') expect([vm.ram, vm.vcpus]).toEqual([16384 * MiB, 8]);
    }
  });
});

describe('a figure of the study as a scenario', () => {
  it('has the kind of its column', () => {
    for (const one of cells) {
      expect(scenarioOf(one).migration.kind).toBe(one.column.startsWith('blm') ? 'blm' : 'lm');
    }
  });

  it('has the CPU load of its row', () => {
    expect(scenarioOf(cell('cpu-load', 'lm_s', 66)).source.load).toBe(0.66);
    expect(scenarioOf(cell('cpu-load', 'blm_s', 0)).source.load).toBe(0);
    expect(scenarioOf(cell('cpu-load', 'blm_s', 66)).destination.load).toBe(0.66);
  });

  it('has the stressed memory of its row, and the full network load in the loaded columns', () => {
    const loaded = scenarioOf(cell('blm-stress', 'blm_loaded_network_s', 896));
    expect(loaded.vm.workload[0]).toMatchObject({ size: 896 * MiB, rate: Infinity });
    expect(loaded.background.map(({ rate }) => mbits(rate))).toEqual([930]);
    const unloaded = scenarioOf(cell('lm-stress', 'lm_unloaded_network_s', 96));
    expect(unloaded.vm.workload[0]!.size).toBe(96 * MiB);
    expect(unloaded.background).toEqual([]);
    expect(scenarioOf(cell('lm-stress', 'lm_unloaded_network_s', 0)).vm.workload).toEqual([]);
  });

  it('has the vCPUs and the RAM of its flavour', () => {
    const { vm } = scenarioOf(cell('flavours', 'lm_downtime_s', 2, 4096));
    expect([vm.vcpus, vm.ram]).toEqual([2, 4096 * MiB]);
    expect(cell('flavours', 'lm_downtime_s', 2, 4096).quantity).toBe('downtime');
  });

  it('is given up after 120 s if it is live; a block migration always ends', () => {
    expect(scenarioOf(cell('lm-stress', 'lm_loaded_network_s', 96)).migration.patience).toBe(120);
    expect(scenarioOf(cell('blm-stress', 'blm_loaded_network_s', 7168)).migration.patience).toBe(600);
  });
});

describe('the campaign that disagrees with the others', () => {
  const odd = structuredClone(profile);
  odd.campaign.hiddenTraffic.value = 12.5e6;
  odd.campaign.offsetSeconds.value = 1.5;
  const at = (offered: number) =>
    studyCells(odd).find(
      (one) =>
        one.table === 'network-load' && one.column === 'lm_s' && Object.values(one.row).at(-1) === offered,
    )!;

  it('carries hidden traffic beside what was offered, in its own table alone', () => {
    expect(prepare(at(0).scenario, odd).scenario.background.map(({ rate }) => mbits(rate))).toEqual([100]);
    expect(prepare(at(650).scenario, odd).scenario.background.map(({ rate }) => mbits(rate))).toEqual([750]);
    for (const one of studyCells(odd).filter(({ table }) => table === 'cpu-load')) {
      expect(prepare(one.scenario, odd).scenario.background).toEqual([]);
    }
  });

  it('carries what was offered, where nothing is hidden', () => {
    const plain = structuredClone(profile);
    plain.campaign.hiddenTraffic.value = 0;
    const rates = studyCells(plain)
      .filter(({ table, column }) => table === 'network-load' && column === 'lm_s')
      .map((one) => prepare(one.scenario, plain).scenario.background);
    expect(rates[0]).toEqual([]);
    expect(rates[1]).toMatchObject([{ kind: 'icmp-flood', rate: 25e6 }]);
  });

  it('has longer steps, in its own table alone', () => {
    const before = odd.constants.steps.beforeSeconds.value;
    const stepsOf = (one: StudyCell) => prepare(one.scenario, odd).parameters.values.steps.beforeSeconds;
    expect(stepsOf(at(0))).toBeCloseTo(before + 1.5, 9);
    for (const one of studyCells(odd)) {
      if (one.table !== 'network-load') expect(stepsOf(one)).toBe(before);
    }
  });
});

describe('a size that the study did not measure', () => {
  it('is a scenario like its neighbours', () => {
    const beyond = stressCell('loaded', 112, profile);
    expect(beyond.measured).toBeNull();
    const known = cell('lm-stress', 'lm_loaded_network_s', 96);
    const size = { origin: 'test', path: 'vm.workload[0].size', value: '96 MiB' };
    const prepared = prepare([...beyond.scenario, size], profile);
    expect(prepared).toEqual(prepare(known.scenario, profile));
  });
});

describe('examples', () => {
  it('give the values that stand in the docstrings', () => {
    expect(studyCells(findProfile('icclab-2014'))[0]!.measured).toBe(15);
    expect(stressCell('loaded', 112, findProfile('icclab-2014')).row).toEqual({ stressed_mb: 112 });
  });
});
