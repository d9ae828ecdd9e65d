import type { Profile } from '../scenario/profile.js';
import type { FitParameter } from './least-squares.js';

/** A parameter of the study's fit, and where in the profile it lives. */
export interface StudyParameter extends FitParameter {
  unit: string;
  get(profile: Profile): number;
  set(profile: Profile, value: number): void;
}

type Constants = Profile['constants'];

function constant<G extends keyof Constants>(
  group: G,
  name: keyof Constants[G] & string,
  unit: string,
  bounds: readonly [number, number],
  step: number,
): StudyParameter {
  const at = (profile: Profile) => (profile.constants[group] as Record<string, { value: number }>)[name]!;
  return {
    name: `${group}.${name}`,
    unit,
    bounds,
    step,
    get: (profile) => at(profile).value,
    set(profile, value) {
      at(profile).value = value;
    },
  };
}

/** Steps after the guest has moved, as a share of those before: Nova's clean-up against checks and set-up. */
const afterShare = 0.25;

/** QEMU's limit in the study, s. */
const downtimeLimitSeconds = 0.03;

/**
 * The slowest calls, which share their CPU with the network card's interrupts, bytes/s (measured QEMU 1.2.1 with
 * per-packet timers on the migrating CPU: 0.09 at 0.1 %, 0.18 at 10 %, 0.86 at 25 %).
 */
const slowest = 0.1e9;

/** What is free in the fit, with bounds that physics gives and the steps of the difference quotients. */
export const studyParameters: readonly StudyParameter[] = [
  {
    ...constant('steps', 'beforeSeconds', 's', [0.5, 6], 0.2),
    set(profile, value) {
      profile.constants.steps.beforeSeconds.value = value;
      profile.constants.steps.afterSeconds.value = value * afterShare;
    },
  },
  constant('cpu', 'zeroPageSeconds', 's/page', [0.2e-6, 1.5e-6], 0.05e-6),
  constant('guest', 'residentBase', 'bytes', [20e6, 400e6], 10e6),
  constant('guest', 'residentPerRam', '1', [1 / 64, 6 / 64], 0.1 / 64),
  constant('guest', 'touchedShare', '1', [0.7, 1], 0.02),
  constant('queue', 'icmpFlood', 'bytes', [50e3, 300e3], 5e3),
  constant('steps', 'retransmissionSeconds', 's', [0, 3], 0.2),
  constant('steps', 'blockSeconds', 's', [0, 10], 0.3),
  constant('cpu', 'hyperThreadGain', '1', [0.2, 0.4], 0.03),
  {
    name: 'burst.fastShare',
    unit: '1',
    bounds: [0.003, 0.06],
    step: 0.002,
    get: ({ burst }) => 1 - burst.quantiles[1]![0] / 100,
    set: (profile, value) => setBurst(profile, { fastShare: value }),
  },
  {
    name: 'burst.slowEnd',
    unit: 'bytes/s',
    bounds: [0.6e9, 1.6e9],
    step: 0.08e9,
    get: ({ burst }) => burst.quantiles[1]![1],
    set: (profile, value) => setBurst(profile, { slowEnd: value }),
  },
  {
    name: 'burst.undisturbedShare',
    unit: '1',
    bounds: [0.0005, 0.01],
    step: 0.0005,
    get: ({ burst }) => 1 - burst.quantiles[2]![0] / 100,
    set: (profile, value) => setBurst(profile, { undisturbedShare: value }),
  },
  {
    // As stressed memory that an undisturbed call just allows: the study saw 96 MiB complete and the next size fail.
    name: 'burst.limit',
    unit: 'bytes',
    bounds: [98 * 2 ** 20, 111 * 2 ** 20],
    step: 2 * 2 ** 20,
    get: ({ burst, constants }) =>
      (burst.quantiles.at(-1)![1] * downtimeLimitSeconds) / constants.guest.touchedShare.value,
    set: (profile, value) =>
      setBurst(profile, {
        fastest: (value * profile.constants.guest.touchedShare.value) / downtimeLimitSeconds,
      }),
  },
  {
    name: 'burst.networkSlowdown',
    unit: '1',
    bounds: [0.12, 0.28],
    step: 0.02,
    get: ({ burst }) => burst.networkSlowdown,
    set(profile, value) {
      profile.burst.networkSlowdown = value;
    },
  },
  {
    name: 'campaign.hiddenTraffic',
    unit: 'bytes/s',
    bounds: [0, 60e6],
    step: 1.5e6,
    get: ({ campaign }) => campaign.hiddenTraffic.value,
    set(profile, value) {
      profile.campaign.hiddenTraffic.value = value;
    },
  },
  {
    name: 'campaign.offsetSeconds',
    unit: 's',
    bounds: [0, 3],
    step: 0.2,
    get: ({ campaign }) => campaign.offsetSeconds.value,
    set(profile, value) {
      profile.campaign.offsetSeconds.value = value;
    },
  },
];

/**
 * The shape of the study's bursts: most calls are slowed by the network card's interrupts on the same CPU, some partly,
 * few not at all; those copy at the machine's own speed, give or take `undisturbedSpread`.
 */
function setBurst(
  profile: Profile,
  change: { fastShare?: number; slowEnd?: number; undisturbedShare?: number; fastest?: number },
): void {
  const { quantiles } = profile.burst;
  const fastShare = change.fastShare ?? 1 - quantiles[1]![0] / 100;
  const slowEnd = change.slowEnd ?? quantiles[1]![1];
  const undisturbedShare = change.undisturbedShare ?? 1 - quantiles[2]![0] / 100;
  const fastest = change.fastest ?? quantiles.at(-1)![1];
  profile.burst.quantiles = [
    [0, slowest],
    [100 * (1 - Math.max(fastShare, undisturbedShare + 1e-4)), slowEnd],
    [100 * (1 - undisturbedShare), fastest * (1 - undisturbedSpread)],
    [100, fastest],
  ];
}

/** Calls that nothing disturbs differ by this share (measured QEMU 1.2.1: p75 to p99 of the unloaded machine, 1.07-1.2). */
const undisturbedSpread = 0.1;
