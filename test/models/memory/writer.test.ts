import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  measuredWriter,
  sequentialWriter,
  uniformWriter,
  uniqueDirty,
  zipfClasses,
  type Writer,
} from '../../../models/memory/writer.js';

/** Pages of QEMU's own measurement: one region of 1 GiB. */
const GIB_PAGES = 2 ** 18;
const MIB_PER_PAGE = 1 / 256;

/** QEMU commit 34a68001: `calc-dirty-rate` of a 1 GiB region written 3 million times a second; [ms, MiB/s]. */
const QEMU_WINDOWS = [
  [100, 7100],
  [200, 4660],
  [300, 3280],
  [500, 2044],
  [1000, 1052],
  [2000, 507],
] as const;

/** Writers of every pattern over 1000 pages. */
const sweeping: fc.Arbitrary<Writer> = fc
  .record({
    visitsPerSecond: fc.oneof(fc.double({ min: 0, max: 1e5, noNaN: true }), fc.constant(Infinity)),
    periodSeconds: fc.double({ min: 1e-3, max: 10, noNaN: true }),
    phaseSeconds: fc.double({ min: -20, max: 20, noNaN: true }),
  })
  .map((o) => sequentialWriter({ pages: 1000, ...o }));
const uniform: fc.Arbitrary<Writer> = fc
  .double({ min: 0, max: 1e5, noNaN: true })
  .map((visitsPerSecond) => uniformWriter({ pages: 1000, visitsPerSecond }));
const measured: fc.Arbitrary<Writer> = fc
  .array(fc.tuple(fc.double({ min: 1e-3, max: 5, noNaN: true }), fc.nat(1000)), {
    minLength: 1,
    maxLength: 6,
  })
  .map((steps) => {
    const pages = steps.map((step) => step[1]).sort((a, b) => a - b);
    let windowSeconds = 0;
    const points = steps.map((step, i) => [(windowSeconds += step[0]), pages[i]!] as const);
    return measuredWriter({ pages: 1000, points });
  });
const anyWriter = fc.oneof(sweeping, uniform, measured);
const seconds = fc.double({ min: 0, max: 20, noNaN: true });

describe('the unique-dirty curve', () => {
  test('of a sequential writer is min(S, w t)', () => {
    const writer = sequentialWriter({ pages: 1000, visitsPerSecond: 4000 });
    expect(uniqueDirty(writer, 0)).toBe(0);
    expect(uniqueDirty(writer, 0.125)).toBe(500);
    expect(uniqueDirty(writer, 0.25)).toBe(1000);
    expect(uniqueDirty(writer, 7)).toBe(1000);
  });

  test('of a uniform writer is S (1 - 1/e) after S writes', () => {
    const writer = uniformWriter({ pages: 1e6, visitsPerSecond: 1e6 });
    expect(uniqueDirty(writer, 1)).toBeCloseTo(1e6 * (1 - Math.exp(-1)), 6);
  });

  test('of a uniform writer is within a fifth of a page of that of exactly w t writes', () => {
    for (const pages of [10, 1000, 1e6]) {
      const writer = uniformWriter({ pages, visitsPerSecond: pages });
      for (const writesPerPage of [0.01, 0.1, 0.5, 1, 2, 5, 20]) {
        const exact = -pages * Math.expm1(pages * writesPerPage * Math.log1p(-1 / pages));
        expect(Math.abs(uniqueDirty(writer, writesPerPage) - exact)).toBeLessThan(0.2);
      }
    }
  });

  test('keeps its digits in windows that hit hardly any page', () => {
    const writer = uniformWriter({ pages: 2 ** 30, visitsPerSecond: 1 });
    expect(uniqueDirty(writer, 1e-6)).toBeCloseTo(1e-6, 18);
  });

  test('never descends and never exceeds the region', () => {
    fc.assert(
      fc.property(anyWriter, seconds, seconds, (writer, a, b) => {
        const [short, long] = [Math.min(a, b), Math.max(a, b)];
        expect(uniqueDirty(writer, short)).toBeLessThanOrEqual(uniqueDirty(writer, long) + 1e-6);
        expect(uniqueDirty(writer, long)).toBeLessThanOrEqual(1000 + 1e-9);
      }),
    );
  });

  test('of two windows in a row covers that of both together', () => {
    // No law of a measured curve: it is what the points say, and they may bend upwards.
    fc.assert(
      fc.property(fc.oneof(sweeping, uniform), seconds, seconds, (writer, a, b) => {
        const both = uniqueDirty(writer, a + b);
        expect(both).toBeLessThanOrEqual(uniqueDirty(writer, a) + dirtied(writer, a, a + b) + 1e-6);
      }),
    );
  });
});

