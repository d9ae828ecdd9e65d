import { findProfile, findStack } from '../scenario/catalog.js';
import type { Scenario } from '../scenario/scenario.js';
import { formatQuantity } from '../scenario/units.js';
import type { Summary } from './summary.js';

/** With so few, the outer tenths hold one run or none. */
const FEW_REPLICATIONS = 10;
/** The largest guest on which any of the profiles was measured. */
const MEASURED_RAM_BYTES = 16 * 2 ** 30;
/** A p90 within this share of patience: the runs beyond it are cut off. */
const NEAR_PATIENCE = 0.9;
/** Between these shares of completed replications the outcome of one run is a gamble. */
const GAMBLE = [0.05, 0.95] as const;

/** What a prediction's warnings depend on besides its scenario. */
export interface PredictionFacts {
  replications: number;
  completedFraction: number;
  totalSeconds: Summary | null;
}

/**
 * What a reader should know before believing a prediction: too few replications, a scenario outside what its profile
 * was measured on, an outcome that is a gamble, a horizon that cuts the slow runs off.
 *
 * @returns sentences without a full stop, none where there is nothing to say
 * @example
 * predictionWarnings(scenario, { replications: 5, completedFraction: 1, totalSeconds: null });
 * // => ['only 5 replications: p10 and p90 are guesses']
 */
export function predictionWarnings(scenario: Scenario, facts: PredictionFacts): string[] {
  return [...aboutRuns(scenario, facts), ...aboutPlace(scenario)];
}

function aboutRuns(scenario: Scenario, facts: PredictionFacts): string[] {
  const { replications, completedFraction, totalSeconds } = facts;
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
  return warnings;
}

function aboutPlace({ stack, profile: profileName, vm, link, source, destination }: Scenario): string[] {
  const profile = findProfile(profileName);
  const standard = findStack(stack).profile;
  const warnings: string[] = [];
  if (standard !== profileName) {
    warnings.push(
      `profile ${profileName} was not measured on stack ${stack}, whose own profile is ${standard}`,
    );
  }
  if (vm.ram > MEASURED_RAM_BYTES) {
    const [ram, measured] = [vm.ram, MEASURED_RAM_BYTES].map((bytes) => formatQuantity(bytes, 'bytes'));
    warnings.push(`vm.ram is ${ram}: no guest above ${measured} was measured`);
  }
  if (link.rate !== profile.link.rate) {
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
