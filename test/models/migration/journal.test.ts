import { describe, expect, it } from 'vitest';
import { createJournal } from '../../../models/migration/journal.js';
import { tiny, wirePage } from './tiny.js';

const hot = (hotPages: number, seed = 1) => tiny({ hotPages, restingPages: 700, limitPages: 100.5, seed });

describe('a journal', () => {
  it('keeps rounds only for those who ask', () => {
    expect(createJournal(true).rounds).toEqual([]);
    expect(createJournal(false)).not.toHaveProperty('rounds');
  });

  it('has rounds that follow each other without a gap', () => {
    const world = hot(150);
    world.migrate('lm', 5);
    const rounds = world.journal.rounds!;
    expect(rounds.length).toBeGreaterThan(10);
    expect(rounds[0]!.start).toBe(0);
    rounds.slice(1).forEach(({ start }, i) => {
      expect(start).toBeCloseTo(rounds[i]!.start + rounds[i]!.seconds, 9);
    });
  });

  it('accounts for every byte: the rounds and what went after the stop are what was on the wire', () => {
    const world = hot(95);
    world.start();
    while (world.journal.stoppedAt === null) world.runTo(world.sim.now + 1e-3);
    const sent = world.journal.rounds!.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
    // Nothing else can have gone by the stop but the millisecond between two looks.
    expect(Math.abs(world.stream.carried() - sent)).toBeLessThan(1.01 * wirePage);
    world.runTo(10);
    const { leftAtStopBytes } = world.journal;
    const pages = world.journal.dataPagesSent;
    expect(world.stream.carried()).toBeCloseTo(pages * wirePage, 2);
    expect(pages - world.journal.dataPagesBeforeStop!).toBeCloseTo(leftAtStopBytes / 4096, 6);
  });

  it('has decisions that follow from their numbers', () => {
    for (const pages of [40, 99, 101, 300]) {
      const world = hot(pages);
      world.migrate('lm', 3);
      for (const round of world.journal.rounds!) {
        expect(round.thresholdBytes).toBeCloseTo(
          round.estimateBytesPerSecond * world.rules.downtimeLimitSeconds,
          3,
        );
        const fits = round.dirtyBytesAtEnd <= round.thresholdBytes;
        expect(round.decision).toContain(fits ? 'stop' : 'go on');
      }
      const stops = world.journal.rounds!.filter(({ decision }) => decision.startsWith('stop'));
      expect(stops).toHaveLength(pages <= 100 ? 1 : 0);
    }
  });

  it('knows the test that came nearest', () => {
    const world = hot(130);
    world.migrate('lm', 5);
    const ratios = world.journal.rounds!.map((round) => round.dirtyBytesAtEnd / round.thresholdBytes);
    const { remainingBytes, thresholdBytes } = world.journal.nearest!;
    expect(remainingBytes / thresholdBytes).toBe(Math.min(...ratios));
    expect(world.journal.syncs).toBe(ratios.length);
  });

  it('tells the first pass from what is sent after it', () => {
    const world = hot(150);
    world.migrate('lm', 5);
    // The pass ends with the call that comes to the end of RAM; a call has room for 10 pages, or a few more.
    expect(world.journal.dataPagesInFirstPass).toBeGreaterThanOrEqual(850 - 1e-6);
    expect(world.journal.dataPagesInFirstPass).toBeLessThan(850 + 12);
    expect(world.journal.firstPassAt).toBeLessThan(0.85);
    expect(world.journal.dataPagesSent).toBeGreaterThan(4 * 850);
    expect(world.journal.dataPagesBeforeStop).toBeNull();
  });
});
