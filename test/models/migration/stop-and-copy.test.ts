import { describe, expect, it } from 'vitest';
import { blockWireBytes } from '../../../models/disk.js';
import { tiny, wirePage } from './tiny.js';

describe('stop-and-copy', () => {
  it('is one pass, all of it downtime, however much is rewritten', () => {
    const world = tiny({ hotPages: 500, restingPages: 1500, limitPages: 10.5 });
    expect(world.migrate('stop-and-copy')).toBe(true);
    expect(world.journal.stoppedAt).toBe(0);
    expect(world.downtime()).toBeCloseTo(2, 9);
    expect(world.stream.carried()).toBeCloseTo(2000 * wirePage, 3);
  });

  it('is linear in the data', () => {
    const seconds = [1000, 2000, 4000].map((restingPages) => {
      const world = tiny({ restingPages, rules: { stopSeconds: 0.5 } });
      world.migrate('stop-and-copy');
      return world.journal.resumedAt!;
    });
    expect(seconds).toEqual([1.5, 2.5, 4.5].map((one) => expect.closeTo(one, 9) as number));
  });

  it('saves the scan of each zero page that is data instead', () => {
    // RAM of 3,000 pages; a zero page costs 100 us of work, 200 us on the clock.
    const seconds = [0, 1020].map((data) => {
      const world = tiny({ restingPages: data, zeroPages: 3060 - data, costs: { zeroPageSeconds: 1e-4 } });
      world.migrate('stop-and-copy');
      return world.journal.resumedAt!;
    });
    // 1,020 pages are 1.02 s on the wire, and 2 ticks' worth of scanning less.
    expect(seconds[1]! - seconds[0]!).toBeCloseTo(1.02 - 0.2, 1);
  });
});

describe('a migration with a stopped guest', () => {
  it('stands still while it lasts', () => {
    const world = tiny({ hotPages: 100, restingPages: 900 });
    world.migrate('stop-and-copy');
    expect(world.guest.time()).toBe(0);
    world.runTo(3);
    expect(world.guest.time()).toBeCloseTo(2, 9);
  });
});

describe('block migration in the stream', () => {
  const chunk = 2 ** 20 + 21;
  const disk = { readRate: Infinity, allocatedBytes: 10.5 * 2 ** 20 };

  it('sends whole chunks, then RAM', () => {
    const world = tiny({ restingPages: 1000, disk });
    expect(world.migrate('blm')).toBe(true);
    expect(world.stream.carried()).toBeCloseTo(11 * chunk + 1000 * wirePage, 2);
    expect(world.journal.resumedAt).toBeCloseTo((11 * chunk) / (1000 * wirePage) + 1, 9);
  });

  it('sends no page before the socket has taken all of the disk', () => {
    const world = tiny({ restingPages: 1000, disk });
    world.start('blm');
    // All but what the socket can hold.
    const diskSeconds = (11 * chunk) / (1000 * wirePage) - 0.03;
    world.runTo(diskSeconds - 1e-6);
    expect(world.journal.dataPagesSent).toBe(0);
    world.runTo(diskSeconds + 0.011);
    expect(world.journal.dataPagesSent).toBeGreaterThan(0);
  });

  it('goes at the rate of the disk, where that is slower than the link; RAM does not', () => {
    const readRate = 100 * wirePage;
    const world = tiny({ restingPages: 1000, disk: { ...disk, readRate } });
    world.migrate('blm', 600);
    const bytes = blockWireBytes(disk.allocatedBytes);
    // What is in the socket when RAM begins goes at the rate of the link.
    expect(world.journal.resumedAt).toBeGreaterThan((bytes - 30 * wirePage) / readRate + 1);
    expect(world.journal.resumedAt).toBeLessThanOrEqual(bytes / readRate + 1 + 1e-9);
  });

  it('is a plain migration where nothing is allocated', () => {
    const plain = tiny({ restingPages: 1000 });
    const block = tiny({ restingPages: 1000, disk: { readRate: 1, allocatedBytes: 0 } });
    plain.migrate('lm');
    block.migrate('blm');
    expect(block.journal).toEqual(plain.journal);
  });

  it('sends the disk before it looks at a hot set: the rounds hold RAM alone', () => {
    const world = tiny({ hotPages: 50, restingPages: 500, limitPages: 100.5, disk });
    world.migrate('blm');
    const sent = world.journal.rounds!.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
    expect(sent).toBeLessThan(650 * wirePage);
    expect(world.journal.rounds![0]!.start).toBeGreaterThan(2);
  });
});
