import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  createGuestMemory,
  type GuestMemory,
  type LayerOptions,
} from '../../../models/memory/guest-memory.js';
import { sequentialWriter, uniformWriter, zipfClasses, type Touched } from '../../../models/memory/writer.js';
import { send } from './drive.js';

const idle = { start: 0, end: 1000, dataFraction: 1 };

describe('a fresh memory', () => {
  test('waits with every page, zero pages apart from data', () => {
    const memory = createGuestMemory({
      pages: 1000,
      layers: [
        { start: 0, end: 800, dataFraction: 0.25 },
        { start: 800, end: 1000, dataFraction: 1 },
      ],
    });
    expect(memory.waiting()).toBe(1000);
    expect(memory.waitingData()).toBe(400);
    expect(memory.cursor).toBe(0);
    expect(memory.stretch()).toEqual({ span: 800, data: 0.25, zero: 0.75 });
  });

  test('is sent in one pass when nobody writes', () => {
    const memory = createGuestMemory({ pages: 1000, layers: [{ ...idle, dataFraction: 0.3 }] });
    const sent = send(memory, Infinity);
    expect(sent.data).toBeCloseTo(300, 9);
    expect(sent.zero).toBeCloseTo(700, 9);
    expect(memory.sync(1e6)).toBe(0);
    expect(memory.waiting()).toBe(0);
    expect(memory.stretch()).toEqual({ span: 1000, data: 0, zero: 0 });
  });
});

describe('the cursor', () => {
  const memory = createGuestMemory({ pages: 1000, layers: [idle] });

  test('goes on where it stood and begins anew at the end of RAM', () => {
    memory.advance(300);
    expect(memory.cursor).toBe(300);
    expect(memory.stretch()).toEqual({ span: 700, data: 1, zero: 0 });
    memory.advance(700);
    expect(memory.cursor).toBe(0);
    expect(memory.waiting()).toBe(0);
  });

  test('does not stop a billionth of a page before a boundary', () => {
    const third = createGuestMemory({ pages: 1000, layers: [idle] });
    for (let i = 0; i < 30; i += 1) third.advance(Math.min(1000 / 30, third.stretch().span));
    expect(third.cursor).toBe(0);
    expect(third.waiting()).toBe(0);
  });

  test('passes clean pages as stretches of their own', () => {
    const writer = { touched: () => [{ from: 200, to: 300, density: 1 }] };
    const written = createGuestMemory({ pages: 1000, layers: [{ ...idle, writer }] });
    written.advance(1000);
    written.sync(1);
    expect(written.stretch()).toEqual({ span: 200, data: 0, zero: 0 });
    written.advance(200);
    expect(written.stretch()).toEqual({ span: 100, data: 1, zero: 0 });
    written.advance(100);
    expect(written.stretch()).toEqual({ span: 700, data: 0, zero: 0 });
  });
});

describe('a sync', () => {
  const layers: LayerOptions[] = [
    { start: 0, end: 500, dataFraction: 1, writer: sequentialWriter({ pages: 500, visitsPerSecond: 100 }) },
    { start: 500, end: 1000, dataFraction: 0 },
  ];

  test('counts pages written since the last sync although they still wait', () => {
    const memory = createGuestMemory({ pages: 1000, layers });
    expect(memory.sync(1)).toBe(100);
    expect(memory.waiting()).toBe(1000);
  });

  test('makes pages wait again that were written before they were sent: the log does not know what was sent', () => {
    const memory = createGuestMemory({ pages: 1000, layers });
    // Written in the first second, sent at its end.
    memory.advance(500);
    expect(memory.sync(1)).toBe(100);
    expect(memory.waitingData()).toBe(100);
  });

  test('empties the log: a paused guest adds nothing', () => {
    const memory = createGuestMemory({ pages: 1000, layers });
    send(memory, Infinity);
    expect(memory.sync(2)).toBe(200);
    send(memory, Infinity);
    expect(memory.sync(2)).toBe(0);
    expect(memory.waiting()).toBe(0);
  });

  test('counts from the time at which the log was started', () => {
    const memory = createGuestMemory({ pages: 1000, layers, guestTime: 3.5 });
    expect(memory.sync(4)).toBe(50);
  });

  test('unites random pages as independent events', () => {
    const writer = uniformWriter({ pages: 1000, visitsPerSecond: 1000 });
    const memory = createGuestMemory({ pages: 1000, layers: [{ ...idle, writer }] });
    send(memory, Infinity);
    const seconds = Math.LN2;
    expect(memory.sync(seconds)).toBeCloseTo(500, 9);
    expect(memory.sync(2 * seconds)).toBeCloseTo(500, 9);
    expect(memory.waiting()).toBeCloseTo(750, 9);
    expect(memory.stretch().data).toBeCloseTo(0.75, 12);
  });
});

