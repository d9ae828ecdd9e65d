import { describe, expect, it } from 'vitest';
import { findStack } from '../../scenario/catalog.js';
import { explain } from '../../studies/explain.js';
import { prepare } from '../../studies/prepare.js';
import { runOnce } from '../../studies/run.js';

const stressed = { origin: 'test', path: 'vm.workload[0].size', value: '64 MiB' };
const prepared = prepare([stressed]);

describe('an explanation', () => {
  const story = explain(prepared, 3);

  it('tells the very run that a prediction counts', () => {
    const { scenario, parameters } = prepared;
    const run = runOnce(findStack(scenario.stack), scenario, parameters, 3);
    expect(story).toMatchObject({ replication: 3, verdict: run.verdict, totalSeconds: run.totalSeconds });
    expect(story.rounds).toHaveLength(run.syncs);
  });

  it('has rounds that follow one another, and stops at the one where what is left fits', () => {
    const { rounds } = story;
    for (const [index, round] of rounds.slice(1).entries()) {
      expect(round.start).toBeCloseTo(rounds[index]!.start + rounds[index]!.seconds, 9);
      expect(rounds[index]!.dirtyBytesAtEnd).toBeGreaterThan(rounds[index]!.thresholdBytes);
    }
    const last = rounds.at(-1)!;
    expect(last.dirtyBytesAtEnd).toBeLessThanOrEqual(last.thresholdBytes);
    expect(last.decision).toMatch(/^stop/u);
  });
});

describe('the curves of an explanation', () => {
  const flood = { origin: 'test', path: 'background.rate', value: '930 Mbit/s' };
  const { curves, bytesOnWire, rounds, totalSeconds } = explain(prepare([stressed, flood]), 3);
  const curve = (name: string) => curves.find((one) => one.name === name)!;

  it('have the link carry what was on the wire, and never more than its goodput', () => {
    const { times, values } = curve('link: migration');
    const carried = values.reduce(
      (sum, rate, i) => sum + rate * ((times[i + 1] ?? totalSeconds!) - times[i]!),
      0,
    );
    expect(carried / bytesOnWire).toBeCloseTo(1, 6);
    const background = curve('link: background');
    const at = (time: number) => background.values[background.times.findLastIndex((one) => one <= time)]!;
    // One of the two changes after the other at the same instant; the goodput differs from run to run.
    times.forEach((time, i) => expect(values[i]! + at(time)).toBeLessThan(1.05 * 116.25e6));
    expect(Math.max(...background.values)).toBeGreaterThan(1.5 * Math.min(...background.values));
  });

  it('have what remains fall to nothing, and rise at syncs to what the rounds say', () => {
    const { values } = curve('memory: remaining');
    // The first call begins at once.
    expect(values[0]! / 2 ** 34).toBeCloseTo(0.99, 1);
    expect(values.at(-1)).toBe(0);
    for (const { dirtyBytesAtEnd } of rounds) expect(values).toContain(dirtyBytesAtEnd);
  });

  it('have CPU time that only grows', () => {
    const { values, unit } = curve('CPU: migration');
    expect(unit).toBe('s');
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(values.at(-1)).toBeGreaterThan(1);
  });
});
