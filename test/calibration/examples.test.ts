import { expect, it } from 'vitest';
import { ownQemu72Runs, ownRuns, parseRuns } from '../../calibration/measured-runs.js';
import {
  asMeasured,
  compareRepeats,
  isFarFromThreshold,
  loadOf,
  measuredOf,
  median,
  possibleOf,
  predictedOf,
} from '../../calibration/qemu-7.2-compare.js';
import { goalsOf, summarizeClass } from '../../calibration/qemu-7.2-goals.js';
import { readQemu72Run } from '../../calibration/qemu-7.2-run.js';
import { qemu72Scenario } from '../../calibration/qemu-7.2-scenario.js';
import { validateQemu72 } from '../../calibration/qemu-7.2-validate.js';
import { predictCells } from '../../calibration/predict-cells.js';
import {
  burstCondition,
  limitOfCondition,
  quantilesOfCondition,
  runsOfCondition,
} from '../../calibration/qemu-1.2.1-conditions.js';
import { linkMbits, readRun } from '../../calibration/qemu-1.2.1-run.js';
import { scenarioOf } from '../../calibration/qemu-1.2.1-scenario.js';
import { reproduce, scoreOf } from '../../calibration/reproduce.js';
import { studyStatements } from '../../calibration/statements.js';
import { studyCells } from '../../calibration/study.js';
import { boundOfNext } from '../../calibration/bound-of-next.js';
import { validate } from '../../calibration/validate.js';
import { findProfile } from '../../scenario/catalog.js';
import { createInlineExecutor } from '../../studies/executor.js';
import { summarize } from '../../studies/summary.js';

const profile = findProfile('icclab-2014');
const first = studyCells(profile)[0]!;

it('the examples of measured runs give the values that stand there', async () => {
  const [run, idle] = ownRuns();
  expect(ownRuns()).toHaveLength(150);
  expect(parseRuns(JSON.stringify(run), 'runs.jsonl').qemu121[0]!.id).toBe('dist-00-r0');
  expect(boundOfNext([1, 2, 3, 4], 0.2)).toBe(1);
  expect(ownQemu72Runs()).toHaveLength(279);
  const one = ownQemu72Runs().filter(({ id }) => id === 'a-13-r0');
  expect(qemu72Scenario(one[0]!)[0]).toEqual({ origin: 'run a-13-r0', path: 'stack', value: 'qemu-7.2' });
  expect((await validateQemu72(one, 5, 1, createInlineExecutor())).classes[0]!.right).toBe(1);
  expect(() => readQemu72Run({ id: 'b-00-r0', cls: 'b', outcome: 'lost' }, 'runs.jsonl:1')).toThrow(
    'runs.jsonl:1: outcome is lost: must be one of completed, cancelled',
  );
  expect(() => readRun({ id: 'b-00-r0' }, 'runs.jsonl:1')).toThrow('runs.jsonl:1: cls is missing');
  expect(burstCondition(run!)).toBe('base');
  expect(limitOfCondition(run!)).toBeCloseTo(211_071_000, 3);
  expect(quantilesOfCondition(run!).find(([percent]) => percent === 50)).toEqual([50, 5.858e9]);
  expect(runsOfCondition(run!).spread).toBe(0.045);
  expect(linkMbits('1.5gbit')).toBe(1500);
  expect(scenarioOf(run!)[0]).toEqual({ origin: 'run dist-00-r0', path: 'stack', value: 'qemu-1.2.1' });
  expect((await validate([idle!], 5, 1, createInlineExecutor())).goals[0]!.value).toBe('1 of 1');
});

it('the examples of comparisons give the values that stand there', async () => {
  const one = ownQemu72Runs().find(({ id }) => id === 'b-20-r1')!;
  expect(measuredOf(one).totalSeconds).toBe(12.48);
  expect(possibleOf([])).toMatchObject({ mayEnd: false, mayNotEnd: true });
  const idle = ownQemu72Runs().filter(({ id }) => id === 'a-13-r0');
  const { configurations } = await validateQemu72(idle, 1, 1, createInlineExecutor());
  const { repeats: ran } = configurations[0]!;
  const [result] = ran[0]!.results;
  expect(asMeasured(result!).bytes).toBe(result!.bytesOnWire - result!.diskBytes);
  expect(predictedOf(ran).bytes).toBe(asMeasured(result!).bytes);

  expect(loadOf(ownQemu72Runs().filter(({ id }) => id.startsWith('b-20-')))).toBeCloseTo(1.201, 3);
  expect([0, 0.79, 0.8, 1.2, 1.21].map(isFarFromThreshold)).toEqual([true, true, false, false, true]);
  expect(median([3, null, 1])).toBe(2);
  const run = { completed: true, outageSeconds: null, bytes: null, syncs: null };
  const any = { mayEnd: true, mayNotEnd: true, earliest: 0, latest: 99 };
  const predicted = { ...run, completedFraction: 1, totalSeconds: 7.5, repeats: [any, any] };
  const repeats = [5, 10].map((totalSeconds) => ({ ...run, totalSeconds }));
  expect(compareRepeats(predicted, repeats)).toMatchObject({ totalError: 0, repeatErrors: [0.5, 1] });
  expect(summarizeClass('a', [])).toMatchObject({ far: 0, totalError: null });
  expect(goalsOf([], []).map(({ value }) => value)).toEqual(['0 of 0', '0 of 0']);
});

it('the examples of the study give the values that stand there', async () => {
  const executor = createInlineExecutor();
  expect((await predictCells([first], profile, 3, executor))[0]!.completedFraction).toBe(1);
  const { cells } = await reproduce(1, 1, executor);
  expect(cells).toHaveLength(54);
  expect(studyStatements(cells)[0]!.measured).toBe(24);
  const cell = { ...first, completedFraction: 1, results: [] };
  expect(scoreOf([{ ...cell, predicted: summarize([16.5]) }]).worstCellPercent).toBeCloseTo(10, 9);
});
