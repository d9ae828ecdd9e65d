import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DiskWrites, GuestDisk } from '../../../models/disk.js';
import { createDiskImage } from '../../../models/migration/disk-image.js';
import { guestWrites } from '../../../models/migration/guest-writes.js';
import { mirrorUntilReady } from '../../../models/migration/mirror.js';
import { mirrorConstants } from '../../../models/stacks/disk-constants.js';
import { mirrorDisk } from '../../../models/stacks/disk-copy.js';
import { runMigration } from '../../../models/stacks/qemu.js';
import { bare, tinyThread } from './tiny-thread.js';
import { wirePage, type Tiny } from './tiny.js';

const MIB = 2 ** 20;

/** A link of 10 MiB a second; no bytes but the data's. */
function world(
  o: Tiny & { disk: Partial<GuestDisk>; mirror?: Record<string, number>; maxBandwidth?: number },
) {
  const made = tinyThread({
    restingPages: 256,
    pagesPerSecond: (10 * MIB) / wirePage,
    ...o,
    constants: { mirror: { ...bare(mirrorConstants()), headerBytes: 0, ...o.mirror } },
    request: { maxBandwidth: o.maxBandwidth ?? Infinity },
  });
  const { bed, migration, sim } = made;
  const start = () =>
    sim.spawn(
      (function* () {
        const mirror = yield* mirrorDisk(bed, migration);
        yield* runMigration(migration, 'lm');
        mirror?.cancel();
      })(),
    );
  const startMirrorOnly = () => sim.spawn(mirrorDisk(bed, migration));
  return { ...made, start, startMirrorOnly };
}

const writes = (size: number, rate: number, pattern: DiskWrites['pattern'] = 'uniform'): DiskWrites[] => [
  { sizeBytes: size * MIB, bytesPerSecond: rate * MIB, requestBytes: 65536, pattern },
];

