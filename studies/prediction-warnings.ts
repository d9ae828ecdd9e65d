import { findProfile, findStack } from '../scenario/catalog.js';
import type { Profile } from '../scenario/profile.js';
import type { Scenario } from '../scenario/scenario.js';
import { formatQuantity } from '../scenario/units.js';
import { breakEvenLinkSpeed, compressSeconds, type Compressor } from '../models/migration/compression.js';
import { quantileAt } from '../models/burst.js';
import type { Parameters } from '../scenario/parameters.js';
import type { Prepared } from './prepare.js';
import type { Summary } from './summary.js';

/** With so few, the outer tenths hold one run or none. */
export const FEW_REPLICATIONS = 10;
/** The largest guest on which any of the profiles was measured. */
const MEASURED_RAM_BYTES = 16 * 2 ** 30;
/** A p90 within this share of patience: the runs beyond it are cut off. */
const NEAR_PATIENCE = 0.9;
/** The slower share of the calls on which a fast link is judged. */
const SLOW_CALLS = 0.1;
/** Rates within this share of each other are one. */
const ALIKE = 0.05;
/** Between these shares of completed replications the outcome of one run is a gamble. */
const GAMBLE = [0.05, 0.95] as const;

/** What a prediction's warnings depend on besides its scenario. */
export interface PredictionFacts {
  replications: number;
  completedFraction: number;
  /** Replications that lost the guest or left it paused, where the verdict is another. */
  lostCount?: number;
  /** Share of the replications that patience cut off. */
  cutOffFraction?: number;
  totalSeconds: Summary | null;
  downtimeSeconds: Summary | null;
}

/**
 * What a reader should know before believing a prediction: too few replications, a scenario outside what its profile
 * was measured on, an outcome that is a gamble, a horizon that cuts the slow runs off.
 *
 * @returns sentences without a full stop, none where there is nothing to say
 * @example
 * const facts = { replications: 5, completedFraction: 1, totalSeconds: null, downtimeSeconds: null };
 * predictionWarnings(prepare([]), facts);
 * // => ['only 5 replications: p10 and p90 are guesses']
 */
export function predictionWarnings(prepared: Prepared, facts: PredictionFacts): string[] {
  return [...aboutRuns(prepared.scenario, facts), ...scenarioWarnings(prepared)];
}

/**
 * Those of them that are known without a run.
 *
 * @example
 * scenarioWarnings(prepare([])) // => []
 */
export function scenarioWarnings({ scenario, parameters }: Prepared): string[] {
  return [...aboutPlace(scenario), ...aboutMechanism(scenario, parameters)];
}

function aboutRuns(scenario: Scenario, facts: PredictionFacts): string[] {
  const {
    replications,
    completedFraction,
    lostCount = 0,
    cutOffFraction = 0,
    totalSeconds,
    downtimeSeconds,
  } = facts;
  const { patience } = scenario.migration;
  const warnings: string[] = [];
  if (replications === 1) warnings.push('a single replication: no spread is known');
  else if (replications <= FEW_REPLICATIONS) {
    warnings.push(`only ${replications} replications: p10 and p90 are guesses`);
  }
  if (completedFraction > GAMBLE[0] && completedFraction < GAMBLE[1]) {
    const percent = Number((100 * completedFraction).toPrecision(3));
    warnings.push(`a gamble: ${percent} % of the replications completed`);
  }
  if (lostCount > 0)
    warnings.push(`the guest was lost, or left paused, in ${lostCount} of ${replications} replications`);
  if (cutOffFraction > GAMBLE[0] && findStack(scenario.stack).isWatched) {
    warnings.push(
      `patience of ${formatQuantity(patience, 'seconds')} ended before ${scenario.stack} had done what it does in time: ` +
        'a longer --patience (up to 1 day) shows that',
    );
  }
  if (totalSeconds && totalSeconds.p90 > NEAR_PATIENCE * patience) {
    const p90 = Number(totalSeconds.p90.toPrecision(3));
    warnings.push(
      `p90 of the total time is ${p90} s and patience ${formatQuantity(patience, 'seconds')}: ` +
        'slower runs are cut off and count as non-converging',
    );
  }
  if (totalSeconds && downtimeSeconds && downtimeSeconds.p50 > totalSeconds.p50) {
    warnings.push(
      'the downtime ends after the total time: the one when the guest runs at the destination, ' +
        'the other when the source has closed its socket',
    );
  }
  return warnings;
}

