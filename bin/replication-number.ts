import { InputError, showValue } from '../scenario/input-error.js';
import { readQuantity } from '../scenario/units.js';

/** No run has more. */
const MOST = 1e6;

/**
 * Reads --replication K, the number of one replication; they are counted from 1.
 *
 * @throws InputError for anything else
 * @example
 * readReplication('7') // => 7
 */
export function readReplication(text: string): number {
  const reading = readQuantity(text, 'count');
  const value = 'value' in reading ? reading.value : NaN;
  if (Number.isInteger(value) && value >= 1 && value <= MOST) return value;
  throw new InputError(`--replication is ${showValue(text)}: must be a whole number from 1 to ${MOST}`);
}
