import type { Touched, Writer } from './writer.js';

/** What pages hold, as far as an encoding of theirs can tell; what is left open, the encoding assumes. */
export interface PageContent {
  /** Bytes of a page that differ when it is sent again. */
  changedBytes?: number;
  /** Share of the data that no compression makes smaller. */
  incompressible?: number;
}

/** A part of RAM that is alike throughout: who writes to it, and how much of it is data. */
export interface LayerOptions {
  /** First position on the line of RAM. */
  start: number;
  /** Position behind the last. */
  end: number;
  /** Pages of this layer at each position of its span: 1 (default) unless other layers lie over the same span. */
  pagesPerPosition?: number;
  /** Share of the layer's pages that are non-zero (0..1); the others are sent as zero pages. */
  dataFraction: number;
  /** What its data pages hold; layers over one span hold the same. */
  content?: PageContent;
  /** Who writes to it, over `(end - start) * pagesPerPosition` pages; nobody by default. */
  writer?: Writer;
}

/**
 * A layer with its part of the migration bitmap. Segment i of the bitmap ends at `ends[i]` (and begins where segment
 * i - 1 ends), and a share `density[i]` of its pages waits. Neighbours differ in density. Two arrays of numbers and
 * not a list of objects: they are walked thousands of times in a run.
 */
export interface Layer {
  readonly start: number;
  readonly end: number;
  readonly pagesPerPosition: number;
  readonly dataFraction: number;
  readonly writer: Writer | undefined;
  readonly content: PageContent;
  ends: number[];
  density: number[];
  /** Waiting pages; exactly 0 when no segment waits. */
  waiting: number;
  /** A segment not behind the one that holds the cursor: where to begin to look for it. */
  at: number;
}

/** A layer all of whose pages wait. `who` begins the message of a RangeError. */
export function createLayer(options: LayerOptions, who: string): Layer {
  const { start, end, pagesPerPosition = 1, dataFraction, writer, content = {} } = options;
  if (!(Number.isFinite(start) && Number.isFinite(end) && start < end)) {
    throw new RangeError(`${who} spans ${start}..${end}, should end behind its start`);
  }
  if (!(pagesPerPosition > 0 && pagesPerPosition <= 1)) {
    throw new RangeError(`${who}.pagesPerPosition is ${pagesPerPosition}, should be > 0 and <= 1`);
  }
  if (!(dataFraction >= 0 && dataFraction <= 1)) {
    throw new RangeError(`${who}.dataFraction is ${dataFraction}, should be 0..1`);
  }
  const waiting = (end - start) * pagesPerPosition;
  return {
    start,
    end,
    pagesPerPosition,
    dataFraction,
    writer,
    content,
    ends: [end],
    density: [1],
    waiting,
    at: 0,
  };
}

/**
 * Clears positions `[from, to)`, which must lie within the segment at `layer.at`, and returns the pages that waited
 * there. The cursor clears in order, so nearly always a clean segment ends at `from` and only has to be moved.
 */
export function clearSpan(layer: Layer, from: number, to: number): number {
  const { ends, density } = layer;
  let { at } = layer;
  const held = density[at]!;
  if (held === 0) return 0;
  if (from > (at === 0 ? layer.start : ends[at - 1]!)) {
    insertSegment(layer, at, from, held);
    at += 1;
  }
  const cleanBefore = at > 0 && density[at - 1] === 0;
  if (to < ends[at]!) {
    if (cleanBefore) {
      ends[at - 1] = to;
    } else {
      insertSegment(layer, at, to, 0);
      at += 1;
    }
  } else {
    density[at] = 0;
    if (density[at + 1] === 0) dropSegment(layer, at);
    if (cleanBefore) {
      at -= 1;
      dropSegment(layer, at);
    }
  }
  layer.at = at;
  const cleared = (to - from) * layer.pagesPerPosition * held;
  const clean = density.length === 1 && density[0] === 0;
  layer.waiting = clean ? 0 : Math.max(0, layer.waiting - cleared);
  return cleared;
}

/** Puts a segment that ends at `end` before segment i, which loses what the new one covers. */
function insertSegment({ ends, density }: Layer, i: number, end: number, value: number): void {
  ends.splice(i, 0, end);
  density.splice(i, 0, value);
}

/** Drops segment i; the one behind it now begins where it began. By hand: `splice` would allocate at every step. */
function dropSegment({ ends, density }: Layer, i: number): void {
  for (let k = i + 1; k < ends.length; k += 1) {
    ends[k - 1] = ends[k]!;
    density[k - 1] = density[k]!;
  }
  ends.pop();
  density.pop();
}

/**
 * A smaller density is none. Next to the smallest double one is left that, times a share of pages, is 0: pages that
 * wait and that no walk ever meets.
 */
const LEAST = 1e-12;

/** What becomes of a share of pages that wait when a share of them was touched. */
type Change = (waiting: number, touched: number) => number;

/** The share of pages that wait or were written, the two being independent. */
function either(waiting: number, written: number): number {
  if (written === 1) return 1;
  const share = waiting + (1 - waiting) * written;
  return share < LEAST ? 0 : share;
}

