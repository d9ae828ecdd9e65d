import type { Histories, History } from './constant-history.js';

const orderOfMagnitude = 'order of magnitude, not measured';
const silesia = 'zstd README: lzbench on the Silesia corpus, one core of a Core i7 at 4.9 GHz';

/** A constant that no version has changed since the feature came. */
const since = (version: string, value: number, unit: string, about: string, source: string): History => ({
  unit,
  about,
  values: [{ since: version, value, source }],
});

const compressor = (version: string, zstd = false): Histories => ({
  byteSeconds: since(
    version,
    zstd ? 2e-9 : 1e-8,
    's/byte',
    'CPU time of compressing a byte at level 1',
    `${silesia}: ${zstd ? '500 to 520 MB/s' : '90 to 110 MB/s'}`,
  ),
  levelFactor: since(
    version,
    zstd ? 1.35 : 1.3,
    '1',
    'by how much a level more multiplies that',
    `the higher levels are several times slower: ${orderOfMagnitude}`,
  ),
  level: since(
    version,
    1,
    '1',
    'level of compression',
    `migration.c and options.c, QEMU ${version} and later`,
  ),
  ratio: since(
    version,
    zstd ? 2.9 : 2.7,
    '1',
    'how much smaller data becomes that can be compressed (what vm.workload.incompressible leaves)',
    `${silesia}: ${zstd ? '2.88' : '2.74'} at level 1`,
  ),
  restingRatio: since(
    version,
    2.5,
    '1',
    'the same for data at rest in the guest, incompressible parts included',
    `2 to 3 is usual for memory: ${orderOfMagnitude}`,
  ),
  decompressByteSeconds: since(
    version,
    zstd ? 6.5e-10 : 2.6e-9,
    's/byte',
    'CPU time of decompressing, per byte of data',
    `${silesia}: ${zstd ? '1,550 to 1,660 MB/s' : '390 to 440 MB/s'}`,
  ),
});

/** The same until a version, the last that has it. */
const until = (version: string, histories: Histories): Histories =>
  Object.fromEntries(
    Object.entries(histories).map(([name, history]) => [name, { ...history, until: version }]),
  );

/** Constants of the ways in which pages become bytes, by the group that `parameters` knows them under. */
export const encodingHistories: Readonly<Record<string, Histories>> = {
  xbzrle: {
    cacheBytes: since(
      '1.4',
      64 * 2 ** 20,
      'bytes',
      'cache of pages as they were sent (xbzrle-cache-size); used is the largest power of two of pages in it',
      'migration.c, DEFAULT_MIGRATE_CACHE_SIZE, QEMU 1.2 and later',
    ),
    keepsFresh: {
      unit: '1',
      about: '1: a cached page that was used within two syncs is not replaced; 0: the latest takes the slot',
      values: [
        { since: '1.4', value: 0, source: 'page_cache.c, QEMU 1.2 to 2.0' },
        {
          since: '2.1',
          value: 1,
          source:
            'page_cache.c, CACHED_PAGE_LIFETIME, commit 27af7d6e: 16 MB rewritten with a cache of 8 MB, misses fell from 98.7 to 48.6 %',
        },
      ],
    },
    deltaHeaderBytes: since(
      '1.4',
      11,
      'bytes',
      'before a delta: address and flags (8), kind of encoding (1), length (2)',
      'ram.c, save_xbzrle_page',
    ),
    runBytes: since(
      '1.4',
      8,
      'bytes',
      'how many changed bytes lie together: a word or a pointer',
      orderOfMagnitude,
    ),
    changedBytes: since(
      '1.4',
      256,
      'bytes',
      'bytes that change in a page of an idle system',
      orderOfMagnitude,
    ),
    encodePageSeconds: since(
      '1.4',
      8e-7,
      's/page',
      'comparing a page with the cached one, with both copies',
      'QEMU 7.2 measured here: passes over 16,384 pages with small deltas take 11 to 18 ms, 0.7 to 1.1 us a page; in 2011 its authors said 1.5 to 2.2 GB/s, 1.9 to 2.7 us (qemu-devel, 2 August 2011)',
    ),
    insertPageSeconds: since(
      '1.4',
      4e-7,
      's/page',
      'copying a page into the cache',
      `two passes over 4 KiB at 20 GB/s; ${orderOfMagnitude}`,
    ),
  },
  compress: until('9.0', {
    ...compressor('2.4'),
    threads: since('2.4', 8, '1', 'threads that compress (compress-threads)', 'migration.c, QEMU 2.4 to 9.0'),
    decompressThreads: since(
      '2.4',
      2,
      '1',
      'threads that decompress (decompress-threads)',
      'migration.c, QEMU 2.4 to 9.0',
    ),
    headerBytes: since(
      '2.4',
      12,
      'bytes',
      'before a compressed page: address and flags (8), length (4)',
      'ram.c, do_compress_ram_page; qemu-file.c, qemu_put_compression_data',
    ),
  }),
  multifd: {
    channels: since('4.0', 2, '1', 'connections (multifd-channels)', 'migration.c, QEMU 4.0 and later'),
    packetPages: since('4.0', 128, '1', 'pages in a packet', 'multifd.h, MULTIFD_PACKET_SIZE: 512 KiB'),
    packetHeaderBytes: since(
      '4.0',
      320,
      'bytes',
      'before a packet',
      'multifd.h, MultiFDPacket_t: 64 bytes and 256 of the name of the RAM block',
    ),
    pageOffsetBytes: since(
      '4.0',
      8,
      'bytes',
      'address of a page in its packet',
      'multifd.h, MultiFDPacket_t',
    ),
    channelBytesPerSecond: since(
      '4.0',
      0,
      'bytes/s',
      'what a channel gets through at most besides the limits of its CPU and the link; 0: no such limit',
      'none: a channel sends as fast as its thread can',
    ),
    zerosInChannels: {
      unit: '1',
      about:
        '1: channels look for zero pages and name them in packets; 0: the migration thread does, 9 bytes each',
      values: [
        { since: '4.0', value: 0, source: 'ram.c, ram_save_target_page, QEMU 4.0 to 8.2' },
        { since: '9.0', value: 1, source: 'multifd-zero-page.c, zero-page-detection multifd, QEMU 9.0' },
      ],
    },
    queuePageSeconds: since(
      '4.0',
      1e-7,
      's/page',
      'migration thread: handing a page to a channel',
      orderOfMagnitude,
    ),
    zeroCopyPageSeconds: since(
      '4.0',
      1e-7,
      's/page',
      'channel: pinning a page that is sent without a copy (zero-copy-send, which needs locked memory: ulimit -l)',
      orderOfMagnitude,
    ),
    socketBytes: since(
      '4.0',
      1.4e6,
      'bytes',
      "what a channel's socket holds when the source is done",
      'QEMU 1.2.1 measured on the same machine: 1,372 to 1,408 KiB a full socket (Linux, tcp_wmem up to 4 MiB)',
    ),
  },
  zlib: compressor('5.0'),
  zstd: compressor('5.0', true),
  tls: {
    byteSeconds: since(
      '2.7',
      3e-9,
      's/byte',
      'CPU time of encrypting or decrypting a byte',
      'order of magnitude: a thread does 300 MB/s in all (qemu-devel, 13 September 2020, multifd for TLS), and ' +
        '184 MB/s at 4.6 ns a byte to send and 5.3 to receive with QEMU 7.2.22 and PSK over loopback on an EPYC',
    ),
  },
};
