import { expect, test } from 'vitest';

import { createGuestMemory } from '../../../models/memory/guest-memory.js';
import { monotoneCurve } from '../../../models/memory/monotone-curve.js';
import {
  intermittentWriter,
  measuredWriter,
  sequentialWriter,
  uniformWriter,
  uniqueDirty,
  zipfClasses,
} from '../../../models/memory/writer.js';

test('the examples of the docstrings give the values that stand there', () => {
  expect(sequentialWriter({ pages: 1000, visitsPerSecond: 4000 }).touched(0.125, 0.3125)).toEqual([
    { from: 0, to: 250, density: 1 },
    { from: 500, to: 1000, density: 1 },
  ]);

  const fromThree = intermittentWriter(sequentialWriter({ pages: 1000, visitsPerSecond: 100 }), (t) =>
    Math.max(0, t - 3),
  );
  expect(fromThree.touched(0, 3)).toEqual([]);
  expect(fromThree.touched(0, 5)).toEqual([{ from: 0, to: 200, density: 1 }]);

  const half = uniformWriter({ pages: 1000, visitsPerSecond: 1000 }).touched(0, Math.LN2);
  expect(half).toEqual([{ from: 0, to: 1000, density: 0.5 }]);

  const points = [
    [1, 400],
    [2, 600],
  ] as const;
  expect(uniqueDirty(measuredWriter({ pages: 1000, points }), 2)).toBe(600);

  expect(uniqueDirty(sequentialWriter({ pages: 1000, visitsPerSecond: 5000 }), 0.1)).toBe(500);

  expect(
    monotoneCurve([
      [0, 0],
      [1, 1],
      [2, 2],
    ])(0.5),
  ).toBe(0.5);

  expect(zipfClasses({ pages: 2, visitsPerSecond: 30, exponent: 1 })).toEqual([
    { pages: 1, visitsPerSecond: 20 },
    { pages: 1, visitsPerSecond: 10 },
  ]);

  const memory = createGuestMemory({
    pages: 1000,
    layers: [
      {
        start: 0,
        end: 600,
        dataFraction: 1,
        writer: sequentialWriter({ pages: 600, visitsPerSecond: 100 }),
      },
      { start: 600, end: 1000, dataFraction: 0 },
    ],
  });
  expect(memory.stretch()).toEqual({ span: 600, data: 1, zero: 0 });
  memory.advance(600);
  expect(memory.sync(2)).toBe(200);
  expect(memory.waiting()).toBe(600);
  expect(memory.waitingData()).toBe(200);
});
