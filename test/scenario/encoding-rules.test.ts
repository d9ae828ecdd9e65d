import { expect, it } from 'vitest';
import { findStack } from '../../scenario/catalog.js';
import { checkEncoding } from '../../scenario/encoding-rules.js';

const plain = { capabilities: [], multifdCompression: 'none', encryption: 'none' } as const;
const check = (stack: string, o: Partial<Parameters<typeof checkEncoding>[1]>) => (): void =>
  checkEncoding(findStack(stack), { ...plain, capabilities: [], ...o });

it('a QEMU that encrypts and compresses in channels may', () => {
  check('qemu-7.2', { capabilities: ['multifd'], multifdCompression: 'zstd', encryption: 'tls' })();
});

it('one that cannot is wrong input', () => {
  expect(check('qemu-2.0', { encryption: 'tls' })).toThrow(
    'migration.encryption is tls: qemu-2.0 has none, QEMU has it since 2.7',
  );
  expect(check('qemu-1.2.1', { encryption: 'tls' })).toThrow(
    'migration.encryption is tls: qemu-1.2.1 has none, QEMU has it since 2.7',
  );
  expect(check('qemu-2.9', { capabilities: ['multifd'], multifdCompression: 'zlib' })).toThrow(
    'migration.multifdCompression is zlib: qemu-2.9 has none, QEMU has it since 5.0',
  );
  expect(check('qemu-7.2', { multifdCompression: 'zlib' })).toThrow(
    'migration.multifdCompression is zlib: only the channels of multifd compress so; add multifd to migration.capabilities',
  );
});
