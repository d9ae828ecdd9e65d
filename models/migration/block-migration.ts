import { allOf, type Process } from '../../sim/process.js';
import { blockWireBytes, type DiskParameters } from '../disk.js';
import type { Flow } from '../../sim/fluid.js';
import type { MainLoopMigration, Migration } from './migration.js';

/**
 * Block migration in the migration stream, before RAM (QEMU 0.12 to 9.0, `migrate -i`): every allocated chunk of the
 * image once, read from the disk and written to the same socket. The stream goes at the slower of disk and link.
 * Chunks that a running guest writes meanwhile are not modelled: the disks here are idle.
 *
 * @param reads of a disk that other guests' migrations read too; its rate is theirs as well
 * @example
 * sim.spawn(blockMigration(migration, { readRate: 5e8, allocatedBytes: 1.5 * 1024 * 1024 }));
 * sim.run();
 * migration.stream.carried() // => 2097194
 */
export function* blockMigration(m: MainLoopMigration, disk: DiskParameters, reads?: Flow): Process {
  m.journal.transferStart ??= m.sample();
  const bytes = blockWireBytes(disk.allocatedBytes);
  if (bytes === 0) return;
  m.journal.diskBytes += bytes;
  if (reads) {
    m.stream.limitRate(m.rules.maxBandwidth);
    yield* besideOthers(m, bytes, reads);
    m.stream.limitRate(Infinity);
    return;
  }
  // The limit of rate holds for the whole stream, and for what is read ahead of it.
  m.stream.limitRate(Math.min(disk.readRate, m.rules.maxBandwidth));
  m.stream.push(bytes, 0);
  yield allOf(m.thread.work(bytes / m.bursts.median), m.stream.writable);
  m.stream.limitRate(Infinity);
}

/** A piece is read while the one before is sent, so the slower of disk and link sets the pace of each. */
function* besideOthers(m: Migration, bytes: number, reads: Flow): Process {
  for (let left = bytes; left > 0; left -= pieceBytes) {
    const piece = Math.min(left, pieceBytes);
    reads.push(piece);
    m.stream.push(piece, 0);
    yield allOf(m.thread.work(piece / m.bursts.median), reads.drainedTo(0), m.stream.writable);
  }
}

/** Small against any disk, so that the last piece, which nothing is read beside, hardly counts; bytes. */
const pieceBytes = 16 * 2 ** 20;
