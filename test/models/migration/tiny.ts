import { createBursts } from '../../../models/burst.js';
import { createGuest } from '../../../models/guest.js';
import { createHost } from '../../../models/host.js';
import { createGuestMemory, type PageContent } from '../../../models/memory/guest-memory.js';
import { sequentialWriter, type Writer } from '../../../models/memory/writer.js';
import { noFaults } from '../../../models/migration/breakdown.js';
import { createJournal } from '../../../models/migration/journal.js';
import { pageBytes, type MainLoopRules, type PageCosts } from '../../../models/migration/migration.js';
import { qemu121 } from '../../../models/stacks/qemu-1.2.1.js';
import type { ConstantValues, MigrationKind } from '../../../models/stacks/stack.js';
import type { GuestDisk } from '../../../models/disk.js';
import type { Testbed } from '../../../models/stacks/testbed.js';
import { createStream, type StreamParameters } from '../../../models/stream.js';
import { createFluid } from '../../../sim/fluid.js';
import { createSimulation } from '../../../sim/simulation.js';

/** A page of data on the wire, bytes. */
export const wirePage = pageBytes + 8;

/**
 * A world of round numbers: the link carries 1,000 data pages a second, copying a page takes 10 us, nothing else costs
 * time, and the destination keeps up. What a test is about it sets itself.
 */
export interface Tiny {
  /** Pages rewritten every `sweepSeconds`, at the bottom of RAM; then data at rest; then zero pages. */
  hotPages?: number;
  sweepSeconds?: number;
  /** How fast a sweep goes, pages/s; by default each is one instant. */
  visitsPerSecond?: number;
  /** Another way of writing to them. */
  hotWriter?: Writer;
  restingPages?: number;
  /** What the rewritten pages hold. */
  content?: PageContent;
  zeroPages?: number;
  /** Seconds that copying a page takes, the same in every call. */
  copySeconds?: number;
  /** Pages that may be left when the guest stops: the limit of downtime, as QEMU takes it. */
  limitPages?: number;
  /** Pages that the link carries in a second, and that the socket holds. */
  pagesPerSecond?: number;
  socketPages?: number;
  costs?: Partial<PageCosts>;
  rules?: Partial<MainLoopRules>;
  stream?: Partial<StreamParameters>;
  disk?: Partial<GuestDisk>;
  seed?: number;
}

const free: PageCosts = {
  zeroPageSeconds: 0,
  cleanPageSeconds: 0,
  syncPageSeconds: 0,
  firstWriteSeconds: 0,
  networkByteSeconds: 0,
  destinationZeroPageSeconds: 0,
  destinationDataPageSeconds: 0,
};

