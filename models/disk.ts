/** A disk as block migration sees it: how fast it can be read at the source. */
export interface DiskParameters {
  /** Sequential read, bytes/s. */
  readRate: number;
  /** Bytes of the image that are allocated: an incremental block migration sends only these. */
  allocatedBytes: number;
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
const chunkHeaderBytes = 21;
