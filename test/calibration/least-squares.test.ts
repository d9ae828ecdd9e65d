import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clip, leastSquares, stepOf, type FitParameter } from '../../calibration/least-squares.js';

const free = (name: string, step = 1e-4): FitParameter => ({ name, bounds: [-1e6, 1e6], step });
const xs = [0, 1, 2, 3, 4, 5];
const tight = { tolerance: 1e-12, maxIterations: 60 };

/** Residuals of a model against data that it made itself with the true values. */
function against(model: (values: readonly number[], x: number) => number, truth: readonly number[]) {
  return (values: readonly number[]) => xs.map((x) => model(values, x) - model(truth, x));
}

const line = ([a, b]: readonly number[], x: number): number => a! + b! * x;
const decay = ([a, k]: readonly number[], x: number): number => a! * Math.exp(-k! * x);

describe('least squares', () => {
  it('finds a line through its points', () => {
    const fit = leastSquares([free('a'), free('b')], [0, 0], against(line, [1, 2]), tight);
    expect(fit.values[0]).toBeCloseTo(1, 6);
    expect(fit.values[1]).toBeCloseTo(2, 6);
    expect(fit.cost).toBeCloseTo(0, 9);
    expect(fit.converged).toBe(true);
    expect(fit.residuals).toHaveLength(6);
  });

  it('finds the line of regression where no line goes through: here 1 + 0.6 x', () => {
    const ys = [1, 2, 2, 2, 4, 4];
    const fit = leastSquares(
      [free('a'), free('b')],
      [0, 0],
      ([a, b]) => xs.map((x, i) => a! + b! * x - ys[i]!),
      tight,
    );
    expect(fit.values[0]).toBeCloseTo(1, 6);
    expect(fit.values[1]).toBeCloseTo(0.6, 6);
    // Residuals 0, -0.4, 0.2, 0.8, -0.6, 0: half of 1.2.
    expect(fit.cost).toBeCloseTo(0.6, 6);
  });

  it('finds an exponential decay from far away', () => {
    const fit = leastSquares([free('a'), free('k')], [1, 0.1], against(decay, [3, 0.7]), tight);
    expect(fit.values[0]).toBeCloseTo(3, 5);
    expect(fit.values[1]).toBeCloseTo(0.7, 5);
  });

  it('gives the Jacobian at the optimum, by residual', () => {
    const { jacobian } = leastSquares([free('a'), free('b')], [0, 0], against(line, [1, 2]), tight);
    xs.forEach((x, i) => {
      expect(jacobian[i]).toEqual([expect.closeTo(1, 6), expect.closeTo(x, 6)]);
    });
  });

  it('stops at a bound, and fits the others as if that one were fixed', () => {
    const parameters: FitParameter[] = [free('a'), { name: 'b', bounds: [0, 1.5], step: 1e-4 }];
    const fit = leastSquares(parameters, [0, 1], against(line, [1, 2]), tight);
    expect(fit.values[1]).toBe(1.5);
    // The mean of 1 + 2 x less 1.5 times the mean of x.
    expect(fit.values[0]).toBeCloseTo(6 - 1.5 * 2.5, 5);
  });

  it('stops at the bound of either parameter: the best slope through (0, 0.4)', () => {
    const parameters: FitParameter[] = [{ name: 'a', bounds: [-9, 0.4], step: 1e-4 }, free('b')];
    const fit = leastSquares(parameters, [0, 0], against(line, [1, 2]), tight);
    expect(fit.values[0]).toBe(0.4);
    // sum x (1 + 2 x - 0.4) / sum x^2
    expect(fit.values[1]).toBeCloseTo((0.6 * 15 + 2 * 55) / 55, 5);
  });

  it('leaves a bound that it started from', () => {
    const parameters: FitParameter[] = [free('a'), { name: 'b', bounds: [0, 5], step: 1e-4 }];
    for (const start of [0, 5]) {
      const fit = leastSquares(parameters, [0, start], against(line, [1, 2]), tight);
      expect(fit.values[1]).toBeCloseTo(2, 5);
    }
  });

  it('tries nothing outside the bounds, wherever it starts', () => {
    fc.assert(
      fc.property(
        fc.tuple(
          fc.double({ min: -20, max: 20, noNaN: true }),
          fc.double({ min: -20, max: 20, noNaN: true }),
        ),
        (start) => {
          const parameters: FitParameter[] = [
            { name: 'a', bounds: [-3, 0.5], step: 0.1 },
            { name: 'b', bounds: [1, 9], step: 0.1 },
          ];
          leastSquares(parameters, start, (values) => {
            values.forEach((value, j) => {
              expect(value).toBeGreaterThanOrEqual(parameters[j]!.bounds[0]);
              expect(value).toBeLessThanOrEqual(parameters[j]!.bounds[1]);
            });
            return against(line, [1, 2])(values);
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('says that it has not converged when its iterations are used up', () => {
    const start = [free('a'), free('k')];
    const fit = leastSquares(start, [9, 0.01], against(decay, [3, 0.7]), {
      maxIterations: 2,
      tolerance: 1e-12,
    });
    expect(fit).toMatchObject({ converged: false, iterations: 2 });
  });

  it('converges at once where it stands at the optimum', () => {
    const fit = leastSquares([free('a'), free('b')], [1, 2], against(line, [1, 2]));
    expect(fit).toMatchObject({ values: [1, 2], converged: true, iterations: 1, cost: 0 });
  });

  it('leaves a parameter without effect where it is', () => {
    const fit = leastSquares([free('a'), free('b'), free('idle')], [0, 0, 7], against(line, [1, 2]), tight);
    expect(fit.values[2]).toBe(7);
    expect(fit.values[1]).toBeCloseTo(2, 5);
  });

  it('copes with two parameters that do the same: their sum is found', () => {
    const same = ([a, b]: readonly number[], x: number): number => (a! + b!) * x;
    const fit = leastSquares([free('a'), free('b')], [0, 0], against(same, [1, 2]), tight);
    expect(fit.values[0]! + fit.values[1]!).toBeCloseTo(3, 5);
  });

  it('copes with parameters fifteen powers of ten apart', () => {
    const model = ([a, b]: readonly number[], x: number): number => a! * 1e7 + b! * 1e-8 * x;
    const fit = leastSquares(
      [
        { name: 'a', bounds: [0, 1], step: 1e-10 },
        { name: 'b', bounds: [0, 1e10], step: 1e5 },
      ],
      [0, 0],
      against(model, [1e-7, 2e8]),
      tight,
    );
    expect(fit.values[0]! / 1e-7).toBeCloseTo(1, 5);
    expect(fit.values[1]! / 2e8).toBeCloseTo(1, 5);
  });
});

describe('a step', () => {
  const parameter = { name: 'x', bounds: [-9, 9] as const, step: 1 };

  it('is shorter when damped', () => {
    expect(stepOf([parameter], [0], [-4], [[2]], 1)[0]).toBeCloseTo(1, 6);
  });

  it('is none for a parameter on a bound that would be pushed out, and one back inside', () => {
    expect(stepOf([parameter], [9], [-4], [[2]], 0)).toEqual([0]);
    expect(stepOf([parameter], [9], [4], [[2]], 0)[0]).toBeCloseTo(-2, 6);
    expect(stepOf([parameter], [-9], [4], [[2]], 0)).toEqual([0]);
  });
});

describe('examples', () => {
  it('give the values that stand in the docstrings', () => {
    expect(stepOf([{ name: 'x', bounds: [-9, 9], step: 1 }], [0], [-4], [[2]], 0)[0]).toBeCloseTo(2, 6);
    expect(clip([{ name: 'x', bounds: [0, 1], step: 1 }], [1.5])).toEqual([1]);
    const fit = leastSquares([{ name: 'x', bounds: [-9, 9], step: 1 }], [0], ([x]) => [2 * x! - 4]);
    expect(fit.values[0]).toBeCloseTo(2, 3);
  });
});
