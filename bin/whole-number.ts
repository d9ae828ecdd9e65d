import { InputError, showValue } from '../scenario/input-error.js';
import { readQuantity } from '../scenario/units.js';

/**
 * Reads an option that is a whole number within bounds.
 *
 * @throws InputError for anything else
 * @example
 * readWholeNumber('--replication', '7', 1, 1e6) // => 7
 */
export function readWholeNumber(option: string, text: string, least: number, most: number): number {
  const reading = readQuantity(text, 'count');
  const value = 'value' in reading ? reading.value : NaN;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new InputError(`${option} is ${showValue(text)}: must be a whole number from ${least} to ${most}`);
}

/** No run has more replications. */
export const mostReplications = 1e6;
