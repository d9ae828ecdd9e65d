import type { BurstParameters } from '../models/burst.js';
import type { Constant } from '../models/stacks/stack.js';
import type { HostSpec, Layout, LinkSpec } from './scenario.js';

/** A place where migrations run: the hosts, the link, and what things cost there, fitted or measured. */
export interface Profile {
  name: string;
  about: string;
  hosts: HostSpec;
  link: LinkSpec;
  layout: Layout;
  /** Seconds: the period of a workload that states none. */
  workloadPeriod: number;
  burst: BurstParameters & { about: string; source: string };
  constants: ProfileConstants;
}

/** Names of a profile's constants, by group. */
export const profileGroups = {
  cpu: [
    'zeroPageSeconds',
    'cleanPageSeconds',
    'syncPageSeconds',
    'networkByteSeconds',
    'hyperThreadGain',
    'stopSeconds',
    'loadSeconds',
    'spread',
  ],
  stream: ['sendBufferBytes', 'writableShare', 'receiveWindowBytes'],
  queue: ['migration', 'control', 'icmpFlood', 'icmpPaced', 'udp', 'tcp'],
  destination: ['zeroPageSeconds', 'dataPageSeconds'],
  guest: ['residentBase', 'residentPerRam', 'dataShare', 'idleBytes', 'idleVisitsPerSecond', 'visitSeconds'],
  disk: ['allocatedBytes', 'readRate'],
  steps: ['beforeSeconds', 'afterSeconds', 'blockSeconds', 'handoverSeconds', 'controlBytes', 'spread'],
} as const;

type Groups = typeof profileGroups;

export type ProfileConstants = {
  [G in keyof Groups]: Record<Groups[G][number], Constant>;
};

/** The bare numbers of a profile, SI. */
export type ProfileValues = {
  [G in keyof Groups]: Record<Groups[G][number], number>;
};
