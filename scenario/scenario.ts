/**
 * The complete scenario: every field has its value, in SI (bytes, seconds, bytes per second).
 * What a field means, its default and its range are written in schema.ts.
 */
export interface Scenario {
  stack: string;
  profile: string;
  seed: number;
  replications: number;
  source: HostSpec;
  destination: HostSpec;
  link: LinkSpec;
  background: BackgroundSpec[];
  vm: VmSpec;
  migration: MigrationSpec;
  faults: FaultsSpec;
  /** Overrides of the constants of stack and profile, as written; checked by those who know the constants. */
  parameters: Record<string, unknown>;
}

export interface HostSpec {
  /** Logical CPUs. */
  cpus: number;
  /** Physical cores; cpus / cores is the number of threads a core runs. */
  cores: number;
  /** Share of the logical CPUs that is busy with other work, 0 to 1. */
  load: number;
  /** Threads besides that load that always want a CPU; may be more than there are CPUs. */
  busyThreads: number;
}

/** What a profile says of its hosts. */
export type HostDefaults = Omit<HostSpec, 'busyThreads'>;

export type Sharing = 'occupancy' | 'weighted' | 'strict-priority' | 'drop-tail';

export interface LinkSpec {
  /** Bytes/s on the wire. */
  rate: number;
  /** Bytes/s that a single TCP stream gets of an idle link. */
  goodput: number;
  /** One-way delay, in seconds. */
  latency: number;
  sharing: Sharing;
}

export type BackgroundKind = 'icmp-flood' | 'icmp-paced' | 'udp' | 'tcp';

/** When it begins and ends, seconds after the request; Infinity: it does not end. */
export interface PresenceSpec {
  from: number;
  until: number;
}

export interface BackgroundSpec extends PresenceSpec {
  kind: BackgroundKind;
  /** Bytes/s offered. */
  rate: number;
}

export type Layout = 'spread' | 'bottom' | 'top';

export interface VmSpec {
  vcpus: number;
  /** Bytes. */
  ram: number;
  /** Bytes of RAM that are not zero, besides the workload's. */
  resident: number;
  layout: Layout;
  /** Bytes of the virtual disk, and of these the bytes its image holds. */
  disk: { size: number; allocated: number; writes: DiskWriteSpec[] };
  workload: WorkloadSpec[];
}

export interface DiskWriteSpec extends PresenceSpec {
  /** Bytes of the disk that are rewritten. */
  size: number;
  /** Bytes/s. */
  rate: number;
  pattern: 'sequential' | 'uniform';
  /** Bytes of one write. */
  request: number;
}

export interface WorkloadSpec extends PresenceSpec {
  /** Bytes it rewrites. */
  size: number;
  /** Page visits per second; Infinity: as fast as the memory lets it. */
  rate: number;
  /** Seconds from the start of one sweep to the start of the next, if the sweep is done by then. */
  period: number;
  pattern: WorkloadPattern;
  /** Share of its data that no compression makes smaller, 0 to 1. */
  incompressible: number;
  /** Bytes of a page that differ when it is sent again. */
  changes: number;
  /** Share of a vCPU that this work needs, above 0, to 1. */
  busy: number;
}

export type WorkloadPattern =
  | { kind: 'sequential' }
  | { kind: 'uniform' }
  | { kind: 'zipf'; exponent: number }
  /** Points of the unique-dirty curve: in a window of so many seconds, so many bytes of distinct pages. */
  | { kind: 'measured'; points: [seconds: number, bytes: number][] };

export type MigrationKind = 'lm' | 'blm' | 'stop-and-copy' | 'post-copy' | 'hybrid';

export interface MigrationSpec {
  kind: MigrationKind;
  /** Seconds; Infinity: the stack has no such limit. */
  downtimeLimit: number;
  /** Bytes/s; Infinity: unlimited. */
  maxBandwidth: number;
  /** Seconds, the horizon of the run. */
  patience: number;
  /** Seconds, the product's own limit; null: none. */
  timeout: number | null;
  /** QEMU's migration capabilities that are switched on, by QEMU's names. */
  capabilities: string[];
  multifdCompression: 'none' | 'zlib' | 'zstd';
  encryption: 'none' | 'tls';
  /** Seconds after the transfer's start at which post-copy is asked for; null: never. */
  postCopyAfter: number | null;
  /** Guests of the same kind that are asked to migrate at the same time. */
  concurrent: number;
}

/** What breaks, in seconds after the request; null: nothing. */
export interface FaultsSpec {
  network: number | null;
  destination: number | null;
  /** Seconds from the network's loss until it is there again. */
  recoverAfter: number | null;
}

/** What a stack and its profile say of the fields that the schema leaves open, in SI. */
export interface ProfileDefaults {
  /** The profile these are of: the one asked for, or the stack's own. */
  profile: string;
  hosts: HostDefaults;
  link: LinkSpec;
  layout: Layout;
  /** Bytes that are not zero in a guest with so much RAM that runs no workload. */
  resident(ram: number): number;
  /** Bytes that the image of a disk of that size holds. */
  diskAllocated(size: number): number;
  downtimeLimit: number;
  maxBandwidth: number;
  /** Seconds, the period of a workload that states none. */
  workloadPeriod: number;
}
