import {
  compressionEncoding,
  type Compressor,
  type ThreadCompressionConstants,
} from '../migration/compression.js';
import type { WireFormat } from '../migration/migration.js';
import { multifdEncoding, type MultifdConstants } from '../migration/multifd.js';
import { plainEncoding } from '../migration/plain-encoding.js';
import type { Encoding } from '../migration/thread-migration.js';
import { withTls } from '../migration/tls.js';
import { xbzrleEncoding, type XbzrleConstants } from '../migration/xbzrle.js';
import type { Testbed } from './testbed.js';

/** How pages become bytes with the capabilities that a test bed's migration asks for; with none, as they are. */
export function encodingFor(bed: Testbed, wire: WireFormat): Encoding {
  const { migration, request } = bed;
  const has = (capability: string): boolean => request.capabilities.has(capability);
  const plain = plainEncoding(migration, wire);
  const tlsByteSeconds = encryptingByteSeconds(bed);
  if (has('multifd')) {
    const method = request.multifdCompression;
    const constants = group(bed, 'multifd') as MultifdConstants & { socketBytes: number };
    bed.connect(constants.channels, constants.socketBytes);
    return multifdEncoding(migration, plain, constants, {
      ...(method !== 'none' && { compressor: group(bed, method) as Compressor }),
      tlsByteSeconds,
      zeroCopy: has('zero-copy-send'),
    });
  }
  const first = has('compress')
    ? compressionEncoding(migration, plain, group(bed, 'compress') as ThreadCompressionConstants)
    : plain;
  const encoding = has('xbzrle')
    ? xbzrleEncoding(migration, plain, group(bed, 'xbzrle') as XbzrleConstants, first)
    : first;
  return tlsByteSeconds > 0 ? withTls(encoding, tlsByteSeconds) : encoding;
}

/** How pages go where no capability can make them smaller, on one connection: in post-copy. */
export function uncompressedFor(bed: Testbed, wire: WireFormat): Encoding {
  const plain = plainEncoding(bed.migration, wire);
  const byteSeconds = encryptingByteSeconds(bed);
  return byteSeconds > 0 ? withTls(plain, byteSeconds) : plain;
}

function encryptingByteSeconds(bed: Testbed): number {
  return bed.request.encryption === 'tls' ? (group(bed, 'tls') as { byteSeconds: number }).byteSeconds : 0;
}

/** A group of constants that the stack must have where the capability is allowed. */
function group(bed: Testbed, name: string): object {
  const values = bed.constants[name];
  if (!values) throw new Error(`the stack has no constants ${name}, which the migration asks for`);
  return values;
}
