import type { Process } from '../../sim/process.js';
import { pageBytes } from '../migration/migration.js';
import { asksForStatus, libvirtConstants, qemuUnderLibvirt } from './libvirt-constants.js';
import { libvirtDiskConstants, libvirtDiskGroups, libvirtDiskKind, type DiskWays } from './libvirt-disks.js';
import { startJob } from './libvirt-job.js';
import {
  actionConstants,
  concurrencyConstants,
  novaDowntime,
  permitConstants,
  pollConstants,
  progressConstants,
  timeConstants,
} from './nova-constants.js';
import {
  completionTimeout,
  dataGib,
  exponentialSteps,
  linearSteps,
  python2,
  python3,
  type Division,
  type DowntimeOptions,
  type DowntimeStep,
} from './nova-downtime.js';
import { migrateByNova } from './nova-flow.js';
import { monitorByNova, type NovaRules } from './nova-monitor.js';
import { isSince } from './qemu-constants.js';
import { byItself, type Constant, type ConstantValues, type MigrationKind, type Stack } from './stack.js';
import type { Testbed } from './testbed.js';
import { withCapability } from './with-capability.js';

/** Releases of Nova that go about migrations in the same way. */
interface Release {
  name: string;
  about: string;
  nova: string;
  /** As Ubuntu's archive had them together with that release of OpenStack, or (Liberty to Newton) with one of them, Mitaka. */
  libvirt: string;
  qemu: string;
  /** Whether that libvirt asks QEMU every 50 ms; later ones get events. */
  polls: boolean;
  isTunnelled: boolean;
  /** Whether that libvirt lets QEMU pause before the switchover. */
  knowsPause: boolean;
  constants: Readonly<Record<string, Constant>>;
  /** The steps of the limit of downtime; absent where Nova leaves it to QEMU. */
  steps?: (gib: number, options: DowntimeOptions, divide: Division) => DowntimeStep[];
  divide: Division;
  /** Whether a release goes over to post-copy by itself. */
  switchesToPostCopy: boolean;
}

const releases: readonly Release[] = [
  {
    name: 'nova-juno',
    about: 'OpenStack Juno: live and tunnelled; one blocking call that nothing ends',
    nova: 'Nova 2014.2',
    libvirt: '1.2.8',
    qemu: '2.1',
    polls: true,
    isTunnelled: true,
    knowsPause: false,
    constants: {},
    divide: python2,
    switchesToPostCopy: false,
  },
  {
    name: 'nova-kilo',
    about: 'OpenStack Kilo: Nova watches every migration and ends none',
    nova: 'Nova 2015.1',
    libvirt: '1.2.12',
    qemu: '2.2',
    polls: true,
    isTunnelled: true,
    knowsPause: false,
    constants: pollConstants,
    divide: python2,
    switchesToPostCopy: false,
  },
  {
    name: 'nova-liberty',
    about: 'OpenStack Liberty to Newton: downtime in growing steps, timeouts of progress and completion',
    nova: 'Nova 12 to 14',
    libvirt: '1.3',
    qemu: '2.5',
    polls: false,
    isTunnelled: true,
    knowsPause: false,
    constants: {
      ...pollConstants,
      ...timeConstants(10),
      ...progressConstants(150),
      ...permitConstants,
      ...concurrencyConstants,
    },
    steps: exponentialSteps,
    divide: python2,
    switchesToPostCopy: true,
  },
  {
    name: 'nova-ocata',
    about: 'OpenStack Ocata to Rocky: downtime in even steps, a timeout of completion',
    nova: 'Nova 15 to 18',
    libvirt: '2.5',
    qemu: '2.8',
    polls: false,
    isTunnelled: false,
    knowsPause: false,
    constants: {
      ...pollConstants,
      ...timeConstants(3),
      ...progressConstants(0),
      ...permitConstants,
      ...concurrencyConstants,
    },
    steps: linearSteps,
    divide: python2,
    switchesToPostCopy: true,
  },
  {
    name: 'nova-stein',
    about: 'OpenStack Stein and later: downtime in even steps; at the timeout it aborts or forces the end',
    nova: 'Nova 19 to 33',
    libvirt: '5.0',
    qemu: '3.1',
    polls: false,
    isTunnelled: false,
    knowsPause: true,
    constants: {
      ...pollConstants,
      ...timeConstants(3),
      ...permitConstants,
      ...actionConstants,
      ...concurrencyConstants,
    },
    steps: linearSteps,
    divide: python3,
    switchesToPostCopy: false,
  },
];

const tunnelSource =
  'nova/virt/libvirt/driver.py, live_migration_flag, Nova 2014.2 to 14.x: on; 15.0.0 and later (commit 73f1fda7): off';

/** Releases of Nova with the QEMU of their time; `over` puts one above another QEMU. */
export const novaStacks: readonly Stack[] = releases.map((release) => ({
  ...novaStack(release, release.qemu),
  name: release.name,
  over: (qemu) => novaStack(release, qemu),
}));

