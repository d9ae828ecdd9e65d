import { describe, expect, it } from 'vitest';
import { createBursts, quantileAt, type BurstParameters } from '../../models/burst.js';
import { normalCdf } from '../../sim/normal.js';
import { createRandom } from '../../sim/random.js';

/** Speeds whose logarithm is normal with standard deviation 0.1 about ln(1): ln(speed) / 0.1 is the normal score. */
const sigma = 0.1;
const lognormal: BurstParameters = {
  quantiles: Array.from({ length: 161 }, (_, i) => {
    const score = (i - 80) / 20;
    return [100 * normalCdf(score), Math.exp(sigma * score)] as const;
  }),
  correlation: 0,
  runSpread: 0,
  networkSlowdown: 0,
  cold: { secondsPerByte: 0, shift: 0, recovery: 0.2 },
};

/** The first `calls` speeds of each of so many runs; `cold`: each call finds the socket empty. */
function speeds(
  parameters: BurstParameters,
  runs: number,
  calls: number,
  cold = false,
  slowdown = 1,
): number[][] {
  return Array.from({ length: runs }, (_, run) => {
    const bursts = createBursts(parameters, createRandom(`bursts/${run}`), () => slowdown);
    return Array.from({ length: calls }, (_, call) => bursts.next(cold || call === 0));
  });
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]): number =>
  Math.sqrt(mean(values.map((value) => value * value)) - mean(values) ** 2);
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const scores = (run: readonly number[]): number[] => run.map((speed) => Math.log(speed) / sigma);

/** Correlation of one call's normal score with the next, over the pairs within runs. */
function lagOne(runs: readonly (readonly number[])[]): number {
  const pairs = runs.flatMap((run) =>
    scores(run)
      .map((score, i, all) => [score, all[i + 1]] as const)
      .slice(0, -1),
  );
  const [a, b] = [pairs.map(([first]) => first), pairs.map(([, second]) => second!)];
  return (mean(a.map((first, i) => first * b[i]!)) - mean(a) * mean(b)) / (deviation(a) * deviation(b));
}

describe('a quantile function', () => {
  const points = [
    [10, 2],
    [50, 4],
    [100, 5],
  ] as const;

  it('is linear between its points', () => {
    expect(quantileAt(points, 0.3)).toBe(3);
    expect(quantileAt(points, 0.5)).toBe(4);
    expect(quantileAt(points, 0.75)).toBe(4.5);
  });

  it('is flat outside', () => {
    expect(quantileAt(points, 0)).toBe(2);
    expect(quantileAt(points.slice(0, 2), 0.99)).toBe(4);
  });
});

