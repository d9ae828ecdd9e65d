/**
 * What is thrown for wrong input, and for nothing else: a command prints its message, one line, and exits with 2.
 * The message names the place, the field, the value it had and the rule it breaks.
 *
 * @example
 * new InputError('study.yaml:12:8: vm.ram is -4 GiB: must be greater than 0').name // => 'InputError'
 */
export class InputError extends Error {
  override readonly name = 'InputError';

  /** @param field path of the scenario field it is about, for those who know where that was written */
  constructor(
    message: string,
    readonly field?: string,
  ) {
    super(message);
  }
}

const LONGEST_QUOTE = 60;

/**
 * A value as a message shows it: text as it was written, anything else as JSON, on one line and never long.
 *
 * @example
 * showValue('-4 GiB') // => '-4 GiB'
 * showValue('')       // => "''"
 * showValue([1, 2])   // => '[1,2]'
 */
export function showValue(value: unknown): string {
  const text = typeof value === 'string' ? value : asJson(value);
  const line = text.replace(/\s+/gu, ' ');
  if (line.trim() === '') return `'${line}'`;
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line;
}

function asJson(value: unknown): string {
  // JSON has no word for these, and would print null or throw.
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value === undefined) return 'missing';
  if (typeof value === 'function' || typeof value === 'symbol') return typeof value;
  try {
    return JSON.stringify(value);
  } catch {
    return 'a structure that contains itself';
  }
}
