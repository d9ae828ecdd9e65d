import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatNumber,
  formatPercent,
  formatRate,
  formatSeconds,
} from '../../report/quantity.js';

describe('quantities for people', () => {
  it('keep three significant digits and no trailing zeros', () => {
    expect(['20.84', '15', '0.0304', '1358.4', '-2.504'].map(Number).map(formatNumber)).toEqual([
      ...['20.8', '15', '0.0304', '1358', '-2.5'],
    ]);
  });

  it('tell binary from decimal multiples', () => {
    expect(formatBytes(96 * 2 ** 20)).toBe('96 MiB');
    expect(formatBytes(96 * 2 ** 20, 'decimal')).toBe('101 MB');
    expect(formatBytes(1)).toBe('1 B');
    expect(formatBytes(0)).toBe('0 B');
  });

  it('choose the unit after rounding', () => {
    expect(formatBytes(999.9996e6, 'decimal')).toBe('1 GB');
    expect(formatSeconds(0.99996)).toBe('1 s');
  });

  it('show durations in the unit that people use for them', () => {
    expect([0, 0.0000102, 0.03, 0.7, 20.8, 131, 900, 9000].map(formatSeconds)).toEqual([
      ...['0 s', '10.2 µs', '30 ms', '700 ms', '20.8 s', '131 s', '15 min', '2.5 h'],
    ]);
  });

  it('show rates in bits, as networks are sold', () => {
    expect([0, 116.25e6, 125e6, 1250e6].map(formatRate)).toEqual([
      ...['0 bit/s', '930 Mbit/s', '1 Gbit/s', '10 Gbit/s'],
    ]);
  });

  it('have words for what is not a number', () => {
    expect([NaN, Infinity, -Infinity].map(formatNumber)).toEqual(['n/a', '∞', '-∞']);
    expect(formatRate(Infinity)).toBe('∞ Gbit/s');
  });

  it('never fall into exponent notation, and are right to half a percent', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e15, noNaN: true }), (value) => {
        const text = formatNumber(value);
        expect(text).not.toMatch(/e/);
        expect(Math.abs(Number(text) - value)).toBeLessThanOrEqual(0.0051 * value);
      }),
    );
  });

  it('examples', () => {
    expect(formatNumber(20.84)).toBe('20.8');
    expect(formatNumber(16384.2)).toBe('16384');
    expect(formatBytes(16 * 2 ** 30)).toBe('16 GiB');
    expect(formatBytes(600e6, 'decimal')).toBe('600 MB');
    expect(formatSeconds(0.03)).toBe('30 ms');
    expect(formatSeconds(131.04)).toBe('131 s');
    expect(formatRate(116.25e6)).toBe('930 Mbit/s');
    expect(formatPercent(0.66)).toBe('66 %');
  });
});
