import type { Process } from '../../sim/process.js';
import type { BookPart, ThreadMigration } from '../migration/thread-migration.js';
import { blockConstants, hasBlockMigration, mirrorConstants } from './disk-constants.js';
import { addDiskToStream, mirrorDisk } from './disk-copy.js';
import { isSince } from './qemu-constants.js';
import type { Constant, ConstantGroups } from './stack.js';
import type { Testbed } from './testbed.js';

/** How a libvirt copies the disks of a block live migration. */
export interface DiskWays {
  /** Whether it mirrors them to an NBD server at the destination (1.0.3 and later). */
  hasNbd: boolean;
  /** Whether it asks each disk every so often whether it is ready; later ones get events. */
  polls: boolean;
  /** Whether it lets QEMU pause before the switchover (4.0 and later). */
  knowsPause: boolean;
}

const poll = {
  value: 0.5,
  source: 'qemu_migration.c, qemuMigrationDriveMirror, libvirt 1.2.12: usleep between two looks',
};

/**
 * The groups of constants of disk copies by a libvirt over that QEMU: in the stream where QEMU can do it, mirrored where
 * libvirt can.
 *
 * @example
 * libvirtDiskGroups('9.2', { hasNbd: true, polls: false, knowsPause: true }).block // => undefined
 */
export function libvirtDiskGroups(qemu: string, { hasNbd, polls }: DiskWays): ConstantGroups {
  return {
    ...(hasBlockMigration(qemu) && { block: blockConstants(qemu) }),
    ...(hasNbd && { mirror: mirrorConstants(polls ? { pollSeconds: poll } : {}) }),
  };
}

/**
 * The constant of libvirt's own group that says when it ends a mirror; none where it has no mirrors.
 *
 * @example
 * libvirtDiskConstants('4.2', { hasNbd: true, polls: false, knowsPause: true }).pausesBeforeSwitchover.value // => 1
 */
export function libvirtDiskConstants(
  qemu: string,
  { hasNbd, knowsPause }: DiskWays,
): Readonly<Record<string, Constant>> {
  if (!hasNbd) return {};
  return {
    pausesBeforeSwitchover: {
      value: knowsPause && isSince(qemu, firstWithPause) ? 1 : 0,
      unit: '1',
      about:
        '1: mirrors end before QEMU hands the disks over; 0: when it has sent all, before the guest runs',
      source:
        'qemu_migration.c, pause-before-switchover, libvirt 4.0 and later with QEMU 2.11 and later; before, at the end of Perform',
      accepts: { max: 1, whole: true },
    },
  };
}

const firstWithPause = '2.11';

/** What `blm` is to that libvirt over that QEMU; undefined where there is no way to copy a disk. */
export function libvirtDiskKind(qemu: string, { hasNbd }: DiskWays, isTunnelled = false): string | undefined {
  const inStream = hasBlockMigration(qemu) ? 'the disk in the stream, then pre-copy of RAM' : undefined;
  if (!hasNbd) return inStream;
  const mirrored = 'the disk mirrored to NBD until ready, then pre-copy of RAM';
  if (!isTunnelled) return mirrored;
  return inStream === undefined
    ? `${mirrored}: only with libvirt.tunnelled of 0`
    : `${inStream}; with libvirt.tunnelled of 0 ${mirrored}`;
}

/**
 * Copies the disk before RAM, or puts it into RAM's stream. Mirrors connect to the destination by themselves, so through
 * a tunnel libvirt goes without them and has QEMU copy disks in the stream; that QEMU can do it was checked before.
 */
export function* copyDiskByLibvirt(bed: Testbed, m: ThreadMigration): Process {
  const { tunnelled = 0, pausesBeforeSwitchover = 0 } = bed.constants.libvirt!;
  if (bed.constants.mirror && tunnelled === 0) yield* mirrorDisk(bed, m, pausesBeforeSwitchover === 0);
  else addDiskToStream(bed, m);
}

/** Ends a mirror that goes on when QEMU has sent all, as who has no pause before the switchover does. */
export function* drainAfterwards(m: ThreadMigration, part: BookPart): Process {
  if (!m.mirror || m.beforeSwitchover) return;
  part('resume');
  yield* m.mirror.drain();
  part('disk');
}
