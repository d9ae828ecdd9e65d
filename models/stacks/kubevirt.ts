import type { Process } from '../../sim/process.js';
import type { Control } from '../migration/control.js';
import { pageBytes } from '../migration/migration.js';
import { mirrorConstants } from './disk-constants.js';
import { mirrorDisk } from './disk-copy.js';
import { kubevirtConstants, type KubevirtVersion } from './kubevirt-constants.js';
import { kubevirtMonitor, type KubevirtRules } from './kubevirt-monitor.js';
import { kubevirtStallMonitor, type StallMonitorRules } from './kubevirt-stall.js';
import { orchestrated, withQemu } from './orchestrated.js';
import { qemuConstantGroups } from './qemu-constants.js';
import { qemuStack } from './qemu.js';
import { byItself, type ConstantValues, type MigrationKind, type Stack } from './stack.js';
import type { Testbed } from './testbed.js';

/** What each release is, and the QEMU that its virt-launcher holds (hack/rpm-deps.sh, release notes). */
const releases: Readonly<Record<KubevirtVersion, { about: string; products: string; qemu: string }>> = {
  '1.3': {
    about: 'KubeVirt 1.3: 800 s a GB, then post-copy if allowed, else it aborts',
    products: 'KubeVirt 1.3',
    qemu: '8.2',
  },
  '1.4': {
    about: 'KubeVirt 1.4: 150 s a GB, then post-copy or a suspended guest if allowed, else it aborts',
    products: 'KubeVirt 1.4',
    qemu: '9.0',
  },
  '1.5': {
    about: 'KubeVirt 1.5 to 1.8: as 1.4, and multifd without being asked',
    products: 'KubeVirt 1.5 to 1.8',
    qemu: '9.1',
  },
  '1.9': {
    about: 'KubeVirt 1.9 as installed: the monitor of 1.4, multifd beside post-copy too',
    products: 'KubeVirt 1.9',
    qemu: '10.1',
  },
  '1.9-stall': {
    about: 'KubeVirt 1.9 with the feature gate MigrationStallDetection (alpha)',
    products: 'KubeVirt 1.9',
    qemu: '10.1',
  },
};

/** The releases that can be simulated. */
export const kubevirtVersions = Object.keys(releases) as readonly KubevirtVersion[];

/**
 * KubeVirt above libvirt above a QEMU, by default the one that the release ships.
 *
 * @example
 * kubevirtStack('1.5').versions // => ['KubeVirt 1.5 to 1.8', 'QEMU 9.1']
 */
export function kubevirtStack(version: KubevirtVersion, qemuVersion?: string): Stack {
  const { about, products, qemu: shipped } = releases[version];
  const qemu = qemuVersion ?? shipped;
  const engine = qemuStack(qemu);
  return {
    name: `kubevirt-${version}`,
    about,
    versions: [products, `QEMU ${qemu}`],
    profile: 'server-10g',
    qemu,
    over: (other) => ({ ...kubevirtStack(version, other), name: `kubevirt-${version}/qemu-${other}` }),
    timeout: 'the acceptable time for the whole migration, instead of completionTimeoutPerGiB for each GB',
    constants: {
      ...qemuConstantGroups(qemu),
      mirror: mirrorConstants(),
      qemu: {
        ...engine.constants.qemu,
        maxBandwidth: {
          value: Infinity,
          unit: 'bytes/s',
          about: 'bandwidthPerMigration is 0: libvirt asks for an unlimited speed',
          source: 'pkg/virt-config/virt-config.go, v1.0 and later',
        },
      },
      kubevirt: kubevirtConstants(version),
    },
    implies: impliedBy,
    isWatched: true,
    lacks: byItself('parameters.kubevirt.allowPostCopy of 1 goes over when the acceptable time is over'),
    outboundLimit: ['kubevirt', 'parallelOutboundMigrationsPerNode'],
    kinds: {
      lm: 'live migration of RAM, volumes shared (VirtualMachineInstanceMigration)',
      blm: 'block migration: the volume mirrored to NBD until ready, then RAM',
    },
    migrate: migrateByKubevirt,
  };
}

function* migrateByKubevirt(bed: Testbed, kind: MigrationKind): Process {
  const settings = bed.constants.kubevirt!;
  const rules = {
    ...settings,
    ...(settings.allowWorkloadDisruption !== undefined && {
      allowWorkloadDisruption: Math.max(settings.allowWorkloadDisruption, settings.allowPostCopy!),
    }),
    ...acceptableTime(bed, kind),
    initialDowntime: bed.request.downtimeLimitSeconds,
  };
  const monitor = (control: Control): Process =>
    settings.stallProgressSeconds === undefined
      ? kubevirtMonitor(control, rules as unknown as KubevirtRules)
      : kubevirtStallMonitor(control, rules as unknown as StallMonitorRules);
  yield* orchestrated(configure(bed), kind, monitor, { copyDisk: mirrorDisk });
}

/** The capabilities that the settings imply. */
function impliedBy({ kubevirt }: ConstantValues): readonly string[] {
  const { allowAutoConverge, allowPostCopy, parallelThreads, channelsBesidePostCopy } =
    kubevirt as unknown as KubevirtFlags;
  return [
    ...(allowAutoConverge > 0 ? ['auto-converge'] : []),
    ...(allowPostCopy > 0 ? ['postcopy-ram'] : []),
    ...(parallelThreads > 0 && (allowPostCopy === 0 || channelsBesidePostCopy > 0) ? ['multifd'] : []),
  ];
}

function configure(bed: Testbed): Testbed {
  const implied = impliedBy(bed.constants);
  const { parallelThreads } = bed.constants.kubevirt as unknown as KubevirtFlags;
  return withQemu(
    bed,
    implied,
    implied.includes('multifd') ? { multifd: { channels: parallelThreads } } : {},
  );
}

interface KubevirtFlags {
  allowAutoConverge: number;
  allowPostCopy: number;
  parallelThreads: number;
  channelsBesidePostCopy: number;
}

/**
 * The acceptable time: so much for each decimal GB of what is to be moved, rounded up; or what migration.timeout says.
 * What is to be moved are the guest's memory and its migrated disks.
 */
function acceptableTime(
  { migration, constants, request, disk }: Testbed,
  kind: MigrationKind,
): Pick<KubevirtRules, 'acceptableSeconds' | 'acceptableTerms'> {
  if (request.timeoutSeconds !== null) {
    return { acceptableSeconds: request.timeoutSeconds, acceptableTerms: 'as migration.timeout says' };
  }
  const { completionTimeoutPerGiB } = constants.kubevirt as { completionTimeoutPerGiB: number };
  const gigabytes = Math.ceil(
    (migration.guest.memory.pages * pageBytes + (kind === 'blm' ? disk.sizeBytes : 0)) / 1e9,
  );
  return {
    acceptableSeconds: completionTimeoutPerGiB * gigabytes,
    acceptableTerms: `${gigabytes} GB at completionTimeoutPerGiB = ${completionTimeoutPerGiB} s`,
  };
}
