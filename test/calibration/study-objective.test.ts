import { describe, expect, it } from 'vitest';
import { studyResiduals } from '../../calibration/study-objective.js';
import { fittedCells } from '../../calibration/study-fit.js';
import { isFigure } from '../../calibration/study.js';
import { ratioOf, studyRatios } from '../../calibration/study-ratios.js';
import { findProfile } from '../../scenario/catalog.js';

const cells = fittedCells(findProfile('icclab-2014'));
const none = cells.map(() => 0);
const [times, ratios] = [cells.filter(({ quantity }) => quantity === 'time').length, studyRatios.length];
const place = (table: string, column: string, row: number): number =>
  cells.findIndex((cell) => isFigure(cell, [table, column, row]));
const idle = place('cpu-load', 'lm_s', 0);
const busy = place('cpu-load', 'lm_s', 66);

/** Errors of some figures, the others exact. */
const withErrors = (...errors: readonly (readonly [place: number, error: number])[]): number[] => {
  const all = [...none];
  for (const [i, error] of errors) all[i] = error;
  return all;
};
const cost = (errors: readonly number[], weights?: readonly number[]): number =>
  studyResiduals(cells, errors, weights).reduce((sum, row) => sum + (row * row) / 2, 0);

describe('the objective of the fit', () => {
  it('is nothing where all is exact, with a row a figure, one a tolerance, one a ratio', () => {
    const rows = studyResiduals(cells, none);
    expect(rows).toHaveLength(2 * cells.length + ratios);
    expect(new Set(rows)).toEqual(new Set([0]));
    expect([cells.length, times]).toEqual([53, 48]);
  });

  it('counts a small error by its square and a larger one in proportion, alike in both directions', () => {
    const of = (error: number) => cost(withErrors([idle, error]));
    expect(of(0.2) / of(0.1)).toBeCloseTo(4, 1);
    expect(of(5) - of(4)).toBeCloseTo(1, 1);
    expect(of(-4)).toBe(of(4));
  });

  it('counts dearly what exceeds 6.5 percent', () => {
    const of = (error: number) => cost(withErrors([idle, error], [busy, error]));
    expect(of(8) - of(7)).toBeGreaterThan(2 * (of(6) - of(5)));
  });

  it('counts dearly a ratio that is off by more than 6.5 points, though neither figure is', () => {
    const apart = cost(withErrors([idle, -5], [busy, 5]));
    const together = cost(withErrors([idle, 5], [busy, 5]));
    expect(apart).toBeGreaterThan(together + 5);
  });

  it('leaves out a figure of weight 0, and the ratios that need it', () => {
    const errors = withErrors([idle, 20]);
    expect(
      cost(
        errors,
        withErrors().map((_, i) => (i === idle ? 0 : 1)),
      ),
    ).toBe(0);
    expect(
      cost(
        errors,
        none.map(() => 2),
      ),
    ).toBeGreaterThan(cost(errors));
  });

  it('lets a downtime count less than a time', () => {
    const downtime = cells.findIndex(({ quantity }) => quantity === 'downtime');
    expect(cost(withErrors([downtime, 2]))).toBeLessThan(0.5 * cost(withErrors([idle, 2])));
  });
});

describe('a ratio of the study', () => {
  it('is a percentage, or the mean ratio itself', () => {
    const find = (id: string) => studyRatios.find((one) => one.id === id)!;
    expect(ratioOf(find('lm-cpu-load'), ([, , load]) => (load === 66 ? 18 : 15))).toBeCloseTo(20, 9);
    expect(ratioOf(find('blm-over-lm'), ([, column]) => (column === 'blm_s' ? 3 : 2))).toBe(1.5);
  });

  it('is made of figures that the tables have', () => {
    for (const { pairs } of studyRatios) {
      for (const [table, column, row] of pairs.flat()) expect(place(table, column, row)).toBeGreaterThan(-1);
    }
  });
});
