import { describe, expect, it } from 'vitest';
import { clip, leastSquares, stepOf, type FitParameter } from '../../calibration/least-squares.js';

const parameter = (name: string, low = -100, high = 100): FitParameter => ({
  name,
  bounds: [low, high],
  step: 1e-3,
});
const times = [0, 1, 2, 3, 4];

describe('least squares', () => {
  it('finds the line through points that lie on one', async () => {
    const line = ([a, b]: readonly number[]) => Promise.resolve(times.map((t) => a! + b! * t - (3 - 2 * t)));
    const { values, converged } = await leastSquares([parameter('a'), parameter('b')], [0, 0], line);
    expect(values[0]).toBeCloseTo(3, 4);
    expect(values[1]).toBeCloseTo(-2, 4);
    expect(converged).toBe(true);
  });

  it('finds amplitude and rate of a decay', async () => {
    const decay = ([a, k]: readonly number[]) =>
      Promise.resolve(times.map((t) => a! * Math.exp(-k! * t) - 5 * Math.exp(-0.7 * t)));
    const { values } = await leastSquares([parameter('a'), parameter('k')], [2, 0.2], decay, {
      tolerance: 1e-9,
    });
    expect(values[0]).toBeCloseTo(5, 3);
    expect(values[1]).toBeCloseTo(0.7, 3);
  });

  it('stops at a bound, and fits the others as well as the bound allows', async () => {
    const line = ([a, b]: readonly number[]) => Promise.resolve(times.map((t) => a! + b! * t - (3 - 2 * t)));
    const { values } = await leastSquares([parameter('a', -100, 1), parameter('b')], [0, 0], line);
    expect(values[0]).toBe(1);
    // The best slope through (0, 1) for these points: sum t (3 - 2t - 1) / sum t^2.
    expect(values[1]).toBeCloseTo((2 * 10 - 2 * 30) / 30, 4);
  });

  it('does not work out again what a parameter cannot change', async () => {
    const asked: (boolean | undefined)[] = [];
    const residuals = ([a]: readonly number[], wanted?: (i: number) => boolean) => {
      asked.push(wanted?.(1));
      return Promise.resolve([a! - 1, 7]);
    };
    const only = { ...parameter('a'), affects: (i: number) => i === 0 };
    const { values } = await leastSquares([only], [0], residuals);
    expect(values[0]).toBeCloseTo(1, 4);
    expect(asked).toContain(false);
  });

  it('takes the Gauss-Newton step of the docstring, and clips to bounds', () => {
    expect(stepOf([{ name: 'x', bounds: [-9, 9], step: 1 }], [0], [-4], [[2]], 0)[0]).toBeCloseTo(2);
    expect(clip([parameter('x', 0, 1)], [7])).toEqual([1]);
  });
});
