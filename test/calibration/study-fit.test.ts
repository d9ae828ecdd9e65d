import { describe, expect, it } from 'vitest';
import {
  cellErrors,
  costOf,
  fitStudy,
  fittedCells,
  linearize,
  refit,
  withValues,
} from '../../calibration/study-fit.js';
import { studyParameters } from '../../calibration/study-parameters.js';
import { bootstrapIntervals, leaveOneOut, scoresOf } from '../../calibration/study-scores.js';
import { isFigure } from '../../calibration/study.js';
import { findProfile } from '../../scenario/catalog.js';
import { createInlineExecutor } from '../../studies/executor.js';

const profile = findProfile('icclab-2014');
const cells = fittedCells(profile);
const executor = createInlineExecutor();
const replications = { steady: 3, chancy: 3 };
const parameter = (name: string) => studyParameters.find((one) => one.name === name)!;
const steps = parameter('steps.beforeSeconds');
const block = parameter('steps.blockSeconds');

describe('the parameters of the fit', () => {
  it('are set to what they are asked for, and leave the profile that they came from alone', () => {
    for (const one of studyParameters) {
      const before = one.get(profile);
      const [low, high] = one.bounds;
      const value = (low + high) / 2;
      expect(one.get(withValues(profile, [one], [value])) / value).toBeCloseTo(1, 9);
      expect(one.get(profile)).toBe(before);
      expect(one.start).toBeGreaterThanOrEqual(low);
      expect(one.start).toBeLessThanOrEqual(high);
    }
  });

  it('have stressed memory that the fastest call allows between what completed and what failed', () => {
    for (const touched of [0.75, 0.9]) {
      const { burst } = withValues(profile, [parameter('guest.touchedShare')], [touched]);
      const fastest = burst.quantiles.at(-1)![1];
      const allowed = (0.03 * fastest) / touched / 2 ** 20;
      expect(allowed).toBeGreaterThan(96);
      expect(allowed).toBeLessThan(112);
      expect(allowed / (1 + burst.networkSlowdown)).toBeGreaterThan(80);
      expect(allowed / (1 + burst.networkSlowdown)).toBeLessThan(96);
    }
  });
});

describe('errors and slopes', () => {
  it('move a figure by what a parameter costs, and leave alone what it cannot change', async () => {
    const { slopes, errors } = await linearize(profile, [steps, block], replications, executor);
    const at = (column: string, row: number) =>
      cells.findIndex((cell) => isFigure(cell, ['network-load', column, row]));
    // A second before costs a quarter of a second after as well: 1.25 of 17.5 s are 7.1 %, more or less a poll of libvirt.
    expect(slopes[at('lm_s', 0)]![0]! / (125 / 17.5)).toBeCloseTo(1, 0);
    expect(slopes[at('blm_s', 0)]![1]! / (100 / 24.5)).toBeCloseTo(1, 0);
    expect(slopes[at('lm_s', 0)]![1]).toBe(0);
    expect(errors).toEqual(await cellErrors(profile, replications, executor));
  });
});

describe('a fit on linear errors', () => {
  // Two figures that disagree about one parameter, and all others exact whatever it is.
  const [first, second] = [0, 4];
  const linear = {
    values: [2],
    errors: cells.map((_, i) => (i === first ? 0.1 : i === second ? -0.1 : 0)),
    slopes: cells.map((_, i) => [i === first || i === second ? 1 : 0]),
  };
  const without = (i: number) => cells.map((_, k) => (k === i ? 0 : 1));

  it('meets them in the middle, or follows the one that counts', () => {
    expect(refit(cells, [steps], linear, 10)[0]).toBeCloseTo(2, 3);
    expect(refit(cells, [steps], linear, 10, without(first))[0]).toBeCloseTo(2.1, 3);
    expect(refit(cells, [steps], linear, 10, without(second))[0]).toBeCloseTo(1.9, 3);
  });

  it('goes no further than it is trusted', () => {
    expect(refit(cells, [steps], linear, 0.5, without(first))[0]).toBeCloseTo(2 + 0.5 * steps.step, 9);
  });

  it('has an interval over draws of the figures that holds the values', () => {
    const [[low, high] = [NaN, NaN]] = bootstrapIntervals(profile, [steps], linear, 60);
    expect(low).toBeLessThanOrEqual(2);
    expect(high).toBeGreaterThanOrEqual(2);
    expect(high - low).toBeLessThanOrEqual(0.2 + 1e-6);
  });
});

describe('a fit of the study', () => {
  it('finds a constant again that was put wrong, by the simulation and not by slopes alone', async () => {
    const wrong = withValues(profile, [steps], [steps.get(profile) + 0.6]);
    const before = costOf(cells, await cellErrors(wrong, replications, executor));
    const costs: number[] = [];
    const { values, cost } = await fitStudy(wrong, [steps], executor, {
      replications,
      maxIterations: 4,
      onIteration: (now) => costs.push(now),
    });
    expect(Math.abs(values[0]! - steps.get(profile))).toBeLessThan(0.15);
    expect(cost).toBeLessThan(before / 2);
    expect(costs).toEqual(costs.toSorted((a, b) => b - a));
    const found = withValues(profile, [steps], values);
    expect(costOf(cells, await cellErrors(found, replications, executor))).toBeCloseTo(cost, 6);
  });

  it('predicts each measured time by a fit that has not seen it', async () => {
    const linear = await linearize(profile, [steps], replications, executor);
    const left = await leaveOneOut(profile, [steps], linear, 2, executor);
    expect(left).toHaveLength(48);
    const seen = cells.flatMap(({ quantity }, i) => (quantity === 'time' ? [linear.errors[i]!] : []));
    const size = (errors: readonly number[]) => errors.reduce((sum, error) => sum + Math.abs(error), 0);
    expect(size(left)).toBeGreaterThan(0.8 * size(seen));
  });
});

describe('the scores of a fit', () => {
  it('are means and worst cases of absolute errors of times, over all and by table', () => {
    const errors = cells.map(({ quantity, table }) =>
      quantity === 'downtime' ? 50 : table === 'cpu-load' ? -4 : 1,
    );
    const left = cells.flatMap(({ quantity }, i) => (quantity === 'time' ? [2 * errors[i]!] : []));
    const scores = scoresOf(cells, errors, left);
    expect(scores.meanAbsolutePercentError).toBeCloseTo((4 * 4 + 44) / 48, 2);
    expect([scores.worstCellPercent, scores.leaveOneOutWorstPercent]).toEqual([4, 8]);
    expect(scores.leaveOneOutPercent).toBeCloseTo(2 * scores.meanAbsolutePercentError, 2);
    expect(Object.keys(scores.tables)).toHaveLength(5);
    expect(scores.tables['cpu-load']).toEqual({
      calibration: { figures: 4, meanPercent: 4, worstPercent: 4 },
      prediction: { figures: 4, meanPercent: 8, worstPercent: 8 },
    });
  });
});
