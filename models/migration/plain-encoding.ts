import { pageBytes, type Migration, type WireFormat } from './migration.js';
import type { Encoding } from './thread-migration.js';

/**
 * Pages as they are: a header and 4,096 bytes, written by the migration thread, which pays for the network stack too
 * because it blocks in the kernel.
 *
 * @example
 * plainEncoding(migration, rules).dataBytes() // => 4104
 */
export function plainEncoding(m: Migration, wire: WireFormat): Encoding {
  const dataBytes = pageBytes + wire.pageHeaderBytes;
  const dataSeconds = pageBytes / m.bursts.median + dataBytes * m.costs.networkByteSeconds;
  return {
    dataBytes: () => dataBytes,
    zeroBytes: () => wire.zeroPageBytes,
    dataSeconds: () => dataSeconds,
    zeroSeconds: () => m.costs.zeroPageSeconds,
  };
}

/** CPU seconds that writing a byte to the socket costs: copying it, and the network stack. */
export function writtenByteSeconds({ bursts, costs }: Migration): number {
  return 1 / bursts.median + costs.networkByteSeconds;
}
