import { describe, expect, it } from 'vitest';
import { goodputOfStreams, packetBytesPerPage } from '../../../models/migration/multifd.js';
import { tinyThread } from './tiny-thread.js';
import { wirePage } from './tiny.js';

const multifd = new Set(['multifd']);

describe('multifd', () => {
  it('puts 10.5 bytes before a page', () => {
    expect(packetBytesPerPage({ packetPages: 128, packetHeaderBytes: 320, pageOffsetBytes: 8 })).toBe(10.5);
    const { migration } = tinyThread({ restingPages: 1, request: { capabilities: multifd } });
    expect(migration.encoding.dataBytes()).toBe(4106.5);
  });

  it('names zero pages in 9 bytes of the migration thread, from QEMU 9.0 on in the packets of the channels', () => {
    const zero = (version: string) => {
      const o = {
        restingPages: 1,
        version,
        costs: { zeroPageSeconds: 1e-6 },
        request: { capabilities: multifd },
      };
      const { encoding } = tinyThread(o).migration;
      return [encoding.zeroBytes(), encoding.zeroSeconds(), encoding.workers!.zeroSeconds()];
    };
    expect(zero('8.2')).toEqual([9, 1e-6, 0]);
    expect(zero('9.0')).toEqual([10.5, 1e-7, 1e-6]);
  });

  /** Seconds for 40,000 pages on a link that carries 100,000 a second; copying one takes 100 us. */
  const seconds = (o: Parameters<typeof tinyThread>[0]): number => {
    const run = tinyThread({ restingPages: 40_000, pagesPerSecond: 1e5, copySeconds: 1e-4, ...o });
    run.start();
    run.sim.run(60);
    return run.journal.transferEnd!.time;
  };
  const withChannels = (channels: number, rest: Record<string, number> = {}) =>
    seconds({ request: { capabilities: multifd }, constants: { multifd: { channels, ...rest } } });

  it('is as fast as its channels together, until the link or the cores are full', () => {
    expect(seconds({})).toBeCloseTo(4, 1);
    expect(withChannels(1)).toBeCloseTo(4, 1);
    expect(withChannels(2)).toBeCloseTo(2, 1);
    // The fourth core is the vCPU's and the migration thread's.
    expect(withChannels(3)).toBeCloseTo(4 / 3, 1);
    expect(withChannels(64)).toBeGreaterThan(0.95);
  });

  it('is no faster than a channel may be, times their number', () => {
    const channelBytesPerSecond = 2500 * 4106.5;
    expect(withChannels(2, { channelBytesPerSecond })).toBeCloseTo(8, 0);
  });

  it('is not slower than one channel on a slow link', () => {
    const slow = { pagesPerSecond: 1000, restingPages: 4000 };
    expect(seconds({ ...slow, request: { capabilities: multifd } })).toBeCloseTo(seconds(slow), 1);
  });

  it('without copies costs the CPU less and sends the same bytes', () => {
    const run = (capabilities: string[]) => {
      const world = tinyThread({ restingPages: 4000, request: { capabilities: new Set(capabilities) } });
      world.start();
      world.sim.run(60);
      return { bytes: world.migration.state.sentBytes, cpu: world.migration.sample().cpuSeconds };
    };
    const copying = run(['multifd']);
    const zeroCopy = run(['multifd', 'zero-copy-send']);
    expect(zeroCopy.bytes).toBeCloseTo(copying.bytes, 3);
    expect(copying.cpu - zeroCopy.cpu).toBeCloseTo(4000 * (1e-5 - 1e-7), 5);
  });

  it('compresses in its channels', () => {
    const { encoding } = tinyThread({
      restingPages: 1,
      request: { capabilities: multifd, multifdCompression: 'zstd' },
      constants: { zstd: { restingRatio: 4, byteSeconds: 1e-9, level: 1 } },
    }).migration;
    expect(encoding.dataBytes()).toBe(1034.5);
    expect(encoding.workers!.dataSeconds()).toBeCloseTo(4.096e-6 + 1e-5 / 4, 12);
    expect(encoding.dataSeconds()).toBe(1e-7);
  });
});

describe('TLS', () => {
  it('is work of the migration thread, or of the channels', () => {
    const constants = { tls: { byteSeconds: 1e-9 } };
    const single = tinyThread({ restingPages: 1, constants, request: { encryption: 'tls' } }).migration
      .encoding;
    const plain = tinyThread({ restingPages: 1 }).migration.encoding;
    expect(single.dataBytes()).toBe(wirePage);
    expect(single.dataSeconds() - plain.dataSeconds()).toBeCloseTo(4.104e-6, 12);
    const { encoding } = tinyThread({
      restingPages: 1,
      constants,
      request: { encryption: 'tls', capabilities: multifd },
    }).migration;
    expect(encoding.dataSeconds()).toBe(1e-7);
    expect(encoding.workers!.dataSeconds()).toBeCloseTo(1e-5 + 4.1065e-6, 12);
  });
});

it('several streams add up until the link is full', () => {
  expect(goodputOfStreams({ rate: 100, goodput: 93 }, 4)).toBe(93);
  expect(goodputOfStreams({ rate: 100, goodput: 20 }, 4)).toBe(80);
  expect(goodputOfStreams({ rate: 100, goodput: 40 }, 4)).toBe(90);
});
