import type { RandomStream } from '../../sim/random.js';
import type { DiskWrites, GuestDisk } from '../disk.js';
import { createGuestMemory, type LayerOptions } from '../memory/guest-memory.js';
import { intermittentWriter, sequentialWriter, uniformWriter, type Writer } from '../memory/writer.js';

/** A disk in chunks with its dirty bitmap, as what copies it sees it; counts may be fractions, for they are expectations. */
export interface DiskImage {
  readonly chunkBytes: number;
  readonly totalBytes: number;
  /** Bytes that the guest writes between two of its times. */
  written(from: number, to: number): number;
  /** Bytes that this makes dirty as long as no two writes meet in a chunk. */
  dirtied(from: number, to: number): number;
  /** The largest of its write requests, bytes; 0 without any. */
  readonly requestBytes: number;
  /** Chunks that are still to be copied at that guest time, those written since the last look among them. */
  waiting(guestTime: number): number;
  /** Takes up to so many of them in their order and clears them; at the end of the disk it stops. */
  take(most: number): Taken;
  /** The next chunk is the disk's first: nothing was taken yet, or the end was reached. */
  atStart(): boolean;
}

export interface Taken {
  data: number;
  /** Chunks that hold nothing but zeros. */
  zero: number;
}

/**
 * A disk all of whose chunks are still to be copied: the allocated ones and, with `whole`, the others too, which are
 * zeros. What the guest writes begins the disk, each working set behind the one before; a write clears no chunk and
 * dirties the chunks it touches, whether or not they were copied. It is the memory's bitmap with chunks for pages.
 *
 * @example
 * const disk = { readRate: 5e8, allocatedBytes: 3 * 2 ** 20, sizeBytes: 5 * 2 ** 20, writes: [] };
 * const image = createDiskImage({ disk, chunkBytes: 2 ** 20, guestTime: 0, random });
 * image.take(2) // => { data: 2, zero: 0 }
 * image.waiting(0) // => 1
 */
export function createDiskImage(o: {
  disk: GuestDisk;
  chunkBytes: number;
  guestTime: number;
  random: RandomStream;
  whole?: boolean;
}): DiskImage | null {
  const { disk, chunkBytes, guestTime, random, whole = false } = o;
  const allocated = Math.ceil(disk.allocatedBytes / chunkBytes);
  const chunks = whole ? Math.max(allocated, Math.ceil(disk.sizeBytes / chunkBytes)) : allocated;
  if (chunks === 0) return null;
  const layers: LayerOptions[] = [];
  let start = 0;
  for (const writes of disk.writes) {
    // Rounding may not lead beyond the end.
    const end = Math.min(allocated, start + writes.sizeBytes / chunkBytes);
    if (end > start)
      layers.push({ start, end, dataFraction: 1, writer: writerOf(writes, chunkBytes, random) });
    start = Math.max(start, end);
  }
  if (allocated > start) layers.push({ start, end: allocated, dataFraction: 1 });
  if (chunks > allocated) layers.push({ start: allocated, end: chunks, dataFraction: 0 });
  const bitmap = createGuestMemory({ pages: chunks, layers, guestTime });
  const sumOf = (bytesPerSecond: (writes: DiskWrites) => number, from: number, to: number): number =>
    disk.writes.reduce(
      (sum, writes) =>
        sum + bytesPerSecond(writes) * (writes.worked ? writes.worked(to) - writes.worked(from) : to - from),
      0,
    );
  return {
    chunkBytes,
    totalBytes: chunks * chunkBytes,
    written: (from, to) => sumOf(({ bytesPerSecond }) => bytesPerSecond, from, to),
    dirtied: (from, to) => sumOf((writes) => chunkBytes * visitsPerSecond(writes, chunkBytes), from, to),
    requestBytes: Math.max(0, ...disk.writes.map(({ requestBytes }) => requestBytes)),
    waiting(now) {
      bitmap.sync(now);
      const waiting = bitmap.waiting();
      return waiting < leastChunks ? 0 : waiting;
    },
    take(most) {
      const taken: Taken = { data: 0, zero: 0 };
      let left = most;
      while (left > leastChunks && bitmap.waiting() >= leastChunks) {
        const { span, data, zero } = bitmap.stretch();
        const walked = Math.min(span, data + zero > 0 ? left / (data + zero) : Infinity);
        taken.data += walked * data;
        taken.zero += walked * zero;
        left -= walked * (data + zero);
        bitmap.advance(walked);
        if (bitmap.cursor === 0) break;
      }
      return taken;
    },
    atStart: () => bitmap.cursor === 0,
  };
}

/** Less than this is rounding, or a write that probably has not been made yet. */
const leastChunks = 1e-3;

function writerOf(writes: DiskWrites, chunkBytes: number, random: RandomStream): Writer {
  const writer = constantWriterOf(writes, chunkBytes, random);
  return writes.worked ? intermittentWriter(writer, writes.worked) : writer;
}

function constantWriterOf(writes: DiskWrites, chunkBytes: number, random: RandomStream): Writer {
  const pages = writes.sizeBytes / chunkBytes;
  const visits = visitsPerSecond(writes, chunkBytes);
  if (writes.pattern === 'uniform') return uniformWriter({ pages, visitsPerSecond: visits });
  // Where in its sweep the writer is when the copy begins, nobody knows.
  const phaseSeconds = visits > 0 ? (random.uniform() * pages) / visits : 0;
  return sequentialWriter({ pages, visitsPerSecond: visits, phaseSeconds });
}

/** Chunks written to in a second: writes one behind the other share theirs, a random one has at least one of its own. */
function visitsPerSecond({ bytesPerSecond, requestBytes, pattern }: DiskWrites, chunkBytes: number): number {
  return bytesPerSecond / (pattern === 'uniform' ? Math.min(requestBytes, chunkBytes) : chunkBytes);
}
