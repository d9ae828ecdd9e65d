import type { Histories } from './constant-history.js';

/** Below 2.5 a guest is throttled or it is not; from 2.5 on it is throttled more and more. */
const autoConverge: Histories = {
  checkSeconds: {
    unit: 's',
    about: 'a sync is looked at when more than 1000 whole milliseconds have passed since the last that was',
    values: [
      {
        since: '1.6',
        value: 1.001,
        source: 'arch_init.c and ram.c, migration_bitmap_sync, QEMU 1.5 to 10.2',
      },
    ],
  },
  trigger: {
    unit: '%',
    about:
      'a strike: more was dirtied in a period than this share of what was sent (throttle-trigger-threshold)',
    values: [
      {
        since: '1.6',
        value: 0.5,
        source: 'arch_init.c and ram.c, migration_bitmap_sync: a half, QEMU 1.6 to 4.2',
      },
      {
        since: '5.0',
        value: 0.5,
        source: 'migration.c, DEFAULT_MIGRATE_THROTTLE_TRIGGER_THRESHOLD, QEMU 5.0 and later',
      },
    ],
  },
  strikes: {
    unit: '1',
    about: 'with so many strikes it throttles, and counts anew; a good period takes none back',
    values: [
      { since: '1.6', value: 6, source: 'arch_init.c, dirty_rate_high_cnt++ > 4, QEMU 2.0' },
      { since: '2.5', value: 3, source: 'ram.c, dirty_rate_high_cnt++ >= 2, QEMU 2.5 to 2.9' },
      { since: '2.10', value: 2, source: 'ram.c, ++dirty_rate_high_cnt >= 2, QEMU 2.10 to 10.2' },
    ],
  },
  firstPeriodCounts: {
    unit: '1',
    about: '1: the first period may be a strike; 0: it only gives the first dirty rate',
    values: [
      {
        since: '1.6',
        value: 0,
        source: 'arch_init.c and ram.c, the test of dirty_pages_rate, QEMU 2.0 and 2.5',
      },
      { since: '2.10', value: 1, source: 'ram.c, dirty_pages_rate set before the test, QEMU 2.10 and later' },
    ],
  },
  countsRewritten: {
    unit: '1',
    about:
      '1: pages that waited already count as dirtied, and all RAM in the first period; 0: only those that wait anew',
    values: [
      { since: '1.6', value: 0, source: 'arch_init.c and ram.c, num_dirty_pages_period, QEMU 2.0 and 2.5' },
      { since: '2.9', value: 1, source: 'ram_addr.h, real_dirty_pages, QEMU 2.9 to 5.0' },
      {
        since: '5.1',
        value: 0,
        source: 'ram_addr.h, "Count new_dirty instead of real_dirty", July 2020, QEMU 5.1',
      },
    ],
  },
  sparesBulkPhase: {
    unit: '1',
    about: '1: nothing is a strike while disks are copied for the first time in the same stream',
    values: [
      { since: '1.6', value: 0, source: 'arch_init.c and ram.c, migration_bitmap_sync, QEMU 2.0 to 2.9' },
      {
        since: '2.11',
        value: 1,
        source: 'ram.c, "disable auto-converge during bulk block migration", September 2017, QEMU 2.11',
      },
    ],
  },
  sleepSeconds: {
    unit: 's',
    about: 'how long each vCPU of a throttled guest is put to sleep at a time',
    values: [{ since: '1.6', value: 0.03, source: 'arch_init.c, mig_sleep_cpu, QEMU 2.0' }],
    until: '2.4',
  },
  sleepSpacingSeconds: {
    unit: 's',
    about: 'from one sleep to the next, while it sends: more than 40 whole milliseconds',
    values: [{ since: '1.6', value: 0.041, source: 'arch_init.c, check_guest_throttling, QEMU 2.0' }],
    until: '2.4',
  },
  initial: {
    unit: '%',
    about:
      'share of their time that the vCPUs sleep at first (cpu-throttle-initial; x-cpu-throttle-initial below 2.7)',
    values: [
      {
        since: '2.5',
        value: 0.2,
        source: 'migration.c, DEFAULT_MIGRATE_CPU_THROTTLE_INITIAL, QEMU 2.5 and later',
      },
    ],
  },
  increment: {
    unit: '%',
    about: 'what each further time adds (cpu-throttle-increment)',
    values: [
      {
        since: '2.5',
        value: 0.1,
        source: 'migration.c, DEFAULT_MIGRATE_CPU_THROTTLE_INCREMENT, QEMU 2.5 and later',
      },
    ],
  },
  max: {
    unit: '%',
    about: 'it sleeps no more than this (max-cpu-throttle)',
    values: [
      { since: '2.5', value: 0.99, source: 'cpus.c, CPU_THROTTLE_PCT_MAX, QEMU 2.5 to 3.0' },
      {
        since: '3.1',
        value: 0.99,
        source: 'migration.c, DEFAULT_MIGRATE_MAX_CPU_THROTTLE, QEMU 3.1 and later',
      },
    ],
  },
  tailslow: {
    unit: '1',
    about:
      '1: near the end it adds no more than seems to be needed (cpu-throttle-tailslow); 0: always the increment',
    values: [{ since: '5.1', value: 0, source: 'ram.c, mig_throttle_guest_down, QEMU 5.1 and later' }],
  },
};