describe('the pieces that a writer touches', () => {
  test('are disjoint, in order and within the region', () => {
    fc.assert(
      fc.property(anyWriter, seconds, seconds, (writer, t0, length) => {
        let position = 0;
        for (const { from, to, density } of writer.touched(t0, t0 + length)) {
          expect(from).toBeGreaterThanOrEqual(position);
          expect(to).toBeGreaterThan(from);
          expect(density > 0 && density <= 1).toBe(true);
          position = to;
        }
        expect(position).toBeLessThanOrEqual(1000);
      }),
    );
  });

  test('are none in an empty window and of an idle writer', () => {
    const points = [[1, 100]] as const;
    const idle = { pages: 1000, visitsPerSecond: 0 };
    expect(sequentialWriter({ pages: 1000, visitsPerSecond: 10 }).touched(3, 3)).toEqual([]);
    expect(uniformWriter({ pages: 1000, visitsPerSecond: 10 }).touched(3, 3)).toEqual([]);
    expect(measuredWriter({ pages: 1000, points }).touched(3, 3)).toEqual([]);
    expect(sequentialWriter(idle).touched(0, 1e9)).toEqual([]);
    expect(uniformWriter(idle).touched(0, 1e9)).toEqual([]);
  });

  test('of a sequential writer add up over windows of any cut', () => {
    const sweep = fc.record({
      visitsPerSecond: fc.double({ min: 100, max: 1e5, noNaN: true }),
      periodSeconds: fc.double({ min: 0, max: 3, noNaN: true }),
      phaseSeconds: fc.double({ min: -9, max: 9, noNaN: true }),
    });
    fc.assert(
      fc.property(
        sweep,
        seconds,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(40),
        (o, t0, part, cuts) => {
          const writer = sequentialWriter({ pages: 1000, ...o });
          // Within one period no page is visited twice, so that the parts add up to the whole.
          const length = part * Math.max(o.periodSeconds, 1000 / o.visitsPerSecond);
          let sum = 0;
          for (let i = 0; i <= cuts; i += 1) {
            sum += dirtied(writer, t0 + (length * i) / (cuts + 1), t0 + (length * (i + 1)) / (cuts + 1));
          }
          expect(sum).toBeCloseTo(dirtied(writer, t0, t0 + length), 5);
        },
      ),
    );
  });
});

describe('a sequential writer with a period', () => {
  const writer = sequentialWriter({ pages: 100, visitsPerSecond: 100, periodSeconds: 4, phaseSeconds: 1 });

  test('has been running before time 0', () => {
    // The sweep that began at -1 is just done; the next one begins at 3.
    expect(writer.touched(-0.5, 0)).toEqual([{ from: 50, to: 100, density: 1 }]);
  });

  test('idles until its next sweep', () => {
    expect(writer.touched(0, 3)).toEqual([]);
    expect(writer.touched(2, 3.25)).toEqual([{ from: 0, to: 25, density: 1 }]);
  });

  test('visits every page once a period', () => {
    for (const t0 of [0, 0.1, 2.9, 3.3, 17]) expect(dirtied(writer, t0, t0 + 4)).toBe(100);
  });

  test('may sweep in an instant', () => {
    const instant = sequentialWriter({ pages: 100, visitsPerSecond: Infinity, periodSeconds: 0.1 });
    expect(instant.touched(0, 0.05)).toEqual([]);
    expect(instant.touched(0.05, 0.1)).toEqual([{ from: 0, to: 100, density: 1 }]);
    // Every sweep falls into exactly one window, however the tenths round.
    let sweeps = 0;
    for (let i = 0; i < 3000; i += 1) sweeps += dirtied(instant, i / 30, (i + 1) / 30) / 100;
    expect(sweeps).toBe(1000);
  });
});

