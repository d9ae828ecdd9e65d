import { delay, type Process } from '../../sim/process.js';
import { suspend } from '../migration/control.js';
import {
  asksForStatus,
  libvirtConstants,
  qemuUnderLibvirt,
  timeoutConstants,
  virshConstants,
} from './libvirt-constants.js';
import { libvirtDiskConstants, libvirtDiskGroups, libvirtDiskKind, type DiskWays } from './libvirt-disks.js';
import { performInMainLoop, startJob } from './libvirt-job.js';
import { qemu121 } from './qemu-1.2.1.js';
import { byItself, type ConstantGroups, type MigrationKind, type Stack } from './stack.js';
import type { Testbed } from './testbed.js';
import { withCapability } from './with-capability.js';

/** A libvirt, as far as its migrations differ from another one's. */
interface Release {
  version: string;
  about: string;
  /** The QEMU of its time: what a distribution had together with it. */
  qemu: string;
  /** Whether it asks for an unlimited speed where nobody names one (0.10). */
  isUnlimited: boolean;
  /** Whether it asks QEMU every 50 ms how far it is; later ones get events. */
  polls: boolean;
  disks: DiskWays;
  /** Whether virsh can go over to post-copy at its timeout. */
  knowsPostCopy: boolean;
}

const mainLoop = '1.2.1';
const inStream: DiskWays = { hasNbd: false, polls: true, knowsPause: false };
const byNbd: DiskWays = { hasNbd: true, polls: true, knowsPause: false };

const releases: readonly Release[] = [
  {
    version: '0.9',
    about: 'of 2010 to mid 2012, with the speed limit of QEMU',
    qemu: mainLoop,
    isUnlimited: false,
    polls: true,
    disks: inStream,
    knowsPostCopy: false,
  },
  {
    version: '0.10',
    about: 'of late 2012, the first without a limit of speed',
    qemu: mainLoop,
    isUnlimited: true,
    polls: true,
    disks: inStream,
    knowsPostCopy: false,
  },
  {
    version: '1.0.3',
    about: 'of 2013, the first that copies disks by NBD; QEMU as in Fedora 19',
    qemu: '1.4',
    isUnlimited: true,
    polls: true,
    disks: byNbd,
    knowsPostCopy: false,
  },
  {
    version: '1.2',
    about: 'of 2014 and 2015; QEMU as in Debian 8',
    qemu: '2.1',
    isUnlimited: true,
    polls: true,
    disks: byNbd,
    knowsPostCopy: false,
  },
  {
    version: '6',
    about: 'of 2020; QEMU as in Ubuntu 20.04',
    qemu: '4.2',
    isUnlimited: true,
    polls: false,
    disks: { hasNbd: true, polls: false, knowsPause: true },
    knowsPostCopy: true,
  },
];

const kinds = {
  lm: 'pre-copy of RAM, shared storage (virsh migrate --live)',
  'stop-and-copy': 'the guest is stopped first (virsh migrate without --live)',
};

/** libvirt by `virsh migrate --live`, with the QEMU of its time; `over` puts it above another one. */
export const libvirtStacks: readonly Stack[] = releases.map((release) => {
  const { version, qemu } = release;
  const stack = qemu === mainLoop ? overMainLoop(release) : overThread(release, qemu);
  return {
    ...stack,
    name: `libvirt-${version}`,
    over: (other) => overThread(release, other),
  };
});

function common({ version, about, knowsPostCopy }: Release, qemu: string) {
  return {
    name: `libvirt-${version}/qemu-${qemu}`,
    about: `virsh migrate --live by libvirt ${version} ${about}`,
    versions: [`libvirt ${version}`, `QEMU ${qemu}`],
    timeout: knowsPostCopy
      ? 'virsh migrate --timeout: the guest is suspended then, or goes over to post-copy'
      : 'virsh migrate --timeout: the guest is suspended then',
  };
}

