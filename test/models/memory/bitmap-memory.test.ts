import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';

import { createBitmapMemory, type BitmapRegion } from '../../../models/memory/bitmap-memory.js';
import { createGuestMemory, type LayerOptions } from '../../../models/memory/guest-memory.js';
import {
  measuredWriter,
  sequentialWriter,
  uniformWriter,
  uniqueDirty,
  zipfClasses,
} from '../../../models/memory/writer.js';
import { send } from './drive.js';

/** The same memory twice: in closed form, and page by page. */
function pair(name: string, pages: number, regions: readonly BitmapRegion[]) {
  return {
    closed: createGuestMemory({ pages, layers: regions.flatMap(layersOf) }),
    exact: createBitmapMemory({ pages, regions, random: seedrandom(name) }),
  };
}

function layersOf(region: BitmapRegion): LayerOptions[] {
  const { start, pages, dataFraction = 1, pattern } = region;
  const layer = { start, end: start + pages, dataFraction };
  switch (pattern?.kind) {
    case undefined:
      return [layer];
    case 'sequential':
      return [{ ...layer, writer: sequentialWriter({ pages, ...pattern }) }];
    case 'uniform':
      return [{ ...layer, writer: uniformWriter({ pages, ...pattern }) }];
    case 'zipf':
      return zipfClasses({ pages, ...pattern }).map((each) => ({
        ...layer,
        pagesPerPosition: each.pages / pages,
        writer: uniformWriter(each),
      }));
  }
}

const sequential: BitmapRegion = {
  start: 0,
  pages: 120_000,
  pattern: { kind: 'sequential', visitsPerSecond: 90_000, periodSeconds: 1.5, phaseSeconds: 0.4 },
};
const uniform: BitmapRegion = {
  start: 0,
  pages: 120_000,
  pattern: { kind: 'uniform', visitsPerSecond: 150_000 },
};
const zipf: BitmapRegion = {
  start: 0,
  pages: 120_000,
  pattern: { kind: 'zipf', visitsPerSecond: 200_000, exponent: 0.9 },
};
const mixture: BitmapRegion[] = [
  {
    ...sequential,
    pages: 40_000,
    pattern: { kind: 'sequential', visitsPerSecond: 60_000, phaseSeconds: 0.1 },
  },
  { ...uniform, start: 40_000, pages: 50_000, pattern: { kind: 'uniform', visitsPerSecond: 40_000 } },
  { ...zipf, start: 90_000, pages: 50_000, pattern: { kind: 'zipf', visitsPerSecond: 80_000, exponent: 1 } },
  { start: 140_000, pages: 20_000, dataFraction: 0.4 },
];
const loads: [string, number, readonly BitmapRegion[]][] = [
  ['sequential', 120_000, [sequential]],
  ['uniform', 120_000, [uniform]],
  ['Zipf', 120_000, [zipf]],
  ['a mixture of three regions', 160_000, mixture],
];

/** The same load on ten times as many pages. */
function tenfold(region: BitmapRegion): BitmapRegion {
  const { pattern } = region;
  return {
    ...region,
    start: 10 * region.start,
    pages: 10 * region.pages,
    ...(pattern && { pattern: { ...pattern, visitsPerSecond: 10 * pattern.visitsPerSecond } }),
  };
}

/** Within 1 %, or what chance alone does to a count of random pages (four standard deviations). */
function expectSame(closed: number, exact: number): void {
  expect(Math.abs(closed - exact)).toBeLessThan(Math.max(0.01 * exact, 4 * Math.sqrt(exact), 2));
}

