import { createFluid, type Fluid, type Resource } from '../sim/fluid.js';
import type { RandomStream } from '../sim/random.js';
import type { Recorder } from '../sim/recorder.js';
import { createSimulation, type Simulation } from '../sim/simulation.js';
import { createStepFunction, type StepFunction } from '../sim/step-function.js';
import { createBursts } from '../models/burst.js';
import type { GuestDisk } from '../models/disk.js';
import { createDrift, createGuest } from '../models/guest.js';
import { createHost, type Host } from '../models/host.js';
import { createLink, type Link } from '../models/link.js';
import { createGuestMemory } from '../models/memory/guest-memory.js';
import type { WorkedTime } from '../models/memory/writer.js';
import { goodputOfStreams } from '../models/migration/multifd.js';
import { createJournal, type Journal } from '../models/migration/journal.js';
import type { Migration } from '../models/migration/migration.js';
import type { Testbed } from '../models/stacks/testbed.js';
import { createSocketDepth } from '../models/socket-depth.js';
import { createHindrance, createStalls, disturbedBy } from '../models/stalls.js';
import { createStream, type Stream } from '../models/stream.js';
import { createShifts, guestWork, type GuestWork } from './guest-work.js';
import { layOutMemory } from './memory-layout.js';
import type { Parameters } from './parameters.js';
import { recordRun } from './run-curves.js';
import type { Scenario } from './scenario.js';

/** One replication, ready to run. */
export interface World {
  sim: Simulation;
  link: Link;
  /** The guests that are to be migrated, at least one. */
  vms: readonly Vm[];
  /** How fast a guest would have run up to now if nobody had migrated, 0 to 1. */
  speedAlone: StepFunction;
  /** Curves of the run, for those who asked for details. */
  recorder?: Recorder;
}

/** A guest with its migration, ready to run. */
export interface Vm {
  bed: Testbed;
  journal: Journal;
  /** The migration's connections, the one for RAM first. */
  streams: readonly Stream[];
  /** Payload of all of them so far. */
  bytesOnWire(): number;
}

/** What all guests of a world share. */
interface Place {
  sim: Simulation;
  fluid: Fluid;
  link: Link;
  /** What one connection gets now of the idle link in this run, bytes/s. */
  goodput(): number;
  /** The migrations have so many connections each from now on. */
  connect(count: number): void;
  source: Host;
  /** Where guests run after they have arrived; absent where one guest is alone, which nobody minds. */
  destination: Host | undefined;
  /** The storage at the source that all guests' disks are read from; absent where one guest is alone. */
  storage: Resource | undefined;
  /** What each guest has to do. */
  work: GuestWork;
  /** How fast a guest would have run up to now if nobody had migrated, 0 to 1. */
  speedAlone: StepFunction;
  /** By what this run's threads are kept from running more or less often than in a typical run. */
  disturbance: number;
  /** By what this run's CPUs are slower or faster than another's, in all that they do. */
  pace: number;
  destinationPace: number;
}

/**
 * Puts a scenario's hosts, link, background, guests and migrations together. Replication k of a scenario always draws
 * the same numbers, whatever other scenarios run beside it, so two scenarios that differ in one field are compared
 * with common random numbers; and the first of several guests draws what it would draw alone. `withDetails` keeps
 * rounds and curves; it changes nothing in the run. `atOnce`: the product lets no more than so many migrate at a time.
 *
 * @example
 * const { scenario, parameters } = prepare([]);
 * buildWorld(scenario, parameters, 1).vms[0].bed.migration.guest.memory.pages // => 4194304
 */
export function buildWorld(
  scenario: Scenario,
  parameters: Parameters,
  replication: number,
  withDetails = false,
  atOnce = Infinity,
): World {
  const place = createPlace(scenario, parameters, replication, atOnce);
  const vms = Array.from({ length: scenario.migration.concurrent }, (_, index) =>
    createVm(place, scenario, parameters, index + 1, withDetails),
  );
  const recorder = withDetails ? recordRun(place, vms) : undefined;
  const { sim, link, speedAlone } = place;
  return { sim, link, vms, speedAlone, ...(recorder && { recorder }) };
}

