import { describe, expect, it } from 'vitest';
import { pageBytes } from '../../../models/migration/migration.js';
import { tiny, wirePage } from './tiny.js';

describe('a guest that writes nothing', () => {
  it('needs one pass: its bytes by the rate', () => {
    const world = tiny({ restingPages: 2000 });
    expect(world.migrate()).toBe(true);
    expect(world.stream.carried()).toBeCloseTo(2000 * wirePage, 3);
    expect(world.journal.resumedAt).toBeCloseTo(2, 9);
    expect(world.journal.syncs).toBe(1);
    expect(world.journal.leftAtStopBytes).toBe(0);
  });

  it('stops when nothing is left but what is in the socket', () => {
    const world = tiny({ restingPages: 2000, socketPages: 30 });
    world.migrate();
    // A call comes when a third of the socket is free; the last one fills it, at most.
    expect(world.downtime()).toBeGreaterThan(0.02);
    expect(world.downtime()).toBeLessThanOrEqual(0.03 + 1e-9);
  });

  it('is finished for QMP when the socket has taken all, before the wire has carried it', () => {
    const world = tiny({ restingPages: 2000 });
    world.migrate();
    expect(world.journal.finishedAt).toBe(world.journal.transferEnd!.time);
    expect(world.journal.finishedAt).toBeLessThan(world.journal.resumedAt!);
  });

  it('loads its device state after the last byte, which is part of the downtime', () => {
    const plain = tiny({ restingPages: 2000 });
    const loaded = tiny({ restingPages: 2000, rules: { deviceStateBytes: 5 * wirePage, loadSeconds: 0.25 } });
    plain.migrate();
    loaded.migrate();
    expect(loaded.downtime()).toBeCloseTo(plain.downtime() + 0.005 + 0.25, 9);
  });
});

describe('the set-up', () => {
  it('delays the first page, but not the ticks', () => {
    const zeros = { zeroPages: 1000, costs: { zeroPageSeconds: 1e-4 } };
    const [plain, late] = [tiny(zeros), tiny({ ...zeros, rules: { setupSeconds: 0.02 } })];
    plain.migrate();
    late.migrate();
    // 510 pages in the first call, whenever it begins; the other 490 with the tick at 0.1 s.
    expect(plain.journal.stoppedAt).toBeCloseTo(0.149, 9);
    expect(late.journal.stoppedAt).toBeCloseTo(0.149, 9);
    const data = tiny({ restingPages: 200, rules: { setupSeconds: 0.02 } });
    data.migrate();
    expect(data.journal.resumedAt).toBeCloseTo(0.22, 9);
  });
});

describe('zero pages', () => {
  /** 5,000 pages of 100 us: 510 fit into the 51 ms that a call works, the next call comes with the next tick. */
  const scan = () => tiny({ zeroPages: 5000, costs: { zeroPageSeconds: 1e-4 } });

  it('are scanned for 51 ms of every 100 ms', () => {
    const world = scan();
    world.start();
    world.runTo(0.0999);
    expect(world.guest.memory.waiting()).toBeCloseTo(5000 - 510, 6);
    expect(world.thread.used()).toBeCloseTo(0.051, 9);
    world.runTo(0.8999);
    expect(world.guest.memory.waiting()).toBeCloseTo(5000 - 9 * 510, 6);
    expect(world.thread.used()).toBeCloseTo(9 * 0.051, 9);
  });

  it('keep a tick waiting that falls due meanwhile, and all ticks after it', () => {
    const costs = { zeroPageSeconds: 1e-4 };
    const world = tiny({ zeroPages: 5000, restingPages: 130, socketPages: 60, costs });
    world.start();
    // 130 pages of data are followed by zero pages when the socket is writable again, at 40 of its 60 pages: at 0.09 s.
    // That call works until 0.141 s, so the tick of 0.1 s runs then, and the next one 100 ms later.
    const callsAt = (time: number): number => {
      world.runTo(time);
      return world.journal.calls;
    };
    expect([0.0899, 0.0901, 0.1409, 0.1411, 0.2409, 0.2411].map(callsAt)).toEqual([0, 1, 1, 2, 2, 3]);
  });

  it('take nine calls and the rest of a tenth here', () => {
    const world = scan();
    expect(world.migrate()).toBe(true);
    expect(world.journal.calls).toBe(10);
    expect(world.journal.stoppedAt).toBeCloseTo(0.9 + 410e-4, 9);
    expect(world.thread.used()).toBeCloseTo(0.5, 9);
  });

  it('are 9 bytes each on the wire', () => {
    const world = scan();
    world.migrate();
    expect(world.stream.carried()).toBeCloseTo(5000 * 9, 6);
    expect(world.journal.dataPagesSent).toBe(0);
  });

  it('count next to nothing in the estimate: a call through them never stops the guest while pages are left', () => {
    const world = tiny({ zeroPages: 5000, costs: { zeroPageSeconds: 1e-4 }, limitPages: 100 });
    world.migrate();
    // 410 bytes in 41 ms are 10,000 bytes/s.
    expect(world.journal.rounds).toHaveLength(1);
    expect(world.journal.rounds![0]!.estimateBytesPerSecond).toBeCloseTo(10_000, 3);
    expect(world.journal.leftAtStopBytes).toBe(0);
  });

  it('make the destination late, where taking them in costs more than finding them', () => {
    const world = tiny({ zeroPages: 5000, costs: { destinationZeroPageSeconds: 4e-4 } });
    world.migrate();
    expect(world.journal.resumedAt).toBeGreaterThanOrEqual(2);
    expect(world.journal.resumedAt).toBeLessThan(2.1);
  });
});

