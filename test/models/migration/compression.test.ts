import { describe, expect, it } from 'vitest';
import {
  breakEvenLinkSpeed,
  compressedBytes,
  compressSeconds,
  type Compressor,
} from '../../../models/migration/compression.js';
import { bare, tinyThread } from './tiny-thread.js';
import { wirePage } from './tiny.js';
import { qemuConstantGroups } from '../../../models/stacks/qemu-constants.js';

const zlib = bare(qemuConstantGroups('7.2').zlib!) as unknown as Compressor;

describe('a compressed page', () => {
  it('keeps what cannot be compressed, and the rest by the ratio', () => {
    const c = { ...zlib, ratio: 2, restingRatio: 4 };
    expect(compressedBytes({ incompressible: 1 }, c)).toBe(4096);
    expect(compressedBytes({ incompressible: 0.5 }, c)).toBe(3072);
    expect(compressedBytes({ incompressible: 0 }, c)).toBe(2048);
    expect(compressedBytes({}, c)).toBe(1024);
  });

  it('costs more CPU at a higher level', () => {
    expect(compressSeconds({ ...zlib, byteSeconds: 1e-8, levelFactor: 1.3, level: 1 })).toBe(1e-8);
    expect(compressSeconds({ ...zlib, byteSeconds: 1e-8, levelFactor: 1.3, level: 9 })).toBeCloseTo(
      8.16e-8,
      10,
    );
  });
});

describe('thread compression', () => {
  // Pages of 2,048 bytes and 12 before them; four cores do the work of eight threads.
  const compress = (pagesPerSecond: number, pageSeconds: number) => {
    const run = tinyThread({
      restingPages: 20_000,
      pagesPerSecond,
      copySeconds: 1e-7,
      request: { capabilities: new Set(['compress']) },
      constants: {
        compress: { restingRatio: 2, byteSeconds: pageSeconds / 4096, decompressByteSeconds: 0 },
      },
    });
    run.start();
    run.sim.run(600);
    return run;
  };

  it('sends less and takes less time on a slow link', () => {
    const run = compress(1000, 1e-4);
    expect(run.migration.encoding.dataBytes()).toBe(2060);
    expect(run.sim.now).toBeCloseTo((20 * 2060) / wirePage, 0);
  });

  it('pays below the break-even speed of the link and costs time above', () => {
    const pageSeconds = 1e-3;
    const breakEven =
      breakEvenLinkSpeed({ threads: 8, cores: 4, compressByteSeconds: pageSeconds / 4096 }) / 4096;
    expect(breakEven).toBe(4000);
    const seconds = (pagesPerSecond: number): number =>
      compress(pagesPerSecond, pageSeconds).journal.transferEnd!.time;
    expect(seconds(2000)).toBeLessThan(0.8 * (20_000 / 2000));
    expect(seconds(8000)).toBeGreaterThan(1.6 * (20_000 / 8000));
  });

  it('ends with the first pass where XBZRLE is on', () => {
    const run = tinyThread({
      restingPages: 1000,
      hotPages: 500,
      request: { capabilities: new Set(['compress', 'xbzrle']) },
    });
    expect(run.migration.encoding.dataBytes()).toBeLessThan(2000);
    run.start();
    run.sim.run(20);
    expect(run.journal.xbzrle!.pages).toBeGreaterThan(0);
    expect(run.migration.encoding.destinationSeconds!()).toBe(0);
    expect(run.migration.encoding.workers!.dataSeconds()).toBe(0);
  });
});

it('the break-even is what the threads compress', () => {
  expect(breakEvenLinkSpeed({ threads: 8, cores: 4, compressByteSeconds: 1e-8 })).toBeCloseTo(4e8, 3);
  expect(breakEvenLinkSpeed({ threads: 2, cores: 16, compressByteSeconds: 1e-8 })).toBeCloseTo(2e8, 3);
});
