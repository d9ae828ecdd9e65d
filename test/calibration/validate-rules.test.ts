import { describe, expect, it } from 'vitest';
import { readRun, type MeasuredRun } from '../../calibration/qemu-1.2.1-run.js';
import { validate, type Validation } from '../../calibration/validate.js';
import type { Executor } from '../../studies/executor.js';
import type { RunResult } from '../../studies/run.js';
import { completedRun, lostRun } from '../studies/fake-run.js';

/** The limit of the base machine: 30 ms of 7.0357 GB/s. */
const limitMiB = (0.03 * 7.0357e9) / 2 ** 20;

interface Case {
  cls?: string;
  /** Hot set as a share of the limit. */
  load?: number;
  measured?: Partial<Omit<MeasuredRun, 'config'>>;
  predicted: RunResult[];
}

/** What `validate` makes of runs whose predictions are given. */
function compare(cases: readonly Case[]): Promise<Validation> {
  const runs = cases.map(({ cls = 'b', load = 0.5, measured }, i) => {
    const config = { ram: 1024, A: 400, W: load * limitMiB, link: '974mbit', live: true, limit_s: 30 };
    const run = {
      id: `run ${i}`,
      cls,
      outcome: 'completed',
      totalS: 2,
      stopToResumeS: 1,
      burst: {},
      config: { ...config, downtime: null, load: null, env: null },
    };
    return { ...readRun(run, 'test'), ...measured };
  });
  const executor: Executor = {
    run: () => Promise.resolve(cases.map(({ predicted }) => predicted)),
    close: () => Promise.resolve(),
  };
  return validate(runs, 3, 1, executor);
}

const predicted = (totalSeconds: number, downtimeSeconds = 1): RunResult => ({
  ...completedRun,
  totalSeconds,
  downtimeSeconds,
});
const lost = { outcome: 'non_converging', totalS: null, stopToResumeS: null } as const;
const goal = ({ goals }: Validation, id: string) => goals.find((one) => one.id === id);

describe('one run beside its prediction', () => {
  it('has the signed errors of the medians: of the total time, of the outage, and that in seconds', async () => {
    const { runs } = await compare([
      { predicted: [predicted(2.2, 0.9), predicted(9, 9), predicted(2.1, 0.8)] },
    ]);
    expect(runs[0]!.totalError).toBeCloseTo(0.1, 12);
    expect(runs[0]!.outageError).toBeCloseTo(-0.1, 12);
    expect(runs[0]!.outageErrorSeconds).toBeCloseTo(-0.1, 12);
  });

  it('has a verdict by the majority of the replications, and ties complete', async () => {
    const half = [predicted(2), lostRun];
    const { runs } = await compare([
      { predicted: half },
      { predicted: [lostRun, lostRun, predicted(2)] },
      { predicted: [lostRun], measured: lost },
      { predicted: half, measured: lost },
    ]);
    expect(runs.map(({ verdictIsRight }) => verdictIsRight)).toEqual([true, false, true, false]);
  });

  it('has no errors where one of the two did not complete, and none of an outage that nobody saw', async () => {
    const { runs } = await compare([
      { predicted: [lostRun] },
      { predicted: [predicted(2)], measured: lost },
      { predicted: [predicted(2)], measured: { stopToResumeS: null } },
    ]);
    expect(runs.map(({ totalError }) => totalError)).toEqual([null, null, 0]);
    expect(runs.map(({ outageError }) => outageError)).toEqual([null, null, null]);
  });

  it('is decided outside 0.95 to 1.2 of the limit', async () => {
    const { runs } = await compare([0.9, 0.96, 1.19, 1.3].map((load) => ({ load, predicted: [lostRun] })));
    expect(runs.map(({ isDecided }) => isDecided)).toEqual([true, false, false, true]);
    expect(runs[1]!.load).toBeCloseTo(0.96, 9);
  });

  it('has its sweeps in hot sets, held by p5 to p95 or not', async () => {
    const pages = 0.5 * limitMiB * 256;
    const results = Array.from({ length: 21 }, (_, i) => ({
      ...predicted(2),
      dataPagesAfterFirstPass: (pages * i) / 20,
    }));
    const sweeps = (measured: number | null) => ({
      predicted: results,
      measured: { burst: { extra_sweeps: measured } },
    });
    const { runs, extraSweepsInside } = await compare([
      sweeps(0.5),
      sweeps(0.001),
      sweeps(0.999),
      sweeps(null),
    ]);
    expect(runs[0]!.extraSweeps).toEqual({
      p5: expect.closeTo(0.005, 9) as number,
      p50: expect.closeTo(0.5, 9) as number,
      p95: expect.closeTo(0.995, 9) as number,
      holdsMeasured: true,
    });
    expect(runs.slice(1).map(({ extraSweeps }) => extraSweeps?.holdsMeasured)).toEqual([
      false,
      false,
      undefined,
    ]);
    expect(extraSweepsInside).toEqual({ inside: 1, of: 3 });
  });
});

