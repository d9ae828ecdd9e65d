import type { BurstParameters } from '../models/burst.js';
import type { Constant } from '../models/stacks/stack.js';
import type { HostDefaults, Layout, LinkSpec } from './scenario.js';

/** A place where migrations run: the hosts, the link, and what things cost there, fitted or measured. */
export interface Profile {
  name: string;
  about: string;
  hosts: HostDefaults;
  link: LinkSpec;
  layout: Layout;
  /** Seconds: the period of a workload that states none. */
  workloadPeriod: number;
  burst: BurstParameters & { about: string; source: string };
  constants: ProfileConstants;
  /** What set one campaign of measurements at this place apart from the others, found by the fit; nothing physical. */
  campaign: Record<'offsetSeconds' | 'hiddenTraffic', Constant>;
  /** What was free in the fit, with bounds and 80 % intervals (bootstrap over the figures). */
  fitted?: Record<string, FittedParameter>;
  /** How well the fit does; absent where nothing was fitted. */
  fit?: FitRecord;
}

/** A free parameter of the fit; a shape of a distribution can be one, so these are not all constants. */
export interface FittedParameter {
  value: number;
  unit: string;
  bounds: readonly [number, number];
  interval: readonly [number, number];
}

/** What a fit leaves behind in its profile. Errors are of predicted medians of times, absolute, in percent. */
export interface FitRecord {
  /** Over all measured times. */
  meanAbsolutePercentError: number;
  worstCellPercent: number;
  /** The same, each figure predicted by a fit that has not seen it. */
  leaveOneOutPercent: number;
  leaveOneOutWorstPercent: number;
  /** Both by table. */
  tables: Record<string, Record<'calibration' | 'prediction', ErrorSummary>>;
  /** Replications a cell. */
  replications: number;
  /** SHA-256 over what the scores were made from: tables, stack constants, fit method. */
  inputs: string;
}

export interface ErrorSummary {
  figures: number;
  meanPercent: number;
  worstPercent: number;
}

/** Names of a profile's constants, by group. */
export const profileGroups = {
  cpu: [
    'zeroPageSeconds',
    'cleanPageSeconds',
    'syncPageSeconds',
    'firstWriteSeconds',
    'networkByteSeconds',
    'softInterruptByteSeconds',
    'hyperThreadGain',
    'setupSeconds',
    'busySetupSeconds',
    'stopSeconds',
    'loadSeconds',
    'wakeSeconds',
    'wakeSpread',
    'stallsPerSecond',
    'stallsSpread',
    'stallSeconds',
    'spread',
  ],
  stream: [
    'sendBufferBytes',
    'deepBufferBytes',
    'deepSpread',
    'deepChangeSeconds',
    'deepPerSecond',
    'deepRunSpread',
    'deepSeconds',
    'writableShare',
    'fillSpread',
    'spread',
    'receiveWindowBytes',
    'busyGuestLoss',
  ],
  queue: ['migration', 'icmpFlood', 'icmpPaced', 'udp', 'tcp', 'spread'],
  destination: ['zeroPageSeconds', 'dataPageSeconds', 'spread'],
  guest: [
    'lowZeroBytes',
    'residentBase',
    'residentPerRam',
    'touchedShare',
    'idleBytes',
    'idleVisitsPerSecond',
    'visitSeconds',
    'drift',
    'stallsPerSecond',
    'stallSeconds',
  ],
  disk: ['allocatedBytes', 'readRate'],
  steps: [
    'beforeSeconds',
    'afterSeconds',
    'blockSeconds',
    'handoverSeconds',
    'retransmissionSeconds',
    'spread',
  ],
} as const;

type Groups = typeof profileGroups;

export type ProfileConstants = {
  [G in keyof Groups]: Record<Groups[G][number], Constant>;
};

/** The bare numbers of a profile, SI. */
export type ProfileValues = {
  [G in keyof Groups]: Record<Groups[G][number], number>;
};
