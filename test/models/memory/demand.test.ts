import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGuestMemory } from '../../../models/memory/guest-memory.js';
import { sequentialWriter, uniformWriter } from '../../../models/memory/writer.js';

/** 1,000 pages swept at 100 a second, 1,000 written at random, 1,000 at rest. */
const memory = () =>
  createGuestMemory({
    pages: 3000,
    layers: [
      {
        start: 0,
        end: 1000,
        dataFraction: 1,
        writer: sequentialWriter({ pages: 1000, visitsPerSecond: 100 }),
      },
      {
        start: 1000,
        end: 2000,
        dataFraction: 1,
        writer: uniformWriter({ pages: 1000, visitsPerSecond: 1000 }),
      },
      { start: 2000, end: 3000, dataFraction: 0 },
    ],
  });

describe('what a guest demands of memory that waits', () => {
  it('is what its writers touch: runs of a sweep, scattered pages of random visits', () => {
    const { scattered, runs } = memory().demand(1, 3);
    expect(runs).toEqual([{ from: 100, to: 300, pages: 200 }]);
    expect(scattered).toBeCloseTo(1000 * (1 - Math.exp(-2)), 9);
  });

  it('leaves out what has been sent', () => {
    const sent = memory();
    sent.advance(250);
    expect(sent.demand(1, 3).runs).toEqual([{ from: 250, to: 300, pages: 50 }]);
    sent.advance(750);
    sent.advance(1000);
    expect(sent.demand(1, 3)).toEqual({ scattered: 0, runs: [] });
  });

  it('can be taken out of the bitmap, runs only on demand', () => {
    const some = memory();
    const scattered = 1000 * (1 - Math.exp(-2));
    expect(some.take(1, 3, false)).toBeCloseTo(scattered, 9);
    expect(some.waiting()).toBeCloseTo(3000 - scattered, 9);
    expect(some.take(1, 3, true)).toBeCloseTo(200 + 1000 * Math.exp(-2) * (1 - Math.exp(-2)), 9);
    expect(some.waitingBetween(0, 1000)).toBe(800);
    expect(some.waitingBetween(50, 150)).toBe(50);
  });

  it('can move the walk, which goes on from there and comes back to what it left out', () => {
    const moved = memory();
    moved.advance(100);
    moved.seek(600);
    expect(moved.stretch()).toMatchObject({ span: 400, data: 1 });
    moved.advance(400);
    moved.advance(1000);
    moved.advance(1000);
    expect(moved.cursor).toBe(0);
    expect(moved.waiting()).toBe(500);
    moved.advance(100);
    moved.advance(500);
    expect(moved.waiting()).toBe(0);
    expect(() => {
      moved.seek(3001);
    }).toThrow('seek: position is 3001, should be 0..3000');
  });

  it('lies in as many ranges as its pages do', () => {
    const all = memory();
    expect(all.waitingRanges()).toBe(1);
    all.advance(100);
    all.seek(500);
    all.advance(100);
    expect(all.waitingRanges()).toBe(2);
    // Half of 1,000 pages, at random: every second of them begins a range with probability 1/2.
    all.seek(1000);
    all.advance(1000);
    all.sync(Math.LN2);
    const ranges = all.waitingRanges();
    expect(ranges).toBeGreaterThan(250);
    expect(ranges).toBeLessThan(256);
  });

  it('is never more than waits, and what is taken is gone, whatever happened before', () => {
    const time = fc.double({ min: 0, max: 30, noNaN: true });
    const step = fc.oneof(
      fc.record({ seek: fc.double({ min: 0, max: 3000, noNaN: true }) }),
      fc.record({ walk: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ from: time, seconds: time, withRuns: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const some = memory();
        for (const one of steps) {
          const before = some.waiting();
          if ('seek' in one) some.seek(one.seek);
          else if ('walk' in one) {
            const { span, data, zero } = some.stretch();
            const walked = span * one.walk;
            const there = walked * (data + zero);
            some.advance(walked);
            // The walk snaps to a boundary that is a millionth of a page away.
            expect(some.waiting()).toBeCloseTo(before - there, 5);
          } else {
            const to = one.from + one.seconds;
            const { scattered, runs } = some.demand(one.from, to);
            const inRuns = runs.reduce((sum, { pages }) => sum + pages, 0);
            expect(scattered + inRuns).toBeLessThanOrEqual(before + 1e-6);
            const taken = some.take(one.from, to, one.withRuns);
            expect(taken).toBeCloseTo(scattered + (one.withRuns ? inRuns : 0), 6);
            expect(some.waiting()).toBeCloseTo(before - taken, 6);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
