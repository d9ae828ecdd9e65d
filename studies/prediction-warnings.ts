import { findProfile, findStack } from '../scenario/catalog.js';
import type { Scenario } from '../scenario/scenario.js';
import { formatQuantity } from '../scenario/units.js';
import { quantileAt } from '../models/burst.js';
import type { Parameters } from '../scenario/parameters.js';
import type { Prepared } from './prepare.js';
import type { Summary } from './summary.js';

/** With so few, the outer tenths hold one run or none. */
const FEW_REPLICATIONS = 10;
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
export function predictionWarnings({ scenario, parameters }: Prepared, facts: PredictionFacts): string[] {
  return [...aboutRuns(scenario, facts), ...aboutPlace(scenario), ...aboutMechanism(scenario, parameters)];
}

function aboutRuns(scenario: Scenario, facts: PredictionFacts): string[] {
  const { replications, completedFraction, totalSeconds, downtimeSeconds } = facts;
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
function aboutMechanism(scenario: Scenario, { burst, values }: Parameters): string[] {
  const { stack, migration, vm, link, profile } = scenario;
  const warnings: string[] = [];
  if (migration.kind === 'blm' && vm.disk.allocated === 0) {
    warnings.push('vm.disk.allocated is 0: block migration has no disk to copy');
  }
  if (migration.kind !== 'blm' && vm.disk.writes.length > 0) {
    warnings.push(`vm.disk.writes are of no effect: a migration of kind ${migration.kind} copies no disk`);
  }
  // A thread that blocks in its writes pays for the network stack; of several channels each pays for a part.
  const copying = quantileAt(burst.quantiles, 0.5);
  const threadRate = 1 / (1 / copying + values.cpu.networkByteSeconds);
  if (
    findStack(stack).qemu !== undefined &&
    link.goodput > threadRate &&
    !migration.capabilities.includes('multifd')
  ) {
    const megabits = Number(((threadRate * 8) / 1e6).toPrecision(3));
    warnings.push(
      `the migration thread sends no more than ${megabits} Mbit/s with the CPU costs of profile ${profile}, ` +
        `less than link.goodput; parameters.cpu.networkByteSeconds sets what a byte costs on other hosts, and multifd shares it`,
    );
  }
  if (link.goodput > quantileAt(burst.quantiles, SLOW_CALLS)) {
    warnings.push(
      `link.goodput is ${formatQuantity(link.goodput, 'rate')}: faster than a tenth of the calls copy in profile ${profile}; ` +
        'such calls never fill the socket and last their whole slice, and no speed of theirs was measured',
    );
  }
  return warnings;
}

function aboutPlace({ stack, profile: profileName, vm, link, source, destination }: Scenario): string[] {
  const profile = findProfile(profileName);
  const { profile: standard, stopRule } = findStack(stack);
  const warnings: string[] = [];
  if (stopRule !== undefined) {
    warnings.push(
      `no migration by ${stack} was measured: its rules are from its source or documentation, ` +
        `speeds and steps are those of profile ${profileName}`,
    );
  }
  if (standard !== profileName) {
    warnings.push(
      `profile ${profileName} was not measured on stack ${stack}, whose own profile is ${standard}`,
    );
  }
  if (vm.ram > MEASURED_RAM_BYTES) {
    const [ram, measured] = [vm.ram, MEASURED_RAM_BYTES].map((bytes) => formatQuantity(bytes, 'bytes'));
    warnings.push(`vm.ram is ${ram}: no guest above ${measured} was measured`);
  }
  // The measured line may be named by what a shaper lets through: 974 Mbit/s of frames is gigabit Ethernet too.
  if (Math.abs(link.rate / profile.link.rate - 1) > ALIKE) {
    const [rate, measured] = [link.rate, profile.link.rate].map((value) => formatQuantity(value, 'rate'));
    warnings.push(`link.rate is ${rate}: profile ${profileName} was measured at ${measured}`);
  }
  for (const [name, host] of Object.entries({ source, destination })) {
    const { cpus, cores } = profile.hosts;
    if (host.cpus === cpus && host.cores === cores) continue;
    warnings.push(
      `${name} has ${host.cpus} CPUs on ${host.cores} cores: ` +
        `profile ${profileName} was measured with ${cpus} on ${cores}`,
    );
  }
  return warnings;
}
