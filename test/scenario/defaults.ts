import type { ProfileDefaults } from '../../scenario/scenario.js';
import { InputError } from '../../scenario/input-error.js';

/** What a stack and its profile could say; the figures are round, so that a test can be read. */
export function defaultsFor(stack: string, profile: string | undefined): ProfileDefaults {
  if (stack !== 'openstack-icehouse' && stack !== 'qemu-1.2.1') {
    throw new InputError(`stack is ${stack}: must be one of openstack-icehouse, qemu-1.2.1`);
  }
  if (profile !== undefined && profile !== 'icclab-2014') {
    throw new InputError(`profile is ${profile}: must be icclab-2014`);
  }
  return {
    profile: profile ?? 'icclab-2014',
    hosts: { cpus: 24, cores: 12, load: 0 },
    link: { rate: 125e6, goodput: 116.25e6, latency: 1e-4, sharing: 'occupancy' },
    layout: 'spread',
    resident: (ram) => 200e6 + ram / 64,
    diskAllocated: () => 200e6,
    downtimeLimit: 0.03,
    maxBandwidth: Infinity,
    workloadPeriod: 0.05,
  };
}
