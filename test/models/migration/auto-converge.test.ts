import { describe, expect, it } from 'vitest';
import { nextThrottle } from '../../../models/migration/auto-converge.js';
import { createGuestThrottle } from '../../../models/migration/guest-throttle.js';
import { createThrottleTrigger, type TriggerRules } from '../../../models/migration/throttle-trigger.js';
import type { ConstantValues } from '../../../models/stacks/stack.js';
import { tinyThread } from './tiny-thread.js';

const request = { capabilities: new Set(['auto-converge']) };

/** A tiny guest under a version's auto-converge, and syncs at times that a test chooses. */
function watched(version: string, autoConverge: ConstantValues[string] = {}) {
  const world = tinyThread({ version, restingPages: 1000, request, constants: { autoConverge } });
  const { migration, runTo } = world;
  let sentBytes = 0;
  return {
    ...world,
    /** A sync at that time: so much was sent and so much dirtied since the one before. Returns the throttle in percent. */
    sync: (time: number, sent: number, dirtied: number, rewritten = 0): number => {
      runTo(time);
      sentBytes += sent;
      const found = { dirtiedBytes: dirtied + rewritten, newlyDirtyBytes: dirtied, sentBytes };
      for (const aid of migration.aids) aid.afterSync(found);
      return Math.round(migration.state.throttle * 100);
    },
  };
}

/** The throttle in percent after each of so many syncs, 2 s apart, all of them bad or as `dirtied` says. */
function steps(
  version: string,
  count: number,
  o: { dirtied?: number; constants?: ConstantValues[string] } = {},
) {
  const { sync } = watched(version, o.constants);
  return Array.from({ length: count }, (_, i) => sync(2 * (i + 1), 1000, o.dirtied ?? 1000));
}

