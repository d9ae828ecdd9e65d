import { quantileOfSorted } from '../studies/summary.js';

/**
 * The bound below which one more draw lies with probability `p`: of n draws, the one in place p (n + 1). Between the usual
 * quantiles of 20 draws only 81 % of further ones would lie where 90 % should, between those of 60 draws 87 %.
 *
 * @param sorted ascending, at least one
 * @example
 * boundOfNext([1, 2, 3, 4], 0.2) // => 1
 */
export function boundOfNext(sorted: readonly number[], p: number): number {
  const place = p * (sorted.length + 1) - 1;
  return quantileOfSorted(sorted, Math.min(1, Math.max(0, place / Math.max(1, sorted.length - 1))));
}
