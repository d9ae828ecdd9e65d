import type { Place } from '../memory/guest-memory.js';
import { slotShares } from './cache-slots.js';
import { pageBytes, type Migration } from './migration.js';
import { writtenByteSeconds } from './plain-encoding.js';
import type { Encoding, Workers } from './thread-migration.js';

export interface XbzrleConstants {
  /** The cache of pages as they were sent (xbzrle-cache-size); a power of two of pages of it is used. */
  cacheBytes: number;
  /** 1: a page that was used within two syncs is not replaced; 0: the latest always gets the slot. */
  keepsFresh: number;
  /** Before a delta: address and flags, kind of encoding, length. */
  deltaHeaderBytes: number;
  /** Bytes that change together. */
  runBytes: number;
  /** Bytes that change in a page of which nothing is said. */
  changedBytes: number;
  /** CPU seconds of comparing a page with the cached one, and of putting one into the cache. */
  encodePageSeconds: number;
  insertPageSeconds: number;
}

/**
 * Length of a page's delta: runs of changed bytes, each behind the lengths of the unchanged run before it and of itself
 * (xbzrle.c; a length below 128 is one byte, else two). The changed bytes lie in runs of `runBytes`, and closer
 * together where the page has no room between them.
 *
 * @example
 * deltaBytes(4, 8) // => 7: lengths 2 and 1, and the bytes
 * deltaBytes(4096, 8) // => 4099, more than a page
 */
export function deltaBytes(changedBytes: number, runBytes: number): number {
  const unchanged = pageBytes - changedBytes;
  const runs = Math.max(1, Math.min(changedBytes / runBytes, unchanged));
  return changedBytes + runs * (lengthBytes(unchanged / runs) + lengthBytes(changedBytes / runs));
}

const lengthBytes = (length: number): number => (length < 128 ? 1 : 2);

/**
 * Share of the pages in the dirty log that are as they were sent last: written after a sync, but before the walk came
 * to them, and not again until it came the next time. For writes at random times of which a share `written` of the
 * pages sees one between two syncs, averaged over where the page lies in the walk.
 *
 * @example
 * unchangedShare(1) // => 0: what is rewritten all the time has always changed
 */
export function unchangedShare(written: number): number {
  if (written >= 1) return 0;
  if (written < 1e-6) return 0.5;
  const writes = -Math.log1p(-written);
  return ((1 - written) * (1 - written / writes)) / written;
}

/**
 * XBZRLE (ram.c, save_xbzrle_page): from the second pass on a page that is in the cache goes as a delta against what
 * was sent of it, as nothing if it has not changed, and in full where the delta would be longer. One that is not goes
 * in full, and into the cache if there is room. The first pass puts nothing into the cache, so the second sends in full
 * again.
 *
 * The cache is taken as shares: of a written place's pages, those that have been sent since the first pass, times
 * those that keep a slot (`slotShares`).
 *
 * @param full how a page is sent in full
 * @param first how pages are sent in the first pass, where that differs: thread compression ends with it
 * @example
 * // 1,000 pages rewritten all the time, 4 bytes in each, and a cache that holds them
 * const encoding = xbzrleEncoding(migration, plainEncoding(migration, rules), constants);
 * encoding.dataBytes() // => 4104; from the third pass on 18
 */
export function xbzrleEncoding(
  m: Migration,
  full: Encoding,
  c: XbzrleConstants,
  first: Encoding = full,
): Encoding {
  const { memory } = m.guest;
  const byteSeconds = writtenByteSeconds(m);
  const counts = (m.journal.xbzrle = { pages: 0, bytes: 0, cacheMisses: 0, overflows: 0, unchanged: 0 });
  const cached = cachedShares(memory.places, c);
  let isStarted = false;

  /** What becomes of the pages ahead, as shares of them. */
  const mix = { hit: 0, unchanged: 0, delta: 0, overflow: 0, deltaBytes: 0 };
  const look = (): typeof mix => {
    const place = memory.place();
    const changed = place.content.changedBytes ?? c.changedBytes;
    const length = deltaBytes(changed, c.runBytes);
    mix.hit = cached.get(place)?.share() ?? 0;
    mix.unchanged = mix.hit * unchangedShare(memory.stretch().data);
    mix.overflow = length > pageBytes ? mix.hit - mix.unchanged : 0;
    mix.delta = mix.hit - mix.unchanged - mix.overflow;
    mix.deltaBytes = c.deltaHeaderBytes + length;
    return mix;
  };

  return {
    zeroBytes: () => (isStarted ? full : first).zeroBytes(),
    zeroSeconds: () => (isStarted ? full : first).zeroSeconds(),
    destinationSeconds: () => (isStarted ? full : first).destinationSeconds?.() ?? 0,
    ...(first.workers && { workers: untilStarted(first.workers, () => isStarted) }),
    differsByPlace: true,
    dataBytes() {
      if (!isStarted) return first.dataBytes();
      const { delta, unchanged, deltaBytes: bytes } = look();
      return (1 - delta - unchanged) * full.dataBytes() + delta * bytes;
    },
    dataSeconds() {
      if (!isStarted) return first.dataSeconds();
      const { hit, delta, unchanged, deltaBytes: bytes } = look();
      return (
        m.pace * (hit * c.encodePageSeconds + (1 - hit) * c.insertPageSeconds) +
        (1 - delta - unchanged) * full.dataSeconds() +
        delta * bytes * byteSeconds
      );
    },
    sent(dataPages, place) {
      if (!isStarted) return;
      counts.pages += dataPages * mix.hit;
      counts.cacheMisses += dataPages * (1 - mix.hit);
      counts.bytes += dataPages * mix.delta * mix.deltaBytes;
      counts.overflows += dataPages * mix.overflow;
      counts.unchanged += dataPages * mix.unchanged;
      cached.get(place)?.sent(dataPages);
    },
    wrapped() {
      isStarted = true;
      for (const place of cached.values()) place.wrapped();
    },
  };
}

function untilStarted(workers: Workers, isStarted: () => boolean): Workers {
  return {
    ...workers,
    dataSeconds: () => (isStarted() ? 0 : workers.dataSeconds()),
    zeroSeconds: () => (isStarted() ? 0 : workers.zeroSeconds()),
  };
}

/** For each written place, the share of its pages that the cache holds. */
function cachedShares(places: readonly Place[], { cacheBytes, keepsFresh }: XbzrleConstants) {
  const written = places.filter(({ isWritten }) => isWritten);
  const slots = cacheBytes < pageBytes ? 0 : 2 ** Math.floor(Math.log2(cacheBytes / pageBytes));
  const keep = slotShares(written, slots, keepsFresh > 0);
  return new Map(written.map((place, i) => [place, cachedShare(place, keep[i]!)]));
}

function cachedShare({ start, end }: Place, keep: number) {
  // The walk meets a page once from end to end of RAM, so what it inserts on its way it does not find before the next.
  let met = 0;
  let sentNow = 0;
  return {
    share: () => met * keep,
    sent(dataPages: number): void {
      sentNow += dataPages;
    },
    wrapped(): void {
      met = 1 - (1 - met) * Math.max(0, 1 - sentNow / (end - start));
      sentNow = 0;
    },
  };
}