describe('skipping what was written again', () => {
  test('takes it out of the bitmap until the next sync, once', () => {
    const writer = sequentialWriter({ pages: 1000, visitsPerSecond: 100 });
    const memory = createGuestMemory({ pages: 1000, layers: [{ ...idle, writer }] });
    expect(memory.dropWritten(2)).toBe(200);
    expect(memory.waiting()).toBe(800);
    expect(memory.stretch()).toEqual({ span: 200, data: 0, zero: 0 });
    expect(memory.dropWritten(2)).toBe(0);
    expect(memory.dropWritten(3)).toBe(100);
    expect(memory.sync(4)).toBe(400);
    expect(memory.waiting()).toBe(1000);
  });

  test('counts random pages that waited: of two looks, the second sees what came since the first', () => {
    const writer = uniformWriter({ pages: 1000, visitsPerSecond: 1000 });
    const memory = createGuestMemory({ pages: 1000, layers: [{ ...idle, writer }] });
    expect(memory.dropWritten(Math.LN2)).toBeCloseTo(500, 9);
    expect(memory.dropWritten(2 * Math.LN2)).toBeCloseTo(250, 9);
    expect(memory.waiting()).toBeCloseTo(250, 9);
    expect(memory.sync(2 * Math.LN2)).toBeCloseTo(750, 9);
  });

  test('leaves nothing that waits and that no walk meets, however little is left of a step', () => {
    const classes = zipfClasses({ pages: 50_000, visitsPerSecond: 80_000, exponent: 1 });
    const memory = createGuestMemory({
      pages: 50_000,
      layers: classes.map((each) => ({
        start: 0,
        end: 50_000,
        pagesPerPosition: each.pages / 50_000,
        dataFraction: 1,
        writer: uniformWriter(each),
      })),
    });
    for (let seconds = 0; seconds < 10; seconds += 0.04) {
      memory.dropWritten(seconds);
      if (memory.waiting() > 0) send(memory, 2000);
    }
    expect(memory.waiting()).toBe(0);
  });

  test('does not look back', () => {
    const memory = createGuestMemory({ pages: 1000, layers: [idle] });
    memory.dropWritten(3);
    expect(() => memory.dropWritten(2)).toThrow(
      new RangeError('dropWritten: guestTime is 2, should be >= 3, the time of the last look at the log'),
    );
  });
});

describe('mixed layers', () => {
  const pages = 10_000;
  const classes = zipfClasses({ pages, visitsPerSecond: 20_000, exponent: 1 });
  const layers = classes.map((each) => ({
    start: 0,
    end: pages,
    pagesPerPosition: each.pages / pages,
    dataFraction: 1,
    writer: uniformWriter(each),
  }));

  test('lie over the same span and add up', () => {
    const memory = createGuestMemory({ pages, layers });
    expect(memory.waiting()).toBeCloseTo(pages, 6);
    expect(memory.stretch().span).toBe(pages);
    send(memory, Infinity);
    expect(memory.waiting()).toBe(0);
    const written = memory.sync(1);
    expect(memory.waiting()).toBeCloseTo(written, 6);
    expect(memory.stretch().data).toBeCloseTo(written / pages, 9);
  });

  test('are written over all of their span', () => {
    const writer = sequentialWriter({ pages: 500, visitsPerSecond: 100 });
    const half = { start: 0, end: 1000, pagesPerPosition: 0.5, dataFraction: 1 };
    const memory = createGuestMemory({ pages: 1000, layers: [half, { ...half, writer }] });
    send(memory, Infinity);
    expect(memory.sync(2.5)).toBe(250);
    expect(memory.stretch()).toEqual({ span: 500, data: 0.5, zero: 0 });
  });
});