describe('Zipf classes', () => {
  const load = { pages: 100_000, visitsPerSecond: 250_000 };

  test('hold all pages and all visits, the hottest first', () => {
    for (const exponent of [0, 0.7, 1, 1.3]) {
      const classes = zipfClasses({ ...load, exponent });
      expect(classes.reduce((sum, each) => sum + each.pages, 0)).toBe(100_000);
      expect(classes.reduce((sum, each) => sum + each.visitsPerSecond, 0)).toBeCloseTo(250_000, 6);
      const rates = classes.map((each) => each.visitsPerSecond / each.pages);
      for (let i = 1; i < rates.length; i += 1) {
        expect(rates[i]).toBeLessThanOrEqual(rates[i - 1]! * (1 + 1e-9));
      }
    }
  });

  test('with exponent 0 are one uniform load', () => {
    for (const each of zipfClasses({ ...load, exponent: 0 })) {
      expect(each.visitsPerSecond / each.pages).toBeCloseTo(2.5, 9);
    }
  });

  test('give the unique-dirty curve of all ranks, 0 to 1.6 % above it', () => {
    const pages = GIB_PAGES;
    for (const [exponent, worst] of [
      [0.6, 0.005],
      [1, 0.0115],
      [1.2, 0.016],
    ] as const) {
      const weight = Float64Array.from({ length: pages }, (_, i) => (i + 1) ** -exponent);
      const total = weight.reduce((sum, each) => sum + each, 0);
      for (const visits of [1e3, 1e5, 1e6, 1e7]) {
        const exact = weight.reduce((sum, each) => sum - Math.expm1((-visits * each) / total), 0);
        const classes = zipfClasses({ pages, visitsPerSecond: visits, exponent });
        const ratio = classes.reduce((sum, each) => sum + uniqueDirty(uniformWriter(each), 1), 0) / exact;
        expect(ratio).toBeGreaterThan(1 - 1e-9);
        expect(ratio).toBeLessThan(1 + worst);
      }
    }
  });
});

describe("QEMU's dirty rate at six windows", () => {
  const reported = (writer: Writer, ms: number) =>
    (uniqueDirty(writer, ms / 1000) * MIB_PER_PAGE) / (ms / 1000);

  test('is explained by uniform random writes within 3 %', () => {
    const writer = uniformWriter({ pages: GIB_PAGES, visitsPerSecond: 3e6 });
    for (const [ms, rate] of QEMU_WINDOWS) {
      expect(Math.abs(reported(writer, ms) / rate - 1)).toBeLessThan(0.03);
    }
  });

  test('is not explained by sequential writes, which would show 44, 10 and 4 % more before the region is full', () => {
    const writer = sequentialWriter({ pages: GIB_PAGES, visitsPerSecond: 3e6 });
    const excess = QEMU_WINDOWS.map(([ms, rate]) => reported(writer, ms) / rate - 1);
    for (const [i, percent] of [44, 10, 4].entries()) expect(100 * excess[i]!).toBeCloseTo(percent, 0);
    // From 500 ms on all pages have been written either way, and nothing can be told.
    for (const rest of excess.slice(3)) expect(Math.abs(rest)).toBeLessThan(0.03);
  });
});