describe('auto-converge', () => {
  it('of QEMU 1.6 to 2.4 waits for six strikes after the first period, then lets vCPUs sleep 30 of 41 ms', () => {
    for (const version of ['1.6', '2.0', '2.1', '2.4']) {
      expect(steps(version, 20)).toEqual([...Array<number>(6).fill(0), ...Array<number>(14).fill(73)]);
    }
  });

  it('of QEMU 2.5 to 2.9 begins with 20 % at the third strike after the first period, and adds 10 % at each third', () => {
    for (const version of ['2.5', '2.9']) {
      expect(steps(version, 11)).toEqual([0, 0, 0, 20, 20, 20, 30, 30, 30, 40, 40]);
    }
  });

  it('of QEMU 2.10 and later needs two strikes, and the first period may be one', () => {
    for (const version of ['2.10', '4.0', '7.2', '10.2']) {
      const all = steps(version, 22);
      expect(all.filter((_, i) => i % 2 === 1)).toEqual([20, 30, 40, 50, 60, 70, 80, 90, 99, 99, 99]);
      expect(all.slice(0, 5)).toEqual([0, 20, 20, 30, 30]);
    }
  });

  it('adds no more than seems to be needed where it is told to (tailslow, 5.1 and later)', () => {
    const constants = { tailslow: 1 };
    // Half of what was sent is half of what was dirtied: of what still runs, half would do.
    const half = steps('5.2', 24, { constants }).filter((_, i) => i % 2 === 1);
    expect(half).toEqual([20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99, 99]);
    // 500 of 520 allowed: of 80 % that run 76 would do, of 76 % 73, of 73 % 70.
    const nearly = steps('5.2', 8, { dirtied: 520, constants }).filter((_, i) => i % 2 === 1);
    expect(nearly).toEqual([20, 24, 27, 30]);
  });

  it('takes its steps from the constants', () => {
    const constants = { initial: 0.3, increment: 0.25, max: 0.6, strikes: 1 };
    expect(steps('7.2', 4, { constants })).toEqual([30, 55, 60, 60]);
    expect(steps('7.2', 3, { dirtied: 300, constants: { trigger: 0.25 } })).toEqual([0, 20, 20]);
  });

  it('counts a period in which more than half of what was sent became dirty, and forgives none', () => {
    const { sync } = watched('7.2');
    expect(sync(2, 1000, 501)).toBe(0);
    // A half is not more than a half.
    expect(sync(4, 1000, 500)).toBe(0);
    expect(sync(6, 1000, 0)).toBe(0);
    expect(sync(8, 1000, 501)).toBe(20);
    expect(sync(10, 1000, 501)).toBe(20);
    expect(sync(12, 1000, 501)).toBe(30);
  });

  it('looks at a sync only when more than 1000 ms have passed, and then at all since the last it looked at', () => {
    const { sync } = watched('7.2');
    expect(sync(1, 1000, 600)).toBe(0);
    expect(sync(1.0005, 0, 0)).toBe(0);
    expect(sync(1.001, 0, 0)).toBe(0);
    expect(sync(2, 1000, 600)).toBe(0);
    expect(sync(2.1, 1000, 600)).toBe(20);
  });

  it('of QEMU 2.9 to 5.0 takes all RAM for dirtied in the first period, and pages that waited already', () => {
    const quiet = 1000 * 4096;
    for (const [version, expected] of [
      ['4.0', 20],
      ['5.2', 0],
    ] as const) {
      const { sync } = watched(version);
      expect(sync(2, 1.5 * quiet, 0)).toBe(0);
      expect(sync(4, 1000, 0, 600)).toBe(expected);
    }
  });

  it('did count while disks were copied for the first time in the same stream, before QEMU 2.11', () => {
    const { sync, migration } = watched('2.10');
    migration.state.diskBulk = true;
    expect(sync(2, 1000, 1000)).toBe(0);
    expect(sync(4, 1000, 1000)).toBe(20);
  });

  it('does not count while disks are copied for the first time in the same stream', () => {
    const { sync, migration } = watched('7.2');
    migration.state.diskBulk = true;
    for (let time = 2; time < 20; time += 2) expect(sync(time, 1000, 1000)).toBe(0);
    migration.state.diskBulk = false;
    expect(sync(20, 1000, 1000)).toBe(0);
    expect(sync(22, 1000, 1000)).toBe(20);
  });

  it('lets the guest run for the rest of its time, writes that down, and stops with the migration', () => {
    const { sync, migration, guest, journal, runTo } = watched('7.2');
    sync(2, 1000, 1000);
    sync(4, 1000, 1000);
    expect(guest.time()).toBeCloseTo(4, 9);
    runTo(5);
    expect(guest.time()).toBeCloseTo(4.8, 9);
    for (const aid of migration.aids) aid.end();
    expect(migration.state.throttle).toBe(0);
    runTo(6);
    expect(guest.time()).toBeCloseTo(5.8, 9);
    expect(journal.throttleSteps).toEqual([
      { time: 4, share: 0.2 },
      { time: 5, share: 0 },
    ]);
  });
});

