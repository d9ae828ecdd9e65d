import type { BurstParameters } from '../models/burst.js';
import type { Constant, ConstantGroups, ConstantValues, Stack } from '../models/stacks/stack.js';
import {
  brokenConstantRule,
  brokenProductRule,
  gridOfConstant,
  refuseDefault,
  type Grid,
} from './constant-rules.js';
import { didYouMean } from './did-you-mean.js';
import { InputError, showValue } from './input-error.js';
import type { Profile, ProfileValues } from './profile.js';
import { readQuantity, type Dimension } from './units.js';

/** The numbers a world is built with: a stack's and a profile's constants after all overrides, SI. */
export interface Parameters {
  values: ProfileValues;
  burst: BurstParameters;
  /** The stack's constants. */
  constants: ConstantValues;
}

type Groups = Record<string, Record<string, number>>;

/**
 * A stack's and a profile's constants with a scenario's overrides (`parameters:`) put over them. Overrides may have
 * units ('1.2 us', '4 MiB'); `burst` may give quantiles with a unit of their own.
 *
 * @throws InputError for a constant that neither has or that is set by a field of the scenario, and for a value that is
 * no such quantity or out of its range.
 * @example
 * const bench = findProfile('qemu-1.2.1-bench');
 * resolveParameters(findStack('qemu-1.2.1'), bench, { cpu: { zeroPageSeconds: '2 us' } }).values.cpu.zeroPageSeconds
 * // => 2e-6
 */
export function resolveParameters(
  stack: Stack,
  profile: Profile,
  overrides: Record<string, unknown> = {},
): Parameters {
  const constants: ConstantGroups = { ...stack.constants, ...profile.constants };
  const values = bareValues(constants);
  let burst: BurstParameters = profile.burst;
  for (const [group, written] of Object.entries(overrides)) {
    if (!isRecord(written)) throw wrong([group], written, 'must hold constants by name');
    if (group === 'burst') burst = overrideBurst(burst, written);
    else overrideGroup(constants, values, group, written);
  }
  return {
    values: values as unknown as ProfileValues,
    burst,
    constants: Object.fromEntries(Object.keys(stack.constants).map((group) => [group, values[group]!])),
  };
}

/** The bare numbers of groups of constants. */
function bareValues(groups: ConstantGroups): Groups {
  const bare: Groups = {};
  for (const [group, constants] of Object.entries(groups)) {
    bare[group] = {};
    for (const [name, { value }] of Object.entries(constants)) bare[group][name] = value;
  }
  return bare;
}

function overrideGroup(
  constants: ConstantGroups,
  values: Groups,
  group: string,
  written: Record<string, unknown>,
): void {
  const known = findGroup(constants, group);
  for (const [name, value] of Object.entries(written)) {
    const constant = findConstant(known, group, name);
    refuseDefault(`${group}.${name}`);
    values[group]![name] = readConstant([group, name], value, constant);
  }
}

function findGroup(constants: ConstantGroups, group: string): ConstantGroups[string] {
  if (Object.hasOwn(constants, group)) return constants[group]!;
  throw unknown([group], [...Object.keys(constants), 'burst']);
}

function findConstant(known: ConstantGroups[string], group: string, name: string): Constant {
  if (Object.hasOwn(known, name)) return known[name]!;
  throw unknown([group, name], Object.keys(known));
}

function readConstant(path: string[], value: unknown, constant: Constant): number {
  if (typeof value !== 'number' && typeof value !== 'string') {
    throw wrong(path, value, `must be a quantity in ${constant.unit}`);
  }
  const read = typeof value === 'number' ? value : quantity(path, value, dimensionOfConstant(constant));
  const rule = brokenConstantRule(path.join('.'), read) ?? brokenProductRule(read, constant.accepts ?? {});
  if (rule !== undefined) throw wrong(path, value, rule);
  return read;
}

/** How a constant's unit is read; a cost per page or per byte is written as a time. */
const dimensions: Record<string, Dimension> = {
  s: 'seconds',
  's/page': 'seconds',
  's/byte': 'seconds',
  's/GiB': 'seconds',
  bytes: 'bytes',
  'bytes/s': 'rate',
  '1': 'count',
  '1/s': 'count',
  '%': 'fraction',
};

/**
 * What a constant of a stack or a profile measures: its unit, and how its value is read and written with one (a count
 * where it has none). The shares and numbers of the burst distribution have none.
 *
 * @throws InputError for a constant that neither has
 * @example
 * measureOfConstant(findStack('qemu-7.2'), findProfile('qemu-7.2-bench'), 'cpu', 'stopSeconds')
 * // => { unit: 's', dimension: 'seconds', grid: 'all' }
 */
