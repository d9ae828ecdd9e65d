import type { Process } from '../../sim/process.js';
import type { Signal } from '../../sim/signal.js';
import type { Migration, WireFormat } from './migration.js';

/** The rules of a QEMU whose migration has a thread of its own (1.4 and later), with its constants. */
export interface ThreadRules extends WireFormat {
  windowSeconds: number;
  sliceSeconds: number;
  /** By how much a timed wait ends late. */
  wakeSeconds: number;
  /** Pages between two looks at the clock. */
  pagesPerLook: number;
  /** 1: what is left may equal the threshold (10.2); 0: it must be less. */
  stopsAtThreshold: number;
  /** Bytes/s that stand in for the estimate in the stop test (avail-switchover-bandwidth, 8.2); 0: none. */
  switchoverBandwidth: number;
  /** With auto-converge, a sync comes at the latest after so many seconds (9.2); 0: never by the clock. */
  periodicSyncSeconds: number;
  /** Device state sent after the guest stopped, bytes. */
  deviceStateBytes: number;
  setupSeconds: number;
  stopSeconds: number;
  /** Flushing the disks and handing them over. */
  flushSeconds: number;
  loadSeconds: number;
  /** Starting the vCPUs at the destination. */
  resumeSeconds: number;
}

/** What may be changed while a migration runs. */
export interface Limits {
  downtimeLimitSeconds: number;
  /** Bytes/s; Infinity: unlimited. */
  maxBandwidth: number;
}

/** How pages become bytes on the wire, and what that costs the thread; asked anew before every slice. */
export interface Encoding {
  /** Bytes on the wire for a page of data and for a zero page, headers included. */
  dataBytes(): number;
  zeroBytes(): number;
  /** CPU seconds of the migration thread for a page of data and for a zero page. */
  dataSeconds(): number;
  zeroSeconds(): number;
  /** After a sync: it ended a pass or part of one. */
  afterSync?(dirtiedBytes: number): void;
}

/** Something that looks at every sync and may slow the guest down. */
export interface ConvergenceAid {
  /** `dirtiedBytes` were written since the sync before, `sentBytes` were sent in all. */
  afterSync(dirtiedBytes: number, sentBytes: number): void;
  /** The migration is over. */
  end(): void;
}

export type Phase = 'setup' | 'active' | 'switchover' | 'post-copy' | 'completed' | 'cancelled' | 'failed';

/** What changes as a migration runs, for those who watch it. */
export interface ThreadState {
  phase: Phase;
  /** Bytes handed to the socket so far. */
  sentBytes: number;
  /** The latest window's estimate, bytes/s; 0 before the first. */
  estimateBytesPerSecond: number;
  /** What may be left when the guest stops, bytes. */
  thresholdBytes: number;
  /** Share of their time that the vCPUs are kept asleep. */
  throttle: number;
}

/** What others ask of a running migration; it looks between two slices. */
export interface Requests {
  /** Go over to post-copy as soon as the rules allow it. */
  postCopy: boolean;
  /** Why it shall be cancelled; null: it shall not. */
  cancel: string | null;
}

/** A migration by a thread of QEMU's. */
export interface ThreadMigration extends Migration {
  rules: ThreadRules;
  limits: Limits;
  requests: Requests;
  state: ThreadState;
  encoding: Encoding;
  aids: readonly ConvergenceAid[];
  /** A factor by which a window's estimate differs from what was sent in it. */
  estimateFactor: () => number;
  /** When post-copy will be asked for, simulated seconds; Infinity: not by the clock. A leap ends there. */
  postCopyAt: number;
  /** Fires after each sync (MIGRATION_PASS). */
  onSync: Signal;
  /**
   * What the guest waits for at the destination when its state is loaded: whoever starts it there must first hear of
   * it. Absent where QEMU starts it itself.
   */
  handOver?: () => Process;
}
