import type { Profile } from '../scenario/profile.js';
import type { FitParameter } from './least-squares.js';
import { isChancy, oddCampaign, type StudyCell } from './study.js';

/** A parameter of the study's fit, and where in the profile it lives. */
export interface StudyParameter extends FitParameter {
  unit: string;
  /** Where a fit begins: an estimate made before any fit, so that the stored optimum plays no part in finding it again. */
  start: number;
  /** Which figures it can change; what it cannot change is not simulated again. */
  affects: (cell: StudyCell) => boolean;
  get(profile: Profile): number;
  set(profile: Profile, value: number): void;
}

type Constants = Profile['constants'];

function constant<G extends keyof Constants>(
  group: G,
  name: keyof Constants[G] & string,
  rest: Pick<StudyParameter, 'unit' | 'bounds' | 'step' | 'start' | 'affects'>,
): StudyParameter {
  const at = (profile: Profile) => (profile.constants[group] as Record<string, { value: number }>)[name]!;
  return {
    name: `${group}.${name}`,
    ...rest,
    get: (profile) => at(profile).value,
    set(profile, value) {
      at(profile).value = value;
    },
  };
}

const anyFigure = (): boolean => true;
const isBlock = ({ column }: StudyCell): boolean => column.startsWith('blm');
const isStressed = ({ row }: StudyCell): boolean => (row.stressed_mb ?? 0) > 0;
const isLoaded = ({ row, column }: StudyCell): boolean =>
  (row.offered_icmp_mbit_s ?? 0) > 0 || column.includes('_loaded');
const isOnBusyHosts = ({ row }: StudyCell): boolean => (row.host_cpu_load_percent ?? 0) > 0;
const isOddCampaign = ({ table }: StudyCell): boolean => table === oddCampaign;

/** Steps after the guest has moved, as a share of those before: Nova's clean-up against checks and set-up. */
const afterShare = 0.25;

/** QEMU's limit in the study, s. */
const downtimeLimitSeconds = 0.03;

/**
 * Stressed memory that an undisturbed call just allows, bytes: read off the limits and not fitted, the middle between the
 * largest that completed and the smallest that failed, 96 and 112 MiB on an idle network and 80 and 96 on a loaded one,
 * and 1.5 MiB more for what an idle guest rewrites besides.
 */
const limitBytes = { unloaded: 105.5 * 2 ** 20, loaded: 89.5 * 2 ** 20 };

/**
 * The slowest calls, which share their CPU with the network card's interrupts, bytes/s (measured QEMU 1.2.1 with
 * per-packet timers on the migrating CPU: 0.09 at 0.1 %, 0.18 at 10 %, 0.86 at 25 %).
 */
const slowest = 0.1e9;

/**
 * What is free in the fit: bounds that physics gives, steps of the difference quotients, and where to begin. The starts
 * are estimates by hand: 3.9 s of steps in all, 0.49 s/GiB of zero pages in half of the time, the kernel's page array and
 * as much again, half of the link under the flood.
 */