describe('the limit of rate', () => {
  const limited = (pagesPerWindow: number, pagesPerSecond: number, restingPages: number) =>
    tiny({ restingPages, pagesPerSecond, rules: { maxBandwidth: pagesPerWindow * 10 * wirePage } });

  it('lets a quota through in each window of 100 ms', () => {
    const world = limited(10, 1e6, 95);
    world.start();
    [10, 20, 30, 90, 95].forEach((pages, i) => {
      const window = [0, 1, 2, 8, 9][i]!;
      world.runTo(window * 0.1 + 0.05);
      expect(world.stream.carried()).toBeCloseTo(pages * wirePage, 3);
    });
    world.runTo(2);
    expect(world.journal.stoppedAt).toBeCloseTo(0.9 + 5e-5, 9);
  });

  it('counts what several calls of a window send', () => {
    // The socket holds 30 pages and drains 10 a millisecond: a window of 60 pages needs more than one call.
    const world = limited(60, 10_000, 600);
    world.start();
    world.runTo(0.0999);
    expect(world.stream.carried()).toBeCloseTo(60 * wirePage, 3);
    expect(world.journal.calls).toBeGreaterThan(2);
    world.runTo(0.1999);
    expect(world.stream.carried()).toBeCloseTo(120 * wirePage, 3);
  });

  it('does not bind a link that is slower', () => {
    const bound = limited(200, 1000, 2000);
    bound.migrate();
    expect(bound.journal.resumedAt).toBeCloseTo(2, 9);
  });

  it('ends with the guest: what is left at the stop goes as fast as it can', () => {
    const world = tiny({
      hotPages: 40,
      restingPages: 60,
      pagesPerSecond: 1e6,
      limitPages: 45.5,
      rules: { maxBandwidth: 100 * wirePage },
    });
    expect(world.migrate()).toBe(true);
    expect(world.journal.leftAtStopBytes).toBe(40 * pageBytes);
    expect(world.downtime()).toBeLessThan(0.001);
  });
});

