import { demandOf, waitingBetween, type Demand } from './demand.js';
import {
  clearSpan,
  clearTouched,
  createLayer,
  mergeTouched,
  type Layer,
  type LayerOptions,
  type PageContent,
} from './layer.js';

export type { Demand, Run } from './demand.js';
export type { LayerOptions, PageContent } from './layer.js';

/** A part of the line of RAM over which the same layers lie. */
export interface Place {
  readonly start: number;
  readonly end: number;
  /** Whether somebody writes there. */
  readonly isWritten: boolean;
  readonly content: PageContent;
}

/** What lies ahead of the cursor, alike throughout: `span` positions with so many waiting pages at each. */
export interface Stretch {
  /** Positions of the line of RAM from the cursor on. */
  readonly span: number;
  /** Waiting non-zero pages per position (0..1). */
  readonly data: number;
  /** Waiting zero pages per position (0..1). */
  readonly zero: number;
}

/** A guest's memory as a migration sees it; counts are pages and may be fractions, for they are expectations. */
export interface GuestMemory {
  readonly pages: number;
  /** Where the migration stands on the line of RAM, `0 <= cursor < pages`. */
  readonly cursor: number;
  /** All of RAM from its start to its end. */
  readonly places: readonly Place[];
  /** The one that the cursor is in. */
  place(): Place;
  /** Pages set in the migration bitmap. Exactly 0 when it is clean. */
  waiting(): number;
  /** Those of them that are not zero pages. */
  waitingData(): number;
  /**
   * What lies ahead of the cursor up to the next change of density or the end of RAM. A clean stretch has
   * `data = zero = 0`. The object returned is the same at every call (this is the hottest call of a run): read it at
   * once, do not keep it.
   */
  stretch(): Stretch;
  /** Walks `span` positions, at most to the end of the stretch, and clears them; at the end of RAM the cursor is 0 again. */
  advance(span: number): void;
  /**
   * Bitmap sync at a guest time: all pages written since the previous sync wait (again), and the log is empty.
   * Returns how many distinct pages had been written, waiting or not. Guest time may stand still.
   */
  sync(guestTime: number): number;
  /** Distinct pages written between two guest times, whoever has fetched the log meanwhile. */
  written(from: number, to: number): number;
  /**
   * Takes out of the bitmap what has been written since the previous sync and still waits, and returns how many pages
   * these were. The log keeps them, so the next sync brings them back: this is how a page is skipped that would only
   * have to be sent once more.
   */
  dropWritten(guestTime: number): number;
  /** The pages that wait and that the guest touches from one guest time to another; nothing changes by asking. */
  demand(from: number, to: number): Demand;
  /** Takes them out of the bitmap, the runs among them only if `withRuns`; returns how many they were. */
  take(from: number, to: number, withRuns: boolean): number;
  /** Pages that wait between two positions. */
  waitingBetween(from: number, to: number): number;
  /** Sets the cursor to a position: the walk goes on from there. */
  seek(position: number): void;
  /** Ranges of consecutive waiting pages, as many as are to be expected. */
  waitingRanges(): number;
}

/** What the cursor is off by when it is as good as at a boundary: a millionth of a page. */
const SNAP = 1e-6;

/** Layers need not add up to one page a position better than this. */
const COVER_TOLERANCE = 1e-9;

/**
 * The memory of a guest at the start of a migration: every page waits, the cursor is at 0 and the log of writes is
 * empty since `guestTime` (default 0).
 *
 * RAM is a line of positions 0..pages, and *layers* lie on it. Where several overlap, their pages are mixed evenly.
 * The migration bitmap of a layer is a piecewise constant density along the line, so a memory of a TiB costs no more
 * than one of a MiB. The rules are those of QEMU (`migration_bitmap_sync` and KVM's dirty log): the log collects every
 * write since the last sync, whether or not the page still waits or was sent in between; a sync makes
 * `waiting = waiting or written`, in densities `1 - (1 - waiting)(1 - written)`.
 *
 * @throws RangeError when the layers do not cover RAM with one page a position, or a number is out of its range.
 * @example
 * const memory = createGuestMemory({
 *   pages: 1000,
 *   layers: [
 *     { start: 0, end: 600, dataFraction: 1, writer: sequentialWriter({ pages: 600, visitsPerSecond: 100 }) },
 *     { start: 600, end: 1000, dataFraction: 0 },
 *   ],
 * });
 * memory.stretch() // => { span: 600, data: 1, zero: 0 }
 * memory.advance(600);
 * memory.sync(2) // => 200
 * memory.waiting() // => 600
 * memory.waitingData() // => 200
 */