export const studyParameters: readonly StudyParameter[] = [
  {
    ...constant('steps', 'beforeSeconds', {
      unit: 's',
      bounds: [0.5, 6],
      step: 0.1,
      start: 3.1,
      affects: anyFigure,
    }),
    set(profile, value) {
      profile.constants.steps.beforeSeconds.value = value;
      profile.constants.steps.afterSeconds.value = value * afterShare;
    },
  },
  constant('cpu', 'zeroPageSeconds', {
    unit: 's/page',
    bounds: [0.2e-6, 1.5e-6],
    step: 0.03e-6,
    start: 0.93e-6,
    affects: anyFigure,
  }),
  constant('guest', 'residentBase', {
    unit: 'bytes',
    bounds: [20e6, 400e6],
    step: 10e6,
    start: 50e6,
    affects: anyFigure,
  }),
  constant('guest', 'residentPerRam', {
    unit: '1',
    bounds: [1 / 64, 6 / 64],
    step: 0.1 / 64,
    start: 2 / 64,
    affects: anyFigure,
  }),
  {
    ...constant('guest', 'touchedShare', {
      unit: '1',
      bounds: [0.7, 1],
      step: 0.01,
      start: 0.9,
      affects: isStressed,
    }),
    set(profile, value) {
      profile.constants.guest.touchedShare.value = value;
      // The limits are known as stressed memory: what of it is touched says how fast the fastest call is.
      setBurst(profile, {});
    },
  },
  constant('queue', 'icmpFlood', {
    unit: 'bytes',
    bounds: [50e3, 300e3],
    step: 4e3,
    start: 131072,
    affects: isLoaded,
  }),
  constant('steps', 'retransmissionSeconds', {
    unit: 's',
    bounds: [0, 3],
    step: 0.15,
    start: 1,
    affects: isLoaded,
  }),
  constant('steps', 'blockSeconds', { unit: 's', bounds: [0, 10], step: 0.2, start: 5, affects: isBlock }),
  constant('disk', 'allocatedBytes', {
    unit: 'bytes',
    bounds: [20e6, 400e6],
    step: 10e6,
    start: 200e6,
    affects: isBlock,
  }),
  constant('cpu', 'hyperThreadGain', {
    unit: '1',
    bounds: [0.2, 0.4],
    step: 0.02,
    start: 0.25,
    affects: isOnBusyHosts,
  }),
  {
    // As a number of calls and not as a share: the time that a migration waits for one is proportional to it.
    name: 'burst.callsPerFast',
    unit: '1',
    bounds: [16, 330],
    step: 10,
    start: 80,
    affects: isChancy,
    get: ({ burst }) => 1 / fastShareOf(burst),
    set: (profile, value) => setBurst(profile, { fastShare: 1 / value }),
  },
  {
    name: 'burst.slowEnd',
    unit: 'bytes/s',
    bounds: [0.6e9, 2e9],
    step: 0.06e9,
    start: 1e9,
    affects: isChancy,
    get: ({ burst }) => burst.quantiles[1]![1],
    set: (profile, value) => setBurst(profile, { slowEnd: value }),
  },
  {
    name: 'burst.callsPerUndisturbed',
    unit: '1',
    bounds: [100, 2000],
    step: 15,
    start: 330,
    affects: isChancy,
    get: ({ burst }) => 1 / undisturbedShareOf(burst),
    set: (profile, value) => setBurst(profile, { undisturbedShare: 1 / value }),
  },
  {
    name: 'campaign.hiddenTraffic',
    unit: 'bytes/s',
    bounds: [0, 60e6],
    step: 1.5e6,
    start: 12e6,
    affects: isOddCampaign,
    get: ({ campaign }) => campaign.hiddenTraffic.value,
    set(profile, value) {
      profile.campaign.hiddenTraffic.value = value;
    },
  },
  {
    name: 'campaign.offsetSeconds',
    unit: 's',
    bounds: [0, 3],
    step: 0.1,
    start: 1,
    affects: isOddCampaign,
    get: ({ campaign }) => campaign.offsetSeconds.value,
    set(profile, value) {
      profile.campaign.offsetSeconds.value = value;
    },
  },
];

type Burst = Profile['burst'];
const fastShareOf = ({ quantiles }: Burst): number => 1 - quantiles[1]![0] / 100;
const undisturbedShareOf = ({ quantiles }: Burst): number => 1 - quantiles[2]![0] / 100;

/**
 * The shape of the study's bursts: most calls are slowed by the network card's interrupts on the same CPU, some partly,
 * few not at all; those copy at the machine's own speed, give or take `undisturbedSpread`.
 */
function setBurst(
  profile: Profile,
  change: { fastShare?: number; slowEnd?: number; undisturbedShare?: number },
): void {
  const fastShare = change.fastShare ?? fastShareOf(profile.burst);
  const slowEnd = change.slowEnd ?? profile.burst.quantiles[1]![1];
  const undisturbedShare = change.undisturbedShare ?? undisturbedShareOf(profile.burst);
  const touchedBytes = limitBytes.unloaded * profile.constants.guest.touchedShare.value;
  const fastest = touchedBytes / downtimeLimitSeconds;
  profile.burst.networkSlowdown = limitBytes.unloaded / limitBytes.loaded - 1;
  profile.burst.quantiles = [
    [0, slowest],
    [100 * (1 - Math.max(fastShare, undisturbedShare + 1e-4)), slowEnd],
    [100 * (1 - undisturbedShare), fastest * (1 - undisturbedSpread)],
    [100, fastest],
  ];
}

/** Calls that nothing disturbs differ by this share (measured QEMU 1.2.1: p75 to p99 of the unloaded machine, 1.07-1.2). */
const undisturbedSpread = 0.1;
