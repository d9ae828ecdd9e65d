import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageBytes } from '../../../models/migration/migration.js';
import type { Pass } from '../../../models/migration/pass-migration.js';
import { passStop } from '../../../models/migration/pass-stop.js';
import { wirePage } from './tiny.js';
import { after, never, tinyPass } from './tiny-pass.js';

/** 4,096 pages at 1,000 a second, of which 500 a second are written again. */
const halving = { hotPages: 4096, visitsPerSecond: 500, sweepSeconds: 0 };

describe('pre-copy in passes', () => {
  it('sends a guest that writes nothing once and stops', () => {
    const { journal, start, sim } = tinyPass({ restingPages: 4000 });
    start(never);
    sim.run(60);
    expect([journal.passes, journal.syncs, journal.leftAtStopBytes]).toEqual([1, 2, 0]);
    expect(journal.decision).toBe('nothing was dirty any more');
    expect(journal.finishedAt).toBeCloseTo(4, 2);
  });

  it('sends half in each pass of what it sent before where half as fast is written as sent', () => {
    const passes: Pass[] = [];
    const { journal, start, sim } = tinyPass(halving);
    start({
      ...never,
      afterSync: (pass) => (passes.push(pass), pass.number < 5 ? 'go on' : { stop: 'enough' }),
    });
    sim.run(60);
    passes.forEach(({ number, pages, sentPages, seconds, bandwidth }) => {
      const expected = 4096 / 2 ** (number - 1);
      expect(pages / expected).toBeCloseTo(1, 2);
      expect(sentPages / expected).toBeCloseTo(1, 2);
      expect(seconds / (expected / 1000)).toBeCloseTo(1, 1);
      expect(bandwidth / (1000 * wirePage)).toBeCloseTo(1, 1);
    });
    expect(passes.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    expect(passes.at(-1)!.totalSentPages / (4096 * (2 - 1 / 16))).toBeCloseTo(1, 2);
    expect(journal.leftAtStopBytes / pageBytes / 128).toBeCloseTo(1, 1);
    const downtime = journal.resumedAt! - journal.stoppedAt!;
    expect(downtime).toBeCloseTo(0.128, 2);
    expect(journal.downtimeParts.lastCopy).toBeCloseTo(downtime, 2);
  });

  it('gives the values of its docstring', () => {
    const { journal, start, sim } = tinyPass({ hotPages: 4000, visitsPerSecond: 500, sweepSeconds: 0 });
    start(after(3));
    sim.run(60);
    expect(Math.round(journal.leftAtStopBytes / pageBytes / 10)).toBe(50);
  });

  it('sends a hot set whole in each pass', () => {
    const { journal, start, sim } = tinyPass({ hotPages: 200, restingPages: 800 });
    start(after(4));
    sim.run(60);
    expect(journal.stoppedAt).toBeCloseTo(1 + 3 * 0.2, 1);
    expect(journal.leftAtStopBytes / pageBytes).toBeCloseTo(200, 6);
    expect(journal.rounds!.map(({ sentBytes }) => Math.round(sentBytes / wirePage))).toEqual([
      1000, 200, 200, 200,
    ]);
    expect(journal.rounds!.map(({ decision }) => decision).at(-1)).toBe('stop: enough');
  });

  it('tests a pass before the dirty log is fetched, or after it', () => {
    const seen: string[] = [];
    const { journal, start, sim } = tinyPass({ hotPages: 200 });
    start({
      ...never,
      afterPass: ({ number }) => (seen.push(`pass ${number}`), 'go on'),
      afterSync: ({ number }, dirty) => (
        seen.push(`${dirty} dirty`),
        number < 2 ? 'go on' : { stop: 'enough' }
      ),
    });
    sim.run(60);
    expect(seen).toEqual(['pass 1', '200 dirty', 'pass 2', '200 dirty']);
    expect(journal.syncs).toBe(3);
  });

  it('follows the link when it becomes slower in the middle of a pass', () => {
    const { journal, stream, start, sim } = tinyPass({ restingPages: 4000 });
    sim.at(2, () => stream.limitRate(500 * wirePage));
    start(never);
    sim.run(60);
    expect(journal.finishedAt).toBeCloseTo(2 + 2000 / 500, 2);
  });

  it('pays for zero pages what the product pays for them', () => {
    const named = tinyPass({ restingPages: 100, zeroPages: 1000 });
    named.start(never);
    named.sim.run(60);
    expect(named.stream.carried()).toBeCloseTo(100 * wirePage + 1000 * 9, 3);
    const whole = tinyPass({ restingPages: 100, zeroPages: 1000, rules: { zeroPageBytes: wirePage } });
    whole.start(never);
    whole.sim.run(60);
    expect(whole.stream.carried()).toBeCloseTo(1100 * wirePage, 3);
  });

  it('skips what was written again since the last look, and sends it in the end', () => {
    // The first batch of 10 pages meets an empty log; 10 ms later all of the hot set is in it.
    const rules = { skipsRewritten: 1, batchPages: 10 };
    const { journal, start, sim } = tinyPass({
      hotPages: 200,
      restingPages: 800,
      sweepSeconds: 0.005,
      rules,
    });
    start(after(3));
    sim.run(60);
    const pages = journal.rounds!.map(({ sentBytes }) => Math.round(sentBytes / wirePage));
    expect(pages).toEqual([810, 10, 10]);
    expect(journal.leftAtStopBytes / pageBytes).toBeCloseTo(200, 6);
  });

  it('lets a guest that resumes early run before the rest has been sent', () => {
    const { journal, start, sim } = tinyPass({
      hotPages: 200,
      restingPages: 800,
      rules: { deviceStateBytes: 0 },
    });
    start({ ...never, afterPass: () => ({ stop: 'enough', resumesEarly: true }) });
    sim.run(60);
    expect(journal.resumedAt! - journal.stoppedAt!).toBeLessThan(0.01);
    expect(journal.finishedAt! - journal.stoppedAt!).toBeCloseTo(0.2, 2);
  });

  it('gives up where the rule says so, and the guest runs on', () => {
    const world = tinyPass({ hotPages: 200 });
    const { journal, guest, start, sim } = world;
    start({ ...never, afterSync: () => ({ abort: 'It was too much' }) });
    sim.run(60);
    expect([journal.aborted, journal.stoppedAt, journal.resumedAt]).toEqual(['It was too much', null, null]);
    const then = guest.time();
    world.runTo(sim.now + 5);
    expect(guest.time() - then).toBeCloseTo(5, 6);
  });

  it('ends whatever the guest does, if the rule counts passes', () => {
    const world = fc.record({
      hotPages: fc.integer({ min: 0, max: 500 }),
      restingPages: fc.integer({ min: 1, max: 2000 }),
      zeroPages: fc.constantFrom(0, 700),
      sweepSeconds: fc.constantFrom(0.001, 0.1, 3),
      visitsPerSecond: fc.constantFrom(10, 900, 5000),
    });
    const skips = fc.constantFrom(0, 1);
    fc.assert(
      fc.property(world, skips, fc.integer({ min: 1, max: 8 }), (one, skipsRewritten, passes) => {
        const { journal, start, sim, stream } = tinyPass({
          ...one,
          rules: { skipsRewritten, batchPages: 7 },
        });
        start(after(passes));
        sim.run(3600);
        expect(journal.resumedAt).not.toBeNull();
        expect(journal.passes).toBeLessThanOrEqual(passes);
        expect(journal.rounds).toHaveLength(journal.passes);
        // Every page arrives, and none more often than there were passes.
        const data = (one.hotPages + one.restingPages) * wirePage;
        const zeros = one.zeroPages * 9;
        expect(stream.carried()).toBeGreaterThan((data + zeros) * (1 - 1e-6));
        expect(stream.carried()).toBeLessThan((data + zeros) * (journal.passes + 1));
        const { stop, flush, finalSync, lastCopy, deviceState, queued, load, resume } = journal.downtimeParts;
        const parts = stop + flush + finalSync + lastCopy + deviceState + queued + load + resume;
        expect(parts).toBeCloseTo(journal.resumedAt! - journal.stoppedAt!, 9);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the stop of a migration in passes', () => {
  it('gives the values of its docstring', () => {
    const { migration, journal, sim } = tinyPass({ restingPages: 2000 });
    sim.spawn(passStop(migration, false, () => undefined));
    sim.run();
    expect(journal.downtimeParts.lastCopy + journal.downtimeParts.queued).toBeCloseTo(2, 6);
    expect(journal.downtimeParts).toMatchObject({ stop: 0, flush: 0, finalSync: 0 });
  });
});
