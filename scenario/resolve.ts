import { InputError } from './input-error.js';
import { errorOf } from './issues.js';
import { mergeLayers, type Assignment, type Layer, type Merged } from './merge.js';
import { checkRules, checkTimes } from './rules.js';
import type {
  HostDefaults,
  HostSpec,
  LinkSpec,
  ProfileDefaults,
  Scenario,
  VmSpec,
  WorkloadPattern,
  WorkloadSpec,
} from './scenario.js';
import { scenarioSchema, type SchemaOutput } from './schema.js';

/**
 * The complete scenario, in SI, of what files, flags and other places say.
 *
 * Layers and assignments come with the lowest precedence first; below all of them lie the defaults of profile and stack
 * (`defaultsFor`, which may throw an InputError beginning with the field, 'stack' or 'profile', that it does not know)
 * and of the schema. What follows from another field follows from its final value: the goodput keeps the profile's share
 * of a changed rate, the cores their threads. A workload of size 0 is none, and so is a background of rate 0.
 *
 * @throws InputError for the first thing that is wrong: its place (file:line:column or the layer's origin), the field,
 * the value as written, and the rule.
 *
 * @example
 * resolveScenario([{ origin: '--ram', path: 'vm.ram', value: '4 GiB' }], defaultsFor).vm.ram // => 4294967296
 */
export function resolveScenario(
  layers: readonly (Layer | Assignment)[],
  defaultsFor: (stack: string, profile: string | undefined) => ProfileDefaults,
): Scenario {
  const merged = mergeLayers(layers);
  const read = scenarioSchema.safeParse(merged.raw);
  if (!read.success) throw errorOf(read.error.issues, merged);
  checkTimes(read.data.background, ['background'], merged);
  checkTimes(read.data.vm.workload, ['vm', 'workload'], merged);
  checkTimes(read.data.vm.disk.writes, ['vm', 'disk', 'writes'], merged);
  const scenario = complete(read.data, knownDefaults(read.data, merged, defaultsFor), merged);
  checkRules(scenario, merged);
  return scenario;
}

function knownDefaults(
  written: SchemaOutput,
  merged: Merged,
  defaultsFor: (stack: string, profile: string | undefined) => ProfileDefaults,
): ProfileDefaults {
  try {
    return defaultsFor(written.stack, written.profile);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const field = error.message.startsWith('profile') ? 'profile' : 'stack';
    throw merged.inform([field], error.message);
  }
}

function complete(written: SchemaOutput, defaults: ProfileDefaults, merged: Merged): Scenario {
  const { stack, seed, replications, migration, parameters } = written;
  return {
    stack,
    profile: defaults.profile,
    seed,
    replications,
    source: completeHost(written.source, defaults.hosts),
    destination: completeHost(written.destination, defaults.hosts),
    link: completeLink(written.link, defaults.link),
    background: written.background.filter(({ rate }) => rate > 0),
    vm: completeVm(written.vm, defaults, merged),
    migration: {
      kind: migration.kind,
      downtimeLimit: migration.downtimeLimit ?? defaults.downtimeLimit,
      maxBandwidth: migration.maxBandwidth ?? defaults.maxBandwidth,
      patience: migration.patience,
      timeout: migration.timeout === Infinity ? null : migration.timeout,
      // A set: in whatever order they are written, it is the same scenario.
      capabilities: [...migration.capabilities].sort(),
      multifdCompression: migration.multifdCompression,
      encryption: migration.encryption,
      postCopyAfter: migration.postCopyAfter === Infinity ? null : migration.postCopyAfter,
      concurrent: migration.concurrent,
    },
    faults: {
      network: noneAsNull(written.faults.network),
      destination: noneAsNull(written.faults.destination),
      recoverAfter: noneAsNull(written.faults.recoverAfter),
    },
    parameters,
  };
}

function noneAsNull(seconds: number): number | null {
  return seconds === Infinity ? null : seconds;
}

function completeHost(written: SchemaOutput['source'], defaults: HostDefaults): HostSpec {
  const threads = defaults.cpus / defaults.cores;
  const cpus =
    written.cpus ?? (written.cores === undefined ? defaults.cpus : Math.round(written.cores * threads));
  const cores =
    written.cores ?? (written.cpus === undefined ? defaults.cores : Math.ceil(written.cpus / threads));
  return { cpus, cores, load: written.load ?? defaults.load, busyThreads: written.busyThreads };
}

function completeLink(written: SchemaOutput['link'], defaults: LinkSpec): LinkSpec {
  const rate = written.rate ?? defaults.rate;
  return {
    rate,
    goodput: written.goodput ?? (defaults.goodput * rate) / defaults.rate,
    latency: written.latency ?? defaults.latency,
    sharing: written.sharing ?? defaults.sharing,
  };
}

function completeVm(written: SchemaOutput['vm'], defaults: ProfileDefaults, merged: Merged): VmSpec {
  const { vcpus, ram, layout, disk } = written;
  const isSizeOpen = !merged.states('vm.disk.size');
  // What is rewritten continually is allocated.
  const rewritten = disk.writes.reduce((sum, { size: part }) => sum + part, 0);
  const size = isSizeOpen ? Math.max(disk.size, disk.allocated ?? 0, rewritten) : disk.size;
  const allocated = disk.allocated ?? Math.min(Math.max(defaults.diskAllocated(size), rewritten), size);
  return {
    vcpus,
    ram,
    resident: written.resident ?? Math.min(defaults.resident(ram), ram),
    layout: layout ?? defaults.layout,
    disk: { size, allocated, writes: disk.writes },
    workload: written.workload
      .map((one, index) => completeWorkload(one, index, defaults, merged))
      .filter((one) => one.size > 0),
  };
}

function completeWorkload(
  written: SchemaOutput['vm']['workload'][number],
  index: number,
  defaults: ProfileDefaults,
  merged: Merged,
): WorkloadSpec {
  const { size, rate, incompressible, changes, busy, points, from, until } = written;
  const path = ['vm', 'workload', index, 'points'];
  if (points && written.pattern !== 'measured') throw merged.error(path, 'belongs to the pattern measured');
  if (!points && written.pattern === 'measured')
    throw merged.error(path, 'the pattern measured needs its points');
  const pattern = readPattern(written.pattern, points ?? []);
  return {
    size,
    rate,
    period: written.period ?? defaults.workloadPeriod,
    pattern,
    incompressible,
    changes,
    busy,
    from,
    until,
  };
}

function readPattern(written: string, points: [number, number][]): WorkloadPattern {
  const [kind, exponent] = written.split(':');
  if (kind === 'zipf') return { kind, exponent: Number(exponent) };
  if (kind === 'measured') return { kind, points };
  return { kind: kind === 'uniform' ? 'uniform' : 'sequential' };
}