describe('a measured writer', () => {
  const uniform = uniformWriter({ pages: GIB_PAGES, visitsPerSecond: 3e6 });
  const points = QEMU_WINDOWS.map(([ms]) => [ms / 1000, uniqueDirty(uniform, ms / 1000)] as const);
  const writer = measuredWriter({ pages: GIB_PAGES, points });

  test('goes through its points and stays flat behind the last', () => {
    for (const [windowSeconds, pages] of points) {
      expect(uniqueDirty(writer, windowSeconds)).toBeCloseTo(pages, 6);
    }
    expect(uniqueDirty(writer, 100)).toBeCloseTo(points.at(-1)![1], 6);
  });

  test('finds the curve between six points of a uniform load within 4 % of the region', () => {
    for (let t = 0.01; t < 2; t += 0.01) {
      const off = Math.abs(uniqueDirty(writer, t) - uniqueDirty(uniform, t)) / GIB_PAGES;
      expect(off).toBeLessThan(0.04);
    }
  });
});

describe('wrong input', () => {
  test.each([
    [
      () => sequentialWriter({ pages: 0, visitsPerSecond: 1 }),
      'sequentialWriter: pages is 0, should be finite and > 0',
    ],
    [
      () => sequentialWriter({ pages: 9, visitsPerSecond: -1 }),
      'sequentialWriter: visitsPerSecond is -1, should be >= 0',
    ],
    [
      () => sequentialWriter({ pages: 9, visitsPerSecond: Infinity }),
      'sequentialWriter: visitsPerSecond is Infinity with periodSeconds 0: an instant sweep needs a period > 0',
    ],
    [
      () => sequentialWriter({ pages: 9, visitsPerSecond: 1, periodSeconds: -2 }),
      'sequentialWriter: periodSeconds is -2, should be finite and >= 0',
    ],
    [
      () => sequentialWriter({ pages: 9, visitsPerSecond: 1, phaseSeconds: NaN }),
      'sequentialWriter: phaseSeconds is NaN, should be finite',
    ],
    [
      () => uniformWriter({ pages: 9, visitsPerSecond: Infinity }),
      'uniformWriter: visitsPerSecond is Infinity, should be finite and >= 0',
    ],
    [
      () => measuredWriter({ pages: 9, points: [] }),
      'measuredWriter: points is [], should hold at least one [windowSeconds, pages]',
    ],
    [
      () =>
        measuredWriter({
          pages: 9,
          points: [
            [1, 2],
            [1, 3],
          ],
        }),
      'measuredWriter: points[1] is [1, 3]: its window should exceed 1 s',
    ],
    [
      () =>
        measuredWriter({
          pages: 9,
          points: [
            [1, 3],
            [2, 2],
          ],
        }),
      'measuredWriter: points[1] is [2, 2]: its pages should be at least 3',
    ],
    [
      () => measuredWriter({ pages: 9, points: [[1, 10]] }),
      "measuredWriter: points[0] is [1, 10]: its pages should not exceed the region's 9",
    ],
    [
      () => zipfClasses({ pages: 9, visitsPerSecond: 1, exponent: -1 }),
      'zipfClasses: exponent is -1, should be finite and >= 0',
    ],
    [
      () => zipfClasses({ pages: 9, visitsPerSecond: 1, exponent: 1, classes: 0 }),
      'zipfClasses: classes is 0, should be a whole number >= 1',
    ],
    [
      () => uniqueDirty(uniformWriter({ pages: 9, visitsPerSecond: 1 }), -1),
      'uniqueDirty: seconds is -1, should be >= 0',
    ],
  ])('%# is a RangeError that names the field, its value and the rule', (act, message) => {
    expect(act).toThrow(new RangeError(message));
  });
});

function dirtied(writer: Writer, t0: number, t1: number): number {
  return writer.touched(t0, t1).reduce((sum, { from, to, density }) => sum + (to - from) * density, 0);
}
