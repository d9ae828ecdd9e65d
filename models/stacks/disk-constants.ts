import { constantsAt, isSince, type Histories } from './constant-history.js';
import { firstThreaded } from './qemu-constants.js';
import type { Constant } from './constant.js';

/** The first QEMU that cannot copy disks in the migration stream any more. */
export const firstWithoutBlock = '9.1';

const always = firstThreaded;

/** In-stream block migration. */
const block: Histories = {
  parallelReads: {
    unit: '1',
    about: 'chunks that are read from the disk at a time',
    values: [
      { since: always, value: 512, source: 'migration/block.c, MAX_INFLIGHT_IO, QEMU 2.5' },
      {
        since: '2.12',
        value: 16,
        source: 'migration/block.c, MAX_PARALLEL_IO, QEMU 7.2; measured: steps of 16 MiB',
      },
    ],
  },
  buffers: {
    unit: '1',
    about: 'chunks that are being read or wait to be sent',
    values: [{ since: always, value: 512, source: 'migration/block.c, MAX_IO_BUFFERS, QEMU 2.5 and 7.2' }],
  },
  ramWaitsForBulk: {
    unit: '1',
    about: '1: no RAM is sent before every chunk of the disk was; 0: disk and RAM in turns',
    values: [
      {
        since: always,
        value: 0,
        source: 'savevm.c, qemu_savevm_state_iterate: block reports progress, RAM follows',
      },
      {
        since: '2.12',
        value: 1,
        source: 'ram.c, ram_save_iterate, blk_mig_bulk_active, QEMU 7.2; measured too',
      },
    ],
  },
  ramSyncsAlone: {
    unit: '1',
    about: '1: little RAM left makes a sync, however much disk is left; 0: RAM and disk are added up first',
    values: [
      { since: always, value: 1, source: 'ram.c, ram_save_pending, QEMU 2.0 to 7.2' },
      { since: '8.0', value: 0, source: 'migration.c, migration_iteration_run, QEMU 8.x' },
    ],
  },
  incremental: {
    unit: '1',
    about: '1: only what is allocated (migrate -i); 0: all of the disk (migrate -b)',
    values: [{ since: always, value: 1, source: 'what management asks for where images are backed' }],
  },
};

/**
 * The constants of block migration in the migration stream at a version below 9.1, which removed it.
 *
 * @example
 * blockConstants('7.2').parallelReads.value // => 16
 */
export function blockConstants(version: string): Record<string, Constant> {
  return constantsAt(block, version);
}

/**
 * The constants of a disk mirror to an NBD export (drive-mirror, blockdev-mirror), with the values of who asks for one:
 * how it waits for ready, and whether guest writes wait for the network.
 *
 * @example
 * mirrorConstants({ pollSeconds: { value: 0.5, source: 'libvirt 1.2.12' } }).pollSeconds.value // => 0.5
 */
export function mirrorConstants(
  changes: Readonly<Record<string, { value: number; source: string }>> = {},
): Record<string, Constant> {
  const constants: Record<string, Constant> = {};
  for (const [name, constant] of Object.entries(mirror)) constants[name] = { ...constant, ...changes[name] };
  return constants;
}

const mirror: Readonly<Record<string, Constant>> = {
  inFlight: {
    value: 16,
    unit: '1',
    about: 'operations under way at a time',
    source: 'block/mirror.c, MAX_IN_FLIGHT, QEMU 8.2',
  },
  operationBytes: {
    value: 2 ** 20,
    unit: 'bytes',
    about: 'largest operation; 16 of them are the buffer',
    source: 'block/mirror.c, MAX_IO_BYTES, QEMU 8.2',
  },
  granularityBytes: {
    value: 65536,
    unit: 'bytes',
    about: 'chunk of the dirty bitmap: what a small write makes dirty',
    source: 'block/dirty-bitmap.c, bdrv_get_default_bitmap_granularity: the cluster, at most 64 KiB',
  },
  sliceSeconds: {
    value: 0.1,
    unit: 's',
    about: 'window of its limit of rate, and longest time between two looks',
    source: 'block/mirror.c and blockjob.c, BLOCK_JOB_SLICE_TIME, QEMU 8.2',
  },
  headerBytes: {
    value: 28,
    unit: 'bytes',
    about: 'NBD request before the data of an operation',
    source: 'NBD protocol, simple request',
  },
  guestQueueDepth: {
    value: 32,
    unit: '1',
    about: 'writes that the guest keeps waiting at a time before it stops writing (write-blocking)',
    source: 'order of magnitude, not measured',
  },
  isWriteBlocking: {
    value: 0,
    unit: '1',
    about: '1: each guest write waits until the copy has it too (copy-mode write-blocking); 0: background',
    source: 'block/mirror.c: background unless asked for',
  },
  pollSeconds: {
    value: 0,
    unit: 's',
    about: 'how often it is asked whether the mirror is ready; 0: an event tells',
    source: 'BLOCK_JOB_READY',
  },
};

/** Whether this QEMU can copy disks in the migration stream. */
export function hasBlockMigration(version: string): boolean {
  return !isSince(version, firstWithoutBlock);
}
