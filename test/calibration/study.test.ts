import { describe, expect, it } from 'vitest';
import { studyStatements } from '../../calibration/statements.js';
import { stressCell, studyCells } from '../../calibration/study.js';
import { findProfile } from '../../scenario/catalog.js';
import { runJob } from '../../studies/executor.js';
import { prepare } from '../../studies/prepare.js';

const profile = findProfile('icclab-2014');
const cells = studyCells(profile);

describe('the cells of the study', () => {
  it('are its 48 times, five downtimes and one failure', () => {
    expect(cells.filter(({ quantity, measured }) => quantity === 'time' && measured !== null)).toHaveLength(
      48,
    );
    expect(cells.filter(({ quantity }) => quantity === 'downtime')).toHaveLength(5);
    const failed = cells.filter(({ measured }) => measured === null);
    expect(failed.map(({ column, row }) => [column, row])).toEqual([
      ['lm_loaded_network_s', { stressed_mb: 96 }],
    ]);
  });

  it('ask for what their rows say', () => {
    const find = (table: string, column: string, row: number) =>
      prepare(
        cells.find(
          (cell) => cell.table === table && cell.column === column && Object.values(cell.row).at(-1) === row,
        )!.scenario,
      ).scenario;
    expect(find('cpu-load', 'blm_s', 66)).toMatchObject({
      migration: { kind: 'blm' },
      source: { load: 0.66 },
    });
    expect(find('network-load', 'lm_s', 200).background).toEqual([{ kind: 'icmp-flood', rate: 25e6 }]);
    expect(find('blm-stress', 'blm_loaded_network_s', 7168).vm.workload[0]!.size).toBe(7168 * 2 ** 20);
    expect(find('lm-stress', 'lm_unloaded_network_s', 0).vm.workload).toEqual([]);
    expect(find('flavours', 'lm_s', 2048).vm).toMatchObject({ vcpus: 1, ram: 2 ** 31 });
  });

  it('can be made for sizes that nobody measured', () => {
    const { scenario } = prepare(stressCell('loaded', 112, profile).scenario);
    expect(scenario.vm.workload[0]!.size).toBe(112 * 2 ** 20);
    expect(scenario.background[0]!.rate).toBeCloseTo(116.25e6);
  });
});

describe('the statements of the study', () => {
  it('worked out from the measured tables are the published ones', () => {
    const { scenario, parameters } = prepare([]);
    const results = runJob({ scenario, parameters, first: 1, count: 1 });
    const statements = studyStatements(
      cells.map((cell) => ({ ...cell, predicted: null, completedFraction: 1, results })),
    );
    const measured = Object.fromEntries(statements.map(({ id, measured }) => [id, measured]));
    expect(measured['lm-network-load']).toBeCloseTo(24, 0);
    expect(measured['blm-network-load']).toBeCloseTo(24, 0);
    expect(measured['blm-over-lm']).toBeCloseTo(1.36, 2);
    expect(measured['blm-loaded-idle']).toBeCloseTo(35, 0);
    expect(measured['blm-loaded-7168']).toBeCloseTo(75, 0);
    expect(measured['lm-loaded']).toBeCloseTo(43, 0);
    expect(measured['lm-cpu-load']).toBeCloseTo(22, 0);
    expect(measured['blm-cpu-load']).toBeCloseTo(11.6, 0);
    expect(measured['lm-downtime-least']).toBe(0.7);
    expect(measured['lm-downtime-most']).toBe(0.9);
  });
});