it('a prediction of sweeps counts only the replications that got beyond the first pass, as the measured ones', async () => {
  const pages = 0.5 * limitMiB * 256;
  const at = (dataPagesAfterFirstPass: number | null) => ({ ...predicted(2), dataPagesAfterFirstPass });
  const measured = { burst: { extra_sweeps: 0.5 } };
  const { runs } = await compare([
    { predicted: [at(null), at(0.5 * pages), at(null)], measured },
    { predicted: [at(null)], measured },
  ]);
  expect(runs.map(({ extraSweeps }) => extraSweeps?.p50)).toEqual([0.5, 0]);
  // Where all are predicted to stop before, the measured sweeps are missed, not passed over.
  expect(runs.map(({ extraSweeps }) => extraSweeps?.holdsMeasured)).toEqual([true, false]);
});

describe('a class of runs', () => {
  it('counts its decided runs and compares the medians of absolute errors below 0.9 of the limit', async () => {
    const { classes } = await compare([
      { predicted: [predicted(2.02)] },
      { predicted: [predicted(1.8)] },
      { predicted: [predicted(2.06)] },
      { load: 0.92, predicted: [predicted(9)] },
      { load: 1.1, predicted: [predicted(9)] },
      { cls: 'slow', predicted: [predicted(2)] },
    ]);
    expect(classes.map(({ cls }) => cls)).toEqual(['b', 'slow']);
    expect(classes[0]).toMatchObject({ runs: 5, decided: 4, right: 4, compared: 3 });
    expect(classes[0]!.totalError).toBeCloseTo(0.03, 12);
  });
});

describe('the goals', () => {
  it('are all met by perfect predictions', async () => {
    const { goals } = await compare([{ predicted: [predicted(2)] }, { cls: 'd', predicted: [predicted(2)] }]);
    expect(goals.map(({ id, met }) => [id, met])).toEqual([
      ['verdicts', true],
      ['total-b', true],
      ['outage-b', true],
      ['total-d', true],
      ['outage-d', true],
    ]);
  });

  it('are missed by one wrong verdict', async () => {
    const right = { predicted: [predicted(2)] };
    const validation = await compare([right, right, { predicted: [lostRun] }]);
    expect(goal(validation, 'verdicts')).toMatchObject({ met: false, value: '2 of 3' });
  });

  it('are 8 % of the total time, and 15 % or 50 ms of the outage', async () => {
    const of = async (total: number, outage: number, measured = 1) =>
      compare([{ predicted: [predicted(total, outage)], measured: { stopToResumeS: measured } }]);
    expect(goal(await of(2.15, 1), 'total-b')!.met).toBe(true);
    expect(goal(await of(2.17, 1), 'total-b')).toMatchObject({ met: false, value: '8.5 %' });
    expect(goal(await of(2, 1.14), 'outage-b')!.met).toBe(true);
    expect(goal(await of(2, 1.16), 'outage-b')).toMatchObject({ met: false, value: '16 %, 160 ms' });
    expect(goal(await of(2, 0.14, 0.1), 'outage-b')!.met).toBe(true);
  });

  it('are set for the classes of plain runs alone', async () => {
    const { goals } = await compare([{ cls: 'causal', predicted: [predicted(9)] }]);
    expect(goals.map(({ id }) => id)).toEqual(['verdicts']);
  });
});