export function measureOfConstant(
  stack: Stack,
  profile: Profile,
  group: string,
  name: string,
): { unit: string; dimension: Dimension; grid: Grid } {
  if (group === 'burst') return { unit: '1', dimension: 'count', grid: 'all' };
  const constants: ConstantGroups = { ...stack.constants, ...profile.constants };
  const constant = findConstant(findGroup(constants, group), group, name);
  const grid = gridOfConstant(`${group}.${name}`, constant.accepts);
  return { unit: constant.unit, dimension: dimensionOfConstant(constant), grid };
}

function dimensionOfConstant({ unit }: Constant): Dimension {
  return dimensions[unit] ?? 'count';
}

function overrideBurst(burst: BurstParameters, written: Record<string, unknown>): BurstParameters {
  const result = { ...burst };
  const scale = readScale(written.unit);
  for (const [name, value] of Object.entries(written)) {
    const path = ['burst', name];
    switch (name) {
      case 'unit':
        break;
      case 'quantiles':
        result.quantiles = readQuantiles(path, value, scale);
        break;
      case 'correlation':
      case 'runSpread':
      case 'networkSlowdown':
        if (typeof value !== 'number' || !(value >= 0 && value < 1)) {
          throw wrong(path, value, 'must be a number of at least 0 and below 1');
        }
        result[name] = value;
        break;
      case 'cold':
        result.cold = overrideCold(result.cold, value);
        break;
      default:
        throw unknown(path, ['quantiles', 'unit', 'correlation', 'runSpread', 'networkSlowdown', 'cold']);
    }
  }
  return result;
}

function overrideCold(cold: BurstParameters['cold'], written: unknown): BurstParameters['cold'] {
  const path = ['burst', 'cold'];
  if (!isRecord(written)) throw wrong(path, written, 'must hold constants by name');
  const result = { ...cold };
  for (const [name, value] of Object.entries(written)) {
    if (name !== 'secondsPerByte' && name !== 'shift' && name !== 'recovery') {
      throw unknown([...path, name], Object.keys(cold));
    }
    const limit = name === 'recovery' ? 1 : Infinity;
    if (typeof value !== 'number' || !(value >= 0 && value <= limit && value < Infinity)) {
      const rule = limit === 1 ? 'must be a number from 0 to 1' : 'must be a number of at least 0';
      throw wrong([...path, name], value, rule);
    }
    result[name] = value;
  }
  return result;
}

function readScale(unit: unknown): number {
  if (unit === undefined) return 1;
  if (typeof unit !== 'string') throw wrong(['burst', 'unit'], unit, "must be a unit such as 'GB/s'");
  return quantity(['burst', 'unit'], `1 ${unit}`, 'rate');
}

function readQuantiles(path: string[], value: unknown, scale: number): BurstParameters['quantiles'] {
  const rule = 'must be a list of [percent, speed], both ascending, percent 0 to 100, speed above 0';
  if (!Array.isArray(value) || value.length === 0) throw wrong(path, value, rule);
  let before: readonly [number, number] = [-1, 0];
  return value.map((pair: unknown) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw wrong(path, pair, rule);
    const [percent, speed] = pair as unknown[];
    if (typeof percent !== 'number' || typeof speed !== 'number') throw wrong(path, pair, rule);
    const ascending = percent > before[0] && percent <= 100 && speed > 0 && speed * scale >= before[1];
    if (!ascending || !Number.isFinite(speed)) throw wrong(path, pair, rule);
    before = [percent, speed * scale];
    return before;
  });
}

function quantity(path: string[], value: string | number, dimension: Dimension): number {
  const reading = readQuantity(value, dimension);
  if ('rule' in reading) throw wrong(path, value, reading.rule);
  return reading.value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(path: string[], value: unknown, rule: string): InputError {
  const field = fieldOf(path);
  return new InputError(`${field} is ${showValue(value)}: ${rule}`, field);
}

function unknown(path: string[], known: readonly string[]): InputError {
  const name = path.at(-1)!;
  const near = didYouMean(name, known);
  const hint = near === undefined ? `known: ${known.join(', ')}` : `did you mean ${near}?`;
  const field = fieldOf(path);
  return new InputError(`${field}: no such constant; ${hint}`, field);
}

const fieldOf = (path: readonly string[]): string => ['parameters', ...path].join('.');
