import type { Process } from '../../sim/process.js';
import { orchestrated, withQemu } from './orchestrated.js';
import { ovirtMonitor } from './ovirt-monitor.js';
import { ovirtPolicies, type OvirtAction, type OvirtPolicy, type OvirtStep } from './ovirt-policies.js';
import { qemuConstantGroups } from './qemu-constants.js';
import { qemuStack } from './qemu.js';
import type { Constant, ConstantValues, MigrationKind, Stack } from './stack.js';
import type { Testbed } from './testbed.js';

/**
 * oVirt 4.5 (RHV 4.4) with one of its migration policies: engine and vdsm above libvirt above a QEMU. EL 8.6 has QEMU
 * 6.2; zero-copy came with 7.1, so the policy that uses it runs on EL 9.2's 7.2.
 *
 * @example
 * ovirtStack(ovirtPolicies[0]).name // => 'ovirt-minimal-downtime'
 */
export function ovirtStack(policy: OvirtPolicy, qemuVersion?: string): Stack {
  const qemu = qemuVersion ?? (policy.capabilities.includes('zero-copy-send') ? '7.2' : '6.2');
  const engine = qemuStack(qemu);
  return {
    name: policy.name,
    about: `oVirt 4.5, policy ${policy.title}: ${policy.about}`,
    versions: ['oVirt 4.5', 'vdsm 4.50', `QEMU ${qemu}`],
    profile: 'server-10g',
    qemu,
    over: (other) => ({ ...ovirtStack(policy, other), name: `${policy.name}/qemu-${other}` }),
    constants: {
      ...qemuConstantGroups(qemu),
      qemu: {
        ...engine.constants.qemu,
        downtimeLimitSeconds: {
          value: policy.initialDowntimeSeconds,
          unit: 's',
          about: "the policy's first downtime",
          source: policy.source,
        },
        maxBandwidth: {
          value: Infinity,
          unit: 'bytes/s',
          about: 'unlimited stands for the cluster setting Auto: the link by ovirt.maxMigrations',
          source: 'MigrateVmCommand.java, getMaxBandwidth, 4.3 and later',
        },
      },
      ovirt: constantsOf(policy),
    },
    implies: () => policy.capabilities,
    isWatched: true,
    outboundLimit: ['ovirt', 'maxMigrations'],
    kinds: { lm: 'live migration of RAM, disks shared' },
    lacks: { blm: 'oVirt moves disks by live storage migration, apart from the migration of a guest' },
    migrate: (bed, kind) => migrateByVdsm(bed, kind, policy),
  };
}

/** One for each policy that the engine ships, on the QEMU of oVirt 4.5. */
export const ovirtStacks: readonly Stack[] = ovirtPolicies.map((policy) => ovirtStack(policy));

function constantsOf({ steps, lastActions, maxMigrations, source }: OvirtPolicy): Record<string, Constant> {
  const constants: Record<string, Constant> = {
    pollSeconds: {
      value: 10,
      unit: 's',
      about: "how often vdsm's monitor looks",
      source: 'vdsm 4.50, config.py, migration_monitor_interval',
    },
    maxMigrations: {
      value: maxMigrations,
      unit: '1',
      about: 'migrations from a host at a time; each may use that share of the link, in whole MiB/s',
      source,
    },
  };
  steps.forEach(([limit, downtime], index) => {
    constants[`step${index + 1}Limit`] = {
      value: limit,
      unit: '1',
      about: `step ${index + 1} comes when more iterations than this have begun since the first that was seen`,
      source,
    };
    constants[`step${index + 1}DowntimeSeconds`] = {
      value: downtime,
      unit: 's',
      about: `the downtime of step ${index + 1}`,
      source,
    };
  });
  for (const action of lastActions) {
    if (typeof action === 'string') continue;
    constants.lastDowntimeSeconds = {
      value: action.downtimeSeconds,
      unit: 's',
      about: 'the downtime at the next iteration after the last step, which lets nearly every guest stop',
      source,
    };
  }
  return constants;
}

function* migrateByVdsm(bed: Testbed, kind: MigrationKind, policy: OvirtPolicy): Process {
  const { pollSeconds, maxMigrations } = bed.constants.ovirt as {
    pollSeconds: number;
    maxMigrations: number;
  };
  const maxBandwidth = Math.min(bed.request.maxBandwidth, shareOfLink(bed.linkRate, maxMigrations));
  const configured = withQemu({ ...bed, request: { ...bed.request, maxBandwidth } }, policy.capabilities);
  yield* orchestrated(configured, kind, (control) =>
    ovirtMonitor(control, {
      pollSeconds,
      initialDowntimeSeconds: bed.request.downtimeLimitSeconds,
      schedule: scheduleOf(policy, bed.constants),
      policy: policy.title,
    }),
  );
}

/**
 * What the engine lets a migration have where nothing is said: the link's rate in Mbit/s by the migrations at a time
 * and by eight, taken for MiB/s and without fractions.
 *
 * @param linkRate bytes/s
 * @returns bytes/s
 * @example
 * shareOfLink(125e6, 2) // => 65011712, 62 MiB/s of 1 Gbit/s
 */
export function shareOfLink(linkRate: number, maxMigrations: number): number {
  const megabits = Math.floor((linkRate * 8) / 1e6);
  return Math.max(1, Math.floor(Math.floor(megabits / maxMigrations) / 8)) * 2 ** 20;
}

/** The policy's steps with the constants as they are after overrides, then its last actions. */
function scheduleOf(policy: OvirtPolicy, constants: ConstantValues): OvirtStep[] {
  const value = (name: string): number => constants.ovirt![name]!;
  const steps = policy.steps.map((_, index) => ({
    limit: value(`step${index + 1}Limit`),
    action: { downtimeSeconds: value(`step${index + 1}DowntimeSeconds`) },
  }));
  const last = (action: OvirtAction): OvirtAction =>
    typeof action === 'string' ? action : { downtimeSeconds: value('lastDowntimeSeconds') };
  return [...steps, ...policy.lastActions.map((action) => ({ limit: -1, action: last(action) }))];
}
