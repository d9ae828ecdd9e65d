import { monotoneCurve } from './monotone-curve.js';

export { zipfClasses } from './zipf.js';

/**
 * A piece of a region in which a share of the pages was written: pages `[from, to)`, counted from the region's first
 * page (fractions of a page allowed), each written with probability `density` (0..1).
 */
export interface Touched {
  from: number;
  to: number;
  density: number;
}

/**
 * How a guest writes to one region of its memory. Time is *guest* time: the seconds its vCPUs would have needed at full
 * speed. A guest that is throttled or starved advances its guest time more slowly and so writes less, and a paused one
 * stands still. No state is kept: the same window always gives the same answer.
 */
export interface Writer {
  /** The distinct pages written in guest time `(t0, t1]`: disjoint pieces in ascending order. */
  touched(t0: number, t1: number): readonly Touched[];
}

/**
 * A sweep over the whole region, again and again, as a memory stress tool does it: sweep k starts at guest time
 * `k T - phaseSeconds` for every integer k (the writer has always been running) and visits page p at
 * `p / visitsPerSecond` after that. `T` is the longer of `periodSeconds` and the sweep itself; the writer idles until
 * the next sweep. `visitsPerSecond` may be `Infinity`: the sweep is one instant, and then it needs a period.
 *
 * In a window t of unbroken sweeping it writes D(t) = min(S, w t) distinct pages: the fastest way to dirty a region.
 *
 * @throws RangeError when the region is empty, the rate negative or the sweeps have no length.
 * @example
 * sequentialWriter({ pages: 1000, visitsPerSecond: 4000 }).touched(0.125, 0.3125)
 * // => [{ from: 0, to: 250, density: 1 }, { from: 500, to: 1000, density: 1 }]
 */
export function sequentialWriter(o: {
  pages: number;
  visitsPerSecond: number;
  periodSeconds?: number;
  phaseSeconds?: number;
}): Writer {
  const { pages, visitsPerSecond, periodSeconds = 0, phaseSeconds = 0 } = o;
  checkRegion('sequentialWriter', pages, visitsPerSecond, Infinity);
  if (!(periodSeconds >= 0 && periodSeconds < Infinity)) {
    throw new RangeError(`sequentialWriter: periodSeconds is ${periodSeconds}, should be finite and >= 0`);
  }
  if (!Number.isFinite(phaseSeconds)) {
    throw new RangeError(`sequentialWriter: phaseSeconds is ${phaseSeconds}, should be finite`);
  }
  const sweepSeconds = Math.max(periodSeconds, pages / visitsPerSecond);
  if (sweepSeconds === 0) {
    throw new RangeError(
      `sequentialWriter: visitsPerSecond is ${visitsPerSecond} with periodSeconds ${periodSeconds}: an instant sweep needs a period > 0`,
    );
  }
  const startOf = (sweep: number) => sweep * sweepSeconds - phaseSeconds;

  /** Position of a sweep at time t: 0 before its start, `pages` once it is done. */
  function reached(t: number, start: number): number {
    if (visitsPerSecond === Infinity) return t >= start ? pages : 0;
    return Math.min(pages, Math.max(0, visitsPerSecond * (t - start)));
  }

  return {
    touched(t0, t1) {
      if (t1 <= t0 || visitsPerSecond === 0) return [];
      if (t1 - t0 >= sweepSeconds) return [{ from: 0, to: pages, density: 1 }];
      // Sweeps do not overlap and the window is shorter than one: it sees the latest sweep begun by t1, and the one
      // before that, which is complete by now. The corrections keep k right where the division rounds.
      let k = Math.floor((t1 + phaseSeconds) / sweepSeconds);
      if (startOf(k) > t1) k -= 1;
      else if (startOf(k + 1) <= t1) k += 1;
      const from = reached(t0, startOf(k));
      const to = reached(t1, startOf(k));
      const before = Math.max(to, reached(t0, startOf(k - 1)));
      const pieces: Touched[] = [];
      if (to > from) pieces.push({ from, to, density: 1 });
      // A rest of a rounding error is not a piece.
      if (before < pages * (1 - 1e-12)) pieces.push({ from: before, to: pages, density: 1 });
      return pieces;
    },
  };
}

/**
 * Writes to pages drawn uniformly and independently: in a window t every page has been written with probability
 * `1 - exp(-w t / S)`. That is the law for writes at random (Poisson) times; for exactly w t writes it would be
 * `1 - (1 - 1/S)^(w t)`, which is never more than about a fifth of *one page* of the whole region away (S times the
 * difference is about `x e^-x / 2` with `x = w t / S`, at most `1 / 2e`).
 *
 * @throws RangeError when the region is empty or the rate negative or infinite.
 * @example
 * uniformWriter({ pages: 1000, visitsPerSecond: 1000 }).touched(0, Math.LN2)
 * // => [{ from: 0, to: 1000, density: 0.5 }]
 */
