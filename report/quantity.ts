/** Quantities for people: three significant digits, a space before the unit, binary and decimal multiples told apart. */

/**
 * A number with three significant digits, never in exponent notation; from 1000 up rounded to whole numbers.
 *
 * @param value any number; infinity prints as '∞', NaN as 'n/a'
 * @example
 * formatNumber(20.84); // => '20.8'
 * formatNumber(16384.2); // => '16384'
 */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'n/a';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  if (value === 0 || Math.abs(value) < 1e-6) return '0';
  return String(Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3)));
}

/** The value in the largest unit of which it holds at least one, after rounding: 999.9996 MB is 1 GB. */
function scaled(value: number, units: readonly (readonly [size: number, name: string])[]): string {
  const magnitude = Math.abs(value);
  const fitting = units.find(([size]) => Number((magnitude / size).toPrecision(3)) >= 1) ?? units.at(-1)!;
  return `${formatNumber(value / fitting[0])} ${fitting[1]}`;
}

const BINARY = [
  [2 ** 40, 'TiB'],
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
  [1, 'B'],
] as const;

const DECIMAL = [
  [1e12, 'TB'],
  [1e9, 'GB'],
  [1e6, 'MB'],
  [1e3, 'kB'],
  [1, 'B'],
] as const;

const BIT_RATE = [
  [1e9, 'Gbit/s'],
  [1e6, 'Mbit/s'],
  [1e3, 'kbit/s'],
  [1, 'bit/s'],
] as const;

const SHORT_TIME = [
  [1, 's'],
  [1e-3, 'ms'],
  [1e-6, 'µs'],
] as const;

/**
 * Bytes: binary multiples for memory, decimal ones for what went over a wire.
 *
 * @param bytes number of bytes
 * @param multiples 'binary' (KiB, MiB, …) or 'decimal' (kB, MB, …)
 * @example
 * formatBytes(16 * 2 ** 30); // => '16 GiB'
 * formatBytes(600e6, 'decimal'); // => '600 MB'
 */
export function formatBytes(bytes: number, multiples: 'binary' | 'decimal' = 'binary'): string {
  return bytes === 0 ? '0 B' : scaled(bytes, multiples === 'binary' ? BINARY : DECIMAL);
}

/**
 * A duration: milliseconds under a second, seconds up to ten minutes, then minutes, and hours from two hours up.
 *
 * @param seconds duration in seconds
 * @example
 * formatSeconds(0.03); // => '30 ms'
 * formatSeconds(131.04); // => '131 s'
 */
export function formatSeconds(seconds: number): string {
  const magnitude = Math.abs(seconds);
  if (seconds === 0) return '0 s';
  if (magnitude < 600 || !Number.isFinite(seconds)) return scaled(seconds, SHORT_TIME);
  return magnitude < 7200 ? `${formatNumber(seconds / 60)} min` : `${formatNumber(seconds / 3600)} h`;
}

/**
 * A transfer rate in decimal multiples of bits per second, as networks are sold.
 *
 * @param bytesPerSecond rate in bytes per second
 * @example
 * formatRate(116.25e6); // => '930 Mbit/s'
 */
export function formatRate(bytesPerSecond: number): string {
  return bytesPerSecond === 0 ? '0 bit/s' : scaled(bytesPerSecond * 8, BIT_RATE);
}

/**
 * A share as a percentage.
 *
 * @param fraction share, 1 = the whole
 * @example
 * formatPercent(0.66); // => '66 %'
 */
export function formatPercent(fraction: number): string {
  return `${formatNumber(fraction * 100)} %`;
}
