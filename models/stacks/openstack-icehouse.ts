import { delay, type Process } from '../../sim/process.js';
import { blockMigration } from '../migration/block-migration.js';
import { complete, preCopy, resume, stopGuest } from '../migration/main-loop-pre-copy.js';
import { mainLoopMigration, qemu121 } from './qemu-1.2.1.js';
import type { MigrationKind, Stack } from './stack.js';
import type { Testbed } from './testbed.js';

/**
 * OpenStack Icehouse as Fuel 5 deployed it: Nova 2014.1 above libvirt 0.10.2 above QEMU 1.2.1. Fuel gave the LIVE flag
 * to live migrations and not to block migrations, so libvirt stops the guest before a block migration begins.
 */
export const openstackIcehouse: Stack = {
  name: 'openstack-icehouse',
  about: 'OpenStack Icehouse deployed by Fuel 5: LM is live, BLM stops the guest first',
  versions: ['Nova 2014.1', 'libvirt 0.10.2', 'QEMU 1.2.1'],
  profile: 'icclab-2014',
  constants: {
    qemu: {
      ...qemu121.constants.qemu,
      maxBandwidth: {
        value: Infinity,
        unit: 'bytes/s',
        about: 'libvirt asks for an unlimited speed',
        source:
          'qemu_domain.h, QEMU_DOMAIN_DEFAULT_MIG_BANDWIDTH_MAX, libvirt 0.10.0 and later (commit 6cfdeaac)',
      },
    },
    libvirt: {
      pollSeconds: {
        value: 0.05,
        unit: 's',
        about: 'how often query-migrate is asked; the end is noticed at the next poll',
        source: 'qemu_migration.c, qemuMigrationWaitForCompletion, libvirt 0.10.2',
      },
    },
  },
  kinds: {
    lm: 'pre-copy over shared storage (live_migration_flag with LIVE, set by Fuel)',
    blm: 'the guest is stopped, then disk and RAM in one stream (block_migration_flag without LIVE, Nova default)',
    'stop-and-copy': 'LM without the LIVE flag: the guest is stopped first (Nova 2014.1 default)',
  },
  migrate: migrateByNova,
};

/** Nova 2014.1: checks, set-up at the destination, libvirt, clean-up. */
function* migrateByNova(bed: Testbed, kind: MigrationKind): Process {
  const { migration, steps, random } = bed;
  const pace = Math.exp(steps.spread * random.normal());
  const { journal, sim } = migration;

  yield bed.services.work(steps.beforeSeconds * pace);
  // Images are made and fetched at the destination meanwhile: disk and network, which a busy CPU does not hold up.
  if (kind === 'blm') yield delay(steps.blockSeconds * pace);

  yield* libvirtPerform(bed, kind, pace);
  yield bed.services.work(steps.afterSeconds * pace);
  journal.finishedAt = sim.now;
}

/** libvirt 0.10.2, protocol version 3: Perform at the source, then Finish starts the CPUs at the destination. */
function* libvirtPerform(bed: Testbed, kind: MigrationKind, pace: number): Process {
  const { disk, steps, constants } = bed;
  const migration = mainLoopMigration(bed);
  const { pollSeconds } = constants.libvirt as { pollSeconds: number };
  if (bed.queueOverflows) yield delay(steps.retransmissionSeconds * pace);
  const startedAt = migration.sim.now;
  if (kind !== 'lm') yield* stopGuest(migration);
  if (kind === 'blm') yield* blockMigration(migration, disk);
  yield migration.sim.spawn(preCopy(migration)).finished;
  yield* complete(migration);
  const elapsed = migration.sim.now - startedAt;
  yield delay(Math.ceil(elapsed / pollSeconds) * pollSeconds - elapsed);
  yield delay(steps.handoverSeconds * pace);
  resume(migration);
}
