import type { Process } from '../../sim/process.js';
import { createDiskImage } from '../migration/disk-image.js';
import { createDiskSection } from '../migration/disk-section.js';
import { mirrorUntilReady, startMirror, type Mirror } from '../migration/mirror.js';
import type { ThreadMigration } from '../migration/thread-migration.js';
import { readsAlone, sharedReads } from '../disk-reads.js';
import { blockChunkBytes } from '../disk.js';
import type { Testbed } from './testbed.js';

/**
 * Puts the disk into the migration's stream, by the constants of the stack's group `block` (`blockConstants`); to be
 * called before the migration runs. A disk that holds nothing is none.
 *
 * @example
 * const migration = threadMigration(bed);
 * addDiskToStream(bed, migration);
 * yield* runMigration(migration, 'lm');
 */
export function addDiskToStream(bed: Testbed, m: ThreadMigration): void {
  const { parallelReads, buffers, ramWaitsForBulk, ramSyncsAlone, incremental } = bed.constants
    .block as Record<
    'parallelReads' | 'buffers' | 'ramWaitsForBulk' | 'ramSyncsAlone' | 'incremental',
    number
  >;
  const image = createDiskImage({
    disk: bed.disk,
    chunkBytes: blockChunkBytes,
    guestTime: m.guest.time(),
    random: m.sim.random('disk'),
    whole: incremental === 0,
  });
  if (image === null) return;
  const reads =
    bed.openReads === undefined
      ? readsAlone(m.sim, image.chunkBytes / bed.disk.readRate)
      : sharedReads(bed.openReads(), image.chunkBytes);
  m.disk = createDiskSection(m, image, reads, {
    parallelReads,
    buffers,
    ramWaitsForBulk,
    ramSyncsAlone,
    skipsZeros: bed.request.capabilities.has('zero-blocks'),
  });
}

/**
 * Mirrors the disk to an NBD server at the destination until the mirror is ready, by the constants of the stack's group
 * `mirror` (`mirrorConstants`). The mirror goes on beside the migration of RAM, on a connection of its own, and is
 * drained and ended when the guest has been stopped, before the switchover. Returns the mirror, also for who wants to
 * let writes wait (`blockWrites`) or to look at it (`status`); null where there is nothing to copy. If the migration was
 * cancelled meanwhile, the mirror is not ready. `m.mirror` is the mirror from its start on.
 *
 * @param isCompletedFirst the product has no pause before the switchover: it drains the mirror itself when QEMU is done
 * @example
 * const migration = threadMigration(bed);
 * yield* runMigration(migration, 'blm', mirrorDisk(bed, migration)); // cancelled at once if requests.cancel was set
 */
export function* mirrorDisk(
  bed: Testbed,
  m: ThreadMigration,
  isCompletedFirst = false,
): Process<Mirror | null> {
  const { granularityBytes, pollSeconds, ...rules } = bed.constants.mirror as unknown as MirrorConstants;
  m.journal.sampler = () => m.sample();
  m.journal.transferStart ??= m.sample();
  const image = createDiskImage({
    disk: bed.disk,
    chunkBytes: granularityBytes,
    guestTime: m.guest.time(),
    random: m.sim.random('disk'),
  });
  if (image === null) return null;
  const mirror = (m.mirror = startMirror({
    sim: m.sim,
    guest: m.guest,
    journal: m.journal,
    stream: bed.openStream('disk mirror', true),
    image,
    readRate: bed.disk.readRate,
    rules,
    // libvirt hands the same limit to each disk and to RAM.
    speed: m.limits.maxBandwidth,
    random: m.sim.random('mirror'),
    // Of one that is ready, only who started it lets go: an abort may come too late to stop the migration.
    isCancelled: () => m.requests.cancel !== null && m.state.phase === 'setup',
  }));
  const isReady = yield* mirrorUntilReady(mirror, m.sim, pollSeconds);
  if (isReady && !isCompletedFirst) m.beforeSwitchover = () => mirror.drain();
  return mirror;
}

type MirrorConstants = Parameters<typeof startMirror>[0]['rules'] & {
  granularityBytes: number;
  pollSeconds: number;
};