describe('pre-copy against a constant dirty rate', () => {
  test('sends a geometric series: rounds V (w/B)^n, in total V / (1 - w/B)', () => {
    const [pages, sendRate, dirtyRate] = [1e6, 25_000, 10_000];
    const writer = sequentialWriter({ pages, visitsPerSecond: dirtyRate });
    const memory = createGuestMemory({ pages, layers: [{ start: 0, end: pages, dataFraction: 1, writer }] });
    let seconds = 0;
    let total = 0;
    for (let round = 0; round < 12; round += 1) {
      const sent = send(memory, Infinity).data;
      expect(sent / (pages * (dirtyRate / sendRate) ** round)).toBeCloseTo(1, 6);
      total += sent;
      seconds += sent / sendRate;
      memory.sync(seconds);
    }
    expect(total / (pages / (1 - dirtyRate / sendRate))).toBeCloseTo(1, 4);
    expect(seconds / (pages / sendRate / (1 - dirtyRate / sendRate))).toBeCloseTo(1, 4);
  });

  test('settles where the unique-dirty curve meets the line when it cannot win', () => {
    // A sweep over 1000 pages in 10 ms is dirty again whole, whenever it was sent.
    const writer = sequentialWriter({ pages: 1000, visitsPerSecond: 100_000 });
    const memory = createGuestMemory({
      pages: 5000,
      layers: [
        { start: 0, end: 1000, dataFraction: 1, writer },
        { start: 1000, end: 5000, dataFraction: 0.5 },
      ],
    });
    send(memory, Infinity);
    for (let round = 1; round < 5; round += 1) {
      expect(memory.sync(round)).toBe(1000);
      expect(send(memory, Infinity)).toEqual({ data: 1000, zero: 0 });
    }
  });
});

