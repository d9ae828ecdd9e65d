export type Verdict = 'completed' | 'non-converging' | 'aborted' | 'failed';

/** From the best end to the worst. */
const verdicts: readonly Verdict[] = ['completed', 'non-converging', 'aborted', 'failed'];

/**
 * The most frequent verdict, ties to the worse.
 *
 * @example
 * commonVerdict(['completed', 'non-converging', 'completed', 'non-converging']) // => 'non-converging'
 */
export function commonVerdict(of: readonly Verdict[]): Verdict {
  const count = (verdict: Verdict) => of.filter((one) => one === verdict).length;
  return verdicts.reduce((best, verdict) => (count(verdict) >= Math.max(1, count(best)) ? verdict : best));
}

/**
 * Whether so large a share of the replications is more than half of them: one half is not enough.
 *
 * @example
 * isMost(0.5) // => false
 */
export function isMost(share: number): boolean {
  return share > 0.5;
}

/**
 * How often each verdict occurs, from the best to the worst; those that do not are left out.
 *
 * @example
 * countVerdicts(['failed', 'completed', 'failed']) // => { completed: 1, failed: 2 }
 */
export function countVerdicts(of: readonly Verdict[]): Partial<Record<Verdict, number>> {
  const counts = verdicts.map((verdict) => [verdict, of.filter((one) => one === verdict).length] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/**
 * The worst of several verdicts.
 *
 * @example
 * worstVerdict(['aborted', 'completed', 'non-converging']) // => 'aborted'
 */
export function worstVerdict(of: readonly Verdict[]): Verdict {
  return verdicts.findLast((verdict) => of.includes(verdict)) ?? 'completed';
}