export function createGuestMemory(o: {
  pages: number;
  layers: readonly LayerOptions[];
  guestTime?: number;
}): GuestMemory {
  const { pages, guestTime = 0 } = o;
  if (!(pages > 0 && pages < Infinity)) {
    throw new RangeError(`createGuestMemory: pages is ${pages}, should be finite and > 0`);
  }
  if (!Number.isFinite(guestTime)) {
    throw new RangeError(`createGuestMemory: guestTime is ${guestTime}, should be finite`);
  }
  const layers = o.layers.map((options, i) => createLayer(options, `createGuestMemory: layers[${i}]`));
  const sections = cutIntoSections(pages, layers);
  const ahead = { span: 0, data: 0, zero: 0 };

  let cursor = 0;
  let section = 0;
  // Where the stretch in `ahead` ends; what is not ahead of the cursor says that it has to be looked up anew.
  let stretchEnd = 0;
  let logStart = guestTime;
  let droppedUntil = guestTime;
  let waiting = 0;
  let waitingData = 0;
  countAnew();

  function countAnew(): void {
    waiting = 0;
    waitingData = 0;
    for (const layer of layers) {
      waiting += layer.waiting;
      waitingData += layer.waiting * layer.dataFraction;
    }
  }

  function stretch(): Stretch {
    if (stretchEnd > cursor) {
      ahead.span = stretchEnd - cursor;
      return ahead;
    }
    const here = sections[section]!;
    let end = here.end;
    let all = 0;
    let data = 0;
    for (const layer of here.layers) {
      const { ends } = layer;
      let at = layer.at;
      while (ends[at]! <= cursor) at += 1;
      layer.at = at;
      if (ends[at]! < end) end = ends[at]!;
      const perPosition = layer.density[at]! * layer.pagesPerPosition;
      all += perPosition;
      data += perPosition * layer.dataFraction;
    }
    stretchEnd = end;
    ahead.span = end - cursor;
    ahead.data = data;
    ahead.zero = Math.max(0, all - data);
    return ahead;
  }

  function advance(span: number): void {
    const limit = stretch().span;
    if (!(span >= 0 && span <= limit + SNAP)) {
      throw new RangeError(
        `advance: span is ${span}, should be 0..${limit}, the stretch at position ${cursor}`,
      );
    }
    if (span === 0) return;
    // Boundaries are met exactly, or rounding would leave slivers of pages behind.
    const to = span > limit - SNAP ? stretchEnd : cursor + span;
    const here = sections[section]!;
    if (ahead.data + ahead.zero > 0) {
      for (const layer of here.layers) {
        const cleared = clearSpan(layer, cursor, to);
        waiting -= cleared;
        waitingData -= cleared * layer.dataFraction;
      }
      // Differences of large numbers: near nothing, ask the layers, who know when they are clean.
      if (waiting < 1) countAnew();
    }
    cursor = to;
    if (cursor < here.end) return;
    section += 1;
    if (section < sections.length) return;
    section = 0;
    cursor = 0;
    stretchEnd = 0;
    for (const layer of layers) layer.at = 0;
  }

  function sync(now: number): number {
    if (!(now >= logStart)) {
      throw new RangeError(`sync: guestTime is ${now}, should be >= ${logStart}, the time of the last sync`);
    }
    let written = 0;
    for (const layer of layers) {
      if (layer.writer !== undefined) written += mergeTouched(layer, layer.writer.touched(logStart, now));
    }
    logStart = now;
    droppedUntil = now;
    stretchEnd = 0;
    countAnew();
    return written;
  }

  function written(from: number, to: number): number {
    let found = 0;
    for (const layer of layers) {
      for (const piece of layer.writer?.touched(from, to) ?? [])
        found += (piece.to - piece.from) * piece.density;
    }
    return found;
  }

  function dropWritten(now: number): number {
    if (!(now >= droppedUntil)) {
      throw new RangeError(
        `dropWritten: guestTime is ${now}, should be >= ${droppedUntil}, the time of the last look at the log`,
      );
    }
    let dropped = 0;
    // What was written before the last drop does not wait any more, so only what came since is looked at.
    for (const layer of layers) {
      if (layer.writer !== undefined) dropped += clearTouched(layer, layer.writer.touched(droppedUntil, now));
    }
    droppedUntil = now;
    stretchEnd = 0;
    countAnew();
    return dropped;
  }

  function demand(from: number, to: number): Demand {
    const found: Demand = { scattered: 0, runs: [] };
    for (const layer of layers) {
      if (layer.writer !== undefined) demandOf(layer, layer.writer.touched(from, to), found);
    }
    return found;
  }

  function take(from: number, to: number, withRuns: boolean): number {
    let taken = 0;
    for (const layer of layers) {
      if (layer.writer === undefined || layer.waiting === 0) continue;
      const pieces = layer.writer.touched(from, to).filter(({ density }) => withRuns || density < 1);
      taken += clearTouched(layer, pieces);
    }
    stretchEnd = 0;
    countAnew();
    return taken;
  }

  function seek(position: number): void {
    if (!(position >= 0 && position <= pages)) {
      throw new RangeError(`seek: position is ${position}, should be 0..${pages}`);
    }
    cursor = position < pages ? position : 0;
    section = sections.findIndex(({ end }) => end > cursor);
    stretchEnd = 0;
    for (const layer of layers) layer.at = 0;
  }

  /** A range begins with a page that waits behind one that does not; pages are taken to wait independently. */
  function waitingRanges(): number {
    const kept = cursor;
    let ranges = 0;
    let before = 0;
    let at = 0;
    while (at < pages) {
      seek(at);
      const { span, data, zero } = stretch();
      const share = Math.min(1, data + zero);
      ranges += share * (1 - before) + Math.max(0, span - 1) * share * (1 - share);
      before = share;
      at = stretchEnd;
    }
    seek(kept);
    return ranges;
  }

  return {
    pages,
    get cursor() {
      return cursor;
    },
    places: sections,
    place: () => sections[section]!,
    waiting: () => waiting,
    waitingData: () => waitingData,
    stretch,
    advance,
    sync,
    written,
    dropWritten,
    demand,
    take,
    waitingBetween: (from, to) => layers.reduce((sum, layer) => sum + waitingBetween(layer, from, to), 0),
    seek,
    waitingRanges,
  };
}

interface Section extends Place {
  layers: Layer[];
}

function cutIntoSections(pages: number, layers: readonly Layer[]): Section[] {
  const cuts = [...new Set([0, pages, ...layers.flatMap((layer) => [layer.start, layer.end])])];
  cuts.sort((a, b) => a - b);
  if (cuts[0]! < 0 || cuts.at(-1)! > pages) {
    throw new RangeError(
      `createGuestMemory: layers reach from ${cuts[0]!} to ${cuts.at(-1)!}, should lie within 0..${pages}`,
    );
  }
  return cuts.slice(1).map((end, i) => {
    const start = cuts[i]!;
    const over = layers.filter((layer) => layer.start < end && layer.end > start);
    const perPosition = over.reduce((sum, layer) => sum + layer.pagesPerPosition, 0);
    if (Math.abs(perPosition - 1) > COVER_TOLERANCE) {
      throw new RangeError(
        `createGuestMemory: layers hold ${perPosition} pages a position in ${start}..${end}, should hold 1`,
      );
    }
    const isWritten = over.some(({ writer }) => writer !== undefined);
    return { start, end, layers: over, isWritten, content: over[0]!.content };
  });
}
