import { beforeAll, describe, expect, it } from 'vitest';
import { predictCells } from '../../calibration/predict-cells.js';
import { reproduce, scoreOf, type Reproduction } from '../../calibration/reproduce.js';
import { studyCells } from '../../calibration/study.js';
import { findProfile } from '../../scenario/catalog.js';
import { createInlineExecutor } from '../../studies/executor.js';

const replications = 5;

describe('the study reproduced', () => {
  let study: Reproduction;
  const progress: (readonly [number, number])[] = [];

  beforeAll(async () => {
    study = await reproduce(replications, 1, createInlineExecutor(), (done, total) =>
      progress.push([done, total]),
    );
  }, 120_000);

  it('predicts every figure, each from as many replications as asked for', () => {
    expect(study.cells).toHaveLength(54);
    for (const { results } of study.cells) expect(results).toHaveLength(replications);
    const failed = study.cells.filter(({ predicted }) => predicted === null);
    for (const { completedFraction } of failed) expect(completedFraction).toBe(0);
  });

  it("finds both limits in the study's steps, the loaded one no higher", () => {
    const { unloaded, loaded } = study.limits;
    for (const { lastCompleting, firstFailing } of [unloaded, loaded]) {
      expect(firstFailing! - lastCompleting!).toBe(16);
      expect(lastCompleting! % 16).toBe(0);
    }
    expect(loaded.lastCompleting).toBeLessThanOrEqual(unloaded.lastCompleting!);
  });

  it('completes every block migration, and every idle guest', () => {
    for (const { column, row, completedFraction } of study.cells) {
      if (column.startsWith('blm') || !row.stressed_mb) expect(completedFraction).toBe(1);
    }
  });

  it('has a downtime of BLM several times that of LM', () => {
    const ratio = study.statements.find(({ id }) => id === 'blm-downtime-over-lm')!.predicted;
    expect(ratio).toBeGreaterThan(3);
  });

  it('scores the medians of all measured times', () => {
    const errors = study.cells
      .filter(({ quantity, measured }) => quantity === 'time' && measured !== null)
      .map(({ predicted, measured }) => Math.abs((predicted?.p50 ?? 0) / measured! - 1) * 100);
    expect(errors).toHaveLength(48);
    expect(study.score.worstCellPercent).toBeCloseTo(Math.max(...errors), 9);
    expect(study.score.meanAbsolutePercentError).toBeCloseTo(errors.reduce((a, b) => a + b) / 48, 9);
  });

  it('reports progress up to the end', () => {
    const [done, total] = progress.at(-1)!;
    expect(done).toBe(total);
    progress.slice(1).forEach(([later], i) => {
      expect(later).toBeGreaterThanOrEqual(progress[i]![0]);
    });
  });
});

describe('predicting cells', () => {
  const profile = findProfile('icclab-2014');
  const cells = studyCells(profile).filter(({ table }) => table === 'flavours');

  it('runs a scenario once, however many figures ask for it', async () => {
    const inline = createInlineExecutor();
    let jobs = 0;
    const counting: typeof inline = {
      ...inline,
      run: (all, onProgress) => {
        jobs += all.length;
        return inline.run(all, onProgress);
      },
    };
    // Time and downtime of five flavours.
    const predicted = await predictCells(cells, profile, 3, counting);
    expect([cells.length, jobs]).toEqual([10, 5]);
    expect(predicted[0]!.results).toBe(predicted[1]!.results);
    expect(predicted[0]!.predicted!.p50).toBeGreaterThan(predicted[1]!.predicted!.p50);
  });

  it('gives the same figures in any order and company', async () => {
    const executor = createInlineExecutor();
    const all = await predictCells(cells, profile, 3, executor);
    const backwards = await predictCells(cells.toReversed(), profile, 3, executor);
    expect(backwards.toReversed()).toEqual(all);
    expect(await predictCells(cells.slice(4, 5), profile, 3, executor)).toEqual(all.slice(4, 5));
  });
});

describe('a score', () => {
  const cell = { table: 't', row: {}, column: 'lm_s', scenario: [], completedFraction: 1, results: [] };
  const of = (measured: number | null, p50: number | null, quantity: 'time' | 'downtime' = 'time') => ({
    ...cell,
    measured,
    quantity,
    predicted: p50 === null ? null : { p10: p50, p50, p90: p50, mean: p50 },
  });

  it('is the mean and the worst of the absolute errors, of times alone', () => {
    const score = scoreOf([of(10, 11), of(10, 9.8), of(1, 5, 'downtime'), of(null, null)]);
    expect(score.meanAbsolutePercentError).toBeCloseTo(6, 9);
    expect(score.worstCellPercent).toBeCloseTo(10, 9);
  });

  it('counts a migration that should have completed as wholly wrong', () => {
    expect(scoreOf([of(10, null)]).worstCellPercent).toBe(100);
  });
});
