import { InputError, showValue } from './input-error.js';

/** What a number measures: bytes, seconds, a rate in bytes/s, a fraction of 1, page visits/s, or a count. */
export type Dimension = 'bytes' | 'seconds' | 'rate' | 'fraction' | 'visits' | 'count';

/** The page that a visit touches, in bytes: '128 MiB/s' of visits are 32768 pages/s. */
export const PAGE_BYTES = 4096;

/**
 * A unit is worth factor × 10^exponent in SI. The decimal part is kept apart because a power of ten is joined to the
 * digits before they are read ('0.1 ms' becomes 0.1e-3): the result is the double nearest to what was written, which
 * 0.1 × 0.001 need not be. The other factors are powers of two, hence exact; only minutes, hours and days may round.
 */
interface Unit {
  name: string;
  exponent: number;
  factor: number;
  /** Other spellings; they are read, never written. */
  alias?: readonly string[];
}

const BYTES: readonly Unit[] = [
  { name: 'B', exponent: 0, factor: 1 },
  { name: 'KiB', exponent: 0, factor: 2 ** 10 },
  { name: 'MiB', exponent: 0, factor: 2 ** 20 },
  { name: 'GiB', exponent: 0, factor: 2 ** 30 },
  { name: 'TiB', exponent: 0, factor: 2 ** 40 },
  { name: 'kB', exponent: 3, factor: 1, alias: ['KB'] },
  { name: 'MB', exponent: 6, factor: 1 },
  { name: 'GB', exponent: 9, factor: 1 },
  { name: 'TB', exponent: 12, factor: 1 },
];

const BITS_PER_SECOND: readonly Unit[] = [
  { name: 'bit/s', exponent: 0, factor: 1 / 8, alias: ['bps', 'bits/s', 'b/s'] },
  {
    name: 'kbit/s',
    exponent: 3,
    factor: 1 / 8,
    alias: ['Kbit/s', 'kbps', 'Kbps', 'kbits/s', 'kb/s', 'Kb/s'],
  },
  { name: 'Mbit/s', exponent: 6, factor: 1 / 8, alias: ['Mbps', 'Mbits/s', 'Mb/s'] },
  { name: 'Gbit/s', exponent: 9, factor: 1 / 8, alias: ['Gbps', 'Gbits/s', 'Gb/s'] },
  { name: 'Tbit/s', exponent: 12, factor: 1 / 8, alias: ['Tbps', 'Tbits/s', 'Tb/s'] },
];

const RATE: readonly Unit[] = [
  ...BITS_PER_SECOND,
  ...BYTES.map(({ name, exponent, factor, alias }) => ({
    name: `${name}/s`,
    exponent,
    factor,
    ...(alias && { alias: alias.map((other) => `${other}/s`) }),
  })),
];

interface Measure {
  units: readonly Unit[];
  /** What a value of this kind is called in a message. */
  noun: string;
  examples: readonly string[];
  /** Words that mean 'without limit'; the first is the one that is written. */
  infinity: readonly string[];
  /** Whether a number without unit is understood. Zero always is. */
  bare: boolean;
}

const MEASURES: Record<Dimension, Measure> = {
  bytes: { units: BYTES, noun: 'a size', examples: ['16 GiB', '600 MB'], infinity: [], bare: false },
  seconds: {
    units: [
      { name: 's', exponent: 0, factor: 1, alias: ['sec'] },
      { name: 'ms', exponent: -3, factor: 1 },
      { name: 'us', exponent: -6, factor: 1, alias: ['µs', 'μs'] },
      { name: 'ns', exponent: -9, factor: 1 },
      { name: 'min', exponent: 0, factor: 60 },
      { name: 'h', exponent: 0, factor: 3600 },
      { name: 'd', exponent: 0, factor: 86_400, alias: ['day', 'days'] },
    ],
    noun: 'a time',
    examples: ['30 ms', '120 s'],
    infinity: ['none', 'unlimited'],
    bare: false,
  },
  rate: {
    units: RATE,
    noun: 'a rate',
    examples: ['930 Mbit/s', '128 MiB/s'],
    infinity: ['unlimited'],
    bare: false,
  },
  fraction: {
    units: [{ name: '%', exponent: -2, factor: 1 }],
    noun: 'a share',
    examples: ['66 %', '0.66'],
    infinity: [],
    bare: true,
  },
  visits: {
    units: [
      { name: 'pages/s', exponent: 0, factor: 1, alias: ['page/s'] },
      ...RATE.map((unit) => ({ ...unit, factor: unit.factor / PAGE_BYTES })),
    ],
    noun: 'a rate of page visits',
    examples: ['max', '24000 pages/s', '128 MiB/s'],
    infinity: ['max', 'unlimited'],
    bare: false,
  },
  count: { units: [], noun: 'a number', examples: ['8', '100'], infinity: [], bare: true },
};