describe('a disk mirror', () => {
  it('copies an idle disk once, is ready when the last byte is there, and RAM follows', () => {
    const { journal, start, sim, migration } = world({ disk: { allocatedBytes: 100 * MIB } });
    start();
    sim.run(60);
    expect(journal.mirror!.readyAt).toBeCloseTo(10, 9);
    expect(journal.diskBytes).toBeCloseTo(100 * MIB, 3);
    expect(migration.state.phase).toBe('completed');
    expect(sim.now).toBeCloseTo(10.1, 2);
    expect(journal.downtimeParts.disk).toBeCloseTo(0, 9);
  });

  it('ends when it is drained, as its example says', () => {
    const disk = { allocatedBytes: 10 * MIB };
    const { journal, migration, bed, sim } = world({ disk, pagesPerSecond: MIB / wirePage });
    sim.spawn(
      (function* () {
        const mirror = yield* mirrorDisk(bed, migration);
        yield* mirror!.drain();
      })(),
    );
    sim.run();
    expect(journal.mirror!.readyAt).toBeCloseTo(10, 9);
    expect(sim.now).toBeCloseTo(10, 6);
  });

  it('counts what the guest wants to write once its writes wait, as the example says', () => {
    const { guest, bed, sim, runTo } = world({ disk: { allocatedBytes: MIB } });
    const disk = { ...bed.disk, writes: writes(1, 1) };
    const image = createDiskImage({ disk, chunkBytes: 65536, guestTime: 0, random: sim.random('disk') })!;
    const rules = { guestQueueDepth: 32, headerBytes: 0 };
    const through = guestWrites({ guest, stream: bed.openStream('disk'), image, rules });
    through.block();
    runTo(1);
    const count = { wantedBytes: 0, writtenBytes: 0 };
    through.look(count);
    expect(count).toEqual({ wantedBytes: MIB, writtenBytes: MIB });
  });

  it('sends no page before it is ready', () => {
    const { journal, start, runTo } = world({ disk: { allocatedBytes: 100 * MIB } });
    start();
    runTo(9.9);
    expect(journal.dataPagesSent).toBe(0);
  });

  it('is asked for at intervals, as its example says', () => {
    const { startMirrorOnly, sim } = world({
      disk: { allocatedBytes: 100 * MIB },
      mirror: { pollSeconds: 0.75 },
    });
    let at = 0;
    startMirrorOnly().finished(sim, () => (at = sim.now));
    sim.run(20);
    expect(at).toBeCloseTo(10.5, 9);
  });

  it('keeps the limit of speed that RAM has too, and the speed of the disk', () => {
    const readyAt = (o: { maxBandwidth?: number; readRate?: number }) => {
      const { readRate = Infinity } = o;
      const { journal, startMirrorOnly, sim } = world({ ...o, disk: { allocatedBytes: 20 * MIB, readRate } });
      startMirrorOnly();
      sim.run(60);
      return journal.mirror!.readyAt!;
    };
    expect(readyAt({ readRate: 4 * MIB })).toBeCloseTo(5, 3);
    expect(readyAt({ maxBandwidth: 2 * MIB })).toBeGreaterThan(9.8);
    expect(readyAt({ maxBandwidth: 2 * MIB })).toBeLessThan(10.1);
  });

  it('copies again what the guest writes, and is ready a little later for it', () => {
    const { journal, start, sim, migration } = world({
      disk: { allocatedBytes: 100 * MIB, writes: writes(50, 2) },
    });
    start();
    sim.run(60);
    // 100 MiB at 10 less 2 a second, were no chunk written before it was copied
    expect(journal.mirror!.readyAt).toBeGreaterThan(11);
    expect(journal.mirror!.readyAt).toBeLessThan(12.6);
    expect(migration.state.phase).toBe('completed');
  });

  it('never becomes ready where the guest writes more than its share, unless writes wait for the network', () => {
    const run = (isWriteBlocking: number) => {
      const { journal, start, sim } = world({
        disk: { allocatedBytes: 100 * MIB, writes: writes(100, 20) },
        mirror: { isWriteBlocking },
      });
      start();
      sim.run(120);
      return journal;
    };
    const background = run(0);
    expect(background.mirror!.readyAt).toBeNull();
    expect(background.resumedAt).toBeNull();
    expect(background.mirror!.leastLeftBytes).toBeGreaterThan(10 * MIB);
    const blocking = run(1);
    expect(blocking.resumedAt).not.toBeNull();
    const { wantedBytes, writtenBytes } = blocking.mirror!;
    // 2 MiB of writes queue behind 16 MiB of copies: about a ninth of 10 MiB a second, of 20 wanted
    expect(writtenBytes / wantedBytes).toBeGreaterThan(0.02);
    expect(writtenBytes / wantedBytes).toBeLessThan(0.15);
  });

  it('lets a guest write as it likes, through the network, while that is within its share', () => {
    const { journal, start, sim } = world({
      disk: { allocatedBytes: 20 * MIB, writes: writes(20, 0.5) },
      mirror: { isWriteBlocking: 1 },
    });
    start();
    sim.run(60);
    const { wantedBytes, writtenBytes } = journal.mirror!;
    expect(writtenBytes).toBeGreaterThan(0.95 * wantedBytes);
    expect(journal.diskBytes).toBeCloseTo(20 * MIB + writtenBytes, 0);
  });

  it('shares the link with RAM, falls behind there, and catches up when the guest stands', () => {
    const disk = { allocatedBytes: 100 * MIB, writes: writes(100, 8, 'sequential') };
    const { journal, start, sim } = world({ disk, restingPages: 256 * 20 });
    start();
    sim.run(120);
    expect(journal.resumedAt).not.toBeNull();
    const { leftAtStopBytes } = journal.mirror!;
    // RAM took some 4 s, in which 8 MiB/s were written and 5 MiB/s copied
    expect(leftAtStopBytes).toBeGreaterThan(8 * MIB);
    // What RAM has left in its socket is in the way of the first of it.
    expect(journal.downtimeParts.disk).toBeGreaterThan(leftAtStopBytes / (10 * MIB) - 0.01);
    expect(journal.downtimeParts.disk).toBeLessThan(leftAtStopBytes / (10 * MIB) + 0.05);
  });

  it('gives up with the migration', () => {
    const { bed, migration, sim, startMirrorOnly } = world({ disk: { allocatedBytes: 100 * MIB } });
    const running = startMirrorOnly();
    sim.at(3, () => (migration.requests.cancel = 'nobody waits'));
    sim.run(60);
    expect(running.done).toBe(true);
    expect(running.result!.isReady).toBe(false);
    expect(migration.journal.diskBytes).toBeLessThan(33 * MIB);
    expect(bed.migration.stream.carried()).toBe(0);
  });

  it('can begin to block writes when it is ready, as management does', () => {
    const { journal, migration, bed, sim } = world({
      disk: { allocatedBytes: 20 * MIB, writes: writes(20, 3) },
    });
    sim.spawn(
      (function* () {
        const mirror = yield* mirrorDisk(bed, migration);
        mirror!.blockWrites();
        expect(mirror!.status().totalBytes).toBe(20 * MIB);
        yield* runMigration(migration, 'lm');
      })(),
    );
    sim.run(60);
    expect(journal.mirror!.wantedBytes).toBeGreaterThan(0);
    expect(journal.downtimeParts.disk).toBeLessThan(0.05);
  });

  it('is none for a disk that holds nothing', () => {
    const { journal, start, sim } = world({ disk: { allocatedBytes: 0, sizeBytes: MIB } });
    start();
    sim.run(60);
    expect(journal.mirror).toBeNull();
    expect(journal.resumedAt).not.toBeNull();
  });

  it('tells who waits for it whether it is ready', () => {
    const { startMirrorOnly, sim } = world({ disk: { allocatedBytes: 10 * MIB } });
    const mirror = startMirrorOnly();
    sim.run(20);
    const waiting = sim.spawn(mirrorUntilReady(mirror.result!, sim, 0));
    sim.run(30);
    expect(waiting.result).toBe(true);
  });

  it('sends each byte of an idle disk once, whatever its size, speed and limit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        (size, readRate, maxBandwidth) => {
          const { journal, start, sim } = world({
            disk: { allocatedBytes: size * MIB, readRate: readRate * MIB },
            maxBandwidth: maxBandwidth * MIB,
          });
          start();
          sim.run(1000);
          expect(journal.diskBytes / MIB).toBeCloseTo(size, 6);
          expect(journal.mirror!.readyAt).toBeGreaterThanOrEqual(
            size / Math.min(readRate, maxBandwidth, 10) - 0.11,
          );
          expect(journal.transferEnd!.time).toBeGreaterThan(journal.mirror!.readyAt!);
        },
      ),
      { numRuns: 30 },
    );
  });
});
