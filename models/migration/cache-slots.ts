/** A stretch of pages `[start, end)` that is sent again and again. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The share of each span's pages that a direct-mapped cache keeps, page p in slot `p mod slots` (QEMU, page_cache.c).
 * Where pages compete for a slot and all are sent in every pass, the one that came first keeps it: it is looked up, and
 * so made young again, before the next comes (`keepsFresh`: a page is not replaced within two syncs; QEMU 2.1 and
 * later). Before that each replaced the one before, and none was ever found.
 *
 * @param spans disjoint, ascending
 * @example
 * slotShares([{ start: 0, end: 2000 }], 1000, true) // => [0.5]
 * slotShares([{ start: 0, end: 2000 }], 1000, false) // => [0]
 */
export function slotShares(spans: readonly Span[], slots: number, keepsFresh: boolean): number[] {
  const kept = spans.map(() => 0);
  if (slots < 1) return kept;
  const claims = spans.flatMap((span, owner) => claimsOf(span, owner, slots));
  const edges = [...new Set(claims.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  for (let i = 1; i < edges.length; i += 1) {
    const from = edges[i - 1]!;
    const to = edges[i]!;
    const here = claims.filter((claim) => claim.from <= from && claim.to >= to);
    const rivals = here.reduce((sum, { times }) => sum + times, 0);
    if (here.length > 0 && (keepsFresh || rivals === 1)) kept[here[0]!.owner]! += to - from;
  }
  return spans.map(({ start, end }, i) => Math.min(1, kept[i]! / (end - start)));
}

/** Slots `[from, to)` that a span lays claim to, so many times. */
interface Claim {
  owner: number;
  from: number;
  to: number;
  times: number;
}

function claimsOf({ start, end }: Span, owner: number, slots: number): Claim[] {
  const times = Math.floor((end - start) / slots);
  const from = start % slots;
  const to = from + ((end - start) % slots);
  return [
    { owner, from: 0, to: slots, times },
    { owner, from, to: Math.min(to, slots), times: 1 },
    { owner, from: 0, to: to - slots, times: 1 },
  ].filter((claim) => claim.times > 0 && claim.to > claim.from);
}