export function uniformWriter(o: { pages: number; visitsPerSecond: number }): Writer {
  const { pages, visitsPerSecond } = o;
  checkRegion('uniformWriter', pages, visitsPerSecond, Number.MAX_VALUE);
  const visitsPerPage = visitsPerSecond / pages;
  return {
    touched(t0, t1) {
      // expm1 keeps the digits of windows in which hardly any page is hit.
      const density = t1 > t0 ? -Math.expm1(-visitsPerPage * (t1 - t0)) : 0;
      return density > 0 ? [{ from: 0, to: pages, density }] : [];
    },
  };
}

/**
 * A writer known only by measurement: `points` are `[windowSeconds, distinct pages written in it]`, what QEMU's
 * `calc-dirty-rate` gives at several windows (rate x window). Between the points the curve is interpolated
 * monotonically from (0, 0); behind the last it stays flat, so measure until the curve is.
 *
 * The pages of a window are taken to be spread evenly over the region, and two windows to be independent. Within one
 * sync interval that is the measured curve itself; a bitmap that is synced often and hardly walked grows faster than
 * the curve, because real hot pages repeat. Where that matters, describe the load as several regions.
 *
 * @throws RangeError when the region is empty, the windows do not ascend or the pages descend or exceed the region.
 * @example
 * uniqueDirty(measuredWriter({ pages: 1000, points: [[1, 400], [2, 600]] }), 2) // => 600
 */
export function measuredWriter(o: { pages: number; points: readonly (readonly [number, number])[] }): Writer {
  const { pages, points } = o;
  checkRegion('measuredWriter', pages, 0, 0);
  if (points.length === 0) {
    throw new RangeError('measuredWriter: points is [], should hold at least one [windowSeconds, pages]');
  }
  let [lastWindow, lastPages] = [0, 0];
  points.forEach(([windowSeconds, dirtied], i) => {
    const rule = !(windowSeconds > lastWindow && windowSeconds < Infinity)
      ? `its window should exceed ${lastWindow} s`
      : !(dirtied >= lastPages)
        ? `its pages should be at least ${lastPages}`
        : dirtied > pages
          ? `its pages should not exceed the region's ${pages}`
          : undefined;
    if (rule !== undefined) {
      throw new RangeError(`measuredWriter: points[${i}] is [${windowSeconds}, ${dirtied}]: ${rule}`);
    }
    [lastWindow, lastPages] = [windowSeconds, dirtied];
  });
  const dirtiedIn = monotoneCurve([[0, 0], ...points]);
  return {
    touched(t0, t1) {
      const density = t1 > t0 ? dirtiedIn(t1 - t0) / pages : 0;
      return density > 0 ? [{ from: 0, to: pages, density }] : [];
    },
  };
}

/** Turns guest time into the time up to then in which some work was there. */
export type WorkedTime = (guestTime: number) => number;

/**
 * A writer that works at times only, and lives in the time in which it has worked.
 *
 * @example
 * const sweeps = sequentialWriter({ pages: 1000, visitsPerSecond: 100 });
 * const fromThree = intermittentWriter(sweeps, (t) => Math.max(0, t - 3));
 * fromThree.touched(0, 3) // => []
 * fromThree.touched(0, 5) // => [{ from: 0, to: 200, density: 1 }]
 */
export function intermittentWriter(writer: Writer, worked: WorkedTime): Writer {
  return { touched: (t0, t1) => writer.touched(worked(t0), worked(t1)) };
}

/**
 * The unique-dirty curve D(t): distinct pages written in the first `seconds` of guest time (for a sequential writer
 * that counts from its phase at time 0). D(t) / t is the 'dirty rate' that a tool reports, which is why such a rate
 * means nothing without its window.
 *
 * @throws RangeError when `seconds` is negative.
 * @example
 * uniqueDirty(sequentialWriter({ pages: 1000, visitsPerSecond: 5000 }), 0.1) // => 500
 */
export function uniqueDirty(writer: Writer, seconds: number): number {
  if (!(seconds >= 0)) throw new RangeError(`uniqueDirty: seconds is ${seconds}, should be >= 0`);
  let pages = 0;
  for (const piece of writer.touched(0, seconds)) pages += (piece.to - piece.from) * piece.density;
  return pages;
}

/** The rules that all writers share: a region with pages, and a rate of visits. */
function checkRegion(who: string, pages: number, visitsPerSecond: number, limit: number): void {
  if (!(pages > 0 && pages < Infinity)) {
    throw new RangeError(`${who}: pages is ${pages}, should be finite and > 0`);
  }
  if (!(visitsPerSecond >= 0 && visitsPerSecond <= limit)) {
    const rule = limit === Infinity ? '>= 0' : 'finite and >= 0';
    throw new RangeError(`${who}: visitsPerSecond is ${visitsPerSecond}, should be ${rule}`);
  }
}
