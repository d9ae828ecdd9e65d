import type { Guest } from '../guest.js';
import type { Stream } from '../stream.js';
import type { DiskImage } from './disk-image.js';

/** What a guest writes to a disk that is mirrored: into the dirty bitmap, or through the network. */
export interface GuestWrites {
  /** Writes wait for the network, and dirty nothing. */
  readonly isBlocking: boolean;
  /** At the last look the guest could not write all that it wanted to. */
  readonly isLimited: boolean;
  /** Chunks that are to be copied. */
  waitingChunks(): number;
  /** Hands bytes to the stream; `pushed` counts all of them. */
  push(bytes: number): void;
  pushed(): number;
  block(): void;
  /** Sends what the guest has written since the last look, as far as its queue lets it. */
  look(count: { wantedBytes: number; writtenBytes: number }): void;
}

/**
 * The guest's writes beside a mirror's copies, on one connection and in the order of asking. In the background they
 * only make chunks dirty. Blocking, each goes through the network before the guest is told that it is done; a guest
 * keeps only so many waiting, so behind 16 MiB of copies it gets little through.
 *
 * @example
 * const writes = guestWrites({ guest, stream, image, rules }); // 1 MiB/s
 * writes.block();
 * // a second later
 * writes.look(count);
 * count.wantedBytes // => 1048576
 */
export function guestWrites(o: {
  guest: Guest;
  stream: Stream;
  image: DiskImage;
  rules: { guestQueueDepth: number; headerBytes: number };
}): GuestWrites {
  const { guest, stream, image, rules } = o;
  const depthBytes = rules.guestQueueDepth * image.requestBytes;
  const perByte = image.requestBytes > 0 ? 1 + rules.headerBytes / image.requestBytes : 1;
  const start = stream.carried();
  let pushed = start;
  /** Since when writes wait for the network, in the guest's time. */
  let blockedSince: number | null = null;
  let lookedAt = 0;
  let isLimited = false;
  /** Writes that are under way, and where each lot ends in the stream. */
  const lots: { end: number; bytes: number }[] = [];

  const push = (bytes: number): void => {
    if (bytes <= 0) return;
    stream.push(bytes, 0);
    pushed += bytes;
  };
  return {
    get isBlocking() {
      return blockedSince !== null;
    },
    get isLimited() {
      return isLimited;
    },
    // What is written through makes nothing dirty.
    waitingChunks: () => image.waiting(blockedSince ?? guest.time()),
    push,
    pushed: () => pushed,
    block() {
      blockedSince ??= lookedAt = guest.time();
    },
    look(count) {
      if (blockedSince === null) return;
      const now = guest.time();
      const wanted = image.written(lookedAt, now);
      lookedAt = now;
      while (lots.length > 0 && lots[0]!.end <= stream.carried() + 1) lots.shift();
      const waiting = lots.reduce((sum, { bytes }) => sum + bytes, 0);
      const written = Math.min(wanted, Math.max(0, depthBytes - waiting));
      isLimited = written < wanted;
      push(written * perByte);
      if (written > 0) lots.push({ end: pushed, bytes: written });
      count.wantedBytes += wanted;
      count.writtenBytes += written;
    },
  };
}
