import { firstWithoutBlock } from '../models/stacks/disk-constants.js';
import type { MigrationKind, Stack } from '../models/stacks/stack.js';
import { InputError } from '../scenario/input-error.js';
import type { Parameters } from '../scenario/parameters.js';

/**
 * Refuses to copy a disk where there is no way for it: libvirt's mirrors do not go through its tunnel, and what it does
 * instead, block migration in the stream, QEMU has only up to 9.0.
 *
 * @throws InputError that names the kind.
 * @example
 * checkDiskWay(findStack('nova-liberty/qemu-9.2'), 'blm', parameters)
 * // throws: migration.kind is blm: NBD in tunnelled migration is not supported (libvirt's own rule), …
 */
export function checkDiskWay({ qemu }: Stack, kind: MigrationKind, { constants }: Parameters): void {
  const isTunnelled = (constants.libvirt?.tunnelled ?? 0) > 0;
  if (kind !== 'blm' || qemu === undefined || !isTunnelled || constants.block !== undefined) return;
  const rule =
    "NBD in tunnelled migration is not supported (libvirt's own rule), and in the stream " +
    `QEMU copies disks only before ${firstWithoutBlock}; this stack is ${qemu}. With parameters.libvirt.tunnelled of 0 it works`;
  throw new InputError(`migration.kind is blm: ${rule}`, 'migration.kind');
}
