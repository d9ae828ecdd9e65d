import type { ThresholdAxis } from '../../studies/threshold-axis.js';

const BITS = 1 / 8;

/** Units for people, from the largest. */
const SCALES: Readonly<
  Record<ThresholdAxis['dimension'], readonly (readonly [size: number, name: string])[]>
> = {
  bytes: [
    [2 ** 40, 'TiB'],
    [2 ** 30, 'GiB'],
    [2 ** 20, 'MiB'],
    [2 ** 10, 'KiB'],
    [1, 'B'],
  ],
  seconds: [
    [1, 's'],
    [1e-3, 'ms'],
    [1e-6, 'us'],
  ],
  rate: [
    [1e9 * BITS, 'Gbit/s'],
    [1e6 * BITS, 'Mbit/s'],
    [1e3 * BITS, 'kbit/s'],
    [BITS, 'bit/s'],
  ],
  fraction: [[0.01, '%']],
  visits: [[1, 'pages/s']],
  count: [[1, '']],
};

/** The values of a column have one unit: the largest of which its end holds as many. */
const LEAST = 10;

/**
 * How the values along an axis are written: all in one unit, with as many decimals as the tolerance makes sensible.
 *
 * @example
 * axisFormat({ dimension: 'bytes', to: 256 * 2 ** 20, tolerance: 2 ** 20 })(100.5 * 2 ** 20) // => '100.5 MiB'
 */
export function axisFormat(
  axis: Pick<ThresholdAxis, 'dimension' | 'to' | 'tolerance'>,
): (value: number) => string {
  const scales = SCALES[axis.dimension];
  const [size, name] = scales.find(([unit]) => axis.to / unit >= LEAST) ?? scales.at(-1)!;
  const decimals = Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(axis.tolerance / size))));
  return (value) => `${String(Number((value / size).toFixed(decimals)))} ${name}`.trimEnd();
}
