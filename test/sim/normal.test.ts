import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalCdf, normalQuantile } from '../../sim/normal.js';

// Computed with 40 digits (mpmath's ncdf).
const CDF: readonly (readonly [number, number])[] = [
  [-37, 5.72557122252457682e-300],
  [-20, 2.7536241186062337e-89],
  [-8, 6.22096057427178412e-16],
  [-5, 2.86651571879193912e-7],
  [-3, 0.00134989803163009453],
  [-2.5, 0.00620966532577613517],
  [-2.49, 0.00638715476494317318],
  [-2, 0.0227501319481792072],
  [-1, 0.158655253931457051],
  [-0.3, 0.382088577811047367],
  [0, 0.5],
  [0.3, 0.617911422188952633],
  [1, 0.841344746068542949],
  [1.959963984540054, 0.974999999999999989],
  [2.49, 0.993612845235056827],
  [2.5, 0.993790334674223865],
  [3, 0.998650101968369905],
  [6, 0.999999999013412355],
];

describe('the normal distribution', () => {
  it.each(CDF)('lies below %d with probability %d', (z, p) => {
    expect(Math.abs(normalCdf(z) / p - 1)).toBeLessThan(1e-13);
  });

  it.each(CDF.filter(([z]) => z <= 1))('has its quantile %d at %d', (z, p) => {
    expect(Math.abs(normalQuantile(p) - z)).toBeLessThan(2e-15 * Math.max(1, Math.abs(z)));
  });

  it('is symmetric, monotone and inverted by its quantile', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -30, max: 30, noNaN: true }),
        fc.double({ min: 1e-9, max: 1, noNaN: true }),
        (z, step) => {
          expect(normalCdf(z) + normalCdf(-z)).toBeCloseTo(1, 14);
          expect(normalCdf(z + step)).toBeGreaterThanOrEqual(normalCdf(z) * (1 - 1e-13));
          if (z < 4) expect(Math.abs(normalQuantile(normalCdf(z)) - z)).toBeLessThan(1e-11);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('has its ends', () => {
    expect(normalCdf(-40)).toBe(0);
    expect(normalCdf(40)).toBe(1);
    expect(normalCdf(-Infinity)).toBe(0);
    expect(normalCdf(Infinity)).toBe(1);
    expect(normalCdf(NaN)).toBeNaN();
    expect(normalQuantile(0)).toBe(-Infinity);
    expect(normalQuantile(1)).toBe(Infinity);
    expect(() => normalQuantile(1.5)).toThrow(new RangeError('p = 1.5: a probability lies in [0, 1]'));
    expect(() => normalQuantile(NaN)).toThrow('p = NaN');
  });

  it('does what its examples say', () => {
    expect(normalCdf(0)).toBe(0.5);
    expect(normalCdf(1.959963984540054).toFixed(12)).toBe('0.975000000000');
    expect(normalQuantile(0.975).toFixed(12)).toBe('1.959963984540');
    expect(normalQuantile(0.5)).toBe(0);
  });
});