/** Where the mechanism itself is not what a reader would expect. */
function aboutMechanism(scenario: Scenario, parameters: Parameters): string[] {
  const { stack, migration, vm, link, profile } = scenario;
  const { burst } = parameters;
  const warnings: string[] = [];
  const capabilities = new Set(migration.capabilities);
  if (migration.kind === 'blm' && vm.disk.allocated === 0) {
    warnings.push('vm.disk.allocated is 0: block migration has no disk to copy');
  }
  if (migration.kind !== 'blm' && vm.disk.writes.length > 0) {
    warnings.push(`vm.disk.writes are of no effect: a migration of kind ${migration.kind} copies no disk`);
  }
  const { qemu, stopRule } = findStack(stack);
  if (qemu !== undefined) warnings.push(...aboutThread(scenario, parameters));
  else if (stopRule === undefined && link.goodput > quantileAt(burst.quantiles, SLOW_CALLS)) {
    warnings.push(
      `link.goodput is ${formatQuantity(link.goodput, 'rate')}: faster than a tenth of the calls copy in profile ${profile}; ` +
        'such calls never fill the socket and last their whole slice, and no speed of theirs was measured',
    );
  }
  if (capabilities.has('zero-copy-send')) {
    warnings.push(
      'zero-copy-send locks the pages that are on their way: taken as given is a limit on locked memory (memlock) that lets it',
    );
  }
  const { cacheBytes = Infinity } = parameters.constants.xbzrle ?? {};
  const rewritten = vm.workload.reduce((sum, { size }) => sum + size, 0);
  if (capabilities.has('xbzrle') && cacheBytes < rewritten) {
    const [cache, hot] = [cacheBytes, rewritten].map((bytes) => formatQuantity(bytes, 'bytes'));
    warnings.push(
      `XBZRLE's cache of ${cache} does not hold the ${hot} that the guest rewrites: pages that miss it go out whole; ` +
        'parameters.xbzrle.cacheBytes sets it',
    );
  }
  if (capabilities.has('compress') && parameters.constants.compress) {
    const compressor = parameters.constants.compress as unknown as Compressor & { threads: number };
    const { cores, load } = scenario.source;
    warnings.push(...aboutCompressing('compress', compressor, cores * (1 - load), link.goodput));
  }
  if (capabilities.has('dirty-limit')) {
    warnings.push(
      'dirty-limit needs KVM with a dirty ring (-accel kvm,dirty-ring-size=…): taken as given at the source',
    );
  }
  return warnings;
}

/** A link that carries more than threads that compress get through on the free cores. */
function aboutCompressing(
  name: string,
  compressor: Compressor & { threads: number },
  cores: number,
  goodput: number,
): string[] {
  const compressByteSeconds = compressSeconds(compressor);
  const most = breakEvenLinkSpeed({ threads: compressor.threads, cores, compressByteSeconds });
  if (goodput <= most) return [];
  const rate = formatQuantity(Number(most.toPrecision(3)), 'rate');
  return [
    `${name} gets through ${rate} on the free cores, less than link.goodput: beyond that it makes a migration slower`,
  ];
}

/** What the CPU time of the threads that send lets through, where that is less than the link. */
function aboutThread(
  { migration, link, source, profile, stack: name }: Scenario,
  { burst, values, constants }: Parameters,
): string[] {
  const { tunnelled = 0, tunnelByteSeconds = 0 } = constants.libvirt ?? {};
  if (tunnelled > 0 && link.goodput * tunnelByteSeconds > 1) {
    return [
      `the tunnel through libvirtd lets no more than ${megabits(1 / tunnelByteSeconds)} Mbit/s through ` +
        '(parameters.libvirt.tunnelByteSeconds), less than link.goodput',
    ];
  }
  // A thread that blocks in its writes pays for the network stack; of several channels each pays for a part.
  const tlsSeconds = migration.encryption === 'tls' ? (constants.tls?.byteSeconds ?? 0) : 0;
  const threadRate = 1 / (1 / quantileAt(burst.quantiles, 0.5) + values.cpu.networkByteSeconds + tlsSeconds);
  const capabilities = [...migration.capabilities, ...(findStack(name).implies?.(constants) ?? [])];
  const channels = channelsOf(capabilities, constants);
  const most = threadRate * Math.min(channels, source.cores);
  if (migration.multifdCompression !== 'none') {
    const codec = constants[migration.multifdCompression] as unknown as Compressor;
    const free = source.cores * (1 - source.load);
    return aboutCompressing(
      migration.multifdCompression,
      { ...codec, threads: channels },
      free,
      link.goodput,
    );
  }
  // What that costs a channel is not in that rate.
  if (link.goodput <= most || capabilities.includes('zero-copy-send')) return [];
  const limit = `no more than ${megabits(most)} Mbit/s with the CPU costs of profile ${profile}, less than link.goodput`;
  const cost =
    tlsSeconds > 0
      ? `encrypting takes ${formatQuantity(tlsSeconds, 'seconds')} a byte of it (parameters.tls.byteSeconds)`
      : 'parameters.cpu.networkByteSeconds sets what a byte costs on other hosts';
  return [
    channels > 1
      ? `the ${channels} channels of multifd send ${limit}; ${cost}, and more channels share it`
      : `the migration thread sends ${limit}; ${cost}, and multifd shares it`,
  ];
}