describe('bursts', () => {
  it.each([
    [0, 0],
    [0.3, 0.045],
    [0.3, 0.1],
  ])(
    'have the distribution asked for over many runs: correlation %d, spread of runs %d',
    (correlation, runSpread) => {
      const fourth = speeds({ ...lognormal, correlation, runSpread }, 4000, 4).map((run) => run[3]!);
      for (const percent of [5, 25, 50, 75, 95]) {
        const below = fourth.filter((speed) => speed <= quantileAt(lognormal.quantiles, percent / 100));
        // Four standard errors of a share of 4,000.
        const error = 4 * Math.sqrt(((percent / 100) * (1 - percent / 100)) / 4000);
        expect(Math.abs(below.length / 4000 - percent / 100)).toBeLessThan(error);
      }
    },
  );

  it.each([0, 0.3, 0.8])('follow each other with the correlation %d', (correlation) => {
    expect(lagOne(speeds({ ...lognormal, correlation }, 30, 400))).toBeCloseTo(correlation, 1);
  });

  it('differ from run to run as much as asked, and within a run by the rest', () => {
    const runs = speeds({ ...lognormal, runSpread: 0.06 }, 400, 100);
    expect(deviation(runs.map((run) => mean(run.map(Math.log))))).toBeCloseTo(Math.hypot(0.06, 0.08 / 10), 2);
    expect(mean(runs.map((run) => deviation(run.map(Math.log))))).toBeCloseTo(0.08, 2);
  });

  it('are alike within a run when the runs make up all of the spread', () => {
    for (const run of speeds({ ...lognormal, runSpread: 5 }, 20, 10)) {
      expect(Math.max(...run)).toBeCloseTo(Math.min(...run), 12);
    }
  });

  it('know the median of their run', () => {
    const bursts = createBursts({ ...lognormal, runSpread: 0.09 }, createRandom('median'));
    const run = Array.from({ length: 4001 }, () => bursts.next(false));
    expect(median(run) / bursts.median).toBeCloseTo(1, 2);
  });

  it('are lower by the shift of their score while the socket was idle', () => {
    const cold = { secondsPerByte: 0, shift: 1.5, recovery: 0.2 };
    const first = speeds({ ...lognormal, correlation: 0.3, cold }, 4000, 1);
    expect(median(first.map((run) => run[0]!))).toBeCloseTo(Math.exp(-1.5 * sigma), 2);
    const always = speeds({ ...lognormal, cold }, 1, 4001, true)[0]!;
    expect(median(always)).toBeCloseTo(Math.exp(-1.5 * sigma), 2);
  });

  it('take longer for each byte while the socket was idle, whatever their speed is, and recover', () => {
    const cold = { secondsPerByte: 0.25, shift: 0, recovery: 0.5 };
    const warm = speeds({ ...lognormal, runSpread: 0.05 }, 50, 4);
    speeds({ ...lognormal, runSpread: 0.05, cold }, 50, 4).forEach((run, i) => {
      [0.25, 0.125, 0.0625].forEach((extra, call) => {
        expect(1 / run[call]!).toBeCloseTo(1 / warm[i]![call]! + extra, 12);
      });
    });
  });

  it('recover call by call: what is left of the shift shrinks by a share each time', () => {
    const cold = { secondsPerByte: 0, shift: 2, recovery: 0.5 };
    const runs = speeds({ ...lognormal, cold }, 8000, 5);
    [2, 1, 0.5, 0.25, 0.125].forEach((shift, call) => {
      expect(median(runs.map((run) => run[call]!))).toBeCloseTo(Math.exp(-shift * sigma), 2);
    });
  });

  it('are all slower by a slow-down, and so are their median and their limit', () => {
    const parameters = { ...lognormal, correlation: 0.3, runSpread: 0.05 };
    const [fast, slow] = [speeds(parameters, 5, 20), speeds(parameters, 5, 20, false, 1.25)];
    slow.forEach((run, i) => {
      run.forEach((speed, j) => expect(speed).toBeCloseTo(fast[i]![j]! / 1.25, 12));
    });
    const one = createBursts(parameters, createRandom('one'), () => 1.25);
    const other = createBursts(parameters, createRandom('one'));
    expect(one.median).toBeCloseTo(other.median / 1.25, 12);
    expect(one.max).toBeCloseTo(other.max / 1.25, 12);
  });

  it('are never faster than the limit of their run', () => {
    const quantiles = [
      [0, 1],
      [50, 2],
      [100, 3],
    ] as const;
    const run = (seed: string, runSpread: number) => {
      const bursts = createBursts({ ...lognormal, quantiles, runSpread }, createRandom(seed));
      return { max: bursts.max, fastest: Math.max(...Array.from({ length: 500 }, () => bursts.next(false))) };
    };
    expect(run('max', 0).max).toBe(3);
    for (const seed of ['a', 'b', 'c', 'd']) {
      const { max, fastest } = run(seed, 0.1);
      expect(fastest).toBeLessThanOrEqual(max);
      expect(fastest).toBeGreaterThan(0.97 * max);
    }
  });

  it('drift from run to run in all their quantiles alike', () => {
    const level = (percent: number) =>
      speeds({ ...lognormal, runSpread: 0.09 }, 300, 400).map((run) => {
        const sorted = run.toSorted((a, b) => a - b);
        return Math.log(sorted[Math.floor((percent / 100) * sorted.length)]!);
      });
    expect(deviation(level(50))).toBeCloseTo(0.09, 1);
    expect(deviation(level(95))).toBeCloseTo(0.09, 1);
  });

  it('are constant where the quantiles are, whatever else is asked', () => {
    const constant = {
      ...lognormal,
      quantiles: [
        [0, 7],
        [100, 7],
      ] as const,
      correlation: 0.5,
      runSpread: 0.05,
    };
    expect(
      new Set(speeds({ ...constant, cold: { secondsPerByte: 0, shift: 2, recovery: 0.1 } }, 10, 10).flat()),
    ).toEqual(new Set([7]));
  });
});

describe('examples', () => {
  it('give the values that stand in the docstrings', () => {
    expect(
      quantileAt(
        [
          [0, 1],
          [50, 3],
          [100, 4],
        ],
        0.25,
      ),
    ).toBe(2);
  });
});
