/**
 * A Zipf load as a few uniform ones: page of rank r is written with a probability proportional to `r^-exponent`, and
 * the ranks are cut into classes at logarithmic distances, each written uniformly at its own rate. The classes' pages
 * add up to `pages`, their visits to `visitsPerSecond`. Where the pages of a region are mixed without regard to rank,
 * lay all classes over the same span, each with `pagesPerPosition = class.pages / pages`.
 *
 * Evening out the rates within a class makes D(t) too large, never too small. Over 1 GiB (2^18 pages) the default of
 * 16 classes is at most 0.5 % above the sum over all ranks for exponent 0.6, 1.1 % for 1, 1.6 % for 1.2; 24 classes
 * halve that.
 *
 * @returns classes from the hottest to the coldest; fewer than asked for where ranks are too few.
 * @throws RangeError when a number is out of its range.
 * @example
 * zipfClasses({ pages: 2, visitsPerSecond: 30, exponent: 1 })
 * // => [{ pages: 1, visitsPerSecond: 20 }, { pages: 1, visitsPerSecond: 10 }]
 */
export function zipfClasses(o: {
  pages: number;
  visitsPerSecond: number;
  exponent: number;
  classes?: number;
}): { pages: number; visitsPerSecond: number }[] {
  const { pages, visitsPerSecond, exponent, classes = 16 } = o;
  if (!(pages >= 1 && pages < Infinity)) {
    throw new RangeError(`zipfClasses: pages is ${pages}, should be finite and >= 1`);
  }
  if (!(visitsPerSecond >= 0 && visitsPerSecond < Infinity)) {
    throw new RangeError(`zipfClasses: visitsPerSecond is ${visitsPerSecond}, should be finite and >= 0`);
  }
  if (!(exponent >= 0 && exponent < Infinity)) {
    throw new RangeError(`zipfClasses: exponent is ${exponent}, should be finite and >= 0`);
  }
  if (!(Number.isInteger(classes) && classes >= 1)) {
    throw new RangeError(`zipfClasses: classes is ${classes}, should be a whole number >= 1`);
  }
  const cut: { pages: number; weight: number }[] = [];
  let done = 0;
  for (let k = 1; k <= classes; k += 1) {
    const upTo = k === classes ? pages : Math.min(pages, Math.round(pages ** (k / classes)));
    if (upTo <= done) continue;
    cut.push({ pages: upTo - done, weight: sumOfPowers(done, upTo, exponent) });
    done = upTo;
  }
  const total = cut.reduce((sum, each) => sum + each.weight, 0);
  return cut.map((each) => ({ pages: each.pages, visitsPerSecond: (visitsPerSecond * each.weight) / total }));
}

/** Ranks that are summed one by one; behind them the integral at half ranks is exact to 1e-7. */
const SUMMED_RANKS = 1000;

/** Sum of `r^-exponent` over the ranks `after + 1 .. upTo`. */
function sumOfPowers(after: number, upTo: number, exponent: number): number {
  let sum = 0;
  const summed = Math.min(upTo, Math.max(after, SUMMED_RANKS));
  for (let rank = after + 1; rank <= summed; rank += 1) sum += rank ** -exponent;
  if (upTo <= summed) return sum;
  const [low, high] = [summed + 0.5, upTo + 0.5];
  if (exponent === 1) return sum + Math.log(high / low);
  return sum + (high ** (1 - exponent) - low ** (1 - exponent)) / (1 - exponent);
}