function createPlace(scenario: Scenario, parameters: Parameters, replication: number, atOnce: number): Place {
  const { cpu, stream, queue, destination } = parameters.values;
  const { concurrent } = scenario.migration;
  const sim = createSimulation({ seed: `${scenario.seed}/${replication}` });
  const fluid = createFluid(sim);

  const work = guestWork(scenario.vm);
  const besideIdleGuest = scenario.link.goodput * Math.exp(stream.spread * sim.random('link').normal());
  const busyDraw = sim.random('busy').uniform();
  const goodput = (): number =>
    besideIdleGuest * (1 - lossBesideBusyGuest(stream.busyGuestLoss, work.busyShareAt(sim.now), busyDraw));
  const link = createLink(
    sim,
    fluid,
    {
      goodput: goodput(),
      sharing: scenario.link.sharing,
      queueBytes: {
        migration: queue.migration * Math.exp(queue.spread * sim.random('queue').normal()),
        'icmp-flood': queue.icmpFlood,
        'icmp-paced': queue.icmpPaced,
        udp: queue.udp,
        tcp: queue.tcp,
      },
      migrations: Math.min(concurrent, atOnce),
    },
    scenario.background,
  );
  const { hyperThreadGain } = cpu;
  const softInterrupts = (): number => link.backgroundAlone.at(sim.now) * cpu.softInterruptByteSeconds;
  const source = createHost(fluid, 'source', {
    ...scenario.source,
    hyperThreadGain,
    softInterrupts: softInterrupts(),
    mostSoftInterrupts: link.backgroundBounds.most * cpu.softInterruptByteSeconds,
  });
  const speedAlone = createStepFunction(() => sim.now);
  const noteSpeed = (): void =>
    speedAlone.set(source.speedBesideLoad(concurrent * work.at(sim.now).busyVcpus));
  noteSpeed();
  link.onBackgroundChange(() => {
    source.setSoftInterrupts(softInterrupts());
    noteSpeed();
  });
  let connections = 1;
  const setGoodput = (): void => {
    const ofOne = goodput();
    const ofAll = (ofOne * goodputOfStreams(scenario.link, connections)) / scenario.link.goodput;
    link.setGoodput(connections === 1 ? ofOne : ofAll);
  };
  for (const time of work.turns) {
    sim.at(time, () => {
      setGoodput();
      noteSpeed();
    });
  }
  return {
    sim,
    fluid,
    link,
    goodput,
    connect(count) {
      connections = count;
      setGoodput();
    },
    work,
    source,
    destination:
      concurrent > 1
        ? createHost(fluid, 'destination', { ...scenario.destination, hyperThreadGain })
        : undefined,
    storage: concurrent > 1 ? fluid.resource('storage', parameters.values.disk.readRate) : undefined,
    speedAlone,
    disturbance: Math.exp(cpu.stallsSpread * sim.random('disturbance').normal()),
    pace: Math.exp(cpu.spread * sim.random('pace').normal()),
    destinationPace: Math.exp(destination.spread * sim.random('destination pace').normal()),
  };
}