describe('the stop rule', () => {
  /** 1,000 pages at rest and a hot set that is rewritten between any two calls; 100.5 pages may be left. */
  const hot = (hotPages: number) => tiny({ hotPages, restingPages: 1000, limitPages: 100.5 });

  it('lets a hot set complete that is just below limit x burst', () => {
    const world = hot(100);
    expect(world.migrate()).toBe(true);
    expect(world.journal.leftAtStopBytes).toBe(100 * pageBytes);
  });

  it('never lets one complete that is just above it', () => {
    const world = hot(101);
    expect(world.migrate('lm', 30)).toBe(false);
    expect(world.journal.stoppedAt).toBeNull();
    expect(world.journal.nearest).toEqual({
      remainingBytes: expect.closeTo(101 * pageBytes, 3) as number,
      thresholdBytes: expect.closeTo(100.5 * pageBytes, 3) as number,
    });
  });

  it('does not ask how fast the link is: with a tenth of it the same hot sets complete', () => {
    const slow = (hotPages: number) =>
      tiny({ hotPages, restingPages: 1000, limitPages: 100.5, pagesPerSecond: 100 });
    expect(slow(100).migrate('lm', 100)).toBe(true);
    expect(slow(101).migrate('lm', 100)).toBe(false);
  });

  it('scales with the speed of copying: twice as slow, half the hot set', () => {
    const of = (hotPages: number, copySeconds: number) => {
      const world = tiny({
        hotPages,
        restingPages: 1000,
        copySeconds,
        rules: { downtimeLimitSeconds: 1e-3 },
      });
      return world.migrate();
    };
    expect([of(99, 1e-5), of(101, 1e-5)]).toEqual([true, false]);
    expect([of(49, 2e-5), of(51, 2e-5)]).toEqual([true, false]);
  });

  it('sends the hot set anew each time that it says no', () => {
    const world = hot(101);
    world.migrate('lm', 11.1);
    // 1,101 pages of the first pass, then rounds: each sends 101 pages but what fits the limit, 1 page and a call.
    expect(world.stream.carried()).toBeCloseTo(11_100 * wirePage, -3);
    expect(world.journal.syncs).toBeGreaterThan(10_000 / 101);
  });

  it('sees only what a sync has told: a remainder that looks small is tested, and found large', () => {
    const world = hot(500);
    world.migrate('lm', 5);
    expect(world.journal.rounds!.length).toBeGreaterThan(3);
    for (const { decision, dirtyBytesAtEnd } of world.journal.rounds!) {
      expect(decision).toContain('go on');
      expect(dirtyBytesAtEnd).toBeGreaterThan(500 * pageBytes - 1);
    }
  });

  it('never asks for a sync where every call sees what was written', () => {
    const large = tiny({
      hotPages: 500,
      restingPages: 1000,
      limitPages: 100.5,
      rules: { syncsEveryCall: 1 },
    });
    expect(large.migrate('lm', 5)).toBe(false);
    expect(large.journal.syncs).toBe(0);
    const small = tiny({ hotPages: 90, restingPages: 1000, limitPages: 100.5, rules: { syncsEveryCall: 1 } });
    expect(small.migrate('lm', 5)).toBe(true);
    expect(small.journal.syncs).toBe(1);
  });
});

describe('the downtime', () => {
  it('leaves at most what the limit allows, at least the hot set', () => {
    for (const hotPages of [20, 60, 100]) {
      const world = tiny({ hotPages, restingPages: 1000, limitPages: 100.5 });
      world.migrate();
      expect(world.journal.leftAtStopBytes / pageBytes).toBeGreaterThan(hotPages - 1e-6);
      expect(world.journal.leftAtStopBytes / pageBytes).toBeLessThanOrEqual(100.5);
    }
  });

  it('is what is left and what is in the socket, by the rate', () => {
    const world = tiny({ hotPages: 80, restingPages: 1000, limitPages: 100.5 });
    let inSocket = 0;
    const running = world.start();
    while (world.journal.stoppedAt === null) {
      inSocket = world.stream.capacity - world.stream.free();
      world.runTo(world.sim.now + 1e-4);
    }
    world.runTo(10);
    expect(running.done).toBe(true);
    const pages = inSocket / wirePage + world.journal.leftAtStopBytes / pageBytes;
    // The socket is looked at a tenth of a page before the stop.
    expect(world.downtime()).toBeCloseTo(pages / 1000, 3);
  });

  it('has nothing to do with the limit that QEMU was given: 1 ms here, and a tenth of a second', () => {
    const world = tiny({ hotPages: 100, restingPages: 1000, limitPages: 100.5 });
    world.migrate();
    expect(world.rules.downtimeLimitSeconds).toBeCloseTo(1.005e-3, 9);
    expect(world.downtime()).toBeGreaterThan(0.1);
  });
});

describe('the guest', () => {
  it('runs until the stop and again from the resumption', () => {
    const world = tiny({ hotPages: 100, restingPages: 1000, limitPages: 100.5 });
    world.migrate();
    const { stoppedAt, resumedAt } = world.journal;
    world.runTo(resumedAt! + 1);
    expect(world.guest.time()).toBeCloseTo(stoppedAt! + 1, 9);
  });
});

describe('a call that sends nothing', () => {
  it('has no bandwidth: where the quota is too small for a page, nobody stops the guest', () => {
    const world = tiny({
      restingPages: 100,
      limitPages: 50.5,
      rules: { maxBandwidth: 100, callOverheadBytes: 13 },
    });
    expect(world.migrate('lm', 5)).toBe(false);
    expect(world.journal.dataPagesSent).toBe(0);
  });

  it('stops the guest all the same when nothing is left', () => {
    // The guest halts, and the pass ends with the window: the next call finds nothing.
    const world = tiny({ restingPages: 0, zeroPages: 510, costs: { zeroPageSeconds: 1e-4 }, limitPages: 0 });
    expect(world.migrate('lm', 5)).toBe(true);
  });
});