function novaStack(release: Release, qemu: string): Stack {
  const { name, about, nova, libvirt, polls, isTunnelled, constants, steps } = release;
  const ofQemu = qemuUnderLibvirt(qemu);
  const disks: DiskWays = { hasNbd: true, polls, knowsPause: release.knowsPause };
  return {
    name: `${name}/qemu-${qemu}`,
    about,
    versions: [nova, `libvirt ${libvirt}`, `QEMU ${qemu}`],
    // Of the profiles the one with Nova's own steps; the others' are of a bench without an orchestrator.
    profile: 'icclab-2014',
    qemu,
    constants: {
      ...ofQemu,
      ...(steps && { qemu: { ...ofQemu.qemu, downtimeLimitSeconds: novaDowntime } }),
      ...libvirtDiskGroups(qemu, disks),
      libvirt: {
        ...libvirtConstants(asksForStatus(polls, qemu), isTunnelled, tunnelSource),
        ...libvirtDiskConstants(qemu, disks),
      },
      ...(Object.keys(constants).length > 0 && { nova: constants }),
    },
    ...('maxConcurrentMigrations' in constants && { outboundLimit: ['nova', 'maxConcurrentMigrations'] }),
    implies: (values) => permittedBy(values, qemu),
    ...('permitPostCopy' in constants && {
      lacks: byItself('parameters.nova.permitPostCopy of 1 lets it go over'),
    }),
    ...(steps && { isWatched: true }),
    ...(steps && { timeout: 'live_migration_completion_timeout, in all instead of per GiB' }),
    kinds: {
      lm: 'pre-copy over shared storage (nova live-migration)',
      blm: `${libvirtDiskKind(qemu, disks, isTunnelled)!} (nova live-migration --block-migrate)`,
    },
    migrate: (bed, kind) => migrateByNova(bed, kind, (pace) => perform(release, qemu, bed, kind, pace)),
  };
}

/** libvirt's part, watched as this release does. */
function* perform(release: Release, qemu: string, bed: Testbed, kind: MigrationKind, pace: number): Process {
  const permitted = withPermitted(bed, qemu);
  const { control, finished } = startJob(permitted, kind, pace);
  const { pollSeconds } = bed.constants.nova ?? {};
  if (pollSeconds === undefined) yield finished;
  else yield* monitorByNova(control, rulesOf(release, permitted, kind, pollSeconds));
}

/**
 * The test bed with the capabilities that Nova may use, of those that this QEMU has: auto-converge only where there is
 * no post-copy. libvirt refuses post-copy through its tunnel, so there the stream goes the direct way.
 *
 * @example
 * // parameters.nova.permitAutoConverge of 1
 * withPermitted(bed, '2.5').request.capabilities.has('auto-converge') // => true
 */
export function withPermitted(bed: Testbed, qemu: string): Testbed {
  const [permitted] = permittedBy(bed.constants, qemu);
  if (permitted === undefined) return bed;
  if (permitted !== postCopy) return withCapability(bed, permitted);
  const constants = { ...bed.constants, libvirt: { ...bed.constants.libvirt, tunnelled: 0 } };
  return withCapability({ ...bed, constants }, postCopy);
}

function permittedBy({ nova }: ConstantValues, qemu: string): readonly string[] {
  const { permitPostCopy = 0, permitAutoConverge = 0 } = nova ?? {};
  if (permitPostCopy > 0 && isSince(qemu, firstWithPostCopy)) return [postCopy];
  return permitAutoConverge > 0 && isSince(qemu, firstWithAutoConverge) ? ['auto-converge'] : [];
}

const postCopy = 'postcopy-ram';
const firstWithPostCopy = '2.5';
const firstWithAutoConverge = '1.6';

/** The rules of a release for this guest. */
function rulesOf(
  release: Release,
  { constants, migration, request, disk }: Testbed,
  kind: MigrationKind,
  pollSeconds: number,
): NovaRules {
  const isCopied = kind === 'blm' && disk.sizeBytes > 0;
  // The file's size: by default an image is a qcow2 over its base.
  const gib = dataGib(
    migration.guest.memory.pages * pageBytes,
    isCopied ? [disk.allocatedBytes] : [],
    release.divide,
  );
  const {
    downtimeSteps = 0,
    downtimeDelaySecondsPerGib = 0,
    completionTimeoutSecondsPerGib = 0,
    progressTimeoutSeconds = 0,
    forceComplete = 0,
  } = constants.nova!;
  const options = {
    downtimeMilliseconds: 1000 * request.downtimeLimitSeconds,
    steps: downtimeSteps,
    delaySecondsPerGib: downtimeDelaySecondsPerGib,
  };
  const steps = release.steps?.(gib, options, release.divide);
  return {
    pollSeconds,
    steps: steps ?? [],
    progressTimeoutSeconds,
    completionTimeoutSeconds:
      request.timeoutSeconds ?? completionTimeout(gib, completionTimeoutSecondsPerGib),
    completionTimeoutRule:
      request.timeoutSeconds === null
        ? `live_migration_completion_timeout of ${completionTimeoutSecondsPerGib} s/GiB x ${Number(gib.toPrecision(4))} GiB`
        : 'migration.timeout',
    forcesCompletion: forceComplete > 0,
    permitsPostCopy: request.capabilities.has(postCopy),
    switchesToPostCopy: release.switchesToPostCopy,
  };
}
