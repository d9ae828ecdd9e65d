import type { Process } from '../../sim/process.js';
import { pageBytes } from '../migration/migration.js';
import type { ThreadMigration } from '../migration/thread-migration.js';
import { mirrorConstants } from './disk-constants.js';
import { mirrorDisk } from './disk-copy.js';
import { orchestrated, withQemu } from './orchestrated.js';
import { proxmoxMonitor, type ProxmoxRules } from './proxmox-monitor.js';
import { isSince, qemuConstantGroups } from './qemu-constants.js';
import { qemuStack } from './qemu.js';
import type { Constant, MigrationKind, Stack } from './stack.js';
import type { Testbed } from './testbed.js';

const source = 'QemuMigrate.pm, phase2, qemu-server 9.2.6';

/** What qemu-server switches on. */
const implied = ['auto-converge', 'xbzrle'];

const constants: Readonly<Record<string, Constant>> = {
  pollSeconds: { value: 1, unit: 's', about: 'how often query-migrate is asked', source },
  fastPollSeconds: {
    value: 0.1,
    unit: 's',
    about: 'how often once less is left than a mean poll transferred',
    source,
  },
  stalledPolls: {
    value: 5,
    unit: '1',
    about: 'more polls than this with more left than before (or nothing) double the downtime',
    source,
  },
  longestDowntimeSeconds: {
    value: 2000,
    unit: 's',
    about: 'the downtime is doubled up to this, the longest that QEMU takes',
    source,
  },
  xbzrleCacheShare: {
    value: 0.1,
    unit: '1',
    about: 'share of the RAM that the XBZRLE cache has at least; its size is a power of two',
    source,
  },
  maxWorkers: {
    value: 1,
    unit: '1',
    about: 'jobs of a bulk migration at a time; 0: no limit, as for guests that are migrated one by one',
    source:
      'pve-manager, MigrateAll.js, the parallel jobs that the form begins with; the API takes max_workers of datacenter.cfg',
    accepts: { whole: true },
  },
};

/**
 * Proxmox VE above a QEMU, with no libvirt between them: by default 10.1, which Proxmox VE 9.1 has (9.2 has 11.0).
 *
 * @example
 * proxmoxStack().versions // => ['Proxmox VE 9', 'qemu-server 9.2.6', 'QEMU 10.1']
 */
export function proxmoxStack(qemuVersion = '10.1'): Stack {
  const engine = qemuStack(qemuVersion);
  return {
    name: 'proxmox-9',
    about: 'Proxmox VE 9: the downtime doubles until the guest may stop',
    versions: ['Proxmox VE 9', 'qemu-server 9.2.6', `QEMU ${qemuVersion}`],
    profile: 'server-10g',
    qemu: qemuVersion,
    over: (other) => ({ ...proxmoxStack(other), name: `proxmox-9/qemu-${other}` }),
    constants: {
      ...qemuConstantGroups(qemuVersion),
      mirror: mirrorConstants({ pollSeconds: mirrorPoll }),
      qemu: {
        ...engine.constants.qemu,
        downtimeLimitSeconds: {
          value: 0.1,
          unit: 's',
          about: 'the downtime that it begins with (migrate_downtime)',
          source: 'QemuServer.pm, qemu-server 9.2.6',
        },
        maxBandwidth: {
          value: 16 * 2 ** 30,
          unit: 'bytes/s',
          about: 'limit of rate where neither bwlimit nor migrate_speed is set',
          source,
        },
      },
      proxmox: { ...constants, switchesToActive: switchesToActive(qemuVersion) },
    },
    implies: () => implied,
    isWatched: true,
    outboundLimit: ['proxmox', 'maxWorkers'],
    kinds: {
      lm: 'live migration of RAM, disks on shared storage (qm migrate --online)',
      blm: 'the local disk mirrored to NBD until ready, then RAM (qm migrate --online --with-local-disks)',
    },
    migrate: migrateByQemuServer,
  };
}

function* migrateByQemuServer(bed: Testbed, kind: MigrationKind): Process {
  const settings = bed.constants.proxmox as unknown as ProxmoxRules & { xbzrleCacheShare: number };
  const ram = bed.migration.guest.memory.pages * pageBytes;
  const configured = withQemu(bed, implied, {
    xbzrle: { cacheBytes: powerOfTwoFrom(Math.floor(ram * settings.xbzrleCacheShare)) },
  });
  const rules = { ...settings, downtimeSeconds: bed.request.downtimeLimitSeconds };
  yield* orchestrated(configured, kind, (control) => proxmoxMonitor(control, rules), {
    notices: 'at a look',
    watches: 'RAM',
    copyDisk: mirrorLocalDisk,
  });
}

/** The mirror is ended when QEMU has sent all, in phase 3 and before the guest is resumed at the destination. */
function* mirrorLocalDisk(bed: Testbed, m: ThreadMigration): Process {
  const mirror = yield* mirrorDisk(bed, m, true);
  if (bed.constants.proxmox!.switchesToActive! > 0) mirror?.blockWrites();
}

const mirrorPoll = {
  value: 1,
  source: 'QemuServer/BlockJob.pm, qemu_drive_mirror_monitor, qemu-server 9: sleep between two looks',
};

function switchesToActive(qemu: string): Constant {
  return {
    value: isSince(qemu, firstWithBlockJobChange) ? 1 : 0,
    unit: '1',
    about:
      '1: once the mirror is ready, guest writes wait until the copy has them too; 0: it stays in the background',
    source: 'QemuMigrate.pm, phase2, qemu_drive_mirror_switch_to_active_mode: with QEMU 8.2 and later',
    accepts: { max: 1, whole: true },
  };
}

const firstWithBlockJobChange = '8.2';

/**
 * The least power of two that is at least that.
 *
 * @example
 * powerOfTwoFrom(1717986918) // => 2147483648: 2 GiB of cache for 16 GiB of RAM
 */
export function powerOfTwoFrom(bytes: number): number {
  return bytes < 2 ? 1 : 2 ** Math.ceil(Math.log2(bytes));
}