/** The world, and what runs a migration in it until it ends or `patience` has passed. */
export function tiny(o: Tiny) {
  const { hotPages = 0, sweepSeconds = 0.01, restingPages = 0, zeroPages = 0, copySeconds = 1e-5 } = o;
  const { limitPages = 0.5, pagesPerSecond = 1000, socketPages = 30 } = o;
  const sim = createSimulation({ seed: o.seed ?? 1 });
  const fluid = createFluid(sim);
  const source = createHost(fluid, 'source', { cpus: 4, cores: 4, load: 0, hyperThreadGain: 0 });
  const link = fluid.resource('link', pagesPerSecond * wirePage);
  const openStream = (name: string) =>
    createStream(sim, fluid.open({ name, path: [link] }), {
      sendBufferBytes: socketPages * wirePage,
      writableShare: 1 / 3,
      fillSpread: 0,
      receiveWindowBytes: 1e6 * wirePage,
      roundTripSeconds: 0,
      ...o.stream,
    });
  const data = hotPages + restingPages;
  const writer = () =>
    o.hotWriter ??
    sequentialWriter({
      pages: hotPages,
      visitsPerSecond: o.visitsPerSecond ?? Infinity,
      periodSeconds: sweepSeconds,
    });
  const memory = createGuestMemory({
    pages: data + zeroPages,
    layers: [
      {
        start: 0,
        end: hotPages,
        dataFraction: 1,
        ...(hotPages > 0 && { writer: writer() }),
        ...(o.content && { content: o.content }),
      },
      { start: hotPages, end: data, dataFraction: 1 },
      { start: data, end: data + zeroPages, dataFraction: 0 },
    ].filter(({ start, end }) => end > start),
  });
  const speed = pageBytes / copySeconds;
  const quantiles = [[0, speed], [100, speed]] as const; // prettier-ignore
  const bursts = {
    quantiles,
    correlation: 0,
    runSpread: 0,
    networkSlowdown: 0,
    cold: { secondsPerByte: 0, shift: 0, recovery: 0 },
  };
  const journal = createJournal(true);
  const thread = source.thread('migration');
  const rules: MainLoopRules = {
    // To the middle between two pages, so that rounding cannot decide.
    downtimeLimitSeconds: (limitPages * pageBytes) / speed,
    maxBandwidth: Infinity,
    windowSeconds: 0.1,
    sliceSeconds: 0.051,
    pageHeaderBytes: 8,
    zeroPageBytes: 9,
    zeroPageCountedBytes: 1,
    callOverheadBytes: 0,
    syncsEveryCall: 0,
    deviceStateBytes: 0,
    setupSeconds: 0,
    stopSeconds: 0,
    loadSeconds: 0,
    ...o.rules,
  };
  const migration: Testbed['migration'] = {
    sim,
    pace: 1,
    guest: createGuest(source, memory, { busyVcpus: 1 }),
    source,
    thread,
    stream: openStream('migration'),
    bursts: createBursts(bursts, sim.random('burst')),
    costs: { ...free, ...o.costs },
    journal,
    sample: () => ({ time: sim.now, cpuSeconds: thread.used(), backgroundBytes: 0 }),
  };
  const steps = {
    beforeSeconds: 0,
    afterSeconds: 0,
    blockSeconds: 0,
    handoverSeconds: 0,
    retransmissionSeconds: 0,
    spread: 0,
  };
  const bed: Testbed = {
    migration,
    disk: {
      readRate: Infinity,
      allocatedBytes: 0,
      sizeBytes: o.disk?.allocatedBytes ?? 0,
      writes: [],
      ...o.disk,
    },
    openStream,
    linkRate: Infinity,
    connect: () => undefined,
    connectAlone: () => undefined,
    steps,
    services: source.thread('services'),
    constants: { qemu: rules as unknown as ConstantValues[string] },
    request: {
      kind: 'lm',
      downtimeLimitSeconds: rules.downtimeLimitSeconds,
      maxBandwidth: rules.maxBandwidth,
      timeoutSeconds: null,
      capabilities: new Set(),
      multifdCompression: 'none',
      encryption: 'none',
      postCopyAfterSeconds: null,
    },
    switchover: {
      setupSeconds: rules.setupSeconds,
      stopSeconds: rules.stopSeconds,
      loadSeconds: rules.loadSeconds,
      wakeSeconds: 0,
    },
    faults: noFaults,
    stalls: () => 0,
    queueOverflows: () => false,
    random: sim.random('steps'),
  };
  return {
    ...migration,
    rules,
    bed,
    /** Lets the clock run to that time; without an event there it would stand. */
    runTo: (time: number): void => {
      sim.at(time, () => undefined);
      sim.run(time);
    },
    start: (kind: MigrationKind = 'lm') => sim.spawn(qemu121.migrate(bed, kind)),
    /** Runs QEMU 1.2.1 on it; whether it completed. */
    migrate(kind: MigrationKind = 'lm', patience = 60): boolean {
      const running = sim.spawn(qemu121.migrate(bed, kind));
      sim.run(patience);
      return running.done;
    },
    /** Seconds from the stop to the first instruction at the destination. */
    downtime: () => journal.resumedAt! - journal.stoppedAt!,
  };
}