/** Whether a number other than zero needs no unit. */
export function isBareAllowed(dimension: Dimension): boolean {
  return MEASURES[dimension].bare;
}

/** Texts that show how a quantity is written. */
export function quantityExamples(dimension: Dimension): string[] {
  return [...MEASURES[dimension].examples];
}

/** What reading a quantity gives: its value in SI, or the rule it breaks. */
export type Reading = { value: number } | { rule: string };

const QUANTITY =
  /^(?<digits>[+-]?(?:\d+\.?\d*|\.\d+))(?:[eE](?<exponent>[+-]?\d{1,4}))?\s*(?<unit>[^\d\s.].*)?$/u;

/**
 * Reads a quantity as parseQuantity does, and returns the broken rule instead of throwing, so that the caller can say
 * which field it was.
 *
 * @example
 * readQuantity('30 ms', 'seconds') // => { value: 0.03 }
 * readQuantity('66', 'count')      // => { value: 66 }
 */
export function readQuantity(written: string | number, dimension: Dimension): Reading {
  const measure = MEASURES[dimension];
  const text = String(written).trim();
  if (measure.infinity.includes(text)) return { value: Infinity };
  const parts = QUANTITY.exec(text)?.groups;
  if (!parts) return { rule: `must be ${measure.noun} such as ${listed(measure.examples)}` };
  const { digits = '', exponent = '0', unit: name } = parts;
  const unit = name === undefined ? bareUnit(measure, digits) : findUnit(measure, name);
  if (typeof unit === 'string') return { rule: unit };
  const value = Number(`${digits}e${Number(exponent) + unit.exponent}`) * unit.factor;
  return Number.isFinite(value)
    ? { value }
    : { rule: `must be a finite number, such as ${listed(measure.examples)}` };
}

/** 'a, b or c' */
function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

function bareUnit(measure: Measure, digits: string): Unit | string {
  if (measure.bare || Number(digits) === 0) return { name: '', exponent: 0, factor: 1 };
  return `must have a unit, such as ${listed(measure.examples)}`;
}

function findUnit(measure: Measure, name: string): Unit | string {
  const unit = measure.units.find((one) => one.name === name || one.alias?.includes(name));
  if (unit) return unit;
  if (measure.units.length === 0)
    return `must be ${measure.noun} without unit, such as ${listed(measure.examples)}`;
  const near = measure.units.find((one) => one.name.toLowerCase() === name.toLowerCase());
  const hint = near ? `; did you mean '${near.name}'?` : '';
  return `must be ${measure.noun} such as ${listed(measure.examples)}, and '${showValue(name)}' is no unit of that${hint}`;
}

