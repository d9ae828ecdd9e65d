import type { Process } from '../../sim/process.js';
import type { Signal } from '../../sim/signal.js';
import type { HostThread } from '../host.js';
import type { Place } from '../memory/guest-memory.js';
import type { Stalls } from '../stalls.js';
import type { Migration, WireFormat } from './migration.js';
import type { DowntimeParts } from './journal.js';
import type { Mirror } from './mirror.js';

/** The rules of a QEMU whose migration has a thread of its own (1.4 and later), with its constants. */
export interface ThreadRules extends WireFormat {
  windowSeconds: number;
  sliceSeconds: number;
  /** By how much a timed wait ends late. */
  wakeSeconds: number;
  /** Pages between two looks at the clock. */
  pagesPerLook: number;
  /** 1: what is left may equal the threshold (10.1); 0: it must be less. */
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
  /** Sending the first packets that tell the switches where the guest is now. */
  announceSeconds: number;
  /** Starting the vCPUs at the destination. */
  resumeSeconds: number;
}

/** The constants of post-copy (QEMU 2.5 and later). */
export interface PostCopyRules {
  /** Bytes/s at which pages are sent that nobody asked for; 0: unlimited. */
  maxBandwidth: number;
  /** 1: whether to go over is looked at before whether what is left fits (10.1). */
  beforeCompletion: number;
  /** Of the command that lists stale pages: bytes each, bytes a range, ranges each, seconds a range takes there. */
  discardCommandBytes: number;
  discardRangeBytes: number;
  discardsPerCommand: number;
  discardRangeSeconds: number;
  /** What the destination reads of the stream at a time, bytes. */
  receiveBufferBytes: number;
  /** A page fault on its way through the threads of both hosts, besides what the network takes, seconds. */
  faultSeconds: number;
  /** 1: with a channel of its own for requests (postcopy-preempt), the stream still goes on from the page asked for. */
  preemptMovesStream: number;
  /** 1: pauses when the connection breaks, and can be resumed (3.0); 0: does not. */
  recovers: number;
}

/** What breaks while a guest migrates, in seconds after the request; Infinity: never. */
export interface Faults {
  /** The connection between the hosts is lost; both notice at once. */
  networkAt: number;
  /** The destination host dies. */
  destinationAt: number;
  /** So long after the network was lost it is there again, and somebody has the migration resumed. */
  recoverAfterSeconds: number;
}

/** What may be changed while a migration runs. */
export interface Limits {
  downtimeLimitSeconds: number;
  /** Bytes/s; Infinity: unlimited. */
  maxBandwidth: number;
}

/** How pages become bytes on the wire, and what that costs the thread; asked anew before every slice. */
export interface Encoding {
  /** Bytes on the wire for a page of data of where the cursor is and for a zero page, headers included. */
  dataBytes(): number;
  zeroBytes(): number;
  /** CPU seconds of the migration thread for a page of data and for a zero page. */
  dataSeconds(): number;
  zeroSeconds(): number;
  /** Threads that do a part of it beside the migration thread. */
  workers?: Workers;
  /** More that a page of data costs the destination, s. */
  destinationSeconds?(): number;
  /** A page is not everywhere the same: it is asked anew at each place, and told what was sent from there. */
  differsByPlace?: boolean;
  sent?(dataPages: number, place: Place): void;
  /** The walk has come to the end of RAM and begins anew. */
  wrapped?(): void;
  /** After a sync: it ended a pass or part of one. */
  afterSync?(dirtiedBytes: number): void;
}

/** What a sync of the dirty log found, as bytes of pages. */
export interface SyncReport {
  /** Distinct pages written since the sync before. */
  dirtiedBytes: number;
  /** Those of them that did not wait already. */
  newlyDirtyBytes: number;
  /** Sent in all. */
  sentBytes: number;
}

/** Threads that always run together: channels, or those that compress. */
export interface Workers {
  thread: HostThread;
  count: number;
  /** CPU seconds that a page of data and a zero page cost one of them. */
  dataSeconds(): number;
  zeroSeconds(): number;
}

/** Something that looks at every sync and may slow the guest down. */
export interface ConvergenceAid {
  afterSync(sync: SyncReport): void;
  /** The migration is over. */
  end(): void;
}

export type Phase =
  'setup' | 'active' | 'switchover' | 'post-copy' | 'post-copy-paused' | 'completed' | 'cancelled' | 'failed';

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
  /** When the dirty log of RAM was fetched first, s. */
  ramStartedAt: number;
  /** A disk in the stream has chunks that were never sent; auto-converge waits until that is over. */
  diskBulk: boolean;
}

/** Bytes that may still be sent in a window. */
export interface Quota {
  left(): number;
  use(bytes: number): void;
  /** Of a whole window. */
  each(): number;
}

/** A disk in the migration stream, ahead of RAM. */
export interface DiskSection {
  /** What it adds to the stop test; in the bulk phase always more than the threshold. */
  pendingBytes(): number;
  /** Whether RAM may be sent now. */
  letsRamGo(): boolean;
  /** Whether what waits of RAM alone decides when to fetch the dirty log. */
  readonly ramSyncsAlone: boolean;
  /** One turn; takes time unless RAM waits to be sent instead. */
  iterate(quota: Quota, isRamWaiting: boolean): Process;
  /** All that is left, when the guest has stopped. */
  complete(): Process;
}

/** What others ask of a running migration; it looks between two slices. */
export interface Requests {
  /** Go over to post-copy as soon as the rules allow it. */
  postCopy: boolean;
  /** Why it shall be cancelled; null: it shall not. */
  cancel: string | null;
}

/** Books the time since the last call under a part of the downtime. */
export type BookPart = (part: keyof DowntimeParts) => void;

/** A migration by a thread of QEMU's. */
export interface ThreadMigration extends Migration {
  rules: ThreadRules;
  limits: Limits;
  requests: Requests;
  state: ThreadState;
  encoding: Encoding;
  /** Pages as they are: what post-copy sends, whatever pre-copy does. */
  plainEncoding: Encoding;
  /** Null where this version has no post-copy. */
  postCopy: PostCopyRules | null;
  /** Pages that the guest waits for have a channel of their own (postcopy-preempt). */
  hasRequestChannel: boolean;
  faults: Faults;
  aids: readonly ConvergenceAid[];
  /** Time that the thread is kept from running, of an interval. */
  stalls: Stalls;
  /** When post-copy will be asked for, simulated seconds; Infinity: not by the clock. A leap ends there. */
  postCopyAt: number;
  /** When the destination says that its devices are ready for the switchover (switchover-ack); 0 where nobody asks it. */
  mayStopAt: number;
  /** Fires after each sync (MIGRATION_PASS). */
  onSync: Signal;
  /**
   * What the guest waits for at the destination when its state is loaded: whoever starts it there must first hear of
   * it. Absent where QEMU starts it itself.
   */
  handOver?: (part: BookPart) => Process;
  /** The disk, where it is copied in the stream. */
  disk?: DiskSection;
  /** The disk's mirror, where it is copied beside the stream, as long as there is one. */
  mirror?: Mirror;
  /** What has to be done after the guest stopped and before its disks are handed over (pause-before-switchover). */
  beforeSwitchover?: () => Process;
  /** Leaves the channels of multifd for the one connection that post-copy uses; absent without channels. */
  leaveChannels?: () => void;
  /** Fires when a connection that broke in post-copy is there again. */
  onRecovery: Signal;
}
