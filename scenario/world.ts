import { createFluid, type Fluid } from '../sim/fluid.js';
import { createRecorder, type Recorder } from '../sim/recorder.js';
import { createSimulation, type Simulation } from '../sim/simulation.js';
import { createBursts, quantileAt } from '../models/burst.js';
import { createDrift, createGuest } from '../models/guest.js';
import { createHost } from '../models/host.js';
import { createLink, type Link } from '../models/link.js';
import { createGuestMemory } from '../models/memory/guest-memory.js';
import { createJournal, type Journal } from '../models/migration/journal.js';
import type { Migration } from '../models/migration/migration.js';
import type { Testbed } from '../models/stacks/testbed.js';
import { createStalls } from '../models/stalls.js';
import { createStream } from '../models/stream.js';
import { layOutMemory } from './memory-layout.js';
import type { Parameters } from './parameters.js';
import type { Scenario } from './scenario.js';

/** One replication, ready to run. */
export interface World {
  sim: Simulation;
  link: Link;
  bed: Testbed;
  journal: Journal;
  /** Curves of the run, for those who asked for details. */
  recorder?: Recorder;
}

/**
 * Puts a scenario's hosts, link, background, guest and migration together. Replication k of a scenario always draws
 * the same numbers, whatever other scenarios run beside it, so two scenarios that differ in one field are compared
 * with common random numbers. `withDetails` keeps rounds and curves; it changes nothing in the run.
 *
 * @example
 * const { scenario, parameters } = prepare([]);
 * buildWorld(scenario, parameters, 1).bed.migration.guest.memory.pages // => 4194304
 */