describe.each(loads)('closed forms against real bitmaps: %s', (name, pages, regions) => {
  test('write as many distinct pages in a window', () => {
    for (const seconds of [0.01, 0.1, 0.5, 1.6]) {
      const { closed, exact } = pair(`${name}/window`, pages, regions);
      exact.write(seconds);
      expectSame(closed.sync(seconds), exact.sync());
    }
  });

  test('send as much in every round of pre-copy', () => {
    const { closed, exact } = pair(`${name}/rounds`, pages, regions);
    const pagesPerSecond = 200_000;
    let guestTime = 0;
    for (let round = 0; round < 5; round += 1) {
      const seconds = exact.waiting() / pagesPerSecond;
      const sent = exact.walk(Infinity);
      const reckoned = send(closed, Infinity);
      expectSame(reckoned.data, sent.data);
      expectSame(reckoned.zero, sent.zero);
      guestTime += seconds;
      exact.write(seconds);
      expectSame(closed.sync(guestTime), exact.sync());
    }
  });

  test('have dirty sets within 1 % in every round, chance and all, where these hold 100,000 pages', () => {
    const larger = regions.map((region) => tenfold(region));
    const { closed, exact } = pair(`${name}/large`, 10 * pages, larger);
    let guestTime = 0;
    let large = 0;
    for (let round = 0; round < 3; round += 1) {
      const seconds = exact.waiting() / 2_000_000;
      exact.walk(Infinity);
      send(closed, Infinity);
      guestTime += seconds;
      exact.write(seconds);
      const [reckoned, real] = [closed.sync(guestTime), exact.sync()];
      if (real < 100_000) continue;
      large += 1;
      expect(Math.abs(reckoned - real) / real).toBeLessThan(0.01);
    }
    expect(large).toBeGreaterThan(0);
  });

  test('skip as much, to 1 % of RAM, in every pass that leaves out what was written again', () => {
    const { closed, exact } = pair(`${name}/skips`, pages, regions);
    let guestTime = 0;
    for (let round = 0; round < 4; round += 1) {
      let sent = 0;
      let reckoned = 0;
      let [dropped, reckonedDropped] = [0, 0];
      // Batches of a twentieth of RAM at 200,000 pages a second, before each of them a look at the log.
      while (exact.waiting() > 0 || closed.waiting() > 1) {
        dropped += exact.dropWritten();
        reckonedDropped += closed.dropWritten(guestTime);
        const batch = pages / 20;
        const [one, other] = [exact.walk(batch), send(closed, batch)];
        sent += one.data + one.zero;
        reckoned += other.data + other.zero;
        guestTime += batch / 200_000;
        exact.write(batch / 200_000);
      }
      // Chance decides how many wait ahead, so one cursor meets a region a little before the other, and the log younger.
      expect(Math.abs(reckoned - sent)).toBeLessThan(0.01 * pages);
      expect(Math.abs(reckonedDropped - dropped)).toBeLessThan(0.01 * pages);
      expectSame(closed.sync(guestTime), exact.sync());
    }
  });

  test('wait with as many pages when the bitmap is synced every 7 ms in the middle of sweeps', () => {
    const { closed, exact } = pair(`${name}/slices`, pages, regions);
    let guestTime = 0;
    for (let slice = 0; slice < 250; slice += 1) {
      guestTime += 0.007;
      exact.write(0.007);
      // Less than is written anew: were all sent, the cursors would race over clean pages and chance drive them apart.
      const sent = exact.walk(500);
      const reckoned = send(closed, 500);
      expect(reckoned.data + reckoned.zero).toBeCloseTo(sent.data + sent.zero, 6);
      closed.sync(guestTime);
      exact.sync();
      expectSame(closed.waiting(), exact.waiting());
      const apart = Math.abs(closed.cursor - exact.cursor) / pages;
      expect(Math.min(apart, 1 - apart)).toBeLessThan(0.01);
    }
  });
});

