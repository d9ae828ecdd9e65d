import { FLAGS } from '../scenario/flags.js';
import { InputError, showValue } from '../scenario/input-error.js';

/** Options that are there or not. */
const booleans = new Set([
  'json',
  'debug',
  'curves',
  'help',
  'version',
  ...FLAGS.filter(({ entry }) => entry !== undefined).map(({ name }) => name),
]);

/**
 * Refuses a value of an option that has none: yargs would take all but 'true' for false.
 *
 * @throws InputError that names the option
 * @example
 * checkBooleanWords(['predict', '--json=5']) // throws: --json is 5: takes no value, or true or false
 */
export function checkBooleanWords(words: readonly string[]): void {
  for (const word of words) {
    const { name, value } = /^--(?<name>[^=]+)=(?<value>.*)$/su.exec(word)?.groups ?? {};
    if (name === undefined || !booleans.has(name) || value === 'true' || value === 'false') continue;
    throw new InputError(`--${name} is ${showValue(value)}: takes no value, or true or false`);
  }
}
