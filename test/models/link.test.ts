import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLink, type Background, type LinkParameters, type Sharing } from '../../models/link.js';
import { createFluid } from '../../sim/fluid.js';
import { createSimulation } from '../../sim/simulation.js';

const queueBytes = { migration: 300, 'icmp-flood': 100, 'icmp-paced': 200, udp: 200, tcp: 300 };

/** A link of 100 bytes/s, and the rate of a migration that sends over it as much as it can. */
function linkOf(sharing: Sharing, background: readonly Background[], weights = queueBytes) {
  const sim = createSimulation();
  const parameters: LinkParameters = { goodput: 100, sharing, queueBytes: weights };
  const link = createLink(sim, createFluid(sim), parameters, background);
  const migration = link.open('migration', 'migration');
  const send = (bytes: number): number => {
    migration.push(bytes);
    return migration.rate;
  };
  return { sim, link, migration, send };
}

const flood = (rate: number): Background => ({ kind: 'icmp-flood', rate });

describe('a link shared by the bytes in its queue (occupancy)', () => {
  it('divides itself like the bytes that the senders keep queued', () => {
    const { link, send } = linkOf('occupancy', [flood(1000)]);
    expect(send(1e6)).toBeCloseTo(75, 12);
    expect(link.backgroundRate()).toBeCloseTo(25, 12);
  });

  it('does not ask what is offered beyond a share: twice the flood changes nothing', () => {
    expect(linkOf('occupancy', [flood(50)]).send(1e6)).toBe(linkOf('occupancy', [flood(100)]).send(1e6));
  });

  it('gives a sender what it offers, if that is less than its share', () => {
    const { link, send } = linkOf('occupancy', [flood(10)]);
    expect(send(1e6)).toBeCloseTo(90, 12);
    expect(link.backgroundRate()).toBeCloseTo(10, 12);
  });

  it('knows a queue for each kind of sender', () => {
    const { link, send } = linkOf('occupancy', [flood(1000), { kind: 'udp', rate: 1000 }]);
    expect(send(1e6)).toBeCloseTo(50, 12);
    expect(link.backgroundRate()).toBeCloseTo(50, 12);
  });
});

describe('the other policies', () => {
  it('weighted: the migration counts as one sender among equals', () => {
    expect(linkOf('weighted', [flood(1000)]).send(1e6)).toBeCloseTo(50, 12);
    expect(linkOf('weighted', [flood(1000), flood(1000), flood(1000)]).send(1e6)).toBeCloseTo(25, 12);
  });

  it('strict priority: the background gets what the migration leaves', () => {
    const { link, send } = linkOf('strict-priority', [flood(1000)]);
    expect(send(1e6)).toBe(100);
    expect(link.backgroundRate()).toBe(0);
  });

  it('drop-tail: shares are those of the offered rates, the migration offering the whole line', () => {
    expect(linkOf('drop-tail', [flood(300)]).send(1e6)).toBeCloseTo(25, 12);
    expect(linkOf('drop-tail', [flood(50)]).send(1e6)).toBeCloseTo(100 * (100 / 150), 12);
  });
});

describe('the background', () => {
  it('gets what it offers while nobody migrates, at most the line', () => {
    expect(linkOf('occupancy', [flood(40)]).link.backgroundAlone.at(0)).toBe(40);
    expect(linkOf('occupancy', [flood(40)]).link.backgroundRate()).toBe(40);
    expect(linkOf('occupancy', [flood(70), flood(70)]).link.backgroundAlone.at(0)).toBe(100);
    expect(linkOf('occupancy', [flood(70), flood(70)]).link.backgroundRate()).toBeCloseTo(100, 12);
  });

  it('carries less while a migration sends, and all it can again afterwards', () => {
    const { sim, link, send } = linkOf('occupancy', [flood(1000)]);
    send(150);
    sim.run();
    expect(sim.now).toBeCloseTo(2, 12);
    expect(link.backgroundCarried()).toBeCloseTo(50, 9);
    expect(link.backgroundRate()).toBeCloseTo(100, 12);
  });

  it('is nothing where there is none', () => {
    const { link, send } = linkOf('occupancy', []);
    expect(send(1e6)).toBe(100);
    expect([link.backgroundAlone.at(0), link.backgroundRate(), link.backgroundCarried()]).toEqual([0, 0, 0]);
    expect(link.overflows).toBe(false);
  });
});

