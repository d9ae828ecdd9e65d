import { brokenCapabilityRule } from '../models/migration/capabilities.js';
import { isSince } from '../models/stacks/qemu-constants.js';
import type { ConstantValues, Stack } from '../models/stacks/stack.js';
import { InputError } from '../scenario/input-error.js';
import type { MigrationSpec } from '../scenario/scenario.js';

/**
 * Refuses what the QEMU below a stack would refuse of all that is switched on in the end: by the scenario, by the kind of
 * migration, and by the product itself.
 *
 * @throws InputError that names the field.
 * @example
 * checkEffectiveAbilities(findStack('kubevirt-1.5/qemu-2.9'), migration, parameters.constants)
 * // throws: stack is kubevirt-1.5/qemu-2.9: it switches on multifd, and QEMU says: multifd: needs QEMU 4.0; this stack is 2.9
 */
export function checkEffectiveAbilities(
  stack: Stack,
  migration: MigrationSpec,
  constants: ConstantValues,
): void {
  const { name, qemu } = stack;
  if (qemu === undefined) return;
  const { capabilities, kind, encryption, multifdCompression } = migration;
  const implied = (stack.implies?.(constants) ?? []).filter((one) => !capabilities.includes(one));
  const isPostCopy = kind === 'post-copy' || kind === 'hybrid';
  const all = new Set([...capabilities, ...implied, ...(isPostCopy ? ['postcopy-ram'] : [])]);
  const broken = brokenCapabilityRule(all, qemu);
  if (broken !== undefined) {
    throw new InputError(
      `stack is ${name}: it switches on ${implied.join(', ')}, and QEMU says: ${broken}`,
      'stack',
    );
  }
  if (all.has('zero-copy-send') && (encryption === 'tls' || multifdCompression !== 'none')) {
    const field = encryption === 'tls' ? 'migration.encryption' : 'migration.multifdCompression';
    throw new InputError(
      `${field} is ${encryption === 'tls' ? encryption : multifdCompression}, with zero-copy-send: QEMU's own rule: ` +
        'Zero copy only available for non-compressed non-TLS multifd migration',
      field,
    );
  }
  // From 8.0 on QEMU refuses the two.
  if (all.has('multifd') && all.has('compress') && !isSince(qemu, '8.0')) {
    throw new InputError(
      `migration.capabilities is ${capabilities.join(', ')}: the two together are not simulated`,
      'migration.capabilities',
    );
  }
}
