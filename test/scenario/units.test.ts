import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../scenario/input-error.js';
import { formatQuantity, parseQuantity, readQuantity, type Dimension } from '../../scenario/units.js';

describe('parseQuantity', () => {
  test.each<[string | number, Dimension, number]>([
    ['930 Mbit/s', 'rate', 116_250_000],
    ['1 Gbit/s', 'rate', 125_000_000],
    ['10 Gbps', 'rate', 1.25e9],
    ['64 kbps', 'rate', 8000],
    ['100 Mb/s', 'rate', 12_500_000],
    ['5.8 GB/s', 'rate', 5.8e9],
    ['128 MiB/s', 'rate', 134_217_728],
    ['unlimited', 'rate', Infinity],
    ['16 GiB', 'bytes', 17_179_869_184],
    ['7168MiB', 'bytes', 7_516_192_768],
    ['600 MB', 'bytes', 600e6],
    ['600 KB', 'bytes', 600e3],
    ['1.5e3 MB', 'bytes', 1.5e9],
    ['-4 GiB', 'bytes', -4_294_967_296],
    [0, 'bytes', 0],
    ['0', 'rate', 0],
    ['30 ms', 'seconds', 0.03],
    ['0.1 ms', 'seconds', 0.0001],
    ['50 µs', 'seconds', 50e-6],
    ['2 h', 'seconds', 7200],
    ['5 min', 'seconds', 300],
    ['none', 'seconds', Infinity],
    ['66 %', 'fraction', 0.66],
    ['66%', 'fraction', 0.66],
    [0.66, 'fraction', 0.66],
    ['24000 pages/s', 'visits', 24_000],
    ['128 MiB/s', 'visits', 32_768],
    ['max', 'visits', Infinity],
    [8, 'count', 8],
    [' 100 ', 'count', 100],
  ])('reads %s as %s', (text, dimension, value) => {
    expect(parseQuantity(text, dimension)).toBe(value);
  });

  test.each<[string | number, Dimension, string]>([
    [
      '12 potatoes',
      'bytes',
      "12 potatoes: must be a size such as 16 GiB or 600 MB, and 'potatoes' is no unit of that",
    ],
    ['30 ms', 'bytes', "30 ms: must be a size such as 16 GiB or 600 MB, and 'ms' is no unit of that"],
    [
      '16 gib',
      'bytes',
      "16 gib: must be a size such as 16 GiB or 600 MB, and 'gib' is no unit of that; did you mean 'GiB'?",
    ],
    ['16', 'bytes', '16: must have a unit, such as 16 GiB or 600 MB'],
    [16, 'seconds', '16: must have a unit, such as 30 ms or 120 s'],
    ['', 'bytes', "'': must be a size such as 16 GiB or 600 MB"],
    ['1e', 'rate', "1e: must be a rate such as 930 Mbit/s or 128 MiB/s, and 'e' is no unit of that"],
    ['1e400 B', 'bytes', '1e400 B: must be a finite number, such as 16 GiB or 600 MB'],
    [NaN, 'count', 'NaN: must be a number such as 8 or 100'],
    [Infinity, 'bytes', 'Infinity: must be a size such as 16 GiB or 600 MB'],
    ['unlimited', 'bytes', 'unlimited: must be a size such as 16 GiB or 600 MB'],
    ['0x10', 'count', '0x10: must be a number without unit, such as 8 or 100'],
    ['8 cores', 'count', '8 cores: must be a number without unit, such as 8 or 100'],
    ['1 000 MB', 'bytes', '1 000 MB: must be a size such as 16 GiB or 600 MB'],
  ])('refuses %s as %s', (text, dimension, message) => {
    expect(() => parseQuantity(text, dimension)).toThrow(new InputError(message));
  });

  test('any text either reads as a number or is refused with a rule', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom<Dimension>('bytes', 'rate', 'visits', 'count'),
        (text, dimension) => {
          const reading = readQuantity(text, dimension);
          expect('rule' in reading ? reading.rule : Number.isNaN(reading.value)).not.toBe(true);
        },
      ),
    );
  });
});

describe('formatQuantity', () => {
  test.each<[number, Dimension, string]>([
    [17_179_869_184, 'bytes', '16 GiB'],
    [600e6, 'bytes', '600 MB'],
    [100_663_296, 'bytes', '96 MiB'],
    [0, 'bytes', '0 B'],
    [125e6, 'rate', '1 Gbit/s'],
    [116_250_000, 'rate', '930 Mbit/s'],
    [5.8e9, 'rate', '5.8 GB/s'],
    [0.03, 'seconds', '30 ms'],
    [0.0001, 'seconds', '100 us'],
    [120, 'seconds', '120 s'],
    [0.66, 'fraction', '66 %'],
    [24_000, 'visits', '24000 pages/s'],
    [Infinity, 'visits', 'max'],
    [100, 'count', '100'],
  ])('writes %s %s as %s', (value, dimension, text) => {
    expect(formatQuantity(value, dimension)).toBe(text);
  });

  test('refuses what no text stands for', () => {
    expect(() => formatQuantity(NaN, 'bytes')).toThrow('NaN cannot be written as a size');
    expect(() => formatQuantity(Infinity, 'bytes')).toThrow(RangeError);
  });

  test('what it writes reads back as the same number, any number', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.maxSafeNat(),
          fc.float({ noNaN: true, noDefaultInfinity: true }),
        ),
        fc.constantFrom<Dimension>('bytes', 'seconds', 'rate', 'fraction', 'visits', 'count'),
        (value, dimension) => parseQuantity(formatQuantity(value, dimension), dimension) === value,
      ),
      { numRuns: 5000 },
    );
  });
});

test('examples', () => {
  expect(readQuantity('30 ms', 'seconds')).toEqual({ value: 0.03 });
  expect(readQuantity('66', 'count')).toEqual({ value: 66 });
  expect(parseQuantity('930 Mbit/s', 'rate')).toBe(116250000);
  expect(parseQuantity('16 GiB', 'bytes')).toBe(17179869184);
  expect(parseQuantity('30 ms', 'seconds')).toBe(0.03);
  expect(parseQuantity('66 %', 'fraction')).toBe(0.66);
  expect(parseQuantity('128 MiB/s', 'visits')).toBe(32768);
  expect(formatQuantity(17179869184, 'bytes')).toBe('16 GiB');
  expect(formatQuantity(600e6, 'bytes')).toBe('600 MB');
  expect(formatQuantity(116250000, 'rate')).toBe('930 Mbit/s');
  expect(formatQuantity(Infinity, 'seconds')).toBe('none');
});
