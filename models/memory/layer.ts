import type { Touched, Writer } from './writer.js';

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
  ends: number[];
  density: number[];
  /** Waiting pages; exactly 0 when no segment waits. */
  waiting: number;
  /** A segment not behind the one that holds the cursor: where to begin to look for it. */
  at: number;
}

/** A layer all of whose pages wait. `who` begins the message of a RangeError. */
export function createLayer(options: LayerOptions, who: string): Layer {
  const { start, end, pagesPerPosition = 1, dataFraction, writer } = options;
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
  const { ends, density, at } = layer;
  const held = density[at]!;
  if (held === 0) return 0;
  const cleared = (to - from) * layer.pagesPerPosition * held;
  const begin = at === 0 ? layer.start : ends[at - 1]!;
  const cleanBefore = at > 0 && begin === from && density[at - 1] === 0;
  if (cleanBefore && to < ends[at]!) {
    ends[at - 1] = to;
  } else {
    const cleanBehind = to === ends[at]! && density[at + 1] === 0;
    // The segment, and the clean ones that grow into it, give way to: what lies before, the clean part, the rest.
    const first = cleanBefore ? at - 1 : at;
    const replaced = 1 + Number(cleanBefore) + Number(cleanBehind);
    const newEnds: number[] = [];
    const newDensity: number[] = [];
    if (begin < from) {
      newEnds.push(from);
      newDensity.push(held);
    }
    newEnds.push(cleanBehind ? ends[at + 1]! : to);
    newDensity.push(0);
    if (to < ends[at]!) {
      newEnds.push(ends[at]!);
      newDensity.push(held);
    }
    ends.splice(first, replaced, ...newEnds);
    density.splice(first, replaced, ...newDensity);
    layer.at = first;
  }
  const clean = density.length === 1 && density[0] === 0;
  layer.waiting = clean ? 0 : Math.max(0, layer.waiting - cleared);
  return cleared;
}

/**
 * Merges written pieces into the bitmap, `density = 1 - (1 - density)(1 - written)`, and returns the distinct pages
 * written. A writer counts pages of its region from 0; they lie evenly over the layer's span.
 */
export function mergeTouched(layer: Layer, pieces: readonly Touched[]): number {
  layer.at = 0;
  if (pieces.length === 0) return 0;
  const { start, end, pagesPerPosition, ends, density } = layer;
  const regionPages = (end - start) * pagesPerPosition;
  const reach = pieces.at(-1)!.to;
  if (reach > regionPages * (1 + 1e-9)) {
    throw new RangeError(
      `sync: the writer of the layer ${start}..${end} wrote page ${reach}, should be within its ${regionPages} pages`,
    );
  }
  const positionOf = (page: number) => Math.min(end, start + page / pagesPerPosition);

  const newEnds: number[] = [];
  const newDensity: number[] = [];
  let written = 0;
  let waiting = 0;
  let position = start;
  let segment = 0;
  function fillTo(limit: number, share: number): void {
    while (position < limit) {
      const to = Math.min(limit, ends[segment]!);
      const old = density[segment]!;
      const merged = share === 1 ? 1 : old + (1 - old) * share;
      if (newDensity.at(-1) === merged) newEnds[newEnds.length - 1] = to;
      else {
        newEnds.push(to);
        newDensity.push(merged);
      }
      waiting += (to - position) * pagesPerPosition * merged;
      position = to;
      if (to === ends[segment]) segment += 1;
    }
  }
  for (const piece of pieces) {
    fillTo(positionOf(piece.from), 0);
    // A piece that ends with the region ends with the layer, whatever the division makes of it.
    fillTo(piece.to >= regionPages * (1 - 1e-12) ? end : positionOf(piece.to), piece.density);
    written += (piece.to - piece.from) * piece.density;
  }
  fillTo(end, 0);
  layer.ends = newEnds;
  layer.density = newDensity;
  layer.waiting = waiting;
  return written;
}