const dirtyLimit: Histories = {
  vcpuLimit: {
    unit: 'bytes/s',
    about: 'what each vCPU may dirty, in whole MiB/s (vcpu-dirty-limit)',
    values: [
      {
        since: '8.1',
        value: 2 ** 20,
        source: 'options.c, DEFAULT_MIGRATE_VCPU_DIRTY_LIMIT, QEMU 8.1 and later',
      },
    ],
  },
  periodSeconds: {
    unit: 's',
    about:
      'over so long the dirty rate of each vCPU is measured, then its sleep adjusted (x-vcpu-dirty-limit-period)',
    values: [
      {
        since: '8.1',
        value: 1,
        source: 'options.c, DEFAULT_MIGRATE_VCPU_DIRTY_LIMIT_PERIOD, QEMU 8.1 and later',
      },
    ],
  },
  toleranceRate: {
    unit: 'bytes/s',
    about: 'no adjustment where the rate is no further from the limit',
    values: [
      {
        since: '8.1',
        value: 25 * 2 ** 20,
        source: 'dirtylimit.c, DIRTYLIMIT_TOLERANCE_RANGE, QEMU 8.1 and later',
      },
    ],
  },
  linearAbove: {
    unit: '%',
    about: 'an error above this share is corrected in proportion, a smaller one in fixed steps',
    values: [
      {
        since: '8.1',
        value: 0.5,
        source: 'dirtylimit.c, DIRTYLIMIT_LINEAR_ADJUSTMENT_PCT, QEMU 8.1 and later',
      },
    ],
  },
  step: {
    unit: '%',
    about: 'the fixed step, of the time in which the dirty ring fills',
    values: [
      { since: '8.1', value: 0.1, source: 'dirtylimit.c, dirtylimit_set_throttle, QEMU 8.1 and later' },
    ],
  },
  max: {
    unit: '1',
    about: 'sleep at the most, in times in which the dirty ring fills: 99 are 99 % of a cycle',
    values: [
      { since: '8.1', value: 99, source: 'dirtylimit.c, DIRTYLIMIT_THROTTLE_PCT_MAX, QEMU 8.1 and later' },
    ],
  },
  ringPages: {
    unit: '1',
    about: "entries of each vCPU's dirty ring (the accelerator's dirty-ring-size, which dirty-limit needs)",
    values: [
      {
        since: '8.1',
        value: 4096,
        source: 'the value that the documentation gives as its example; there is no default',
      },
    ],
  },
};

/** Constants of what slows a guest down so that its migration converges. Nothing here was fitted. */
export const throttleHistories: Readonly<Record<string, Histories>> = { autoConverge, dirtyLimit };
