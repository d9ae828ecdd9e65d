/** When something is there: from one time until another, seconds on the clock. By default always. */
export interface Presence {
  from?: number;
  until?: number;
}

/**
 * Whether it is there at a time; it comes at `from` and is gone at `until`.
 *
 * @example
 * isThere({ from: 5, until: 95 }, 5) // => true
 * isThere({ from: 5, until: 95 }, 95) // => false
 */
export function isThere({ from = 0, until = Infinity }: Presence, time: number): boolean {
  return time >= from && time < until;
}

/**
 * The times after `now` at which one of them comes or goes, ascending.
 *
 * @example
 * turnsOf([{ from: 5, until: 95 }, { until: 5 }, {}], 0) // => [5, 95]
 */
export function turnsOf(all: readonly Presence[], now: number): number[] {
  return [...new Set(all.flatMap(({ from = 0, until = Infinity }) => [from, until]))]
    .filter((time) => time > now && time < Infinity)
    .toSorted((a, b) => a - b);
}
