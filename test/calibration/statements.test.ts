import { describe, expect, it } from 'vitest';
import type { PredictedCell } from '../../calibration/predict-cells.js';
import { studyStatements } from '../../calibration/statements.js';
import { studyCells } from '../../calibration/study.js';
import { findProfile } from '../../scenario/catalog.js';
import { completedRun } from '../studies/fake-run.js';

/** The study's cells as if every prediction were the measured figure times `factor`, and BLM were all downtime. */
function predictedAs(factor: (measured: number, cell: { column: string }) => number): PredictedCell[] {
  return studyCells(findProfile('icclab-2014')).map((cell) => {
    const p50 = cell.measured === null ? null : factor(cell.measured, cell);
    const downtimeSeconds = cell.column.startsWith('blm') ? 12 : cell.quantity === 'downtime' ? p50! : 0.8;
    return {
      ...cell,
      predicted: p50 === null ? null : { p10: p50, p50, p90: p50, mean: p50 },
      completedFraction: p50 === null ? 0 : 1,
      results: [{ ...completedRun, downtimeSeconds, migrationCpuShare: 0.55 }],
    };
  });
}

const exact = predictedAs((measured) => measured);
const statements = studyStatements(exact);
const statement = (id: string) => statements.find((one) => one.id === id)!;

describe('the statements of the study', () => {
  it.each([
    ['lm-network-load', 24],
    ['blm-network-load', 24],
    ['blm-loaded-idle', 35],
    ['blm-loaded-7168', 75],
    ['lm-loaded', 43],
    ['lm-cpu-load', 22],
  ])('%s is the published one from the tables: %d %%', (id, published) => {
    expect(Math.round(statement(id).measured!)).toBe(published);
    expect(statement(id).unit).toBe('%');
  });

  it('give the published 11.6 % and 1.36 too', () => {
    expect(statement('blm-cpu-load').measured).toBeCloseTo(11.6, 1);
    expect(statement('blm-over-lm').measured).toBeCloseTo(1.36, 2);
  });

  it('are worked out from predictions in the same way', () => {
    for (const { measured, predicted, id } of statements) {
      if (/load|over-lm/u.test(id) && id !== 'blm-downtime-over-lm') expect(predicted).toBe(measured);
    }
    const slower = studyStatements(predictedAs((measured) => 1.1 * measured));
    expect(slower.find(({ id }) => id === 'lm-cpu-load')!.predicted).toBeCloseTo(22, 1);
    const block = studyStatements(
      predictedAs((measured, { column }) => (column.startsWith('blm') ? 2 : 1) * measured),
    );
    expect(block.find(({ id }) => id === 'blm-over-lm')!.predicted).toBeCloseTo(2 * 1.358, 2);
  });

  it('have an id each', () => {
    expect(new Set(statements.map(({ id }) => id)).size).toBe(statements.length);
    expect(statements).toHaveLength(13);
  });

  it('say what a migration costs others and itself', () => {
    expect(statement('lm-cpu-share')).toMatchObject({ measured: null, predicted: 55 });
    expect(statement('background-during')).toMatchObject({ predicted: 320, unit: 'Mbit/s' });
    expect(statement('background-during').text).toContain('400 Mbit/s alone');
    expect(statement('lm-downtime-least')).toMatchObject({ measured: 0.7, predicted: 0.7 });
    expect(statement('lm-downtime-most')).toMatchObject({ measured: 0.9, predicted: 0.9 });
    expect(statement('blm-downtime-over-lm').predicted).toBe(15);
  });

  it('have no prediction where a cell has none', () => {
    const without = exact.map((cell) =>
      cell.table === 'cpu-load' && cell.column === 'lm_s' && Object.values(cell.row)[0] === 66
        ? { ...cell, predicted: null }
        : cell,
    );
    const cpu = studyStatements(without).find(({ id }) => id === 'lm-cpu-load')!;
    expect(cpu.predicted).toBeNull();
    expect(cpu.measured).toBe(22);
  });
});
