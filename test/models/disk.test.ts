import { describe, expect, it } from 'vitest';
import { blockChunkBytes, blockWireBytes } from '../../models/disk.js';

describe('a disk in the migration stream', () => {
  it('goes in whole chunks, however little of the last one is allocated', () => {
    const chunk = blockChunkBytes + 21;
    expect(blockWireBytes(1)).toBe(chunk);
    expect(blockWireBytes(blockChunkBytes)).toBe(chunk);
    expect(blockWireBytes(blockChunkBytes + 1)).toBe(2 * chunk);
    expect(blockWireBytes(1.5 * 1024 * 1024)).toBe(2_097_194);
  });

  it('is nothing where nothing is allocated', () => {
    expect(blockWireBytes(0)).toBe(0);
  });
});
