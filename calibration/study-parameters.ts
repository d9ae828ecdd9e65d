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
  bounds: readonly [number, number],
  step: number,
): StudyParameter {
  const at = (profile: Profile) => (profile.constants[group] as Record<string, { value: number; unit: string }>)[name]!;
  return {
    name: `${group}.${name}`,
    unit: '',
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

/** The slow mode of copying: speeds of calls that share their CPU with the network card's interrupts, bytes/s. */
const slowMode = [0.1e9, 0.9e9] as const;

/** What is free in the fit, with bounds that physics gives and the steps of the difference quotients. */
export const studyParameters: readonly StudyParameter[] = [
  {
    ...constant('steps', 'beforeSeconds', [0.5, 6], 0.2),
    set(profile, value) {
      profile.constants.steps.beforeSeconds.value = value;
      profile.constants.steps.afterSeconds.value = value * afterShare;
    },
  },
  constant('cpu', 'zeroPageSeconds', [0.2e-6, 1.5e-6], 0.05e-6),
  constant('guest', 'residentBase', [20e6, 400e6], 10e6),
  constant('guest', 'residentPerRam', [1 / 64, 6 / 64], 0.1 / 64),
  constant('guest', 'dataShare', [0.7, 1], 0.02),
  constant('queue', 'icmpFlood', [50e3, 300e3], 5e3),
  constant('steps', 'networkSlowdown', [0, 2], 0.1),
  constant('steps', 'blockSeconds', [0, 10], 0.3),
  constant('cpu', 'hyperThreadGain', [0.2, 0.4], 0.03),
  {
    name: 'burst.fastShare',
    unit: '1',
    bounds: [0.003, 0.05],
    step: 0.002,
    get: ({ burst: { quantiles } }) => 1 - quantiles[1]![0] / 100,
    set(profile, value) {
      setBurst(profile, value, profile.burst.quantiles.at(-1)![1]);
    },
  },
  {
    name: 'burst.fastest',
    unit: 'bytes/s',
    // The limit that the study saw: 96 MiB completes and the next size does not, in 30 ms.
    bounds: [(97.5 * 2 ** 20) / 0.03, (112 * 2 ** 20) / 0.03],
    step: (2 * 2 ** 20) / 0.03,
    get: ({ burst: { quantiles } }) => quantiles.at(-1)![1],
    set(profile, value) {
      setBurst(profile, 1 - profile.burst.quantiles[1]![0] / 100, value);
    },
  },
  {
    name: 'burst.networkSlowdown',
    unit: '1',
    bounds: [0.12, 0.24],
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

function setBurst(profile: Profile, fastShare: number, fastest: number): void {
  const [slowest, slowEnd] = slowMode;
  profile.burst.quantiles = [
    [0, slowest],
    [100 * (1 - fastShare), slowEnd],
    [100, fastest],
  ];
}
