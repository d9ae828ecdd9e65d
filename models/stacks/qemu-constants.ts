import { constantsAt, type Histories } from './constant-history.js';
import { encodingHistories } from './qemu-encoding-constants.js';
import { postCopyHistories } from './qemu-post-copy-constants.js';
import { throttleHistories } from './qemu-throttle-constants.js';
import type { Constant, ConstantGroups } from './stack.js';

export { isSince } from './constant-history.js';

/** The first QEMU whose migration has a thread of its own. */
export const firstThreaded = '1.4';

const always = firstThreaded;

/** Constants of the migration thread. Nothing here was fitted: all were read in the source of the version named. */
const histories: Histories = {
  downtimeLimitSeconds: {
    unit: 's',
    about: 'longest estimated stop that it accepts (downtime-limit)',
    values: [
      { since: always, value: 0.03, source: 'migration.c, max_downtime, QEMU 0.11 to 2.0' },
      { since: '2.1', value: 0.3, source: 'migration.c, commit f7cd55a0, QEMU 2.1 and later' },
    ],
  },
  maxBandwidth: {
    unit: 'bytes/s',
    about: 'limit of rate while the guest runs (max-bandwidth)',
    values: [
      { since: always, value: 32 * 2 ** 20, source: 'migration.c, MAX_THROTTLE, QEMU 0.12 to 5.1' },
      { since: '5.2', value: 128 * 2 ** 20, source: 'migration.c, commit 7590a2ae, QEMU 5.2 and later' },
    ],
  },
  windowSeconds: {
    unit: 's',
    about: 'after so long the bandwidth is estimated anew, and the quota of the limit of rate',
    values: [{ since: always, value: 0.1, source: 'migration.c, BUFFER_DELAY, QEMU 1.4 to 10.2' }],
  },
  sliceSeconds: {
    unit: 's',
    about: 'longest time that it sends between two tests: more than MAX_WAIT = 50 whole milliseconds',
    values: [
      { since: always, value: 0.051, source: 'arch_init.c and ram.c, ram_save_iterate, QEMU 1.0 and later' },
    ],
  },
  pagesPerLook: {
    unit: '1',
    about: 'pages between two looks at the clock',
    values: [
      { since: always, value: 64, source: 'arch_init.c and ram.c, ram_save_iterate, QEMU 1.0 and later' },
    ],
  },
  pageHeaderBytes: {
    unit: 'bytes',
    about: 'address and flags before a page',
    values: [{ since: always, value: 8, source: 'ram.c, save_page_header, QEMU 1.2 and later' }],
  },
  zeroPageBytes: {
    unit: 'bytes',
    about: 'a page of zeros on the wire',
    values: [{ since: always, value: 9, source: 'ram.c, save_zero_page, QEMU 1.2 and later' }],
  },
  callOverheadBytes: {
    unit: 'bytes',
    about: 'section start (5) and end-of-section mark (8) of each slice',
    values: [{ since: always, value: 13, source: 'savevm.c, qemu_savevm_state_iterate' }],
  },
  stopsAtThreshold: {
    unit: '1',
    about: '1: what is left may equal the threshold; 0: it must be less',
    values: [
      { since: always, value: 0, source: 'migration.c, migration_iteration_run, QEMU 1.4 to 10.0' },
      { since: '10.1', value: 1, source: 'migration.c, migration_iteration_run, rewritten in July 2025' },
    ],
  },
  switchoverBandwidth: {
    unit: 'bytes/s',
    about: 'stands in for the measured bandwidth in the stop test (avail-switchover-bandwidth); 0: off',
    values: [{ since: '8.2', value: 0, source: 'migration.c, migration_update_counters, QEMU 8.2' }],
  },
  periodicSyncSeconds: {
    unit: 's',
    about:
      'under auto-converge a clock ticks so often, and syncs if no round has since its last tick; 0: only rounds sync',
    values: [{ since: '9.2', value: 5, source: 'cpu-throttle.c, QEMU 9.2' }],
  },
  deviceStateBytes: {
    unit: 'bytes',
    about: 'state of a PC with a few virtio devices',
    values: [{ since: always, value: 65536, source: 'order of magnitude, not measured' }],
  },
  flushSeconds: {
    unit: 's',
    about: 'flushing the disks and handing them over when the guest has stopped',
    values: [{ since: always, value: 0, source: 'idle disks assumed' }],
  },
  announceSeconds: {
    unit: 's',
    about: 'sending the first of the packets that tell the switches where the guest is now, before it starts',
    values: [
      {
        since: always,
        value: 0,
        source:
          'migration.c, process_incoming_migration_bh: the first packet at once, the next 50 ms later by a timer',
      },
    ],
  },
  resumeSeconds: {
    unit: 's',
    about: 'starting the vCPUs at the destination',
    values: [
      {
        since: always,
        value: 0.0005,
        source: 'QEMU 7.2 measured here: from the end of a load to RESUME less than 1 ms',
      },
    ],
  },
};

/**
 * The constants of QEMU's migration thread at a version, with the source of each.
 *
 * @param version such as '7.2', at least 1.4
 * @example
 * qemuConstants('2.0').downtimeLimitSeconds.value // => 0.03
 */
export function qemuConstants(version: string): Record<string, Constant> {
  return constantsAt(histories, version);
}

/** Constants of a QEMU by the part of it that they belong to; a later version has more parts. */
/** The stop of a guest whose devices have much state of their own. */
const switchover: Histories = {
  ackSeconds: {
    unit: 's',
    about:
      'what a device needs at the destination for its first data (switchover-ack); 0: no device asks for it',
    values: [
      {
        since: '8.1',
        value: 0,
        source:
          'savevm.c, loadvm_process_command, QEMU 8.1: the destination answers at once if no device uses it, and only VFIO does',
      },
    ],
  },
};

const groups: Readonly<Record<string, Histories>> = {
  qemu: histories,
  switchover,
  ...throttleHistories,
  ...postCopyHistories,
  ...encodingHistories,
};

/**
 * All constants of a QEMU, by group: what its version does not have is not there.
 *
 * @param version such as '7.2', at least 1.4
 * @example
 * Object.keys(qemuConstantGroups('2.0')) // => ['qemu', 'autoConverge', 'xbzrle']
 */
export function qemuConstantGroups(version: string): ConstantGroups {
  const present = Object.entries(groups).map(([group, of]): [string, Record<string, Constant>] => [
    group,
    constantsAt(of, version),
  ]);
  return Object.fromEntries(present.filter(([, constants]) => Object.keys(constants).length > 0));
}