describe('a writer known by its curve', () => {
  // What one would measure of the uniform region above, at windows of factor 1.3.
  const region = { pages: uniform.pages, visitsPerSecond: 150_000 };
  const points = Array.from({ length: 40 }, (_, i) => {
    const seconds = 0.001 * 1.3 ** i;
    return [seconds, uniqueDirty(uniformWriter(region), seconds)] as const;
  });
  const writer = measuredWriter({ pages: region.pages, points });

  test('dirties as much in every round as the pages whose curve it is', () => {
    const exact = createBitmapMemory({
      pages: region.pages,
      regions: [uniform],
      random: seedrandom('curve'),
    });
    const layers = [{ start: 0, end: region.pages, dataFraction: 1, writer }];
    const closed = createGuestMemory({ pages: region.pages, layers });
    let guestTime = 0;
    for (let round = 0; round < 6; round += 1) {
      const seconds = exact.waiting() / 200_000;
      expectSame(send(closed, Infinity).data, exact.walk(Infinity).data);
      guestTime += seconds;
      exact.write(seconds);
      expectSame(closed.sync(guestTime), exact.sync());
    }
  });
});

describe('the page-exact memory', () => {
  const regions: BitmapRegion[] = [
    { start: 2, pages: 4, pattern: { kind: 'sequential', visitsPerSecond: 4 } },
    { start: 6, pages: 2 },
  ];
  const make = () => createBitmapMemory({ pages: 10, regions, random: seedrandom('pages') });

  test('gives the values of its docstring', () => {
    const memory = createBitmapMemory({
      pages: 10,
      regions: [{ start: 0, pages: 4, pattern: { kind: 'sequential', visitsPerSecond: 4 } }],
      random: () => 0.5,
    });
    expect(memory.walk(6)).toEqual({ data: 4, zero: 2 });
    memory.write(0.5);
    expect(memory.sync()).toBe(2);
    expect(memory.waiting()).toBe(6);
  });

  test('shows its bitmaps page by page', () => {
    const memory = make();
    expect([...memory.data]).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 0, 0]);
    memory.walk(7);
    memory.write(0.5);
    expect([...memory.log]).toEqual([0, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
    expect([...memory.bitmap]).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
    memory.sync();
    expect([...memory.log]).toEqual(new Array(10).fill(0));
    expect([...memory.bitmap]).toEqual([0, 0, 0, 1, 1, 0, 0, 1, 1, 1]);
  });

  test('walks on from its cursor, round the end of RAM, and stops when nothing waits', () => {
    const memory = make();
    memory.walk(9);
    memory.write(1);
    memory.sync();
    expect(memory.walk(2)).toEqual({ data: 1, zero: 1 });
    expect(memory.cursor).toBe(3);
    expect(memory.walk(99)).toEqual({ data: 3, zero: 0 });
    expect(memory.waiting()).toBe(0);
  });

  test('takes pages out of the bitmap that were written again, which the next sync brings back', () => {
    const memory = make();
    memory.walk(3);
    memory.write(0.5);
    expect(memory.dropWritten()).toBe(2);
    expect([...memory.bitmap]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
    expect(memory.waiting()).toBe(5);
    expect(memory.dropWritten()).toBe(0);
    expect(memory.sync()).toBe(2);
    expect(memory.waiting()).toBe(7);
  });

  test('is the same for the same random numbers', () => {
    const run = () => {
      const region = { ...zipf, pages: 1000 };
      const memory = createBitmapMemory({ pages: 1000, regions: [region], random: seedrandom('same') });
      memory.write(0.001);
      return [...memory.log];
    };
    expect(run()).toEqual(run());
  });

  test('refuses regions outside its pages', () => {
    expect(() => createBitmapMemory({ pages: 0, regions: [], random: seedrandom('') })).toThrow(
      new RangeError('createBitmapMemory: pages is 0, should be a whole number > 0'),
    );
    const outside = [{ start: 8, pages: 4 }];
    expect(() => createBitmapMemory({ pages: 10, regions: outside, random: seedrandom('') })).toThrow(
      new RangeError('createBitmapMemory: regions[0] spans pages 8..12, should lie within 0..10'),
    );
  });
});
