import { compressedBytes, compressSeconds, type Compressor } from './compression.js';
import { pageBytes, type Migration } from './migration.js';
import type { Encoding } from './thread-migration.js';

export interface MultifdConstants {
  channels: number;
  packetPages: number;
  /** Of a packet, and in it for each page. */
  packetHeaderBytes: number;
  pageOffsetBytes: number;
  /** What a single channel gets through at most, bytes/s, whatever its CPU could do; 0: no such limit. */
  channelBytesPerSecond: number;
  /** 1: the channels look for zero pages and name them in their packets; 0: the migration thread sends them itself. */
  zerosInChannels: number;
  /** CPU seconds of the migration thread for handing a page to a channel. */
  queuePageSeconds: number;
  /** CPU seconds of a channel for pinning a page that is sent without being copied. */
  zeroCopyPageSeconds: number;
}

/** What the channels do besides sending. */
export interface MultifdOptions {
  /** multifd-compression; absent: none. */
  compressor?: Compressor;
  /** CPU seconds of encrypting a byte; 0: no TLS. */
  tlsByteSeconds: number;
  /** Pages go from guest memory to the network card: no copy, but locked memory. */
  zeroCopy: boolean;
}

/**
 * Bytes that a page's share of its packet's header comes to.
 *
 * @example
 * packetBytesPerPage({ packetPages: 128, packetHeaderBytes: 320, pageOffsetBytes: 8 }) // => 10.5
 */
export function packetBytesPerPage(
  c: Pick<MultifdConstants, 'packetPages' | 'packetHeaderBytes' | 'pageOffsetBytes'>,
): number {
  return c.packetHeaderBytes / c.packetPages + c.pageOffsetBytes;
}

/**
 * What several streams get of an idle link of which one gets `goodput`. Where one nearly fills the link, more get no
 * more; where it does not, the streams add up to what headers leave of the rate.
 *
 * @example
 * goodputOfStreams({ rate: 100, goodput: 93 }, 4) // => 93
 * goodputOfStreams({ rate: 100, goodput: 20 }, 4) // => 80
 */
export function goodputOfStreams(link: { rate: number; goodput: number }, streams: number): number {
  return Math.max(link.goodput, Math.min(streams * link.goodput, filledShare * link.rate));
}

/** With so much of its rate a link counts as filled: headers and acknowledgements take the rest. */
const filledShare = 0.9;

/**
 * multifd (multifd.c): the migration thread queues pages, and each channel's thread sends packets of 128 of them on a
 * connection of its own. The migration is as fast as the link, the channels together or the queueing allow. QEMU syncs
 * the channels once a pass (before 8.1 after every slice), with an empty packet on each: 1.3 KiB that are left out here.
 */
export function multifdEncoding(
  m: Migration,
  plain: Encoding,
  c: MultifdConstants,
  { compressor, tlsByteSeconds, zeroCopy }: MultifdOptions,
): Encoding {
  const { costs } = m;
  const overhead = packetBytesPerPage(c);
  const dataBytes = (): number =>
    overhead + (compressor ? compressedBytes(m.guest.memory.place().content, compressor) : pageBytes);
  const compressing = compressor ? pageBytes * compressSeconds(compressor) : 0;
  const copying = (): number =>
    zeroCopy ? c.zeroCopyPageSeconds : (dataBytes() - overhead) / m.bursts.median;
  const zerosInChannels = c.zerosInChannels > 0;
  if (c.channelBytesPerSecond > 0) m.stream.limitRate(c.channels * c.channelBytesPerSecond);
  return {
    dataBytes,
    zeroBytes: () => (zerosInChannels ? overhead : plain.zeroBytes()),
    dataSeconds: () => c.queuePageSeconds,
    zeroSeconds: () => (zerosInChannels ? c.queuePageSeconds : plain.zeroSeconds()),
    workers: {
      thread: m.source.thread('channels', c.channels),
      count: c.channels,
      dataSeconds: () => compressing + copying() + dataBytes() * (costs.networkByteSeconds + tlsByteSeconds),
      zeroSeconds: () => (zerosInChannels ? plain.zeroSeconds() : 0),
    },
    destinationSeconds: () =>
      ((compressor ? pageBytes * compressor.decompressByteSeconds : 0) + dataBytes() * tlsByteSeconds) /
      c.channels,
    differsByPlace: compressor !== undefined,
  };
}
