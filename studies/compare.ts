import { defaultsFor } from '../scenario/catalog.js';
import { InputError, showValue } from '../scenario/input-error.js';
import type { Assignment, Layer } from '../scenario/merge.js';
import { resolveScenario } from '../scenario/resolve.js';
import { prepare, type Prepared } from './prepare.js';

/**
 * One scenario under several products, ready to run: the same guest and load, at the same place, with the same seed and
 * so with common random numbers. The place is the profile that the scenario states; else that of the stack that it
 * states, or of the first product: with a profile of their own each, places would be compared and not products. What
 * the scenario leaves open of a product's limits is that product's default.
 *
 * @param layers the scenario
 * @param names of the products, separated by commas
 * @throws InputError for names that are empty, unknown or stand twice, and for a scenario that is wrong, also where only
 * one of the products cannot do it
 * @example
 * prepareComparison([], 'qemu-2.0,qemu-7.2').map(({ scenario }) => scenario.migration.downtimeLimit) // => [0.03, 0.3]
 */
export function prepareComparison(layers: readonly (Layer | Assignment)[], names: string): Prepared[] {
  const stacks = readNames(names);
  const named = (stack: string): Assignment => ({ origin, path: 'stack', value: stack });
  const { profile } = resolveScenario([named(stacks[0]!), ...layers], defaultsFor);
  const place: Assignment = { origin, path: 'profile', value: profile };
  return stacks.map((stack) => {
    try {
      return prepare([place, ...layers, named(stack)]);
    } catch (error) {
      if (!(error instanceof InputError) || error.message.includes(stack)) throw error;
      throw new InputError(`${error.message} (stack ${stack})`, error.field);
    }
  });
}

const origin = '--stacks';

function readNames(written: string): string[] {
  const names = written.split(',').map((name) => name.trim());
  if (names.includes('')) {
    const rule = 'must be names of stacks with commas between them, such as qemu-2.9,qemu-7.2';
    throw new InputError(`${origin} is ${showValue(written)}: ${rule}`);
  }
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new InputError(`${origin} is ${showValue(written)}: names ${twice} twice`);
  return names;
}
