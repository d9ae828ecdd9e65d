import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Executor, Job } from '../../studies/executor.js';
import { readAxis } from '../../studies/threshold-axis.js';
import {
  findThreshold,
  thresholdTrial,
  thresholdWarnings,
  trialsNeeded,
  type Trial,
} from '../../studies/threshold.js';
import { completedRun, lostRun } from './fake-run.js';

const axis = { over: 'x', unit: '1', from: 0, to: 256, tolerance: 1, grid: 'whole numbers' as const };

const stepAt =
  (completes: (value: number) => boolean): Trial =>
  (values) =>
    Promise.resolve(
      values.map((value) => ({ value, completedFraction: completes(value) ? 1 : 0, replications: 1 })),
    );

describe('a threshold', () => {
  it('lies between a value that completes and one that fails', async () => {
    const { lastCompleting, firstFailing, curve } = await findThreshold(
      axis,
      stepAt((value) => value <= 100),
    );
    expect([lastCompleting, firstFailing]).toEqual([100, 101]);
    expect(curve.map(({ value }) => value)).toEqual(
      curve.map(({ value }) => value).toSorted((a, b) => a - b),
    );
    expect([curve[0]!.value, curve.at(-1)!.value]).toEqual([0, 256]);
  });

  it('is found where more is better, too', async () => {
    const { lastCompleting, firstFailing } = await findThreshold(
      axis,
      stepAt((value) => value >= 100),
    );
    expect([lastCompleting, firstFailing]).toEqual([100, 99]);
  });

  it('has no completing value where both ends fail, and no failing one where both complete', async () => {
    expect(
      await findThreshold(
        axis,
        stepAt(() => false),
      ),
    ).toMatchObject({ lastCompleting: null, firstFailing: 0 });
    expect(
      await findThreshold(
        axis,
        stepAt(() => true),
      ),
    ).toMatchObject({ lastCompleting: 256, firstFailing: null });
  });

  it('takes exactly one half for not completing, as a verdict does', async () => {
    const half: Trial = (values) =>
      Promise.resolve(
        values.map((value) => ({ value, completedFraction: value < 50 ? 0.51 : 0.5, replications: 100 })),
      );
    expect(await findThreshold(axis, half)).toMatchObject({ lastCompleting: 49, firstFailing: 50 });
  });

  it('is within the tolerance of any step, in no more trials than announced', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 1, max: 255, noNaN: true }),
        fc.double({ min: 0.01, max: 50, noNaN: true }),
        async (step, tolerance) => {
          const real = { ...axis, tolerance, grid: 'all' as const };
          const { lastCompleting, firstFailing, curve } = await findThreshold(
            real,
            stepAt((value) => value <= step),
          );
          expect(lastCompleting).toBeLessThanOrEqual(step);
          expect(firstFailing).toBeGreaterThan(step);
          expect(firstFailing! - lastCompleting!).toBeLessThanOrEqual(tolerance);
          expect(curve.length).toBeLessThanOrEqual(trialsNeeded(real));
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('a trial', () => {
  /** Says which replications complete, and remembers how many were run. */
  function executorOf(completes: (replication: number) => boolean): Executor & { count: number } {
    return {
      count: 0,
      run(jobs: readonly Job[], onProgress) {
        const results = jobs.map(({ first, count }) =>
          Array.from({ length: count }, (_, i) => (completes(first + i) ? completedRun : lostRun)),
        );
        this.count += results.flat().length;
        onProgress?.(results.flat().length);
        return Promise.resolve(results);
      },
      close: () => Promise.resolve(),
    };
  }
  const real = readAxis({ over: 'stress', from: '16 MiB', to: '256 MiB' }, []);

  it('ends as soon as the answer is certain', async () => {
    const all = executorOf(() => true);
    const points = await thresholdTrial(real, all)([2 ** 24]);
    expect(points).toEqual([{ value: 2 ** 24, completedFraction: 1, replications: 60 }]);
    expect(all.count).toBe(60);

    const none = executorOf(() => false);
    expect(await thresholdTrial(real, none)([2 ** 24])).toMatchObject([
      { completedFraction: 0, replications: 50 },
    ]);
  });

  it('goes on to the end where it stays open, and then one half does not complete', async () => {
    const points = await thresholdTrial(
      real,
      executorOf((replication) => replication % 2 === 0),
    )([2 ** 24]);
    expect(points).toMatchObject([{ completedFraction: 0.5, replications: 100 }]);
  });

  it('accounts for every replication, run or spared', async () => {
    let accounted = 0;
    const trial = thresholdTrial(
      real,
      executorOf((replication) => replication % 3 === 0),
      (count) => (accounted += count),
    );
    await trial([2 ** 24, 2 ** 25]);
    expect(accounted).toBe(200);
  });
});

describe('the axis', () => {
  const question = { over: 'vm.workload[0].size', from: '16 MiB', to: '256 MiB' };

  it('is a field or a flag, with values in SI', () => {
    const read = readAxis({ over: 'stress', from: '16 MiB', to: '256 MiB', tolerance: '1 MiB' }, []);
    expect(read).toMatchObject({
      over: question.over,
      unit: 'bytes',
      from: 2 ** 24,
      to: 2 ** 28,
      tolerance: 2 ** 20,
    });
    expect(read.at(100 * 2 ** 20).scenario.vm.workload[0]!.size).toBe(100 * 2 ** 20);
  });

  it('gives a flag its unit', () => {
    expect(readAxis({ over: 'net-load', from: '0', to: '930' }, []).to).toBe(930e6 / 8);
  });

  it('may be a constant, in the SI unit that stands with it', () => {
    const read = readAxis({ over: 'parameters.cpu.zeroPageSeconds', from: '1e-7', to: '1e-6' }, []);
    expect(read.unit).toBe('s/page');
    expect(read.at(5e-7).parameters.values.cpu.zeroPageSeconds).toBe(5e-7);
    const written = readAxis({ over: 'parameters.cpu.zeroPageSeconds', from: '0.1 us', to: '1 us' }, []);
    expect(written).toMatchObject({ unit: 's/page', dimension: 'seconds', from: 1e-7, to: 1e-6 });
  });

  it('refuses a constant that nobody has before its values', () => {
    const nobodys = { over: 'parameters.guest.stalSeconds', from: '1 ms', to: '1 s' };
    expect(() => readAxis(nobodys, [])).toThrow(
      '--over: parameters.guest.stalSeconds: no such constant; did you mean stallSeconds?',
    );
  });

  it('keeps to the numbers that a constant may have', async () => {
    const over = (constant: string, from: string, to: string) =>
      readAxis({ over: `parameters.${constant}`, from, to }, [
        { origin: 'test', path: 'stack', value: 'qemu-7.2' },
        { origin: 'test', path: 'migration.capabilities', value: ['multifd'] },
      ]);
    const channels = over('multifd.channels', '1', '16');
    expect(channels).toMatchObject({ grid: 'whole numbers', tolerance: 1 });
    const cache = over('xbzrle.cacheBytes', '16 MiB', '1 GiB');
    const { lastCompleting, firstFailing, curve } = await findThreshold(
      cache,
      stepAt((bytes) => bytes > 100 * 2 ** 20),
    );
    expect([lastCompleting, firstFailing]).toEqual([2 ** 27, 2 ** 26]);
    for (const { value } of curve)
      expect(cache.at(value).parameters.constants.xbzrle!.cacheBytes).toBe(value);
  });

  it('warns of what lies outside at either end, once, and of few replications', () => {
    const axis = (over: string, from: string, to: string, replications = 20) =>
      readAxis({ over, from, to }, [
        { origin: 'test', path: 'stack', value: 'qemu-7.2' },
        { origin: 'test', path: 'replications', value: replications },
      ]);
    expect(thresholdWarnings(axis('stress', '1 MiB', '2 MiB'))).toEqual([]);
    expect(thresholdWarnings(axis('stress', '1 MiB', '2 MiB', 10))).toEqual([
      'only 10 replications: what share of them completes is a guess',
    ]);
    expect(thresholdWarnings(axis('ram', '8 GiB', '32 GiB'))).toEqual([
      'vm.ram is 32 GiB: no guest above 16 GiB was measured',
    ]);
    const cache = readAxis({ over: 'parameters.xbzrle.cacheBytes', from: '1 MiB', to: '512 MiB' }, [
      { origin: 'test', path: 'stack', value: 'qemu-7.2' },
      { origin: 'test', path: 'migration.capabilities', value: ['xbzrle'] },
      { origin: 'test', path: 'vm.workload[0].size', value: '128 MiB' },
    ]);
    expect(thresholdWarnings(cache)).toEqual([]);
  });

  it('keeps to whole numbers where others mean nothing', () => {
    expect(readAxis({ over: 'vcpus', from: '1', to: '24' }, [])).toMatchObject({
      grid: 'whole numbers',
      tolerance: 1,
    });
  });

  it.each([
    [
      { ...question, from: '256 MiB', to: '16 MiB' },
      '--from is 256 MiB: must be less than --to, which is 16 MiB',
    ],
    [{ ...question, from: '16' }, '--from is 16: must have a unit, such as 16 GiB or 600 MB'],
    [{ ...question, tolerance: '0' }, '--tolerance is 0: must be greater than 0'],
    [{ over: 'max-bandwidth', from: '1 MB/s', to: 'unlimited' }, '--to is unlimited: must be finite'],
    [
      { ...question, over: 'kind' },
      '--over is migration.kind: must be a field of the scenario that holds a quantity, such as vm.workload[0].size',
    ],
    [{ ...question, over: 'seed', from: '1', to: '2' }, '--over is seed: must be a field of the scenario'],
    [{ ...question, over: 'strss' }, '--over is strss: no such field; did you mean stress?'],
    [{ ...question, to: '20 GiB' }, '--to: vm.workload[0].size is 20 GiB: stress > RAM'],
  ])('refuses %o', (wrong, message) => {
    expect(() => readAxis(wrong, [])).toThrow(message);
  });
});

describe('examples', () => {
  it('of readAxis', () => {
    expect(readAxis({ over: 'stress', from: '16 MiB', to: '256 MiB' }, []).tolerance).toBe(2516582.4);
  });
});
