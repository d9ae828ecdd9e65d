import { ownLimit } from '../models/stacks/own-limit.js';
import type { Stack } from '../models/stacks/stack.js';
import { defaultsFor, findProfile, findStack } from '../scenario/catalog.js';
import { brokenProductRule } from '../scenario/constant-rules.js';
import { checkEncoding } from '../scenario/encoding-rules.js';
import { InputError } from '../scenario/input-error.js';
import { mergeLayers, type Assignment, type Layer } from '../scenario/merge.js';
import { parsePath } from '../scenario/path-syntax.js';
import { resolveParameters, type Parameters } from '../scenario/parameters.js';
import { resolveScenario } from '../scenario/resolve.js';
import type { Profile } from '../scenario/profile.js';
import { formatQuantity } from '../scenario/units.js';
import type { FaultsSpec, Scenario } from '../scenario/scenario.js';
import { checkDiskWay } from './disk-way.js';
import { checkEffectiveAbilities } from './effective-abilities.js';
import { checkQemuAbilities, checkQemuParameters } from './qemu-abilities.js';

/** A scenario with all that is needed to run it. Plain data but for the stack, which goes by its name. */
export interface Prepared {
  scenario: Scenario;
  parameters: Parameters;
}

/**
 * Reads what files and flags say into a scenario that can be run: resolved, checked against what its stack can do, and
 * with the constants of stack and profile after the scenario's overrides. `profile` stands in for the catalogue's, for
 * a fit that tries one.
 *
 * @throws InputError for anything that is wrong in it.
 */
export function prepare(layers: readonly (Layer | Assignment)[], profile?: Profile): Prepared {
  const scenario = resolveScenario(layers, (stack, name) => defaultsFor(stack, profile ?? name));
  const stack = findStack(scenario.stack);
  try {
    checkAbilities(stack, scenario);
    checkQemuAbilities(stack, scenario.migration);
    checkFaults(stack, scenario.faults);
    checkEncoding(stack, scenario.migration);
    const constants = profile ?? findProfile(scenario.profile);
    const parameters = resolveParameters(stack, constants, scenario.parameters);
    checkEffectiveAbilities(stack, scenario.migration, parameters.constants);
    checkQemuParameters(parameters);
    checkDiskWay(stack, scenario.migration.kind, parameters);
    return { scenario, parameters };
  } catch (error) {
    if (!(error instanceof InputError) || error.field === undefined) throw error;
    // Only here is it known where the field was written.
    throw mergeLayers(layers).inform(parsePath(error.field), error.message);
  }
}

/** What the schema allows but this product does not have. */
function checkAbilities(stack: Stack, { vm: { disk }, migration }: Scenario): void {
  const { kind, timeout, downtimeLimit } = migration;
  if (stack.kinds[kind] === undefined) {
    const known = Object.keys(stack.kinds).join(', ');
    const why = stack.lacks?.[kind] === undefined ? '' : `; ${stack.lacks[kind]}`;
    throw new InputError(`migration.kind is ${kind}: ${stack.name} has ${known}${why}`, 'migration.kind');
  }
  if (kind === 'blm' && stack.idleDisks && disk.writes.length > 0) {
    const rule = `${stack.name} copies idle disks only`;
    throw new InputError(`vm.disk.writes has ${disk.writes.length} of them: ${rule}`, 'vm.disk.writes');
  }
  checkLimits(stack, migration);
  const { accepts } = stack.constants.qemu?.downtimeLimitSeconds ?? {};
  const show = (seconds: number) => formatQuantity(seconds, 'seconds');
  const rule = brokenProductRule(downtimeLimit, accepts ?? {}, show);
  if (rule !== undefined) {
    const path = 'migration.downtimeLimit';
    throw new InputError(`${path} is ${show(downtimeLimit)}: ${rule} for ${stack.name}`, path);
  }
  if (timeout !== null && stack.timeout === undefined) {
    const rule = `${stack.name} has no timeout of its own; migration.patience says how long one waits`;
    throw new InputError(`migration.timeout is ${timeout} s: ${rule}`, 'migration.timeout');
  }
}

/** Limits that no rule of this product looks at. */
function checkLimits(stack: Stack, { downtimeLimit, maxBandwidth }: Scenario['migration']): void {
  const { name, stopRule } = stack;
  if (downtimeLimit !== Infinity && ownLimit(stack, 'downtimeLimitSeconds') === undefined) {
    const rule = `${name} has no downtime limit; it stops the guest ${stopRule ?? 'by other rules'}`;
    throw new InputError(`migration.downtimeLimit is ${downtimeLimit} s: ${rule}`, 'migration.downtimeLimit');
  }
  if (maxBandwidth !== Infinity && ownLimit(stack, 'maxBandwidth') === undefined) {
    const rule = `${name} has no limit of rate; link.goodput says what the network gives it`;
    throw new InputError(`migration.maxBandwidth is ${maxBandwidth} B/s: ${rule}`, 'migration.maxBandwidth');
  }
}

function checkFaults(stack: Stack, { network, destination, recoverAfter }: FaultsSpec): void {
  for (const [name, at] of Object.entries({ network, destination, recoverAfter })) {
    if (at === null || stack.qemu !== undefined) continue;
    const rule = `${stack.name} cannot be simulated with faults; the stacks from QEMU 1.4 on can`;
    throw new InputError(`faults.${name} is ${at} s: ${rule}`, `faults.${name}`);
  }
  if (recoverAfter !== null && network === null) {
    const field = 'faults.recoverAfter';
    throw new InputError(`${field} is ${recoverAfter} s: goes with faults.network`, field);
  }
}
