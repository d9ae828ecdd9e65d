import type { PageContent } from '../memory/guest-memory.js';
import { pageBytes, type Migration } from './migration.js';
import { writtenByteSeconds } from './plain-encoding.js';
import type { Encoding } from './thread-migration.js';

/** A method of compressing, at its level. */
export interface Compressor {
  /** CPU seconds per byte of data at level 1, and by how much a level more multiplies them. */
  byteSeconds: number;
  levelFactor: number;
  level: number;
  /** Data that can be compressed becomes smaller by this factor. */
  ratio: number;
  /** The same for data of which nothing is said: what rests in the guest. */
  restingRatio: number;
  /** CPU seconds per byte of data at the destination. */
  decompressByteSeconds: number;
}

export interface ThreadCompressionConstants extends Compressor {
  threads: number;
  decompressThreads: number;
  /** Before a compressed page: address and flags, length. */
  headerBytes: number;
}

/**
 * Bytes of a page's data that are left after compressing it. What no compression makes smaller stays as it is.
 *
 * @example
 * compressedBytes({ incompressible: 0.5 }, { ...zlib, ratio: 2 }) // => 3072
 */
export function compressedBytes(content: PageContent, { ratio, restingRatio }: Compressor): number {
  const { incompressible } = content;
  if (incompressible === undefined) return pageBytes / restingRatio;
  return pageBytes * (incompressible + (1 - incompressible) / ratio);
}

/**
 * CPU seconds of compressing a byte.
 *
 * @example
 * compressSeconds({ ...zlib, byteSeconds: 1e-8, levelFactor: 1.3, level: 1 }) // => 1e-8
 */
export function compressSeconds({ byteSeconds, levelFactor, level }: Compressor): number {
  return byteSeconds * levelFactor ** (level - 1);
}

/**
 * The speed of a link, bytes/s, from which on compressing makes a migration slower than sending pages as they are: what
 * the threads can compress in a second. Below it the link sends less data in the same time, whatever the ratio; above
 * it the link waits for the threads.
 *
 * @param cores that are free for the threads
 * @example
 * breakEvenLinkSpeed({ threads: 8, cores: 4, compressByteSeconds: 1e-8 }) // => 4e8
 */
export function breakEvenLinkSpeed(o: {
  threads: number;
  cores: number;
  compressByteSeconds: number;
}): number {
  return Math.min(o.threads, o.cores) / o.compressByteSeconds;
}

/**
 * Thread compression (ram.c, compress_page_with_multi_thread): the migration thread gives each page to one of its
 * threads and waits if all are busy; they look for zero pages too. It writes to the socket what comes back.
 *
 * @param plain the same migration without it
 */
export function compressionEncoding(m: Migration, plain: Encoding, c: ThreadCompressionConstants): Encoding {
  const byteSeconds = writtenByteSeconds(m);
  const pageSeconds = pageBytes * compressSeconds(c);
  const dataBytes = (): number => c.headerBytes + compressedBytes(m.guest.memory.place().content, c);
  return {
    dataBytes,
    zeroBytes: () => plain.zeroBytes(),
    dataSeconds: () => dataBytes() * byteSeconds,
    zeroSeconds: () => 0,
    workers: {
      thread: m.source.thread('compression', c.threads),
      count: c.threads,
      dataSeconds: () => pageSeconds,
      zeroSeconds: () => plain.zeroSeconds(),
    },
    destinationSeconds: () => (pageBytes * c.decompressByteSeconds) / c.decompressThreads,
    differsByPlace: true,
  };
}
