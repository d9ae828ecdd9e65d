import { delay, type Process, type Wait } from '../../sim/process.js';
import { blockMigration } from '../migration/block-migration.js';
import { createControl, type Control } from '../migration/control.js';
import { complete, preCopy, resume, stopGuest } from '../migration/main-loop-pre-copy.js';
import type { ThreadMigration } from '../migration/thread-migration.js';
import { copyDiskByLibvirt, drainAfterwards } from './libvirt-disks.js';
import { mainLoopMigration } from './qemu-1.2.1.js';
import { runMigration, threadMigration } from './qemu.js';
import type { MigrationKind } from './stack.js';
import type { Testbed } from './testbed.js';

/** A migration that libvirt has begun, over a QEMU that can be watched and commanded meanwhile. */
export interface LibvirtJob {
  control: Control;
  /** Perform is over, and so is Finish, if it came to that. */
  finished: Wait;
}

/**
 * libvirt's Perform at the source and Finish at the destination, over a QEMU with a migration thread. The destination's
 * QEMU waits with its vCPUs stopped until Finish starts them, so the guest stands still until libvirt has heard of the
 * end.
 *
 * @param pace of the place's steps in this run, 1 the usual
 * @example
 * // steps.handoverSeconds of 0.5 s, 2,000 pages at 1,000 a second
 * startJob(bed, 'stop-and-copy', 1);
 * sim.run();
 * bed.migration.journal.resumedAt // => 2.5
 */
export function startJob(bed: Testbed, kind: MigrationKind, pace: number): LibvirtJob {
  const { sim } = bed.migration;
  const { pollSeconds = 0, tunnelled = 0, tunnelByteSeconds = 0 } = bed.constants.libvirt!;
  const startedAt = sim.now;
  const m: ThreadMigration = {
    ...(tunnelled > 0 ? throughTunnel(threadMigration(bed), tunnelByteSeconds) : threadMigration(bed)),
    *handOver(part) {
      yield delay(untilPoll(sim.now - startedAt, pollSeconds));
      yield* drainAfterwards(m, part);
      yield delay(bed.steps.handoverSeconds * pace);
    },
  };
  const { finished } = sim.spawn(
    (function* (): Process {
      // Connections are made before QEMU is told to migrate.
      if (bed.queueOverflows()) yield delay(bed.steps.retransmissionSeconds * pace);
      yield* runMigration(m, kind, copyDiskByLibvirt(bed, m));
    })(),
  );
  return { control: createControl(m), finished };
}

/**
 * VIR_MIGRATE_TUNNELLED: the stream takes the way through both libvirtd. One thread of each copies every byte, beside
 * QEMU's own, so the slowest of the three and of the link sets the pace.
 */
function throughTunnel(m: ThreadMigration, byteSeconds: number): ThreadMigration {
  m.stream.limitRate(m.source.speedOfNext() / byteSeconds);
  m.journal.cpuBesides = 'libvirtd, which the stream goes through';
  return {
    ...m,
    sample() {
      const used = m.sample();
      return { ...used, cpuSeconds: used.cpuSeconds + byteSeconds * m.stream.carried() };
    },
  };
}

/**
 * libvirt 0.10.2, protocol version 3, over a QEMU that migrates in its main loop: Perform at the source, then Finish
 * starts the CPUs at the destination.
 *
 * @param isLive VIR_MIGRATE_LIVE; without it the guest is stopped first
 * @example
 * // steps.handoverSeconds of 0.5 s, 2,000 pages at 1,000 a second, asked every 50 ms
 * sim.spawn(performInMainLoop(bed, 'lm', 1, false));
 * sim.run();
 * bed.migration.journal.resumedAt // => 2.5
 */
export function* performInMainLoop(
  bed: Testbed,
  kind: MigrationKind,
  pace: number,
  isLive: boolean,
): Process {
  const { disk, steps, constants } = bed;
  const migration = mainLoopMigration(bed);
  const { pollSeconds } = constants.libvirt as { pollSeconds: number };
  if (bed.queueOverflows()) yield delay(steps.retransmissionSeconds * pace);
  const startedAt = migration.sim.now;
  if (!isLive) yield* stopGuest(migration);
  if (kind === 'blm') yield* blockMigration(migration, disk, bed.openReads?.());
  yield migration.sim.spawn(preCopy(migration)).finished;
  yield* complete(migration);
  yield delay(untilPoll(migration.sim.now - startedAt, pollSeconds));
  yield delay(steps.handoverSeconds * pace);
  resume(migration);
}

/** Seconds until libvirt, which asks every so often, hears of an end after `elapsed`; at once where it gets events. */
function untilPoll(elapsed: number, pollSeconds: number): number {
  return pollSeconds > 0 ? Math.max(0, Math.ceil(elapsed / pollSeconds) * pollSeconds - elapsed) : 0;
}
