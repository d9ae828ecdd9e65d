import { describe, expect, it } from 'vitest';
import { findStack } from '../../scenario/catalog.js';
import { explain } from '../../studies/explain.js';
import { prepare } from '../../studies/prepare.js';
import { runOnce } from '../../studies/run.js';

const prepared = prepare([{ origin: 'test', path: 'vm.workload[0].size', value: '64 MiB' }]);

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