describe('a guest that dirties more than the link carries', () => {
  /** 1,500 pages rewritten at 1,500 a second; the link carries 1,000 a second, and 300 may be left. */
  const busy = { hotPages: 1500, visitsPerSecond: 1500, restingPages: 1000 };

  it('never converges by itself, and does so when it is slowed down enough', () => {
    for (const version of ['2.0', '2.9', '7.2', '9.2', '10.2']) {
      const plain = tinyThread({ ...busy, version });
      plain.start();
      plain.sim.run(300);
      expect(plain.journal.stoppedAt).toBeNull();

      const { start, sim, journal, migration, guest } = tinyThread({ ...busy, version, request });
      start();
      sim.run(300);
      expect(migration.state.phase).toBe('completed');
      expect(journal.leftAtStopBytes).toBeLessThanOrEqual(300 * 4096);
      const shares = journal.throttleSteps!.map(({ share }) => share);
      expect(shares.at(-1)).toBe(0);
      // Rounds become shorter only when it dirties less than the link carries: two thirds of its speed, at most.
      expect(Math.max(...shares)).toBeGreaterThan(1 / 3);
      // It runs unhindered at the destination.
      const before = guest.time();
      sim.at(sim.now + 1, () => undefined);
      sim.run();
      expect(guest.time() - before).toBeCloseTo(1, 9);
    }
  });

  it('runs on unhindered when the migration is cancelled', () => {
    const { start, sim, migration } = tinyThread({ ...busy, version: '7.2', request });
    start();
    sim.at(6, () => {
      expect(migration.state.throttle).toBeGreaterThan(0);
      migration.requests.cancel = 'enough';
    });
    sim.run(25);
    expect(migration.state).toMatchObject({ phase: 'cancelled', throttle: 0 });
  });

  it('is looked at every 5 s by QEMU 9.2 and later, however long a round takes', () => {
    // A round takes 20 s: 20,000 pages, all of them rewritten in it.
    const slow = { hotPages: 20_000, visitsPerSecond: 5000, request };
    const syncsIn = (version: string) => {
      const { start, sim, journal } = tinyThread({ ...slow, version });
      start();
      sim.run(80);
      return journal.syncs;
    };
    expect(syncsIn('8.2')).toBeLessThan(6);
    expect(syncsIn('9.2')).toBeGreaterThan(10);
  });

  it('has a clock from QEMU 9.2 on that syncs only where its last tick has seen the latest sync: up to 10 s apart', () => {
    const slow = { hotPages: 20_000, visitsPerSecond: 5000 };
    const startsOf = (o: object) => {
      const { start, sim, journal } = tinyThread({ ...slow, ...o, version: '9.2' });
      start();
      sim.run(90);
      return journal.rounds!.map((round) => round.start);
    };
    // A first round of 20 s, whose end the tick at 20 s has not seen: the next sync is that of the tick at 30 s.
    const gaps = startsOf({ request })
      .slice(0, 5)
      .map((at, i, all) => at - (all[i - 1] ?? 0));
    expect(gaps[1]).toBeCloseTo(20, -0.5);
    expect(gaps[2]).toBeGreaterThan(5);
    expect(gaps[2]).toBeLessThan(10.2);
    expect(gaps[3]).toBeCloseTo(5, 0);
    // A look may come late, but the ticks do not drift.
    for (const at of startsOf({ request }).slice(2)) expect(at % 5).toBeLessThan(0.6);
    // Nobody else keeps this clock.
    expect(startsOf({}).length).toBeLessThan(6);
  });

  it('counts its first period from the first fetch of RAM, however long a disk was copied before', () => {
    const { sync, migration } = watched('7.2');
    migration.state.ramStartedAt = 100;
    // Half a second after the start of RAM: not looked at yet, so the second sync that is looked at throttles.
    expect(sync(100.5, 1000, 1000)).toBe(0);
    expect(sync(102, 1000, 1000)).toBe(0);
    expect(sync(104, 1000, 1000)).toBe(20);
  });
});

describe('examples', () => {
  it('of the next throttle', () => {
    const rules = { initial: 0.2, increment: 0.1, max: 0.99, tailslow: 1 };
    expect(nextThrottle(0.6, rules, { dirtiedBytes: 1000, thresholdBytes: 500 })).toBe(0.7);
    expect(nextThrottle(0.6, rules, { dirtiedBytes: 1000, thresholdBytes: 900 })).toBe(0.64);
    expect(nextThrottle(0, rules, { dirtiedBytes: 1000, thresholdBytes: 900 })).toBe(0.2);
  });

  it('of the throttle', () => {
    const { migration } = tinyThread({ restingPages: 10 });
    createGuestThrottle(migration).set(0.2);
    expect(migration.state.throttle).toBe(0.2);
  });

  it('of the trigger', () => {
    const { migration, bed, journal, runTo } = tinyThread({ restingPages: 10, version: '7.2' });
    journal.transferStart = migration.sample();
    const rules = bed.constants.autoConverge as unknown as TriggerRules;
    const trigger = createThrottleTrigger(migration, rules);
    runTo(2);
    expect(trigger({ dirtiedBytes: 600, newlyDirtyBytes: 600, sentBytes: 1000 })).toBeNull();
    runTo(4);
    expect(trigger({ dirtiedBytes: 700, newlyDirtyBytes: 700, sentBytes: 2000 })).toEqual({
      dirtiedBytes: 700,
      thresholdBytes: 500,
    });
  });
});
