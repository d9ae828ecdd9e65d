import { fieldAt, hasField } from './fields.js';
import { InputError, showValue } from './input-error.js';
import type { Assignment } from './merge.js';
import { parsePath } from './path-syntax.js';

/** A short name of a field on the command line. */
export interface Flag {
  /** Without the hyphens. */
  name: string;
  path: string;
  /** The unit that a number without unit is given; where absent, the field's rule for bare numbers holds. */
  bareUnit?: string;
  /** Its field is a list of words, written with commas. */
  isList?: true;
  /** It takes no value: it adds this one to the list that is its field. */
  entry?: string;
}

/** The command line's flags, in the order of --help. */
export const FLAGS: readonly Flag[] = [
  { name: 'stack', path: 'stack' },
  { name: 'profile', path: 'profile' },
  { name: 'kind', path: 'migration.kind' },
  { name: 'ram', path: 'vm.ram' },
  { name: 'vcpus', path: 'vm.vcpus' },
  { name: 'resident', path: 'vm.resident' },
  { name: 'stress', path: 'vm.workload[0].size' },
  { name: 'dirty-rate', path: 'vm.workload[0].rate' },
  { name: 'pattern', path: 'vm.workload[0].pattern' },
  { name: 'disk', path: 'vm.disk.allocated' },
  { name: 'link', path: 'link.rate' },
  { name: 'goodput', path: 'link.goodput' },
  { name: 'net-load', path: 'background.rate', bareUnit: 'Mbit/s' },
  { name: 'cpu-load', path: 'hosts.load' },
  { name: 'downtime-limit', path: 'migration.downtimeLimit' },
  { name: 'max-bandwidth', path: 'migration.maxBandwidth' },
  { name: 'patience', path: 'migration.patience' },
  { name: 'timeout', path: 'migration.timeout' },
  { name: 'capabilities', path: 'migration.capabilities', isList: true },
  { name: 'auto-converge', path: 'migration.capabilities', entry: 'auto-converge' },
  { name: 'post-copy-after', path: 'migration.postCopyAfter' },
  { name: 'replications', path: 'replications' },
  { name: 'seed', path: 'seed' },
];

/**
 * What --help says of a flag: the field's description, its default, and the field.
 *
 * @example
 * describeFlag({ name: 'ram', path: 'vm.ram' }) // => 'Memory of the guest. Default: 16 GiB. (vm.ram)'
 */
export function describeFlag(flag: Flag): string {
  if (flag.entry !== undefined) return `Adds ${flag.entry} to the list. (${flag.path})`;
  const { description, values, default: fallback } = fieldAt(flag.path);
  const choices = values ? ` One of ${values.join(', ')}.` : '';
  const standard = fallback === undefined ? '' : ` Default: ${fallback}.`;
  const bare = flag.bareUnit === undefined ? '' : ` In ${flag.bareUnit} where no unit is given.`;
  const commas = flag.isList ? ' With commas between them.' : '';
  return `${description}${choices}${standard}${bare}${commas} (${flag.path})`;
}

function flagNamed(name: string): Flag | undefined {
  const word = name.replace(/^--/u, '');
  return FLAGS.find((flag) => flag.name === word);
}

/**
 * The path of a field given by its path or by a flag's name, with hyphens or without: a flag may be used wherever a
 * path may. A field and a flag of one name (link) mean the flag.
 *
 * @throws InputError if there is no such field.
 *
 * @example
 * pathOf('stress')  // => 'vm.workload[0].size'
 * pathOf('vm.ram')  // => 'vm.ram'
 */
export function pathOf(name: string): string {
  return flagNamed(name)?.path ?? fieldAt(name).path;
}

/**
 * A flag's value as an assignment to its field; true for one that takes none.
 *
 * @throws InputError if there is no such flag.
 *
 * @example
 * assignFlag('net-load', '200') // => { origin: '--net-load', path: 'background.rate', value: '200 Mbit/s' }
 * assignFlag('capabilities', 'xbzrle,events').value // => ['xbzrle', 'events']
 */
export function assignFlag(name: string, value: string | number | true): Assignment {
  const flag = flagNamed(name);
  if (!flag) throw new InputError(`--${name}: no such flag`);
  return assigned(`--${flag.name}`, flag, String(value));
}

/** What a flag with that text changes. */
function assigned(origin: string, flag: Flag, text: string): Assignment {
  const { path, entry } = flag;
  if (entry !== undefined) {
    if (text !== 'true') throw new InputError(`${origin} is ${showValue(text)}: must be true`);
    return { origin, path, value: entry, isEntry: true };
  }
  return { origin, path, value: flag.isList ? wordsOf(text) : withUnit(flag, text) };
}

function wordsOf(text: string): string[] {
  return text.trim() === '' ? [] : text.split(',').map((word) => word.trim());
}

function withUnit(flag: Flag, text: string): string {
  const isBare = text.trim() !== '' && Number.isFinite(Number(text));
  return isBare && flag.bareUnit !== undefined ? `${text.trim()} ${flag.bareUnit}` : text;
}

/**
 * What --set PATH=VALUE says, as an assignment. VALUE is a text as in a file; a list or a mapping is written as JSON,
 * and under parameters, where no schema says what is a number, so are numbers, true, false and null.
 *
 * @throws InputError for a text without '=', an unknown field, or a list or mapping that is no JSON.
 *
 * @example
 * assignSetting('vm.ram=4 GiB') // => { origin: '--set vm.ram', path: 'vm.ram', value: '4 GiB' }
 */
export function assignSetting(setting: string): Assignment {
  const split = setting.indexOf('=');
  if (split <= 0)
    throw new InputError(`--set ${showValue(setting)}: must be PATH=VALUE, such as vm.ram=4GiB`);
  const name = setting.slice(0, split).trim();
  const text = setting.slice(split + 1).trim();
  const flag = flagNamed(name);
  const path = flag?.path ?? name;
  const steps = parsePath(path);
  if (!hasField(steps)) fieldAt(path);
  const origin = `--set ${name}`;
  if (flag && (flag.entry !== undefined || (flag.isList && !text.startsWith('['))))
    return assigned(origin, flag, text);
  const value = flag ? withUnit(flag, text) : text;
  return { origin, path, value: readValue(value, name, steps[0] === 'parameters') };
}

function readValue(text: string, name: string, isFree: boolean): unknown {
  const mustBeJson = /^[[{]/u.test(text);
  if (!mustBeJson && !isFree) return text;
  try {
    return JSON.parse(text);
  } catch {
    if (!mustBeJson) return text;
    throw new InputError(`--set ${name} is ${showValue(text)}: a list or a mapping must be JSON`);
  }
}
