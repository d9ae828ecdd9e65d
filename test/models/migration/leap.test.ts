import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tiny, type Tiny } from './tiny.js';

/** A limit of rate that binds nobody, but which must be watched call by call. */
const watched = { maxBandwidth: 1e300 };

function both(world: Tiny) {
  const leaping = tiny(world);
  const calling = tiny({ ...world, rules: { ...world.rules, ...watched } });
  expect([leaping.migrate(), calling.migrate()]).toEqual([true, true]);
  return { leaping, calling };
}

describe('leaping over the calls that cannot end a migration', () => {
  it('saves nearly all of them', () => {
    const { leaping, calling } = both({ restingPages: 20_000, limitPages: 100.5 });
    expect(calling.journal.calls).toBeGreaterThan(1900);
    expect(leaping.journal.calls).toBeLessThan(20);
  });

  it('ends with the same result within the time of a call', () => {
    const world = fc.record({
      hotPages: fc.integer({ min: 0, max: 100 }),
      restingPages: fc.integer({ min: 200, max: 5000 }),
      zeroPages: fc.constantFrom(0, 3000),
      sweepSeconds: fc.constantFrom(0.001, 0.01),
      pagesPerSecond: fc.constantFrom(500, 5000),
    });
    fc.assert(
      fc.property(world, (one) => {
        const { leaping, calling } = both({ ...one, limitPages: 100.5, costs: { zeroPageSeconds: 1e-6 } });
        // A call's room is a third of the socket, 10 pages; what is left at the stop can differ by as much.
        const pages = leaping.journal.dataPagesSent - calling.journal.dataPagesSent;
        expect(Math.abs(pages)).toBeLessThan(100.5);
        const seconds = leaping.journal.resumedAt! - calling.journal.resumedAt!;
        expect(Math.abs(seconds - pages / one.pagesPerSecond)).toBeLessThan(20 / one.pagesPerSecond + 0.1);
      }),
      { numRuns: 25 },
    );
  });

  it('is exact for a guest that writes nothing', () => {
    const { leaping, calling } = both({ restingPages: 5000, limitPages: 100.5 });
    expect(leaping.journal.resumedAt).toBeCloseTo(calling.journal.resumedAt!, 9);
    expect(leaping.stream.carried()).toBeCloseTo(calling.stream.carried(), 3);
  });
});
