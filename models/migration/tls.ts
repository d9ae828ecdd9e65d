import type { Encoding } from './thread-migration.js';

/**
 * TLS on a migration's only connection: the migration thread encrypts what it writes, and the destination decrypts it.
 *
 * @param byteSeconds CPU seconds of encrypting or decrypting a byte
 * @example
 * withTls(plain, 1e-9).dataSeconds() - plain.dataSeconds() // => 4.104e-6
 */
export function withTls(inner: Encoding, byteSeconds: number): Encoding {
  return {
    ...inner,
    dataSeconds: () => inner.dataSeconds() + inner.dataBytes() * byteSeconds,
    zeroSeconds: () => inner.zeroSeconds() + inner.zeroBytes() * byteSeconds,
    destinationSeconds: () => (inner.destinationSeconds?.() ?? 0) + inner.dataBytes() * byteSeconds,
  };
}