/** Connections that send side by side; KubeVirt says how many, others leave it to QEMU. */
function channelsOf(capabilities: readonly string[], { multifd, kubevirt }: Parameters['constants']): number {
  if (!capabilities.includes('multifd')) return 1;
  const { parallelThreads = 0 } = kubevirt ?? {};
  return parallelThreads > 0 ? parallelThreads : (multifd?.channels ?? 1);
}

function megabits(bytesPerSecond: number): number {
  return Number(((bytesPerSecond * 8) / 1e6).toPrecision(3));
}

/** On which stack a profile was measured; one that is not here holds orders of magnitude. */
const measuredStacks: Readonly<Record<string, string>> = {
  'icclab-2014': 'openstack-icehouse',
  'qemu-1.2.1-bench': 'qemu-1.2.1',
  'qemu-7.2-bench': 'qemu-7.2',
};

/** What the scenario is besides what was measured. */
function aboutPlace(scenario: Scenario): string[] {
  const { stack, profile: profileName, vm, link } = scenario;
  const profile = findProfile(profileName);
  const measuredStack = measuredStacks[profileName];
  if (measuredStack === undefined) return [nothingMeasured(stack, profileName)];
  const { profile: standard, stopRule } = findStack(stack);
  const warnings: string[] = [];
  if (stopRule !== undefined) {
    warnings.push(
      `no migration by ${stack} was measured: its rules are from its source or documentation, ` +
        `speeds and steps are those of profile ${profileName}`,
    );
  } else if (standard !== profileName) {
    warnings.push(
      `profile ${profileName} was not measured on stack ${stack}, whose own profile is ${standard}`,
    );
  } else if (stack !== measuredStack) {
    warnings.push(
      `profile ${profileName} was measured on ${measuredStack}: where ${stack} differs, its rules are from its source`,
    );
  }
  if (vm.ram > MEASURED_RAM_BYTES) {
    const [ram, measured] = [vm.ram, MEASURED_RAM_BYTES].map((bytes) => formatQuantity(bytes, 'bytes'));
    warnings.push(`vm.ram is ${ram}: no guest above ${measured} was measured`);
  }
  // The measured line may be named by what a shaper lets through: 974 Mbit/s of frames is gigabit Ethernet too.
  if (Math.abs(link.rate / profile.link.rate - 1) > ALIKE) {
    const [rate, measured] = [link.rate, profile.link.rate].map((value) => formatQuantity(value, 'rate'));
    warnings.push(
      `link.rate is ${rate}: profile ${profileName} was measured at ${measured}${fasterPlace(link.rate, profile)}`,
    );
  }
  return [...warnings, ...aboutHosts(scenario, profile)];
}

/** Beyond a few times the measured rate the CPU costs of a place decide, and another profile's are nearer to the truth. */
function fasterPlace(rate: number, { link }: Profile): string {
  const { name, link: fast } = findProfile('server-10g');
  // Nearer to that in proportion.
  return rate * rate > link.rate * fast.rate
    ? `; --profile ${name} has servers' costs at ${formatQuantity(fast.rate, 'rate')}, in orders of magnitude`
    : '';
}

/** Once, of a place where nothing was: whatever differs from it is as good a guess. */
function nothingMeasured(stack: string, profileName: string): string {
  const place = `profile ${profileName} holds orders of magnitude`;
  return Object.values(measuredStacks).includes(stack)
    ? `${place}: nothing was measured there`
    : `no migration by ${stack} was measured: its rules are from its source or documentation, and ${place}`;
}

function aboutHosts({ source, destination, profile: profileName }: Scenario, { hosts }: Profile): string[] {
  const other = Object.entries({ source, destination }).filter(
    ([, { cpus, cores }]) => cpus !== hosts.cpus || cores !== hosts.cores,
  );
  const shown = other.map(([name, { cpus, cores }]) => [name, `${cpus} CPUs on ${cores} cores`] as const);
  const measured = `profile ${profileName} was measured with ${hosts.cpus} on ${hosts.cores}`;
  const [first, second] = shown;
  if (first && first[1] === second?.[1]) return [`both hosts have ${first[1]}: ${measured}`];
  return shown.map(([name, text]) => `${name} has ${text}: ${measured}`);
}
