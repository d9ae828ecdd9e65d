import type { Flow } from '../../sim/fluid.js';
import type { RandomStream } from '../../sim/random.js';
import type { Migration } from '../migration/migration.js';
import type { GuestDisk } from '../disk.js';
import type { Faults } from '../migration/thread-migration.js';
import type { HostThread } from '../host.js';
import type { Stalls } from '../stalls.js';
import type { Stream } from '../stream.js';
import type { ConstantValues } from './constant.js';

/** What is to be moved, and how; each stack says what a kind is in it. */
export type MigrationKind = 'lm' | 'blm' | 'stop-and-copy' | 'post-copy' | 'hybrid';

/** Steps around the transfer: API calls, checks, set-up at the destination, hand-over. They belong to the place. */
export interface StepParameters {
  /** CPU seconds of all steps before the transfer, at full speed. */
  beforeSeconds: number;
  /** The same after the guest has moved. */
  afterSeconds: number;
  /** More before a block migration: creating images, fetching backing files. */
  blockSeconds: number;
  /** From the end of the stream to the guest's first instruction at the destination, when an orchestrator asks for it. */
  handoverSeconds: number;
  /** What retransmission timeouts cost (connection set-up, tail losses) when the link's queue overflows. */
  retransmissionSeconds: number;
  /** Standard deviation of ln(duration of the steps) from one run to another. */
  spread: number;
}

export type MultifdCompression = 'none' | 'zlib' | 'zstd';

export type Encryption = 'none' | 'tls';

/** What the user asked of the migration; what he left open, the stack has filled. */
export interface MigrationRequest {
  kind: MigrationKind;
  downtimeLimitSeconds: number;
  /** Bytes/s; Infinity: unlimited. */
  maxBandwidth: number;
  /** The product's own limit on the total time; null: none. */
  timeoutSeconds: number | null;
  /** QEMU's migration capabilities that are switched on, by QEMU's names. */
  capabilities: ReadonlySet<string>;
  /** How the channels of multifd compress (multifd-compression). */
  multifdCompression: MultifdCompression;
  /** Whether what is sent is encrypted (tls-creds). */
  encryption: Encryption;
  /** When post-copy is asked for, seconds after the transfer's start; null: never by the user. */
  postCopyAfterSeconds: number | null;
}

/** How long steps of a migration take at this place that no product decides, seconds. */
export interface SwitchoverSteps {
  /** From the start to the first page: the dirty log is switched on. */
  setupSeconds: number;
  /** Stopping the vCPUs. */
  stopSeconds: number;
  /** Loading the device state at the destination. */
  loadSeconds: number;
  /** By how much a timed wait ends late. */
  wakeSeconds: number;
}

/** What a stack works on: a migration ready to run, and the place's steps. */
export interface Testbed {
  migration: Migration;
  /** The stack's constants, after all overrides, SI. */
  constants: ConstantValues;
  request: MigrationRequest;
  switchover: SwitchoverSteps;
  /** What breaks, and when. */
  faults: Faults;
  /** The migration takes so many connections instead of one, with sockets that hold so many bytes each. */
  connect(count: number, socketBytes: number): void;
  /** Back to the one connection that a migration has without that. */
  connectAlone(): void;
  /** Time that the migration thread is kept from running, of an interval. */
  stalls: Stalls;
  /** Rate of the link on the wire, bytes/s: what its cards say of themselves. */
  linkRate: number;
  disk: GuestDisk;
  /**
   * Another TCP connection to the destination beside the migration's, which shares the link as a sender of its own.
   * What `fromDisk` sends comes from the disk at the rate that other guests' reads leave.
   */
  openStream: (name: string, fromDisk?: boolean) => Stream;
  /** Reads of the disk, bytes, beside those of other guests; absent where there are none. */
  openReads?: () => Flow;
  steps: StepParameters;
  /** The services that do the steps, on the source. */
  services: HostThread;
  /** Whether other traffic would overflow the queue before the link now, if the migration sent. */
  queueOverflows(): boolean;
  random: RandomStream;
}
