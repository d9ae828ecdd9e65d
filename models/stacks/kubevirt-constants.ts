import type { Constant } from './stack.js';

export type KubevirtVersion = '1.3' | '1.4' | '1.5' | '1.9' | '1.9-stall';

const monitor = 'pkg/virt-launcher/virtwrap/live-migration-source.go';
const defaults = 'pkg/virt-config/virt-config.go';

/** 150 s from v1.4 on: at 1 Gbit/s some fifteen passes, at the 800 s before some ninety. */
function completionTimeout(version: KubevirtVersion): Constant {
  return {
    value: version === '1.3' ? 800 : 150,
    unit: 's',
    about: 'acceptable time for each decimal GB of memory, rounded up (completionTimeoutPerGiB); 0: any',
    source: version === '1.3' ? `${defaults}, v0.17 to v1.3` : `${defaults}, v1.4 and later`,
  };
}

const always: Readonly<Record<string, Constant>> = {
  pollSeconds: {
    value: 0.4,
    unit: 's',
    about: 'how often the migration monitor looks',
    source: `${monitor}, monitorSleepPeriodMS, v1.3 to v1.9`,
  },
  progressTimeout: {
    value: 150,
    unit: 's',
    about: 'after so long without a poll at which less is left than at the poll before, it aborts; 0: never',
    source: `${defaults}, v1.3 to v1.9`,
  },
  allowAutoConverge: {
    value: 0,
    unit: '1',
    about: '1: QEMU may throttle the guest (auto-converge)',
    source: `${defaults}, v1.3 to v1.9`,
  },
  allowPostCopy: {
    value: 0,
    unit: '1',
    about: '1: post-copy when the acceptable time is over',
    source: `${defaults}, v1.3 to v1.9`,
  },
  parallelOutboundMigrationsPerNode: {
    value: 2,
    unit: '1',
    about: 'migrations that leave one node at a time; of no effect on a single one',
    source: `${defaults}, v1.3 to v1.9`,
  },
  parallelMigrationsPerCluster: {
    value: 5,
    unit: '1',
    about: 'migrations in the cluster at a time; of no effect on a single one',
    source: `${defaults}, v1.3 to v1.9`,
  },
};

/** Set by itself from v1.5 on; before, only for a VMI that an annotation asks it for. */
function parallelThreads(version: KubevirtVersion): Constant {
  const isAutomatic = version !== '1.3' && version !== '1.4';
  return {
    value: isAutomatic ? 8 : 0,
    unit: '1',
    about: 'multifd channels, of a guest without a CPU limit; 0: no multifd',
    source: isAutomatic
      ? 'pkg/virt-handler, configureParallelMigrationThreads, v1.5 and later (release notes, 12705)'
      : 'pkg/virt-handler: by an annotation of the VMI, up to v1.4',
  };
}

function channelsBesidePostCopy(version: KubevirtVersion): Constant {
  const isLate = version === '1.9' || version === '1.9-stall';
  return {
    value: isLate ? 1 : 0,
    unit: '1',
    about: '1: channels are used where post-copy is allowed too; 0: not there',
    source: isLate
      ? 'shouldConfigureParallelMigration, v1.9 (pull request 17106)'
      : 'shouldConfigureParallelMigration, up to v1.8',
    accepts: { max: 1, whole: true },
  };
}

const since14: Readonly<Record<string, Constant>> = {
  allowWorkloadDisruption: {
    value: 0,
    unit: '1',
    about:
      '1: when the acceptable time is over the guest is suspended, if post-copy is not allowed; 0: not set, it follows allowPostCopy',
    source: 'commit 0914f0d0, v1.4 and later; virt-config.go, GetMigrationConfiguration',
  },
};

const stallSource = 'StallDetectorOptions in the API of v1.9, gate MigrationStallDetection (VEP 248)';

const stallDetection: Readonly<Record<string, Constant>> = {
  maxDowntime: {
    value: 0.9,
    unit: 's',
    about: 'the downtime that it may ask QEMU for when the guest must not be disrupted (maxDowntimeMs)',
    source: `${defaults}, v1.9`,
  },
  ewmaAlpha: {
    value: 0.4,
    unit: '1',
    about: 'weight of the newest sample of the bandwidth',
    source: stallSource,
  },
  stallMargin: {
    value: 0.04,
    unit: '1',
    about: 'share by which less must be left to be progress, or more than the best to be near it',
    source: stallSource,
  },
  stallProgressSeconds: {
    value: 40,
    unit: 's',
    about: 'age of the iterations compared with, and the first patience with the best (stallProgressTimeout)',
    source: stallSource,
  },
  patienceDecay: {
    value: 0.5,
    unit: '1',
    about: 'factor of the patience each time the best is given up (patienceWindowDecayFactor)',
    source: stallSource,
  },
  preCopyPossibleFactor: {
    value: 1.5,
    unit: '1',
    about: 'an estimated downtime of up to so many times maxDowntime is tried, a longer one aborts',
    source: stallSource,
  },
  switchoverTimeout: {
    value: 60,
    unit: 's',
    about: 'time for a switchover that was asked for to begin',
    source: stallSource,
  },
  completionTimeoutFactor: {
    value: 2,
    unit: '1',
    about: 'so many times the acceptable time may pass if the stop is expected to be over by then',
    source: stallSource,
  },
  longestDowntime: {
    value: 2000,
    unit: 's',
    about: 'the downtime that forces the stop: the longest that QEMU takes',
    source: 'QEMUMaxMigrationDowntimeMS, v1.9; migration/options.c, MAX_MIGRATE_DOWNTIME, QEMU 2.9 and later',
  },
};

/**
 * The settings of KubeVirt's migrations at a version, as the cluster has them by default.
 *
 * @example
 * kubevirtConstants('1.4').completionTimeoutPerGiB.value // => 150
 */
export function kubevirtConstants(version: KubevirtVersion): Record<string, Constant> {
  return {
    completionTimeoutPerGiB: completionTimeout(version),
    ...always,
    parallelThreads: parallelThreads(version),
    channelsBesidePostCopy: channelsBesidePostCopy(version),
    ...(version !== '1.3' && since14),
    ...(version === '1.9-stall' && stallDetection),
  };
}