/** The guest of that number, from 1. */
function createVm(
  place: Place,
  scenario: Scenario,
  parameters: Parameters,
  number: number,
  withDetails: boolean,
): Vm {
  const { sim, link, source, destination, work, speedAlone, disturbance, pace, destinationPace } = place;
  const { values, burst, constants } = parameters;
  const { cpu, stream, guest: guestValues, steps } = values;
  const own = (name: string): string => (number === 1 ? name : `vm${number} ${name}`);
  const random = (name: string): RandomStream => sim.random(number === 1 ? name : `vm${number}/${name}`);

  const thread = source.thread(own('migration'));
  const streams = { layout: random('layout'), writer: random('writer') };
  const { vm } = scenario;
  const shifts = createShifts(() => guest.time());
  const worked = vm.workload.map((one) => shifts.workedIn(one));
  const writes = vm.disk.writes.map((one) => shifts.workedIn(one));
  const disk = guestDisk(vm.disk, values.disk.readRate, writes);
  const memory = createGuestMemory(layOutMemory(vm, guestValues, streams, worked));
  const stalledBy = createHindrance(disturbedBy(disturbance, guestValues), random('guest stalls'));
  const drift = createDrift(guestValues.drift, random('drift'));
  const guest = createGuest(source, memory, work.at(0), drift, {
    name: own('vcpus'),
    mostBusyVcpus: work.mostBusyVcpus,
    speedAlone: () => speedAlone.at(sim.now),
    ...(guestValues.stallsPerSecond > 0 && {
      hindrance: () => ({ seconds: sim.now, stalledSeconds: stalledBy(sim.now) }),
    }),
    ...(destination && { destination }),
  });
  shifts.comeAndGo(sim.now);
  for (const time of shifts.turns()) {
    sim.at(time, () => {
      shifts.comeAndGo(time);
      guest.turnTo(work.at(time));
    });
  }
  const flow = link.open(own('migration'), 'migration');
  const socket = {
    ...stream,
    mostBufferBytes: stream.deepBufferBytes * (1 + stream.deepSpread),
    roundTripSeconds: 2 * scenario.link.latency,
  };
  const depth = (name: string) => createSocketDepth(stream, () => link.overflows, random(name));
  const connections = [createStream(sim, flow, socket, random('socket'), depth('depth'))];
  const journal = createJournal(withDetails);
  const slowdownBeside = (backgroundAlone: number): number =>
    1 + (burst.networkSlowdown * backgroundAlone) / scenario.link.goodput;

  const migration: Migration = {
    sim,
    pace,
    guest,
    source,
    thread,
    stream: connections[0]!,
    bursts: createBursts(
      burst,
      random('burst'),
      () => slowdownBeside(link.backgroundAlone.at(sim.now)),
      slowdownBeside(link.backgroundBounds.least),
    ),
    costs: {
      zeroPageSeconds: cpu.zeroPageSeconds * pace,
      cleanPageSeconds: cpu.cleanPageSeconds * pace,
      syncPageSeconds: cpu.syncPageSeconds * pace,
      firstWriteSeconds: cpu.firstWriteSeconds,
      networkByteSeconds: cpu.networkByteSeconds * pace,
      destinationZeroPageSeconds: values.destination.zeroPageSeconds * destinationPace,
      destinationDataPageSeconds: values.destination.dataPageSeconds * destinationPace,
    },
    journal,
    sample: () => ({
      time: sim.now,
      cpuSeconds: thread.used() + cpu.networkByteSeconds * flow.drained(),
      backgroundBytes: link.backgroundCarried(),
    }),
  };
  return {
    journal,
    streams: connections,
    bytesOnWire: () => connections.reduce((sum, one) => sum + one.carried(), 0),
    bed: {
      migration,
      disk,
      openStream: (name, fromDisk = false) => {
        const opened = createStream(
          sim,
          link.open(own(name), 'migration', fromDisk && place.storage ? [place.storage] : []),
          socket,
          random(`socket of ${name}`),
          depth(`depth of ${name}`),
        );
        connections.push(opened);
        return opened;
      },
      ...(place.storage && {
        openReads: () => place.fluid.open({ name: own('disk'), path: [place.storage!] }),
      }),
      linkRate: scenario.link.rate,
      connect(count, socketBytes) {
        place.connect(count);
        migration.stream.connect(count, socketBytes);
      },
      connectAlone() {
        migration.stream.connectAlone(place.goodput());
      },
      steps,
      services: source.thread(own('services')),
      constants,
      request: {
        kind: scenario.migration.kind,
        downtimeLimitSeconds: scenario.migration.downtimeLimit,
        maxBandwidth: scenario.migration.maxBandwidth,
        timeoutSeconds: scenario.migration.timeout,
        capabilities: new Set(scenario.migration.capabilities),
        multifdCompression: scenario.migration.multifdCompression,
        encryption: scenario.migration.encryption,
        postCopyAfterSeconds: scenario.migration.postCopyAfter,
      },
      switchover: {
        get setupSeconds() {
          return cpu.setupSeconds + cpu.busySetupSeconds * work.busyShareAt(sim.now);
        },
        stopSeconds: cpu.stopSeconds,
        loadSeconds: cpu.loadSeconds,
        wakeSeconds: cpu.wakeSeconds * Math.exp(cpu.wakeSpread * random('wake').normal()),
      },
      stalls: createStalls(disturbedBy(disturbance, cpu), random('stalls')),
      faults: {
        networkAt: scenario.faults.network ?? Infinity,
        destinationAt: scenario.faults.destination ?? Infinity,
        recoverAfterSeconds: scenario.faults.recoverAfter ?? Infinity,
      },
      queueOverflows: () => link.overflows,
      random: random('steps'),
    },
  };
}

/**
 * Share of its rate that a stream loses beside a guest whose vCPUs are busy for that share of their time: nothing up to
 * half of it; where they never rest `mean` on average, and from nothing to twice that by run.
 *
 * @param uniform a draw in [0, 1)
 * @example
 * lossBesideBusyGuest(0.04, 1, 0.5) // => 0.04
 * lossBesideBusyGuest(0.04, 0.5, 0.9) // => 0
 */
export function lossBesideBusyGuest(mean: number, busy: number, uniform: number): number {
  return 2 * mean * uniform * Math.max(0, 2 * busy - 1);
}

/** @param worked of the writes that come and go, by their numbers */
function guestDisk(
  { size, allocated, writes }: Scenario['vm']['disk'],
  readRate: number,
  worked: readonly (WorkedTime | undefined)[],
): GuestDisk {
  return {
    readRate,
    sizeBytes: size,
    allocatedBytes: allocated,
    writes: writes.map(({ size: part, rate, pattern, request }, index) => ({
      sizeBytes: part,
      bytesPerSecond: rate,
      requestBytes: request,
      pattern,
      ...(worked[index] && { worked: worked[index] }),
    })),
  };
}
