/** Where a quantity lies over replications. */
export interface Summary {
  p10: number;
  p50: number;
  p90: number;
  mean: number;
}

/**
 * The p-quantile of sorted values: linear between order statistics (type 7 of Hyndman and Fan 1996).
 *
 * @example
 * quantileOfSorted([1, 2, 3, 4], 0.5) // => 2.5
 */
export function quantileOfSorted(sorted: readonly number[], p: number): number {
  const place = (sorted.length - 1) * p;
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}

/**
 * Summarises values; null when there are none.
 *
 * @example
 * summarize([3, 1, 2]) // => { p10: 1.2, p50: 2, p90: 2.8, mean: 2 }
 */
export function summarize(values: readonly number[]): Summary | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return {
    p10: quantileOfSorted(sorted, 0.1),
    p50: quantileOfSorted(sorted, 0.5),
    p90: quantileOfSorted(sorted, 0.9),
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
  };
}
