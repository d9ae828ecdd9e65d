import type { Constant } from './stack.js';

type Constants = Readonly<Record<string, Constant>>;

/** live_migration_downtime: the limit that the steps come to in the end. It stands with QEMU's, whose place it takes. */
export const novaDowntime: Constant = {
  value: 0.5,
  unit: 's',
  about: 'live_migration_downtime: the longest estimated stop that Nova lets QEMU accept, as its last step',
  source: 'nova/conf/libvirt.py, Nova 12.0.0 and later; at least 100 ms',
  accepts: { min: 0.1 },
};

/** How often Nova looks (2015.1 and later). */
export const pollConstants: Constants = {
  pollSeconds: {
    value: 0.5,
    unit: 's',
    about: 'between two looks at the migration; its end is noticed at the next one',
    source: 'nova/virt/libvirt/driver.py, _live_migration_monitor, Nova 2015.1 and later',
  },
};

/** The options on time, Nova 12.0.0 and later; `leastDelay`: what a shorter downtime_delay is taken for, s. */
export const timeConstants = (leastDelay: number): Constants => ({
  downtimeSteps: {
    value: 10,
    unit: '1',
    about: 'live_migration_downtime_steps: steps after the first to the full live_migration_downtime',
    source: 'nova/conf/libvirt.py, Nova 12.0.0 and later; at least 3',
    accepts: { min: 3, whole: true },
  },
  downtimeDelaySecondsPerGib: {
    value: 75,
    unit: 's/GiB',
    about: 'live_migration_downtime_delay: between two steps, per GiB of RAM and of disks that are copied',
    source: `nova/conf/libvirt.py, Nova 12.0.0 and later; at least ${leastDelay}`,
    accepts: { min: leastDelay },
  },
  completionTimeoutSecondsPerGib: {
    value: 800,
    unit: 's/GiB',
    about:
      'live_migration_completion_timeout: for all of it, per GiB of RAM and of disks that are copied; 0: off; migration.timeout replaces it by a time in all',
    source: 'nova/conf/libvirt.py, Nova 12.0.0 and later (commit da33ab4f)',
  },
});

/** live_migration_progress_timeout, which 15.0.0 turned off and 19.0.0 removed. */
export function progressConstants(seconds: number): Constants {
  return {
    progressTimeoutSeconds: {
      value: seconds,
      unit: 's',
      about:
        'live_migration_progress_timeout: aborted after so long without a new low of what is left; 0: off',
      source:
        seconds > 0
          ? 'nova/conf/libvirt.py, Nova 12.0.0 to 14.x'
          : 'nova/conf/libvirt.py, Nova 15.0.0 to 18.x: off and deprecated for its bugs',
    },
  };
}

function yesOrNo(about: string, source: string): Constant {
  return { value: 0, unit: '1', about, source, accepts: { max: 1, whole: true } };
}

/** What Nova may do to a guest that does not converge, 14.0.0 and later. */
export const permitConstants: Constants = {
  permitPostCopy: yesOrNo(
    'live_migration_permit_post_copy: 1 switches the capability postcopy-ram on',
    'nova/conf/libvirt.py, Nova 14.0.0 and later: off',
  ),
  permitAutoConverge: yesOrNo(
    'live_migration_permit_auto_converge: 1 switches auto-converge on, unless post-copy is there',
    'nova/conf/libvirt.py, Nova 14.0.0 and later: off',
  ),
};

/** live_migration_timeout_action, 19.0.0 and later. */
export const actionConstants: Constants = {
  forceComplete: yesOrNo(
    'live_migration_timeout_action: 0 aborts (abort), 1 goes over to post-copy if permitted, else pauses the guest (force_complete)',
    'nova/conf/libvirt.py, Nova 19.0.0 and later (commit 99a075cc): abort',
  ),
};

/** How many migrations leave a host at a time, 12.0.0 and later. */
export const concurrencyConstants: Constants = {
  maxConcurrentMigrations: {
    value: 1,
    unit: '1',
    about: 'max_concurrent_live_migrations of a source; 0: no limit. A single migration is not held up by it',
    source: 'nova/conf/compute.py, Nova 12.0.0 and later (commit 2c0a3066)',
    accepts: { whole: true },
  },
};
