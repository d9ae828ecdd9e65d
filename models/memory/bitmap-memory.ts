/** How a region of a page-exact memory is written; the same laws as those of the writers in closed form. */
export type WritePattern =
  | { kind: 'sequential'; visitsPerSecond: number; periodSeconds?: number; phaseSeconds?: number }
  | { kind: 'uniform'; visitsPerSecond: number }
  | { kind: 'zipf'; visitsPerSecond: number; exponent: number };

/** Pages `start .. start + pages - 1`, a share of them non-zero (default: all), written by a pattern or by nobody. */
export interface BitmapRegion {
  start: number;
  pages: number;
  dataFraction?: number;
  pattern?: WritePattern;
}

/** A guest's memory page by page, with QEMU's two bitmaps. The arrays are the live ones: look, do not write. */
export interface BitmapMemory {
  readonly pages: number;
  /** The page at which the next walk begins. */
  readonly cursor: number;
  /** 1 where a page waits to be sent: the migration bitmap. */
  readonly bitmap: Uint8Array;
  /** 1 where a page was written since the last sync: KVM's dirty log. */
  readonly log: Uint8Array;
  /** 1 where a page is not a zero page. */
  readonly data: Uint8Array;
  /** Pages set in the migration bitmap. */
  waiting(): number;
  /** The guest runs for so many seconds of guest time and writes to its pages. */
  write(seconds: number): void;
  /** Sends the next `count` waiting pages from the cursor on (fewer if fewer wait), and says what they were. */
  walk(count: number): { data: number; zero: number };
  /** Moves the log into the bitmap and empties it; returns the pages it held. */
  sync(): number;
  /** Takes out of the bitmap what is in the log and still waits; the log keeps it. Returns how many pages. */
  dropWritten(): number;
}

/**
 * The page-exact reference for `createGuestMemory`: a byte a page, real writes to real pages. Slow (time and memory
 * grow with the pages), and so simple that it can be checked by reading; the closed forms are tested against it.
 * At the start every page waits. Pages outside all regions are zero pages to which nobody writes.
 *
 * `random` gives numbers in [0, 1); it draws the data pages, the order of Zipf ranks and every random write.
 *
 * @throws RangeError when a region does not lie within the pages.
 * @example
 * const memory = createBitmapMemory({
 *   pages: 10,
 *   regions: [{ start: 0, pages: 4, pattern: { kind: 'sequential', visitsPerSecond: 4 } }],
 *   random: () => 0.5,
 * });
 * memory.walk(6) // => { data: 4, zero: 2 }
 * memory.write(0.5);
 * memory.sync() // => 2
 * memory.waiting() // => 6
 */
export function createBitmapMemory(o: {
  pages: number;
  regions: readonly BitmapRegion[];
  random: () => number;
}): BitmapMemory {
  const { pages, regions, random } = o;
  if (!(Number.isInteger(pages) && pages > 0)) {
    throw new RangeError(`createBitmapMemory: pages is ${pages}, should be a whole number > 0`);
  }
  const bitmap = new Uint8Array(pages).fill(1);
  const log = new Uint8Array(pages);
  const data = new Uint8Array(pages);
  const writers = regions.map((region, i) => {
    const { start, dataFraction = 1, pattern } = region;
    const end = start + region.pages;
    if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start < end && end <= pages)) {
      throw new RangeError(
        `createBitmapMemory: regions[${i}] spans pages ${start}..${end}, should lie within 0..${pages}`,
      );
    }
    for (let page = start; page < end; page += 1) data[page] = random() < dataFraction ? 1 : 0;
    const visits = pattern === undefined ? () => undefined : createVisits(pattern, region.pages, random);
    return (until: number) => {
      visits(until, (page) => {
        log[start + page] = 1;
      });
    };
  });
  let guestTime = 0;
  let cursor = 0;
  let waiting = pages;

  return {
    pages,
    get cursor() {
      return cursor;
    },
    bitmap,
    log,
    data,
    waiting: () => waiting,
    write(seconds) {
      guestTime += seconds;
      for (const writeUntil of writers) writeUntil(guestTime);
    },
    walk(count) {
      const sent = { data: 0, zero: 0 };
      for (let left = Math.min(count, waiting); left >= 1; left -= 1) {
        let page = bitmap.indexOf(1, cursor);
        if (page < 0) page = bitmap.indexOf(1);
        bitmap[page] = 0;
        sent[data[page] === 1 ? 'data' : 'zero'] += 1;
        waiting -= 1;
        cursor = (page + 1) % pages;
      }
      return sent;
    },
    sync() {
      let written = 0;
      for (let page = log.indexOf(1); page >= 0; page = log.indexOf(1, page + 1)) {
        if (bitmap[page] === 0) waiting += 1;
        bitmap[page] = 1;
        log[page] = 0;
        written += 1;
      }
      return written;
    },
    dropWritten() {
      let dropped = 0;
      for (let page = log.indexOf(1); page >= 0; page = log.indexOf(1, page + 1)) {
        if (bitmap[page] === 1) dropped += 1;
        bitmap[page] = 0;
      }
      waiting -= dropped;
      return dropped;
    },
  };
}

/** Carries out all writes of a region that are due until a guest time, in order. */
type Visits = (until: number, visit: (page: number) => void) => void;

function createVisits(pattern: WritePattern, pages: number, random: () => number): Visits {
  switch (pattern.kind) {
    case 'sequential':
      return sweeps(pattern, pages);
    case 'uniform':
      return randomVisits(pattern.visitsPerSecond, () => Math.floor(random() * pages));
    case 'zipf':
      return randomVisits(pattern.visitsPerSecond, zipfPage(pattern.exponent, pages, random));
  }
}

function sweeps(pattern: WritePattern & { kind: 'sequential' }, pages: number): Visits {
  const { visitsPerSecond, periodSeconds = 0, phaseSeconds = 0 } = pattern;
  const sweepSeconds = Math.max(periodSeconds, pages / visitsPerSecond);
  let sweep = Math.floor(phaseSeconds / sweepSeconds);
  let page = 0;
  const visitTime = () => sweep * sweepSeconds - phaseSeconds + page / visitsPerSecond;
  function step(): void {
    page += 1;
    if (page < pages) return;
    page = 0;
    sweep += 1;
  }
  while (visitTime() <= 0) step();
  return (until, visit) => {
    while (visitTime() <= until) {
      visit(page);
      step();
    }
  };
}

function randomVisits(visitsPerSecond: number, drawPage: () => number): Visits {
  let done = 0;
  return (until, visit) => {
    for (; done + 1 <= visitsPerSecond * until; done += 1) visit(drawPage());
  };
}

/** Draws a rank by its weight and looks up which page holds it, the ranks being shuffled over the region. */
function zipfPage(exponent: number, pages: number, random: () => number): () => number {
  const pageOfRank = Uint32Array.from({ length: pages }, (_, i) => i);
  for (let i = pages - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [pageOfRank[i], pageOfRank[j]] = [pageOfRank[j]!, pageOfRank[i]!];
  }
  const cumulative = new Float64Array(pages);
  let total = 0;
  for (let i = 0; i < pages; i += 1) cumulative[i] = total += (i + 1) ** -exponent;
  return () => {
    const drawn = random() * total;
    let [low, high] = [0, pages - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle]! > drawn) high = middle;
      else low = middle + 1;
    }
    return pageOfRank[low]!;
  };
}