/** A layer whose writer plays back given pieces, one list a sync, and what a migration does in between. */
const scripted = fc.record({
  cuts: fc.uniqueArray(fc.integer({ min: 1, max: 59 }), { maxLength: 3 }),
  dataFractions: fc.array(fc.constantFrom(0, 0.25, 1), { minLength: 4, maxLength: 4 }),
  steps: fc.array(
    fc.record({
      walk: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 4 }),
      pieces: fc.array(
        fc.record({
          from: fc.integer({ min: 0, max: 59 }),
          length: fc.integer({ min: 1, max: 30 }),
          density: fc.constantFrom(0.25, 0.5, 1),
        }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 8 },
  ),
});

describe('the densities', () => {
  test('are those of a memory that keeps one for every page', () => {
    fc.assert(
      fc.property(scripted, ({ cuts, dataFractions, steps }) => {
        const pages = 60;
        const bounds = [0, ...cuts.sort((a, b) => a - b), pages];
        // Pieces made disjoint by their order, as a writer's must be.
        const script = steps.map((step) => {
          let free = 0;
          return step.pieces
            .sort((a, b) => a.from - b.from)
            .flatMap(({ from, length, density }): Touched[] => {
              const [a, b] = [Math.max(free, from), Math.min(pages, from + length)];
              free = Math.max(free, b);
              return a < b ? [{ from: a, to: b, density }] : [];
            });
        });
        const memory = createGuestMemory({
          pages,
          layers: bounds.slice(1).map((end, i) => {
            const start = bounds[i]!;
            const touched = (t0: number): Touched[] =>
              script[t0]!.flatMap((piece) => {
                const [from, to] = [Math.max(piece.from, start) - start, Math.min(piece.to, end) - start];
                return from < to ? [{ from, to, density: piece.density }] : [];
              });
            return { start, end, dataFraction: dataFractions[i]!, writer: { touched } };
          }),
        });
        const dataAt = (page: number) => dataFractions[bounds.findLastIndex((bound) => bound <= page)]!;
        const shadow = new Array<number>(pages).fill(1);
        let cursor = 0;

        steps.forEach((step, k) => {
          for (const walk of step.walk) {
            const { span, data, zero } = memory.stretch();
            expect(data + zero).toBeCloseTo(shadow[cursor]!, 9);
            expect(data).toBeCloseTo(shadow[cursor]! * dataAt(cursor), 9);
            const alike = shadow.slice(cursor, cursor + span);
            expect(Math.max(...alike) - Math.min(...alike)).toBeLessThan(1e-9);
            const before = memory.waiting();
            const length = Math.min(walk, span);
            memory.advance(length);
            expect(before - memory.waiting()).toBeCloseTo(length * (data + zero), 9);
            shadow.fill(0, cursor, cursor + length);
            cursor = (cursor + length) % pages;
            expect(memory.cursor).toBe(cursor);
          }
          let written = 0;
          for (const { from, to, density } of script[k]!) {
            written += (to - from) * density;
            for (let page = from; page < to; page += 1)
              shadow[page] = 1 - (1 - shadow[page]!) * (1 - density);
          }
          expect(memory.sync(k + 1)).toBeCloseTo(written, 9);
          expect(memory.waiting()).toBeCloseTo(
            shadow.reduce((sum, each) => sum + each, 0),
            9,
          );
          expect(memory.waitingData()).toBeCloseTo(
            shadow.reduce((sum, each, page) => sum + each * dataAt(page), 0),
            9,
          );
        });
      }),
      { numRuns: 200 },
    );
  });
});

describe('a random writer whose bitmap is synced a thousand times a sweep', () => {
  const pages = 10_000;
  const writer = uniformWriter({ pages, visitsPerSecond: 5000 });
  const memory = createGuestMemory({ pages, layers: [{ start: 0, end: pages, dataFraction: 1, writer }] });
  const shadow = new Float64Array(pages).fill(1);
  for (let slice = 1; slice <= 2500; slice += 1) {
    for (let left = 10; left > 0;) {
      const span = Math.min(left, memory.stretch().span);
      memory.advance(span);
      left -= span;
    }
    shadow.fill(0, ((slice - 1) * 10) % pages, (((slice - 1) * 10) % pages) + 10);
    memory.sync(slice / 1000);
    const share = -Math.expm1(-0.5e-3);
    for (let page = 0; page < pages; page += 1) shadow[page]! += (1 - shadow[page]!) * share;
  }

  test('loses no page to the evening out of small steps', () => {
    const exact = shadow.reduce((sum, each) => sum + each, 0);
    expect(memory.waiting() / exact).toBeCloseTo(1, 9);
  });

  test('keeps few steps, each within a thousandth of the density of its pages', () => {
    let steps = 0;
    let position = memory.cursor;
    let worst = 0;
    do {
      const { span, data } = memory.stretch();
      for (let page = Math.ceil(position); page < position + span - 1e-6; page += 1) {
        worst = Math.max(worst, Math.abs(data - shadow[page]!));
      }
      memory.advance(span);
      position = memory.cursor;
      steps += 1;
    } while (memory.waiting() > 0);
    expect(worst).toBeLessThan(1e-3);
    expect(steps).toBeLessThan(500);
  });
});

describe('whatever is walked and synced', () => {
  const rate = fc.double({ min: 0, max: 5000, noNaN: true });
  const someMemory = fc.tuple(rate, rate, rate).map(([sweep, random, mixed]) => {
    const classes = zipfClasses({ pages: 300, visitsPerSecond: mixed, exponent: 1, classes: 4 });
    return createGuestMemory({
      pages: 1000,
      layers: [
        {
          start: 0,
          end: 250,
          dataFraction: 1,
          writer: sequentialWriter({ pages: 250, visitsPerSecond: sweep }),
        },
        {
          start: 250,
          end: 600,
          dataFraction: 0.9,
          writer: uniformWriter({ pages: 350, visitsPerSecond: random }),
        },
        ...classes.map((each) => ({
          start: 600,
          end: 900,
          pagesPerPosition: each.pages / 300,
          dataFraction: 1,
          writer: uniformWriter(each),
        })),
        { start: 900, end: 1000, dataFraction: 0 },
      ],
    });
  });
  const acts = fc.array(
    fc.record({
      seconds: fc.double({ min: 0, max: 0.3, noNaN: true }),
      count: fc.double({ min: 0, max: 1500, noNaN: true }),
    }),
    { maxLength: 12 },
  );

  test('waiting pages are between none and all, and what is sent is what no longer waits', () => {
    fc.assert(
      fc.property(someMemory, acts, (memory, steps) => {
        let guestTime = 0;
        for (const { seconds, count } of steps) {
          const before = memory.waiting();
          const sent = send(memory, count);
          expect(sent.data + sent.zero).toBeCloseTo(before - memory.waiting(), 6);
          guestTime += seconds;
          const written = memory.sync(guestTime);
          expect(memory.waiting()).toBeGreaterThanOrEqual(written - 1e-9);
          expectSound(memory);
        }
        const waiting = memory.waiting();
        const waitingData = memory.waitingData();
        const sent = send(memory, Infinity);
        expect(sent.data).toBeCloseTo(waitingData, 6);
        expect(sent.data + sent.zero).toBeCloseTo(waiting, 6);
        expect(memory.waiting()).toBe(0);
        expect(memory.waitingData()).toBe(0);
      }),
    );
  });

  test('waiting never falls by a sync, and a second sync at the same instant changes nothing', () => {
    fc.assert(
      fc.property(someMemory, acts, (memory, steps) => {
        let guestTime = 0;
        for (const { seconds, count } of steps) {
          send(memory, count);
          const before = memory.waiting();
          guestTime += seconds;
          memory.sync(guestTime);
          const after = memory.waiting();
          expect(after).toBeGreaterThanOrEqual(before - 1e-9);
          expect(memory.sync(guestTime)).toBe(0);
          expect(memory.waiting()).toBeCloseTo(after, 9);
        }
      }),
    );
  });

  function expectSound(memory: GuestMemory): void {
    expect(memory.waiting()).toBeGreaterThanOrEqual(0);
    expect(memory.waiting()).toBeLessThanOrEqual(memory.pages + 1e-9);
    expect(memory.waitingData()).toBeGreaterThanOrEqual(0);
    expect(memory.waitingData()).toBeLessThanOrEqual(memory.waiting() + 1e-9);
  }
});

describe('wrong input', () => {
  const make = (layer: Partial<LayerOptions>) => () =>
    createGuestMemory({ pages: 1000, layers: [{ ...idle, ...layer }] });

  test.each([
    [
      () => createGuestMemory({ pages: -1, layers: [] }),
      'createGuestMemory: pages is -1, should be finite and > 0',
    ],
    [
      () => createGuestMemory({ pages: 1000, layers: [idle], guestTime: NaN }),
      'createGuestMemory: guestTime is NaN, should be finite',
    ],
    [make({ end: 900 }), 'createGuestMemory: layers hold 0 pages a position in 900..1000, should hold 1'],
    [make({ end: 1100 }), 'createGuestMemory: layers reach from 0 to 1100, should lie within 0..1000'],
    [make({ end: 0 }), 'createGuestMemory: layers[0] spans 0..0, should end behind its start'],
    [make({ dataFraction: 1.5 }), 'createGuestMemory: layers[0].dataFraction is 1.5, should be 0..1'],
    [
      make({ pagesPerPosition: 0 }),
      'createGuestMemory: layers[0].pagesPerPosition is 0, should be > 0 and <= 1',
    ],
    [
      () => createGuestMemory({ pages: 1000, layers: [idle, { ...idle, start: 400 }] }),
      'createGuestMemory: layers hold 2 pages a position in 400..1000, should hold 1',
    ],
    [
      () => {
        createGuestMemory({ pages: 1000, layers: [idle] }).advance(1001);
      },
      'advance: span is 1001, should be 0..1000, the stretch at position 0',
    ],
    [
      () => {
        createGuestMemory({ pages: 1000, layers: [idle], guestTime: 5 }).sync(4);
      },
      'sync: guestTime is 4, should be >= 5, the time of the last sync',
    ],
    [
      () => {
        const writer = uniformWriter({ pages: 2000, visitsPerSecond: 1 });
        createGuestMemory({ pages: 1000, layers: [{ ...idle, writer }] }).sync(1);
      },
      'sync: the writer of the layer 0..1000 wrote page 2000, should be within its 1000 pages',
    ],
  ])('%# is a RangeError that names the field, its value and the rule', (act, message) => {
    expect(act).toThrow(new RangeError(message));
  });
});

describe('next to nothing', () => {
  test('counts as nothing: a density beside the smallest double leaves no page that waits for ever', () => {
    const writer = { touched: () => [{ from: 0, to: 4, density: 5e-324 }] };
    const memory = createGuestMemory({
      pages: 300,
      layers: [
        { start: 0, end: 300, pagesPerPosition: 4 / 300, dataFraction: 0.5, writer },
        { start: 0, end: 300, pagesPerPosition: 296 / 300, dataFraction: 0 },
      ],
    });
    memory.advance(300);
    memory.sync(1);
    expect(memory.waiting()).toBe(0);
  });
});

describe('the places of RAM', () => {
  test('are where the layers change, each with what its pages hold', () => {
    const writer = uniformWriter({ pages: 100, visitsPerSecond: 1 });
    const content = { changedBytes: 8 };
    const memory = createGuestMemory({
      pages: 300,
      layers: [
        { start: 0, end: 100, dataFraction: 1, writer, content },
        { start: 100, end: 300, dataFraction: 0 },
      ],
    });
    expect(memory.places).toMatchObject([
      { start: 0, end: 100, isWritten: true, content },
      { start: 100, end: 300, isWritten: false, content: {} },
    ]);
    expect(memory.place()).toBe(memory.places[0]);
    memory.advance(100);
    expect(memory.place()).toBe(memory.places[1]);
  });
});
