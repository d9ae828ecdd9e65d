import { boundsOf, type Layer } from './layer.js';
import type { Touched } from './writer.js';

/** Waiting pages that a guest touches in a while, by how they lie. */
export interface Demand {
  /** Touched at random: pages that lie alone. */
  scattered: number;
  /** Touched one after another. */
  runs: Run[];
}

/** Consecutive positions, the first and the last of which wait, with the pages that wait there. */
export interface Run {
  from: number;
  to: number;
  pages: number;
}

/**
 * Adds to `found` what of a layer's touched pieces still waits. A piece whose pages are all touched was swept over;
 * of one that was touched at random, a share of the waiting pages was hit.
 */
export function demandOf(layer: Layer, pieces: readonly Touched[], found: Demand): void {
  if (layer.waiting === 0) return;
  const bounds = boundsOf(layer, pieces);
  for (const [i, { density }] of pieces.entries()) {
    const run = waitingRun(layer, bounds[2 * i]!, bounds[2 * i + 1]!);
    if (run.pages === 0) continue;
    if (density === 1) found.runs.push(run);
    else found.scattered += run.pages * density;
  }
}

/** Pages of a layer that wait between two positions. */
export function waitingBetween(layer: Layer, from: number, to: number): number {
  return layer.waiting === 0 || layer.end <= from || layer.start >= to
    ? 0
    : waitingRun(layer, from, to).pages;
}

function waitingRun({ start, ends, density, pagesPerPosition }: Layer, from: number, to: number): Run {
  const run: Run = { from: to, to: from, pages: 0 };
  let begin = start;
  for (let i = 0; i < ends.length && begin < to; i += 1) {
    const end = ends[i]!;
    const [low, high] = [Math.max(begin, from), Math.min(end, to)];
    if (density[i]! > 0 && high > low) {
      run.from = Math.min(run.from, low);
      run.to = high;
      run.pages += (high - low) * density[i]! * pagesPerPosition;
    }
    begin = end;
  }
  return run;
}