export function buildWorld(
  scenario: Scenario,
  parameters: Parameters,
  replication: number,
  withDetails = false,
): World {
  const { values, burst, estimate, constants } = parameters;
  const { cpu, stream, queue, destination, guest: guestValues, steps, disk } = values;
  const sim = createSimulation({ seed: `${scenario.seed}/${replication}` });
  const fluid = createFluid(sim);

  const link = createLink(
    fluid,
    {
      goodput:
        scenario.link.goodput *
        Math.exp(stream.spread * sim.random('link').normal()) *
        (1 - stream.busyGuestLoss * busyShare(scenario, guestValues.visitSeconds)),
      sharing: scenario.link.sharing,
      queueBytes: {
        migration: queue.migration * Math.exp(queue.spread * sim.random('queue').normal()),
        'icmp-flood': queue.icmpFlood,
        'icmp-paced': queue.icmpPaced,
        udp: queue.udp,
        tcp: queue.tcp,
      },
    },
    scenario.background,
  );
  const source = createHost(fluid, 'source', {
    ...scenario.source,
    hyperThreadGain: cpu.hyperThreadGain,
    softInterrupts: link.backgroundAlone * cpu.softInterruptByteSeconds,
  });
  const thread = source.thread('migration');
  const streams = { layout: sim.random('layout'), writer: sim.random('writer') };
  const memory = createGuestMemory(layOutMemory(scenario.vm, guestValues, streams));
  const busyVcpus = Math.max(idleVcpus, Math.min(scenario.vm.workload.length, scenario.vm.vcpus));
  const guest = createGuest(source, memory, busyVcpus, createDrift(guestValues.drift, sim.random('drift')));
  const flow = link.open('migration', 'migration');
  const journal = createJournal(withDetails);
  const estimateDraws = sim.random('estimate');

  const occupiedShare = link.backgroundAlone / scenario.link.goodput;
  // A run is a little slower or faster than another in all that its CPU does.
  const pace = Math.exp(cpu.spread * sim.random('pace').normal());
  const destinationPace = Math.exp(destination.spread * sim.random('destination pace').normal());
  const migration: Migration = {
    sim,
    guest,
    source,
    thread,
    stream: createStream(sim, flow, {
      ...stream,
      sendBufferBytes: link.overflows ? stream.overflowBufferBytes : stream.sendBufferBytes,
      roundTripSeconds: 2 * scenario.link.latency,
    }),
    bursts: createBursts(burst, sim.random('burst'), 1 + burst.networkSlowdown * occupiedShare),
    costs: {
      zeroPageSeconds: cpu.zeroPageSeconds * pace,
      cleanPageSeconds: cpu.cleanPageSeconds * pace,
      syncPageSeconds: cpu.syncPageSeconds * pace,
      firstWriteSeconds: cpu.firstWriteSeconds,
      networkByteSeconds: cpu.networkByteSeconds * pace,
      destinationZeroPageSeconds: destination.zeroPageSeconds * destinationPace,
      destinationDataPageSeconds: destination.dataPageSeconds * destinationPace,
    },
    journal,
    sample: () => ({
      time: sim.now,
      cpuSeconds: thread.used() + cpu.networkByteSeconds * flow.drained(),
      backgroundBytes: link.backgroundCarried(),
    }),
  };
  const recorder = withDetails ? recordRun(sim, fluid, link, migration) : undefined;
  return {
    sim,
    link,
    journal,
    ...(recorder && { recorder }),
    bed: {
      migration,
      disk: { readRate: disk.readRate, allocatedBytes: scenario.vm.disk.allocated },
      linkRate: scenario.link.rate,
      steps,
      services: source.thread('services'),
      constants,
      request: {
        kind: scenario.migration.kind,
        downtimeLimitSeconds: scenario.migration.downtimeLimit,
        maxBandwidth: scenario.migration.maxBandwidth,
        timeoutSeconds: scenario.migration.timeout,
        capabilities: new Set(scenario.migration.capabilities),
        postCopyAfterSeconds: scenario.migration.postCopyAfter,
      },
      switchover: {
        setupSeconds: cpu.setupSeconds + cpu.busySetupSeconds * busyShare(scenario, guestValues.visitSeconds),
        stopSeconds: cpu.stopSeconds,
        loadSeconds: cpu.loadSeconds,
        wakeSeconds: cpu.wakeSeconds * Math.exp(cpu.wakeSpread * sim.random('wake').normal()),
      },
      stalls: createStalls(cpu, sim.random('stalls')),
      faults: {
        networkAt: scenario.faults.network ?? Infinity,
        destinationAt: scenario.faults.destination ?? Infinity,
        recoverAfterSeconds: scenario.faults.recoverAfter ?? Infinity,
      },
      estimateFactor: () => quantileAt(estimate, estimateDraws.uniform()),
      queueOverflows: link.overflows,
      random: sim.random('steps'),
    },
  };
}

/** Share of its time that the busiest vCPU works for the guest's workload. */
function busyShare({ vm }: Scenario, visitSeconds: number): number {
  return vm.workload.reduce((most, { rate }) => Math.max(most, Math.min(1, rate * visitSeconds)), 0);
}

/** Names of a run's curves, with their units. */
export const curves = {
  'link: migration': 'bytes/s',
  'link: background': 'bytes/s',
  'memory: remaining': 'bytes',
  'memory: dirtied': 'bytes',
  'CPU: migration': 's',
} as const;

/**
 * Records a run: what the link carries by class, what waits and what the syncs find, and the CPU time that the migration
 * has used. Rates are exact steps; memory and CPU change at the calls and syncs in which they are looked at.
 */
function recordRun(sim: Simulation, fluid: Fluid, link: Link, migration: Migration): Recorder {
  const recorder = createRecorder(sim);
  const set = (name: keyof typeof curves, value: number): void => recorder.series(name).set(value);
  set('link: migration', 0);
  set('link: background', link.backgroundRate());
  fluid.onChange(() => {
    set('link: migration', migration.stream.rate());
    set('link: background', link.backgroundRate());
  });
  migration.record = (series, bytes) => {
    set(`memory: ${series}`, bytes);
    set('CPU: migration', migration.sample().cpuSeconds);
  };
  return recorder;
}

/** Busy vCPUs of a guest that does nothing but tick; any small number. */
const idleVcpus = 0.01;
