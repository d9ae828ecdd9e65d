import type { Constant } from './stack.js';

/** A constant of a product through its versions: each value holds from the version named on, until the next. */
export interface History {
  unit: string;
  about: string;
  values: readonly { since: string; value: number; source: string }[];
  /** The last version that has it. */
  until?: string;
}

/** Constants of one part of a product, by name. */
export type Histories = Readonly<Record<string, History>>;

/**
 * The constants at a version, with the source of each; those that it does not have yet, or no longer, are left out.
 *
 * @param version such as '7.2'
 * @example
 * const cores = { unit: '1', about: 'cores', values: [{ since: '2.0', value: 4, source: 'the manual' }] };
 * constantsAt({ cores }, '2.1').cores.value // => 4
 */
export function constantsAt(histories: Histories, version: string): Record<string, Constant> {
  const constants: Record<string, Constant> = {};
  for (const [name, { unit, about, values, until }] of Object.entries(histories)) {
    const valid = values.findLast(({ since }) => isSince(version, since));
    if (!valid || (until !== undefined && !isSince(until, version))) continue;
    constants[name] = { value: valid.value, unit, about, source: valid.source };
  }
  return constants;
}

/**
 * Whether a version is `since` or later.
 *
 * @example
 * isSince('10.2', '9.2') // => true
 */
export function isSince(version: string, since: string): boolean {
  return versionNumber(version) >= versionNumber(since);
}

/** '7.2' and '7.2.1' as a number that grows with the version. */
function versionNumber(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1000 + minor;
}
