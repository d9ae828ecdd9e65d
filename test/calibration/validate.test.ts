import { beforeAll, describe, expect, it } from 'vitest';
import { ownRuns } from '../../calibration/measured-runs.js';
import type { MeasuredRun } from '../../calibration/qemu-1.2.1-run.js';
import { scenarioOf } from '../../calibration/qemu-1.2.1-scenario.js';
import { validate, type Validation } from '../../calibration/validate.js';
import { createInlineExecutor, runJob } from '../../studies/executor.js';
import { prepare } from '../../studies/prepare.js';

// The mechanism is held against migrations of the real QEMU 1.2.1; nothing is fitted on those compared here.
describe('predictions of the measured QEMU 1.2.1 runs', () => {
  let validation: Validation;

  beforeAll(async () => {
    validation = await validate(ownRuns(), 30, 1, createInlineExecutor());
  }, 300_000);

  it('meet every goal: verdicts, total time and outage of each class, sweeps beyond the first pass', () => {
    expect(validation.goals.filter(({ met }) => !met)).toEqual([]);
    expect(validation.goals).toHaveLength(12);
  });

  it('have the right verdict wherever luck does not decide', () => {
    const wrong = validation.runs.filter(({ isDecided, verdictIsRight }) => isDecided && !verdictIsRight);
    expect(wrong.map(({ run }) => run.id)).toEqual([]);
  });

  it('compare enough runs to mean something', () => {
    expect(validation.runs).toHaveLength(150);
    for (const cls of ['b', 'slow', 'out', 'tail']) {
      expect(validation.classes.find((one) => one.cls === cls)!.compared).toBeGreaterThanOrEqual(6);
    }
    expect(validation.extraSweepsInside.of).toBeGreaterThan(100);
  });
});

describe('the limit of rewritten memory', () => {
  const completed = (id: string, W: number): number => {
    const like = ownRuns().find((run) => run.id === id)!;
    const run: MeasuredRun = { ...like, config: { ...like.config, W, A: W + 64, limit_s: 40 } };
    const results = runJob({ ...prepare(scenarioOf(run)), first: 1, count: 20 });
    return results.filter(({ verdict }) => verdict === 'completed').length / results.length;
  };

  it('of the machine as it is lies between 200 and 256 MiB', () => {
    expect(completed('b-08-r0', 200)).toBeGreaterThanOrEqual(0.5);
    expect(completed('b-08-r0', 256)).toBeLessThan(0.5);
  });

  it('of the same machine with slower copying lies between 104 and 124 MiB', () => {
    expect(completed('slow-08-r0', 104)).toBeGreaterThanOrEqual(0.5);
    expect(completed('slow-08-r0', 124)).toBeLessThan(0.5);
  });
});
