import { cloudHypervisor51, cloudHypervisor52 } from '../models/stacks/cloud-hypervisor.js';
import { hyperV2008R2, hyperV2012R2 } from '../models/stacks/hyper-v.js';
import { libvirtStacks } from '../models/stacks/libvirt.js';
import { novaStacks } from '../models/stacks/nova.js';
import { kubevirtStack, kubevirtVersions } from '../models/stacks/kubevirt.js';
import { openstackIcehouse } from '../models/stacks/openstack-icehouse.js';
import { ovirtStacks } from '../models/stacks/ovirt.js';
import { proxmoxStack } from '../models/stacks/proxmox.js';
import { qemu121 } from '../models/stacks/qemu-1.2.1.js';
import { qemuReleases } from '../models/stacks/qemu-releases.js';
import { qemuStack } from '../models/stacks/qemu.js';
import { ownLimit } from '../models/stacks/own-limit.js';
import type { Stack } from '../models/stacks/stack.js';
import { vmware41, vmware50 } from '../models/stacks/vmware.js';
import { xen42, xen420 } from '../models/stacks/xen.js';
import { didYouMean } from './did-you-mean.js';
import { InputError } from './input-error.js';
import type { Profile } from './profile.js';
import icclab2014 from './profiles/icclab-2014.json' with { type: 'json' };
import qemu72Bench from './profiles/qemu-7.2-bench.json' with { type: 'json' };
import qemu121Bench from './profiles/qemu-1.2.1-bench.json' with { type: 'json' };
import server10g from './profiles/server-10g.json' with { type: 'json' };
import type { ProfileDefaults } from './scenario.js';

/** Every product that can be simulated. */
export const stacks: readonly Stack[] = [
  openstackIcehouse,
  qemu121,
  ...novaStacks,
  ...libvirtStacks,
  ...['1.6', '2.0', '2.1', '2.5', '2.9', '4.0', '5.2', '6.2', '7.2', '8.2', '9.2', '10.2'].map(qemuStack),
  ...kubevirtVersions.map((version) => kubevirtStack(version)),
  ...ovirtStacks,
  proxmoxStack(),
  xen42,
  xen420,
  vmware41,
  vmware50,
  hyperV2008R2,
  hyperV2012R2,
  cloudHypervisor51,
  cloudHypervisor52,
];

/** Every test bed that ships with migsim; nothing was measured at the last, for products that nobody measured. */
export const profiles: readonly Profile[] = [
  icclab2014,
  qemu121Bench,
  qemu72Bench,
  server10g,
] as unknown as readonly Profile[];

/**
 * The stack of that name: one of the list, a release of QEMU that the list leaves out ('qemu-2.3'), or NAME/qemu-VERSION,
 * which puts an orchestrator of the list over another release of QEMU. Any from 1.4 on will do: its constants come from
 * their histories.
 *
 * QEMU 1.0 to 1.3 are all 'qemu-1.2.1'.
 *
 * @throws InputError that names the known ones.
 * @example
 * findStack('qemu-1.2.1').versions // => ['QEMU 1.2.1']
 * findStack('nova-liberty/qemu-2.9').versions // => ['Nova 12 to 14', 'libvirt 1.3', 'QEMU 2.9']
 */
export function findStack(name: string): Stack {
  const slash = name.indexOf('/');
  if (slash >= 0) return findOver(name, name.slice(0, slash), name.slice(slash + 1));
  const version = name.startsWith('qemu-') ? name.slice('qemu-'.length) : '';
  // The rules of 1.2.1 are those of the releases around it.
  if (['1.0', '1.1', '1.2', '1.3'].includes(version)) return qemu121;
  const isListed = stacks.some((stack) => stack.name === name);
  if (isListed) return find('stack', name, stacks);
  if (qemuReleases.includes(version)) return qemuStack(version);
  if (/^\d+(\.\d+)?$/u.test(version)) {
    throw new InputError(
      `stack is '${name}': no such release of QEMU; known: 1.0 to 1.3, ${qemuReleases.join(', ')}`,
    );
  }
  return find('stack', name, stacks);
}

/** An orchestrator over a QEMU that is not its own. */
function findOver(name: string, product: string, engine: string): Stack {
  const stack = find('stack', product, stacks);
  const wrong = (rule: string) => new InputError(`stack is '${name}': ${rule}`);
  if (!stack.over) throw wrong(`${product} stands over no other QEMU`);
  const version = /^qemu-(?<version>.+)$/u.exec(engine)?.groups?.version;
  if (version === undefined) throw wrong('after the stroke comes qemu-VERSION, such as qemu-7.2');
  if (!qemuReleases.includes(version)) {
    throw wrong(`no release ${version} of QEMU with a migration thread; known: ${qemuReleases.join(', ')}`);
  }
  return stack.over(version);
}

/**
 * The profile of that name.
 *
 * @throws InputError that names the known ones.
 * @example
 * findProfile('qemu-1.2.1-bench').layout // => 'bottom'
 */
export function findProfile(name: string): Profile {
  return find('profile', name, profiles);
}

function find<T extends { name: string }>(what: string, name: string, known: readonly T[]): T {
  const found = known.find((one) => one.name === name);
  if (found) return found;
  const names = known.map((one) => one.name);
  const near = didYouMean(name, names);
  const hint = near === undefined ? `known: ${names.join(', ')}` : `did you mean ${near}?`;
  throw new InputError(`${what} is '${name}': no such ${what}; ${hint}`);
}

/**
 * What a stack and a profile (by default the stack's own) say of the fields that a scenario leaves open.
 *
 * @throws InputError for an unknown stack or profile.
 * @example
 * defaultsFor('qemu-1.2.1', undefined).downtimeLimit // => 0.03
 */
export function defaultsFor(stackName: string, profileOrName: Profile | string | undefined): ProfileDefaults {
  const stack = findStack(stackName);
  const profile =
    typeof profileOrName === 'object' ? profileOrName : findProfile(profileOrName ?? stack.profile);
  const { hosts, link, layout, workloadPeriod, constants } = profile;
  const { residentBase, residentPerRam } = constants.guest;
  return {
    profile: profile.name,
    hosts,
    link,
    layout,
    workloadPeriod,
    resident: (ram) => Math.min(ram, residentBase.value + residentPerRam.value * ram),
    diskAllocated: (size) => Math.min(size, constants.disk.allocatedBytes.value),
    downtimeLimit: ownLimit(stack, 'downtimeLimitSeconds') ?? Infinity,
    maxBandwidth: ownLimit(stack, 'maxBandwidth') ?? Infinity,
  };
}
