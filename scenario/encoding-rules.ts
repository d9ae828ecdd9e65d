import { isSince } from '../models/stacks/qemu-constants.js';
import type { Stack } from '../models/stacks/stack.js';
import { InputError } from './input-error.js';
import type { MigrationSpec } from './scenario.js';

/** The first QEMU whose multifd compresses, and the first that encrypts. */
const compressingSince = '5.0';
const encryptingSince = '2.7';

/**
 * Refuses what a stack's QEMU cannot do with the bytes it sends: compressing channels without channels, compression or
 * TLS before there was any.
 *
 * @throws InputError that names the field.
 * @example
 * checkEncoding(findStack('qemu-2.0'), { ...migration, encryption: 'tls' })
 * // throws: migration.encryption is tls: qemu-2.0 has none, QEMU has it since 2.7
 */
export function checkEncoding(
  { name, qemu }: Stack,
  migration: Pick<MigrationSpec, 'capabilities' | 'multifdCompression' | 'encryption'>,
): void {
  const { capabilities, multifdCompression, encryption } = migration;
  const has = (version: string): boolean => qemu !== undefined && isSince(qemu, version);
  if (multifdCompression !== 'none') {
    const field = 'migration.multifdCompression';
    if (!has(compressingSince)) {
      const rule = `${name} has none, QEMU has it since ${compressingSince}`;
      throw new InputError(`${field} is ${multifdCompression}: ${rule}`, field);
    }
    if (!capabilities.includes('multifd')) {
      const rule = 'only the channels of multifd compress so; add multifd to migration.capabilities';
      throw new InputError(`${field} is ${multifdCompression}: ${rule}`, field);
    }
  }
  if (encryption !== 'none' && !has(encryptingSince)) {
    const rule = `${name} has none, QEMU has it since ${encryptingSince}`;
    throw new InputError(`migration.encryption is ${encryption}: ${rule}`, 'migration.encryption');
  }
}
