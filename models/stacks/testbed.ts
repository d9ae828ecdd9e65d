import type { RandomStream } from '../../sim/random.js';
import type { Migration } from '../migration/migration.js';
import type { DiskParameters } from '../disk.js';
import type { HostThread } from '../host.js';

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

/** What a stack works on: a migration ready to run, and the place's steps. */
export interface Testbed {
  migration: Migration;
  disk: DiskParameters;
  steps: StepParameters;
  /** The services that do the steps, on the source. */
  services: HostThread;
  /** How often libvirt asks whether the migration has ended; 0 without libvirt. */
  libvirtPollSeconds: number;
  /** Whether other traffic overflows the queue before the link while the migration sends. */
  queueOverflows: boolean;
  random: RandomStream;
}
