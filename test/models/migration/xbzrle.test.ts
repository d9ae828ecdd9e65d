import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageBytes } from '../../../models/migration/migration.js';
import { deltaBytes, unchangedShare } from '../../../models/migration/xbzrle.js';
import { createRandom } from '../../../sim/random.js';
import { tinyThread } from './tiny-thread.js';
import { wirePage } from './tiny.js';

const xbzrle = (cachePages: number, changedBytes: number, rest: Parameters<typeof tinyThread>[0] = {}) =>
  tinyThread({
    hotPages: 1024,
    restingPages: 1000,
    content: { changedBytes },
    ...rest,
    constants: { xbzrle: { cacheBytes: cachePages * pageBytes }, ...rest.constants },
    request: { capabilities: new Set(['xbzrle']), ...rest.request },
  });

describe('the length of a delta', () => {
  it('is the changed bytes and the lengths of the runs', () => {
    expect(deltaBytes(4, 8)).toBe(7);
    // 128 words of 8 bytes, each behind 24 unchanged ones.
    expect(deltaBytes(1024, 8)).toBe(1024 + 128 * 2);
    // QEMU 7.2: a counter in each of 1,024 words, of which a byte changes, 3,083 bytes a page with its header.
    expect(deltaBytes(1024, 1) + 11).toBe(3083);
    expect(deltaBytes(4096, 8)).toBe(4099);
  });

  it('is never less than what changed, and more than a page once most of it has', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4096 }), fc.integer({ min: 1, max: 64 }), (changed, run) => {
        expect(deltaBytes(changed, run)).toBeGreaterThanOrEqual(changed + 2);
        if (changed > 4090) expect(deltaBytes(changed, run)).toBeGreaterThan(pageBytes);
      }),
    );
  });
});

describe('pages that have not changed', () => {
  it('are half of those that are rarely written, and none of those always written', () => {
    expect(unchangedShare(1e-9)).toBe(0.5);
    expect(unchangedShare(1e-4)).toBeCloseTo(0.5, 3);
    expect(unchangedShare(1)).toBe(0);
  });

  it('are as many as in a walk over pages written at random times', () => {
    const random = createRandom('writes');
    const mean = 0.8; // writes to a page from one sync to the next
    let [dirty, unchanged] = [0, 0];
    for (let page = 0; page < 40_000; page++) {
      // Sync at 0 and 1; the walk meets the page `x` after each.
      const x = random.uniform();
      const writes: number[] = [];
      for (let t = random.exponential(1 / mean); t < 1 + x; t += random.exponential(1 / mean)) writes.push(t);
      if (!writes.some((t) => t < 1)) continue;
      dirty += 1;
      if (!writes.some((t) => t > x)) unchanged += 1;
    }
    expect(dirty / 40_000).toBeCloseTo(1 - Math.exp(-mean), 1);
    expect(unchanged / dirty).toBeCloseTo(unchangedShare(1 - Math.exp(-mean)), 1);
  });
});

describe('XBZRLE', () => {
  it('sends the first and the second pass in full, and deltas from the third on', () => {
    const { migration, sim, start, journal } = xbzrle(1024, 4);
    expect(migration.encoding.dataBytes()).toBe(wirePage);
    start();
    sim.run(2.2);
    expect(journal.xbzrle!.pages).toBe(0);
    expect(journal.xbzrle!.cacheMisses).toBeGreaterThan(0);
    sim.run(20);
    expect(journal.xbzrle!.cacheMisses).toBeCloseTo(1024, 6);
    const { pages, unchanged, bytes } = journal.xbzrle!;
    expect(pages).toBeGreaterThan(1024);
    expect(bytes).toBeCloseTo((pages - unchanged) * (11 + 7), 3);
  });

  it('lets a guest converge that does not without it, if its deltas are small and the cache holds them', () => {
    const paced = { sweepSeconds: 0.3 };
    const end = (o: ReturnType<typeof xbzrle>): string => {
      o.start();
      o.sim.run(30);
      return o.migration.state.phase;
    };
    expect(end(xbzrle(1024, 4, paced))).toBe('completed');
    expect(end(xbzrle(512, 4, paced))).toBe('active');
    expect(end(xbzrle(1024, 4096, paced))).toBe('active');
    expect(end(xbzrle(1024, 4, { ...paced, request: { capabilities: new Set() } }))).toBe('active');
  });

  it('sends what changed too much in full and counts it', () => {
    const { sim, start, journal, migration } = xbzrle(1024, 4096);
    start();
    sim.run(20);
    expect(migration.encoding.dataBytes()).toBeCloseTo(wirePage, 9);
    const { overflows, pages, bytes } = journal.xbzrle!;
    expect(overflows).toBeCloseTo(pages, 6);
    expect(overflows).toBeGreaterThan(1000);
    expect(bytes).toBe(0);
  });

  it('finds half of what is twice its size, and before QEMU 2.1 nothing', () => {
    const hits = (version: string): number => {
      const { sim, start, journal } = xbzrle(512, 4096, { version });
      start();
      sim.run(20);
      const { pages, cacheMisses } = journal.xbzrle!;
      return pages / (pages + cacheMisses - 1024);
    };
    expect(hits('7.2')).toBeCloseTo(0.5, 1);
    expect(hits('2.0')).toBe(0);
  });

  it('never needs more bytes for as many pages with a larger cache', () => {
    const bytesPerPage = (cachePages: number): number => {
      const { sim, start, migration } = xbzrle(cachePages, 100);
      start();
      sim.run(10);
      return migration.state.sentBytes / migration.journal.dataPagesSent;
    };
    const sizes = [1, 100, 256, 512, 1024, 4096].map(bytesPerPage);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  });
});
