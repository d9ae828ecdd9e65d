import type { Process } from '../../sim/process.js';
import { libvirtConstants, qemuUnderLibvirt, unlimitedBandwidth } from './libvirt-constants.js';
import { performInMainLoop, startJob } from './libvirt-job.js';
import { migrateByNova } from './nova-flow.js';
import { qemu121 } from './qemu-1.2.1.js';
import type { MigrationKind, Stack } from './stack.js';
import type { Testbed } from './testbed.js';

const { pollSeconds } = libvirtConstants(true, false);
const libvirt = { pollSeconds: pollSeconds! };

/**
 * OpenStack Icehouse as Fuel 5 deployed it: Nova 2014.1 above libvirt 0.10.2 above QEMU 1.2.1. Fuel gave the LIVE flag
 * to live migrations and not to block migrations, so libvirt stops the guest before a block migration begins.
 */
export const openstackIcehouse: Stack = {
  name: 'openstack-icehouse',
  about: 'OpenStack Icehouse deployed by Fuel 5: LM is live, BLM stops the guest first',
  versions: ['Nova 2014.1', 'libvirt 0.10.2', 'QEMU 1.2.1'],
  profile: 'icclab-2014',
  constants: { qemu: { ...qemu121.constants.qemu, maxBandwidth: unlimitedBandwidth }, libvirt },
  kinds: {
    lm: 'pre-copy over shared storage (live_migration_flag with LIVE, set by Fuel)',
    blm: 'the guest is stopped, then disk and RAM in one stream (block_migration_flag without LIVE, Nova default)',
    'stop-and-copy': 'LM without the LIVE flag: the guest is stopped first (Nova 2014.1 default)',
  },
  over: icehouseOver,
  migrate: (bed, kind) =>
    migrateByNova(bed, kind, (pace) => performInMainLoop(bed, kind, pace, kind === 'lm')),
};

/** The same Nova and libvirt over a QEMU with a migration thread; the disk in its stream is left out. */
function icehouseOver(qemu: string): Stack {
  const { lm, 'stop-and-copy': stopAndCopy } = openstackIcehouse.kinds;
  return {
    ...openstackIcehouse,
    name: `${openstackIcehouse.name}/qemu-${qemu}`,
    about: `OpenStack Icehouse over QEMU ${qemu}: what another QEMU would have done there`,
    versions: ['Nova 2014.1', 'libvirt 0.10.2', `QEMU ${qemu}`],
    qemu,
    constants: { ...qemuUnderLibvirt(qemu), libvirt },
    kinds: { lm: lm!, 'stop-and-copy': stopAndCopy! },
    migrate: (bed, kind) => migrateByNova(bed, kind, (pace) => perform(bed, kind, pace)),
  };
}

/** migrateToURI blocks until the migration is over, however long that takes. */
function* perform(bed: Testbed, kind: MigrationKind, pace: number): Process {
  yield startJob(bed, kind, pace).finished;
}