/** The share of pages that wait and were not touched. */
function neither(waiting: number, touched: number): number {
  const share = waiting * (1 - touched);
  return share < LEAST ? 0 : share;
}

/** Neighbouring segments of a randomly written layer are evened out when their densities differ by less. */
const RESOLUTION = 1e-3;

/**
 * Merges written pieces into the bitmap, `density = 1 - (1 - density)(1 - written)`, and returns the distinct pages
 * written. A writer counts pages of its region from 0; they lie evenly over the layer's span.
 */
export function mergeTouched(layer: Layer, pieces: readonly Touched[]): number {
  layer.at = 0;
  const last = pieces.at(-1);
  if (last === undefined) return 0;
  const { start, end, pagesPerPosition } = layer;
  const regionPages = (end - start) * pagesPerPosition;
  // Positions are rounded the more the further up they lie, whatever the size of the region.
  if (last.to > regionPages * (1 + 1e-9) + end * 1e-12) {
    throw new RangeError(
      `sync: the writer of the layer ${start}..${end} wrote page ${last.to}, should be within its ${regionPages} pages`,
    );
  }
  const toTheEnd = last.to > regionPages * (1 - 1e-12);
  if (toTheEnd && last.from === 0) {
    touchAll(layer, last.density);
    return regionPages * last.density;
  }
  let written = 0;
  for (const piece of pieces) written += (piece.to - piece.from) * piece.density;
  changePieces(layer, pieces, either);
  return written;
}

/** Clears pages that were touched, `density = density (1 - touched)`, and returns how many of them waited. */
export function clearTouched(layer: Layer, pieces: readonly Touched[]): number {
  layer.at = 0;
  const before = layer.waiting;
  if (pieces.length > 0) changePieces(layer, pieces, neither);
  return before - layer.waiting;
}

/** From and to of each piece, as positions. */
export function boundsOf({ start, end, pagesPerPosition }: Layer, pieces: readonly Touched[]): number[] {
  const bounds: number[] = [];
  for (const { from, to } of pieces)
    bounds.push(start + from / pagesPerPosition, start + to / pagesPerPosition);
  // What ends with the region ends with the layer, whatever the division by pagesPerPosition makes of it.
  const last = pieces.at(-1);
  if (last && last.to > (end - start) * pagesPerPosition * (1 - 1e-12)) bounds[bounds.length - 1] = end;
  return bounds;
}

/**
 * Merges a share of written pages that is the same all over the layer. A random writer that is synced in the middle
 * of sweeps leaves a stair of ever more, ever smaller steps behind the cursor; evening out what differs by less than
 * the resolution (no page is lost or gained by that) bounds their number and with it the cost of a sync: with a
 * thousand syncs a sweep 250 steps instead of 1000, each within 0.00075 of the density of its pages.
 */
function touchAll(layer: Layer, share: number): void {
  const { start, pagesPerPosition, ends, density } = layer;
  let kept = -1;
  let keptBegin = start;
  let begin = start;
  for (let i = 0; i < ends.length; i += 1) {
    const end = ends[i]!;
    const old = density[i]!;
    const merged = either(old, share);
    if (kept >= 0 && Math.abs(merged - density[kept]!) < RESOLUTION) {
      const even = density[kept]! + ((merged - density[kept]!) * (end - begin)) / (end - keptBegin);
      density[kept] = even < LEAST ? 0 : even;
    } else {
      kept += 1;
      keptBegin = begin;
      density[kept] = merged;
    }
    ends[kept] = end;
    begin = end;
  }
  while (ends.length > kept + 1) {
    ends.pop();
    density.pop();
  }
  // Of what is kept, not of what came in: a step evened out to nothing is in no walk's way.
  let waitingPositions = 0;
  for (let i = 0; i < ends.length; i += 1) {
    waitingPositions += (ends[i]! - (i === 0 ? start : ends[i - 1]!)) * density[i]!;
  }
  layer.waiting = waitingPositions * pagesPerPosition;
}

/** Changes the density where the pieces lie; what is between them stays as it is. */
function changePieces(layer: Layer, pieces: readonly Touched[], change: Change): void {
  const { ends, density } = layer;
  const bounds = boundsOf(layer, pieces);
  const newEnds: number[] = [];
  const newDensity: number[] = [];
  let kept = -1;
  let waitingPositions = 0;
  let position = layer.start;
  let segment = 0;
  for (let i = 0; i <= bounds.length; i += 1) {
    const limit = Math.min(bounds[i] ?? layer.end, layer.end);
    const share = i % 2 === 1 ? pieces[(i - 1) / 2]!.density : 0;
    while (position < limit) {
      const to = Math.min(limit, ends[segment]!);
      const old = density[segment]!;
      const merged = share === 0 ? old : change(old, share);
      if (kept < 0 || merged !== newDensity[kept]) {
        kept += 1;
        newDensity.push(merged);
        newEnds.push(to);
      } else {
        newEnds[kept] = to;
      }
      waitingPositions += (to - position) * merged;
      position = to;
      if (to === ends[segment]) segment += 1;
    }
  }
  layer.ends = newEnds;
  layer.density = newDensity;
  layer.waiting = waitingPositions * layer.pagesPerPosition;
}
