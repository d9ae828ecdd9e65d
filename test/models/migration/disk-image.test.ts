import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DiskWrites } from '../../../models/disk.js';
import { createDiskImage } from '../../../models/migration/disk-image.js';
import { createRandom } from '../../../sim/random.js';

const MIB = 2 ** 20;

function image(o: { allocated: number; size?: number; writes?: DiskWrites[]; whole?: boolean }) {
  const { allocated, size = allocated, writes = [], whole = false } = o;
  const disk = { readRate: 5e8, allocatedBytes: allocated * MIB, sizeBytes: size * MIB, writes };
  return createDiskImage({ disk, chunkBytes: MIB, guestTime: 0, random: createRandom('disk'), whole });
}

const uniform = (size: number, rate: number, request = MIB): DiskWrites => ({
  sizeBytes: size * MIB,
  bytesPerSecond: rate * MIB,
  requestBytes: request,
  pattern: 'uniform',
});

describe('a disk image', () => {
  it('is taken chunk by chunk, as its example says', () => {
    const one = image({ allocated: 3, size: 5 })!;
    expect(one.take(2)).toEqual({ data: 2, zero: 0 });
    expect(one.waiting(0)).toBe(1);
  });

  it('is of whole chunks, and none where nothing is allocated', () => {
    expect(image({ allocated: 2.5 })!.totalBytes).toBe(3 * MIB);
    expect(image({ allocated: 0, size: 5 })).toBeNull();
  });

  it('names the chunks that hold nothing where all of the disk is copied', () => {
    const one = image({ allocated: 3, size: 5, whole: true })!;
    expect(one.take(10)).toEqual({ data: 3, zero: 2 });
  });

  it('stops at its end, also where there is more behind the cursor', () => {
    const one = image({ allocated: 4, writes: [uniform(2, 1000)] })!;
    one.take(3);
    expect(one.waiting(1)).toBeCloseTo(3, 6);
    expect(one.take(10).data).toBe(1);
    expect(one.atStart()).toBe(true);
    expect(one.take(10).data).toBeCloseTo(2, 6);
  });

  it('grows dirty by at least a chunk for each small random write', () => {
    const small = image({ allocated: 1000, writes: [uniform(1000, 1, 4096)] })!;
    const large = image({ allocated: 1000, writes: [uniform(1000, 1)] })!;
    for (const one of [small, large]) one.take(1000);
    expect(large.waiting(1)).toBeCloseTo(1, 2);
    expect(small.waiting(1)).toBeCloseTo(1000 * (1 - Math.exp(-0.256)), 6);
    expect([small.dirtied(2, 3), small.written(2, 3)]).toEqual([256 * MIB, MIB]);
  });

  it('is written while that work is there, and no longer', () => {
    const worked = (time: number): number => Math.min(Math.max(0, time - 5), 2);
    const one = image({ allocated: 1000, writes: [{ ...uniform(1000, 100), worked }] })!;
    one.take(1000);
    expect(one.waiting(5)).toBe(0);
    expect([one.written(0, 5), one.written(4, 6), one.dirtied(6, 20)]).toEqual([0, 100 * MIB, 100 * MIB]);
    const waiting = one.waiting(7);
    expect(waiting).toBeCloseTo(1000 * (1 - Math.exp(-0.2)), 6);
    expect(one.waiting(99)).toBe(waiting);
  });

  it('loses no chunk: what was taken and what waits are what it held and what was written anew', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.double({ min: 0.1, max: 20, noNaN: true }), { minLength: 1, maxLength: 20 }),
        (allocated, steps) => {
          const one = image({ allocated })!;
          let taken = 0;
          for (const step of steps) taken += one.take(step).data;
          expect(taken + one.waiting(0)).toBeCloseTo(allocated, 2);
        },
      ),
    );
  });
});