/**
 * A quantity as people write it, as a number in SI: bytes, seconds, bytes/s, a fraction of 1, page visits/s, a count.
 *
 * MB and MiB differ (10^6 and 2^20 bytes), Mbit/s, Mbps and Mb/s are bits and MB/s are bytes. A size, time or rate
 * needs its unit, zero excepted; a share may be written 66 % or 0.66. 'unlimited' (a rate), 'none' (a time) and 'max'
 * (page visits) are Infinity. The result is the double nearest to what was written.
 *
 * @throws InputError naming the text and the rule, for anything else: NaN, '1e', '', '12 potatoes', '30 ms' as a size.
 *
 * @example
 * parseQuantity('930 Mbit/s', 'rate')  // => 116250000
 * parseQuantity('16 GiB', 'bytes')     // => 17179869184
 * parseQuantity('30 ms', 'seconds')    // => 0.03
 * parseQuantity('66 %', 'fraction')    // => 0.66
 * parseQuantity('128 MiB/s', 'visits') // => 32768
 */
export function parseQuantity(text: string | number, dimension: Dimension): number {
  const reading = readQuantity(text, dimension);
  if ('rule' in reading) throw new InputError(`${showValue(text)}: ${reading.rule}`);
  return reading.value;
}

/** Units to write a value in; the first is taken where two would do equally well. */
const WRITTEN: Record<Dimension, readonly string[]> = {
  bytes: ['GiB', 'MiB', 'KiB', 'TiB', 'GB', 'MB', 'kB', 'TB', 'B'],
  seconds: ['s', 'ms', 'us', 'ns'],
  rate: ['Gbit/s', 'Mbit/s', 'kbit/s', 'GB/s', 'MB/s', 'GiB/s', 'MiB/s', 'kB/s', 'KiB/s', 'bit/s', 'B/s'],
  fraction: ['%'],
  visits: ['pages/s'],
  count: [],
};

/**
 * The shortest text that parseQuantity reads as exactly this number, in a unit that leaves 1 to 999 before the point
 * where there is one.
 *
 * @throws RangeError if the value is NaN, or infinite where the dimension has no word for it.
 *
 * @example
 * formatQuantity(17179869184, 'bytes') // => '16 GiB'
 * formatQuantity(600e6, 'bytes')       // => '600 MB'
 * formatQuantity(116250000, 'rate')    // => '930 Mbit/s'
 * formatQuantity(Infinity, 'seconds')  // => 'none'
 */
export function formatQuantity(value: number, dimension: Dimension): string {
  const measure = MEASURES[dimension];
  const [infinite] = measure.infinity;
  if (value === Infinity && infinite !== undefined) return infinite;
  if (!Number.isFinite(value)) throw new RangeError(`${value} cannot be written as ${measure.noun}`);
  const [first] = measure.units;
  if (!first) return String(value);
  if (value === 0) return `0 ${first.name}`;
  let best = '';
  let bestCost = Infinity;
  for (const name of WRITTEN[dimension]) {
    const unit = measure.units.find((one) => one.name === name)!;
    const digits = shiftPoint(value / unit.factor, -unit.exponent);
    const text = `${digits} ${name}`;
    const reading = readQuantity(text, dimension);
    if (!('value' in reading) || reading.value !== value) continue;
    const size = Math.abs(Number(digits));
    // Out of 1…999 costs more than any number of digits: a double has at most 25 characters.
    const cost = digits.length + (size >= 1 && size < 1000 ? 0 : 100);
    if (cost < bestCost) {
      best = text;
      bestCost = cost;
    }
  }
  return best;
}

/** The digits of value × 10^places, exactly: the point moves, nothing is multiplied. */
function shiftPoint(value: number, places: number): string {
  const [digits = '0', exponent = '0'] = String(value).split('e');
  const negative = digits.startsWith('-');
  const [whole = '', fraction = ''] = digits.replace('-', '').split('.');
  const all = whole + fraction;
  const significant = all.replace(/^0+/u, '').replace(/0+$/u, '');
  if (significant === '') return '0';
  /** Where the point stands, counted from the first significant digit. */
  const point = whole.length - (all.length - all.replace(/^0+/u, '').length) + Number(exponent) + places;
  return (negative ? '-' : '') + placePoint(significant, point);
}

function placePoint(digits: string, point: number): string {
  if (point > 21 || point < -6) return `${digits}e${point - digits.length}`;
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return digits + '0'.repeat(point - digits.length);
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}
