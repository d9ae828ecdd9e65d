import type { BurstParameters } from '../models/burst.js';
import type { MainLoopRules } from '../models/migration/migration.js';
import type { ConstantGroups, Stack } from '../models/stacks/stack.js';
import type { Profile, ProfileValues } from './profile.js';

/** The numbers a world is built with: a stack's and a profile's constants after all overrides, SI. */
export interface Parameters {
  values: ProfileValues;
  burst: BurstParameters & { networkSlowdown: number };
  rules: Omit<MainLoopRules, 'downtimeLimitSeconds' | 'maxBandwidth' | 'stopSeconds' | 'loadSeconds'>;
  libvirtPollSeconds: number;
}

export function bareValues(groups: ConstantGroups): Record<string, Record<string, number>> {
  return Object.fromEntries(
    Object.entries(groups).map(([group, constants]) => [
      group,
      Object.fromEntries(Object.entries(constants).map(([name, constant]) => [name, constant.value])),
    ]),
  );
}

export function resolveParameters(stack: Stack, profile: Profile): Parameters {
  const stackValues = bareValues(stack.constants);
  const qemu = stackValues['qemu']!;
  return {
    values: bareValues(profile.constants) as unknown as ProfileValues,
    burst: { networkSlowdown: 0, ...profile.burst },
    rules: qemu as unknown as Parameters['rules'],
    libvirtPollSeconds: stackValues['libvirt']?.['pollSeconds'] ?? 0,
  };
}
