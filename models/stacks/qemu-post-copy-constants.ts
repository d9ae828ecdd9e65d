import type { Histories } from './constant-history.js';

/** The first QEMU that has post-copy. */
export const firstPostCopy = '2.5';

const postCopy: Histories = {
  maxBandwidth: {
    unit: 'bytes/s',
    about: 'limit of rate of pages that nobody asked for (max-postcopy-bandwidth, 3.0); 0: unlimited',
    values: [
      {
        since: firstPostCopy,
        value: 0,
        source: 'migration.c, postcopy_start; qapi/migration.json, max-postcopy-bandwidth, QEMU 3.0',
      },
    ],
  },
  beforeCompletion: {
    unit: '1',
    about: '1: whether to go over to post-copy is looked at before whether what is left fits; 0: after it',
    values: [
      { since: firstPostCopy, value: 0, source: 'migration.c, migration_iteration_run, QEMU 2.5 to 10.0' },
      { since: '10.1', value: 1, source: 'migration.c, migration_iteration_run, rewritten in July 2025' },
    ],
  },
  discardCommandBytes: {
    unit: 'bytes',
    about: 'command that lists stale pages: its head (5), version and length (2), the block pc.ram (7)',
    values: [
      {
        since: firstPostCopy,
        value: 14,
        source: 'savevm.c, qemu_savevm_send_postcopy_ram_discard, QEMU 2.5',
      },
    ],
  },
  discardRangeBytes: {
    unit: 'bytes',
    about: 'start and length of a range of stale pages',
    values: [
      {
        since: firstPostCopy,
        value: 16,
        source: 'savevm.c, qemu_savevm_send_postcopy_ram_discard, QEMU 2.5',
      },
    ],
  },
  discardsPerCommand: {
    unit: '1',
    about: 'ranges in such a command',
    values: [
      { since: firstPostCopy, value: 12, source: 'postcopy-ram.c, MAX_DISCARDS_PER_COMMAND, QEMU 2.5' },
    ],
  },
  discardRangeSeconds: {
    unit: 's',
    about: 'giving up a range of stale pages at the destination (madvise)',
    values: [{ since: firstPostCopy, value: 1e-6, source: 'order of magnitude, not measured' }],
  },
  receiveBufferBytes: {
    unit: 'bytes',
    about:
      'what the destination reads of the stream at a time: a guest that follows it misses a page in each',
    values: [{ since: firstPostCopy, value: 32768, source: 'qemu-file.c, IO_BUF_SIZE' }],
  },
  faultSeconds: {
    unit: 's',
    about: 'a page fault on its way through the threads of both hosts, besides the network',
    values: [{ since: firstPostCopy, value: 5e-5, source: 'order of magnitude, not measured' }],
  },
  preemptMovesStream: {
    unit: '1',
    about: '1: under postcopy-preempt the stream goes on from the page asked for; 0: it goes on where it was',
    values: [
      { since: '7.1', value: 1, source: 'ram.c, get_queued_page, QEMU 7.1' },
      { since: '8.0', value: 0, source: 'ram.c, ram_save_host_page_urgent, QEMU 8.0' },
    ],
  },
  recovers: {
    unit: '1',
    about: '1: pauses when the connection breaks, and can be resumed (migrate-recover); 0: does not',
    values: [
      { since: firstPostCopy, value: 0, source: 'migration.c, QEMU 2.5 to 2.12' },
      { since: '3.0', value: 1, source: 'migration.c, postcopy_pause, QEMU 3.0' },
    ],
  },
};

/** Constants of post-copy, of versions that have it. Nothing here was fitted. */
export const postCopyHistories: Readonly<Record<string, Histories>> = { postCopy };