/** Over a QEMU with a migration thread. */
function overThread(release: Release, qemu: string): Stack {
  const { polls, isUnlimited, knowsPostCopy, disks } = release;
  const blm = libvirtDiskKind(qemu, disks);
  return {
    ...common(release, qemu),
    implies: ({ libvirt }) => ((libvirt?.timeoutPostCopy ?? 0) > 0 ? ['postcopy-ram'] : []),
    profile: 'qemu-7.2-bench',
    qemu,
    ...(knowsPostCopy && {
      lacks: byItself('parameters.libvirt.timeoutPostCopy of 1 goes over at migration.timeout'),
    }),
    constants: {
      ...qemuUnderLibvirt(qemu, isUnlimited),
      ...libvirtDiskGroups(qemu, disks),
      libvirt: {
        ...libvirtConstants(asksForStatus(polls, qemu), false),
        ...libvirtDiskConstants(qemu, disks),
        ...virshConstants,
        ...(knowsPostCopy && timeoutConstants),
      },
    },
    kinds: {
      ...kinds,
      ...(blm !== undefined && { blm: `${blm} (virsh migrate --live --copy-storage-inc)` }),
    },
    migrate: migrateOverThread,
  };
}

/** Over a QEMU that migrates in its main loop, as in the days of libvirt 0.9 and 0.10, disks in its stream. */
function overMainLoop(release: Release): Stack {
  const { maxBandwidth } = qemuUnderLibvirt('1.4', release.isUnlimited).qemu;
  const { pollSeconds } = libvirtConstants(true, false);
  const constants: ConstantGroups = {
    qemu: { ...qemu121.constants.qemu, maxBandwidth: maxBandwidth },
    libvirt: { pollSeconds: pollSeconds!, ...virshConstants },
  };
  return {
    ...common(release, mainLoop),
    profile: 'qemu-1.2.1-bench',
    idleDisks: true,
    constants,
    kinds: {
      ...kinds,
      blm: 'the disk in the stream, then pre-copy of RAM (virsh migrate --live --copy-storage-inc)',
    },
    migrate: migrateOverMainLoop,
  };
}

function* migrateOverThread(bed: Testbed, kind: MigrationKind): Process {
  const { journal, sim } = bed.migration;
  const { prepareSeconds = 0, timeoutPostCopy = 0 } = bed.constants.libvirt!;
  const goesOver = timeoutPostCopy > 0;
  const pace = paceOf(bed);
  const begunAt = sim.now;
  yield bed.services.work(prepareSeconds * pace);
  const { control, finished } = startJob(goesOver ? withCapability(bed, 'postcopy-ram') : bed, kind, pace);
  const timer = sim.spawn(
    atTimeout(bed, begunAt, () => {
      if (goesOver) control.startPostCopy();
      else control.pauseGuest(whySuspended(bed));
    }),
  );
  yield finished;
  timer.interrupt('the migration is over');
  journal.finishedAt = sim.now;
}

function* migrateOverMainLoop(bed: Testbed, kind: MigrationKind): Process {
  const { migration, services, constants } = bed;
  const { journal, sim } = migration;
  const pace = paceOf(bed);
  const begunAt = sim.now;
  yield services.work(constants.libvirt!.prepareSeconds! * pace);
  const timer = sim.spawn(
    atTimeout(bed, begunAt, () => {
      suspend(migration, whySuspended(bed));
    }),
  );
  yield* performInMainLoop(bed, kind, pace, kind !== 'stop-and-copy');
  timer.interrupt('the migration is over');
  journal.finishedAt = sim.now;
}

function paceOf({ steps, random }: Testbed): number {
  return Math.exp(steps.spread * random.normal());
}

/** virsh's own timer, which runs from the command on and knows nothing of the migration but that it still runs. */
function* atTimeout({ request, migration }: Testbed, begunAt: number, action: () => void): Process {
  const { timeoutSeconds } = request;
  if (timeoutSeconds === null) return;
  yield delay(Math.max(0, begunAt + timeoutSeconds - migration.sim.now));
  action();
}

function whySuspended({ request }: Testbed): string {
  return `virsh suspended the guest after its timeout of ${request.timeoutSeconds} s`;
}
