import type { Simulation } from '../../sim/simulation.js';
import type { Bursts } from '../burst.js';
import type { Guest } from '../guest.js';
import type { Host, HostThread } from '../host.js';
import type { Stream } from '../stream.js';
import type { Journal, Sample } from './journal.js';

/** The page size of the guest and of the protocol, bytes. */
export const pageBytes = 4096;

/** What a page costs the CPUs, seconds at full speed. */
export interface PageCosts {
  /** Finding that a page is all zero, at the source. */
  zeroPageSeconds: number;
  /** Stepping over a page that is clean in the bitmap. */
  cleanPageSeconds: number;
  /** Fetching the dirty log, per page of guest RAM. */
  syncPageSeconds: number;
  /** The guest's first write to a page after a sync: it faults, or takes the slow way that notes it. */
  firstWriteSeconds: number;
  /** Network stack and interrupts per byte sent, charged to the migration's CPU use but not to its clock. */
  networkByteSeconds: number;
  /** Taking in a zero page at the destination. */
  destinationZeroPageSeconds: number;
  /** Taking in a page of data at the destination. */
  destinationDataPageSeconds: number;
}

/** What pages are on the wire, bytes. */
export interface WireFormat {
  /** Before a page of data. */
  pageHeaderBytes: number;
  /** A zero page. */
  zeroPageBytes: number;
  /** What a zero page adds to the bytes that a main loop's estimate counts. */
  zeroPageCountedBytes: number;
  /** Around what one call of iterate sends. */
  callOverheadBytes: number;
}

/** The rules of a QEMU whose migration runs in the main loop (1.0 to 1.3), with its constants. */
export interface MainLoopRules extends WireFormat {
  downtimeLimitSeconds: number;
  /** Bytes/s; Infinity = unlimited. Applied per window. */
  maxBandwidth: number;
  windowSeconds: number;
  sliceSeconds: number;
  /** 1 where every call sees at once what was written (qemu-kvm 0.12, TCG), 0 where only a sync tells. */
  syncsEveryCall: number;
  /** Device state sent after the guest stopped, bytes. */
  deviceStateBytes: number;
  /** From the start of the windows' ticks to the first page: the dirty log is switched on. */
  setupSeconds: number;
  /** Stopping the vCPUs. */
  stopSeconds: number;
  /** Loading the device state at the destination. */
  loadSeconds: number;
}

/** Everything that any migration algorithm works with. */
export interface Migration {
  sim: Simulation;
  /** By what this run's CPU costs are more or less than another's; in `costs` already. */
  pace: number;
  guest: Guest;
  source: Host;
  /** The thread at the source that does the work. */
  thread: HostThread;
  stream: Stream;
  /** How fast pages are copied into the socket. */
  bursts: Bursts;
  costs: PageCosts;
  journal: Journal;
  /** What the migration and the others have used by now. */
  sample(): Sample;
  /** Keeps a value from now on, for those who want to see a run as curves; absent where nobody does. */
  record?: (series: MemorySeries, bytes: number) => void;
}

/** A migration by a QEMU that does it in its main loop. */
export interface MainLoopMigration extends Migration {
  rules: MainLoopRules;
}

/** Pages that wait in the bitmap, and distinct pages that the latest sync found written, as bytes. */
export type MemorySeries = 'remaining' | 'dirtied';