describe('background that comes and goes', () => {
  const visitor: Background = { kind: 'icmp-flood', rate: 1000, from: 2, until: 5 };

  it('shares the link with a migration only while it is there', () => {
    const one = linkOf('occupancy', [visitor]);
    one.send(1e6);
    const seen = [1, 2, 4, 5, 6].map((time) => {
      one.sim.run(time);
      const { overflows, backgroundAlone } = one.link;
      return [one.link.backgroundRate(), overflows, backgroundAlone.at(time)];
    });
    expect(seen).toEqual([
      [0, false, 0],
      [25, true, 100],
      [25, true, 100],
      [0, false, 0],
      [0, false, 0],
    ]);
    expect(one.link.backgroundCarried()).toBeCloseTo(75, 9);
  });

  it('tells when it has changed, and what it would be on average without a migration', () => {
    const one = linkOf('occupancy', [visitor, flood(10)]);
    const turns: [number, number][] = [];
    one.link.onBackgroundChange(
      () => void turns.push([one.sim.now, one.link.backgroundAlone.at(one.sim.now)]),
    );
    one.sim.run();
    expect(turns).toEqual([
      [2, 100],
      [5, 10],
    ]);
    expect(one.link.backgroundBounds).toEqual({ least: 10, most: 100 });
    const mean = (from: number, to: number) => one.link.backgroundAlone.mean(from, to);
    expect(mean(0, 2)).toBe(10);
    expect(mean(1, 3)).toBeCloseTo(55, 12);
    expect(mean(0, 10)).toBeCloseTo((3 * 100 + 7 * 10) / 10, 12);
    expect(mean(3, 3)).toBe(100);
  });

  it('is the same whether one sender goes on or another of its kind takes over from it', () => {
    const sharing = fc.constantFrom<Sharing>('occupancy', 'weighted', 'strict-priority', 'drop-tail');
    fc.assert(
      fc.property(
        sharing,
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 40 }),
        (policy, rate, time) => {
          const secondsFor = (background: readonly Background[]): number => {
            const { sim, migration } = linkOf(policy, background);
            migration.push(1000);
            let end = NaN;
            migration.drainedTo(0)(sim, () => (end = sim.now));
            sim.run();
            return end;
          };
          const parts = [
            { ...flood(rate), until: time },
            { ...flood(rate), from: time },
          ];
          expect(secondsFor(parts)).toBeCloseTo(secondsFor([flood(rate)]), 9);
        },
      ),
    );
  });
});

describe('the queue before the link', () => {
  it('overflows when the background wants more than its share beside a migration', () => {
    expect(linkOf('occupancy', [flood(25)]).link.overflows).toBe(false);
    expect(linkOf('occupancy', [flood(25.01)]).link.overflows).toBe(true);
  });

  it('overflows with any background that has to stand back altogether', () => {
    expect(linkOf('strict-priority', [flood(1)]).link.overflows).toBe(true);
    expect(linkOf('strict-priority', []).link.overflows).toBe(false);
  });

  it('overflows for one flood held back, though a paced sender beside it leaves much of its share unused', () => {
    const weights = { ...queueBytes, 'icmp-flood': 1, 'icmp-paced': 1000 };
    const { link, send } = linkOf('occupancy', [flood(60), { kind: 'icmp-paced', rate: 1 }], weights);
    send(1e6);
    expect(link.backgroundRate()).toBeLessThan(2);
    expect(link.overflows).toBe(true);
  });

  it('overflows exactly if some of the background is not carried while a migration sends', () => {
    const kind = fc.constantFrom('icmp-flood' as const, 'icmp-paced' as const, 'tcp' as const);
    // Never just at the edge, where rounding decides.
    const rate = fc.integer({ min: 1, max: 120 }).map((whole) => whole + Math.SQRT1_2);
    const bytes = fc.integer({ min: 1, max: 1000 });
    const weights = fc.record({
      migration: bytes,
      'icmp-flood': bytes,
      'icmp-paced': bytes,
      udp: bytes,
      tcp: bytes,
    });
    const sharing = fc.constantFrom<Sharing>('occupancy', 'weighted', 'strict-priority', 'drop-tail');
    fc.assert(
      fc.property(
        sharing,
        fc.array(fc.record({ kind, rate }), { minLength: 1, maxLength: 4 }),
        weights,
        (policy, background, queues) => {
          const { link, send } = linkOf(policy, background, queues);
          send(1e6);
          const missing = background.reduce((sum, one) => sum + one.rate, 0) - link.backgroundRate();
          expect(link.overflows).toBe(missing > 1e-9);
        },
      ),
    );
  });
});
