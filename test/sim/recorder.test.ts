import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRecorder } from '../../sim/recorder.js';
import { createSimulation } from '../../sim/simulation.js';
import { createStepFunction, type StepFunction } from '../../sim/step-function.js';

/** The function that takes these values at these times. */
function stepsOf(points: readonly (readonly [number, number])[]): StepFunction {
  let now = 0;
  const steps = createStepFunction(() => now);
  for (const [time, value] of points) {
    now = time;
    steps.set(value);
  }
  return steps;
}

describe('a step function', () => {
  it('holds each value from its time on, and 0 before the first', () => {
    const steps = stepsOf([
      [1, 5],
      [3, 2],
    ]);
    expect([0, 0.99, 1, 2.9, 3, 100].map((time) => steps.at(time))).toEqual([0, 0, 5, 5, 2, 2]);
  });

  it('does not store an equal value twice', () => {
    const steps = stepsOf([
      [1, 5],
      [2, 5],
      [3, 4],
    ]);
    expect([steps.times, steps.values]).toEqual([
      [1, 3],
      [5, 4],
    ]);
  });

  it('keeps the last value of an instant, and no step if that is the old value', () => {
    const overwritten = stepsOf([
      [1, 5],
      [2, 6],
      [2, 7],
    ]);
    expect([overwritten.times, overwritten.values]).toEqual([
      [1, 2],
      [5, 7],
    ]);
    const restored = stepsOf([
      [1, 5],
      [2, 6],
      [2, 5],
    ]);
    expect([restored.times, restored.values]).toEqual([[1], [5]]);
  });

  it('integrates and averages', () => {
    const steps = stepsOf([
      [1, 5],
      [3, 2],
    ]);
    expect(steps.integral(0, 5)).toBe(14);
    expect(steps.integral(2, 2.5)).toBe(2.5);
    expect(steps.integral(5, 0)).toBe(-14);
    expect(steps.integral(-3, 0)).toBe(0);
    expect(steps.mean(0, 4)).toBe(3);
    expect(steps.mean(2, 2)).toBe(5);
    expect(stepsOf([]).integral(0, 9)).toBe(0);
  });

  it('has additive integrals', () => {
    const time = fc.integer({ min: 0, max: 50 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(time, fc.integer({ min: -5, max: 5 }))),
        time,
        time,
        time,
        (points, a, b, c) => {
          const steps = stepsOf(points.sort((one, other) => one[0] - other[0]));
          expect(steps.integral(a, b) + steps.integral(b, c)).toBe(steps.integral(a, c));
          let sum = 0;
          for (let t = Math.min(a, c); t < Math.max(a, c); t++) sum += steps.at(t);
          expect(Math.abs(steps.integral(a, c))).toBe(Math.abs(sum));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('refuses what is not a number', () => {
    expect(() => stepsOf([[2, NaN]])).toThrow(new RangeError('value = NaN: must be a number (time 2)'));
  });

  it('does what its example says', () => {
    let now = 0;
    const busy = createStepFunction(() => now);
    busy.set(1);
    now = 4;
    busy.set(3);
    expect(busy.at(3.9)).toBe(1);
    expect(busy.integral(2, 5)).toBe(5);
    expect(busy.mean(3, 5)).toBe(2);
  });
});

describe('a recorder', () => {
  it('keeps series by name, as its example says', () => {
    const sim = createSimulation();
    const recorder = createRecorder(sim);
    recorder.series('queue').set(2);
    sim.at(3, () => {
      recorder.series('queue').set(0);
    });
    expect(sim.run(10)).toBe('idle');
    expect(recorder.series('queue').mean(0, 4)).toBe(1.5);
    expect(recorder.names).toEqual(['queue']);
    recorder.series('a');
    expect(recorder.names).toEqual(['queue', 'a']);
  });
});
