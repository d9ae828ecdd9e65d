import type { WorkedTime } from './memory/writer.js';

/** A disk as block migration sees it: how fast it can be read at the source. */
export interface DiskParameters {
  /** Sequential read, bytes/s. */
  readRate: number;
  /** Bytes of the image that are allocated: an incremental block migration sends only these. */
  allocatedBytes: number;
}

/** A disk that its guest may write to while it is copied. */
export interface GuestDisk extends DiskParameters {
  /** Its virtual size. */
  sizeBytes: number;
  /** What the guest writes, each to a part of its own of what is allocated. */
  writes: readonly DiskWrites[];
}

/** A part of a disk that the guest keeps writing. */
export interface DiskWrites {
  sizeBytes: number;
  bytesPerSecond: number;
  /** One write, bytes: a random one dirties at least a chunk, however small it is. */
  requestBytes: number;
  pattern: 'sequential' | 'uniform';
  /** Turns guest time into the time up to then in which it has written; absent where it always does. */
  worked?: WorkedTime;
}

/** QEMU's unit of block migration (block-migration.c, BLOCK_SIZE, versions 0.12 to 9.0), bytes. */
export const blockChunkBytes = 1 << 20;

/**
 * Bytes on the wire for `allocatedBytes` of disk: whole chunks, each with flags, a device name and its length.
 *
 * @example
 * blockWireBytes(1.5 * 1024 * 1024) // => 2097194
 */
export function blockWireBytes(allocatedBytes: number): number {
  const chunks = Math.ceil(allocatedBytes / blockChunkBytes);
  return chunks * (blockChunkBytes + chunkHeaderBytes);
}

/** 8 bytes of sector and flags, 1 of length, and a name such as 'drive-virtio' (12). */
export const chunkHeaderBytes = 21;
