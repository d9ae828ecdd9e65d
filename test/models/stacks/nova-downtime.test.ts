import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  completionTimeout,
  dataGib,
  exponentialSteps,
  linearSteps,
  python2,
  python3,
} from '../../../models/stacks/nova-downtime.js';

const defaults = { downtimeMilliseconds: 500, steps: 10, delaySecondsPerGib: 75 };
const every1200 = Array.from({ length: 11 }, (_, i) => 1200 * i);

describe("Nova's steps of the limit of downtime", () => {
  it('grow for 16 GiB from 46 to 500 ms, as nova/virt/libvirt/driver.py of 12.0.0 has them', () => {
    const steps = exponentialSteps(16, defaults);
    expect(steps.map(({ limitMilliseconds }) => limitMilliseconds)).toEqual([
      46, 47, 48, 51, 57, 66, 84, 117, 179, 291, 500,
    ]);
    expect(steps.map(({ atSeconds }) => atSeconds)).toEqual(every1200);
  });

  it('rise evenly from 50 to 500 ms, as nova/virt/libvirt/migration.py of 15.0.0 and later has them', () => {
    const steps = linearSteps(16, defaults);
    expect(steps.map(({ limitMilliseconds }) => limitMilliseconds)).toEqual([
      50, 95, 140, 185, 230, 275, 320, 365, 410, 455, 500,
    ]);
    expect(steps.map(({ atSeconds }) => atSeconds)).toEqual(every1200);
  });

  it("are those of the docstrings' example of 3 GiB, 400 ms and 30 s", () => {
    const options = { downtimeMilliseconds: 400, steps: 10, delaySecondsPerGib: 30 };
    const limits = (steps: { limitMilliseconds: number }[]) =>
      steps.map(({ limitMilliseconds }) => limitMilliseconds);
    expect(limits(exponentialSteps(3, options))).toEqual([37, 38, 39, 42, 46, 55, 70, 98, 148, 238, 400]);
    expect(limits(linearSteps(3, options))).toEqual([40, 76, 112, 148, 184, 220, 256, 292, 328, 364, 400]);
    expect(linearSteps(3, options)[1]!.atSeconds).toBe(90);
  });

  it('are of whole milliseconds all the way where Nova runs with Python 2', () => {
    const options = { downtimeMilliseconds: 500, steps: 3, delaySecondsPerGib: 75 };
    const limits = [python3, python2].map((divide) =>
      linearSteps(16, options, divide).map(({ limitMilliseconds }) => limitMilliseconds),
    );
    expect(limits).toEqual([
      [166, 277, 388, 500],
      [166, 277, 388, 499],
    ]);
  });

  it('never fall and end at the limit, one more than there are steps', () => {
    const options = fc.record({
      downtimeMilliseconds: fc.integer({ min: 100, max: 100_000 }),
      steps: fc.integer({ min: 3, max: 50 }),
      delaySecondsPerGib: fc.integer({ min: 3, max: 1000 }),
    });
    fc.assert(
      fc.property(options, fc.double({ min: 2, max: 1024, noNaN: true }), (of, gib) => {
        const steps = exponentialSteps(gib, of);
        expect(steps).toHaveLength(of.steps + 1);
        expect(steps.at(-1)!.limitMilliseconds).toBe(of.downtimeMilliseconds);
        for (const [i, { limitMilliseconds }] of steps.slice(1).entries()) {
          expect(limitMilliseconds).toBeGreaterThanOrEqual(steps[i]!.limitMilliseconds);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('the size of a migration to Nova', () => {
  it('is RAM and disks, each at least 2 GiB', () => {
    const gib = 2 ** 30;
    expect(dataGib(16 * gib, [], python3)).toBe(16);
    expect(dataGib(0.5 * gib, [], python3)).toBe(2);
    expect(dataGib(4 * gib, [gib, 20 * gib], python3)).toBe(26);
  });

  it('is of whole GiB where Nova runs with Python 2', () => {
    const gib = 2 ** 30;
    expect(dataGib(3.5 * gib, [gib], python3)).toBe(5.5);
    expect(dataGib(3.5 * gib, [gib], python2)).toBe(5);
    expect(dataGib(2.9 * gib, [7.9 * gib], python2)).toBe(9);
  });

  it('gives 16 GiB 12,800 s, and cuts off what is no whole second', () => {
    expect(completionTimeout(16, 800)).toBe(12_800);
    expect(completionTimeout(2.001, 800)).toBe(1600);
    expect(completionTimeout(16, 0)).toBe(0);
  });
});
