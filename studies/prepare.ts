import type { Stack } from '../models/stacks/stack.js';
import { defaultsFor, findProfile, findStack } from '../scenario/catalog.js';
import { InputError } from '../scenario/input-error.js';
import type { Assignment, Layer } from '../scenario/merge.js';
import { resolveParameters, type Parameters } from '../scenario/parameters.js';
import { resolveScenario } from '../scenario/resolve.js';
import type { Profile } from '../scenario/profile.js';
import type { Scenario } from '../scenario/scenario.js';

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
  checkKind(stack, scenario);
  return {
    scenario,
    parameters: resolveParameters(stack, profile ?? findProfile(scenario.profile), scenario.parameters),
  };
}

function checkKind(stack: Stack, { migration: { kind } }: Scenario): void {
  if (stack.kinds[kind] !== undefined) return;
  const known = Object.keys(stack.kinds).join(', ');
  throw new InputError(`migration.kind is ${kind}: ${stack.name} has ${known}`);
}
