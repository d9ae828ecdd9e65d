import { describe, expect, it } from 'vitest';
import { chunkHeaderBytes, type GuestDisk } from '../../../models/disk.js';
import { addDiskToStream } from '../../../models/stacks/disk-copy.js';
import { blockConstants } from '../../../models/stacks/disk-constants.js';
import { bare, tinyThread } from './tiny-thread.js';
import { wirePage, type Tiny } from './tiny.js';

const MIB = 2 ** 20;
const chunk = MIB + chunkHeaderBytes;

/** A link of 10 chunks a second; RAM is small beside the disk. */
function world(
  o: Tiny & {
    version?: string;
    disk: Partial<GuestDisk>;
    capabilities?: string[];
    block?: Record<string, number>;
  },
) {
  const version = o.version ?? '7.2';
  const made = tinyThread({
    restingPages: 256,
    pagesPerSecond: (10 * chunk) / wirePage,
    ...o,
    constants: { block: { ...bare(blockConstants(version)), ...o.block } },
    request: { capabilities: new Set(o.capabilities) },
  });
  addDiskToStream(made.bed, made.migration);
  return made;
}

const uniform = (size: number, rate: number) => [
  { sizeBytes: size * MIB, bytesPerSecond: rate * MIB, requestBytes: MIB, pattern: 'uniform' as const },
];

describe('a disk in the stream of a migration thread', () => {
  it('is sent once where the guest leaves it alone, and then RAM', () => {
    const { journal, start, sim, migration } = world({ disk: { allocatedBytes: 40 * MIB } });
    start();
    sim.run(60);
    expect(migration.state.phase).toBe('completed');
    expect(journal.diskBytes).toBeCloseTo(40 * chunk, 3);
    // 4 s of disk, and a tenth of one for 256 pages
    expect(sim.now).toBeCloseTo(4.1, 2);
  });

  it('makes RAM below the threshold ask for its dirty log at every turn, until 7.2', () => {
    const syncs = (version: string) => {
      const { journal, start, sim } = world({ version, disk: { allocatedBytes: 40 * MIB } });
      start();
      sim.run(60);
      return journal.syncs;
    };
    expect(syncs('8.2')).toBe(3);
    // two turns of 16 chunks more
    expect(syncs('7.2')).toBe(5);
  });

  it('keeps RAM back until every chunk was read, from 2.12 on; before, they take turns', () => {
    const pagesAfter = (version: string) => {
      const { journal, start, runTo } = world({
        version,
        disk: { allocatedBytes: 2000 * MIB, readRate: 5 * MIB },
      });
      start();
      runTo(3);
      return journal.dataPagesSent;
    };
    expect(pagesAfter('7.2')).toBe(0);
    expect(pagesAfter('2.9')).toBeGreaterThan(200);
  });

  it('tells auto-converge of its bulk phase, which is never small enough to stop', () => {
    const { migration, start, runTo } = world({ disk: { allocatedBytes: 40 * MIB } });
    start();
    runTo(2);
    expect(migration.state.diskBulk).toBe(true);
    expect(migration.disk!.pendingBytes()).toBeGreaterThan(migration.state.thresholdBytes);
    runTo(4.05);
    expect(migration.state.diskBulk).toBe(false);
  });

  it('goes at the speed of the disk where that is slower than the link', () => {
    const { start, sim } = world({ disk: { allocatedBytes: 40 * MIB, readRate: 4 * MIB } });
    start();
    sim.run(60);
    expect(sim.now).toBeGreaterThan(10);
    expect(sim.now).toBeLessThan(10.4);
  });

  it('sends again what the guest writes, and stops when disk and RAM fit together', () => {
    const disk = { allocatedBytes: 40 * MIB, writes: uniform(20, 5) };
    const { journal, start, sim, migration } = world({ disk });
    start();
    sim.run(60);
    expect(migration.state.phase).toBe('completed');
    expect(journal.diskBytes).toBeGreaterThan(45 * chunk);
    expect(journal.nearest!.remainingBytes).toBeLessThan(journal.nearest!.thresholdBytes);
  });

  it('never stops for a guest that dirties more chunks than the threshold faster than they are sent', () => {
    const { journal, start, sim } = world({ disk: { allocatedBytes: 40 * MIB, writes: uniform(20, 1000) } });
    start();
    sim.run(60);
    expect(journal.stoppedAt).toBeNull();
    // the working set, less what the latest turn sent
    expect(journal.nearest!.remainingBytes / MIB).toBeGreaterThan(3);
    expect(journal.nearest!.remainingBytes / MIB).toBeLessThan(21);
  });

  it('reads and sends the last chunks one by one when the guest stands, and says how long that took', () => {
    const disk = { allocatedBytes: 40 * MIB, readRate: 100 * MIB, writes: uniform(2, 1000) };
    const { journal, start, sim } = world({ disk });
    start();
    sim.run(60);
    // 2 chunks: 20 ms of reading, 200 ms of sending less what the socket holds
    expect(journal.downtimeParts.disk).toBeGreaterThan(0.15);
    expect(journal.downtimeParts.disk).toBeLessThan(0.25);
  });

  it('copies what holds nothing only where all is asked for, and with zero-blocks by name', () => {
    const disk = { allocatedBytes: 10 * MIB, sizeBytes: 40 * MIB };
    const bytes = (o: { capabilities?: string[]; block?: Record<string, number> }) => {
      const { journal, start, sim } = world({ disk, ...o });
      start();
      sim.run(60);
      return journal.diskBytes;
    };
    expect(bytes({})).toBeCloseTo(10 * chunk, 3);
    expect(bytes({ block: { incremental: 0 } })).toBeCloseTo(40 * chunk, 3);
    expect(bytes({ block: { incremental: 0 }, capabilities: ['zero-blocks'] })).toBeCloseTo(
      10 * chunk + 30 * chunkHeaderBytes,
      3,
    );
  });

  it('has the constants of its version', () => {
    expect(blockConstants('7.2').parallelReads!.value).toBe(16);
    expect(blockConstants('2.9').parallelReads!.value).toBe(512);
  });

  it('adds what is to be read to the stop test, as its example says', () => {
    const { migration } = world({ disk: { allocatedBytes: 3 * MIB } });
    expect(migration.disk!.pendingBytes()).toBe(3 * MIB);
  });

  it('keeps within the limit of rate, disk and RAM together', () => {
    const made = tinyThread({
      restingPages: 256,
      pagesPerSecond: (10 * chunk) / wirePage,
      disk: { allocatedBytes: 20 * MIB },
      constants: { block: bare(blockConstants('7.2')) },
      request: { maxBandwidth: 5 * chunk },
    });
    addDiskToStream(made.bed, made.migration);
    made.start();
    made.sim.run(60);
    expect(made.migration.state.phase).toBe('completed');
    // a window may go a chunk beyond its quota of half a chunk
    expect(made.sim.now).toBeGreaterThan(2);
    expect(made.sim.now).toBeLessThan(4.6);
  });
});
