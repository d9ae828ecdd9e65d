import { brokenCapabilityRule, capabilities } from '../models/migration/capabilities.js';
import { isSince } from '../models/stacks/qemu-constants.js';
import { ownLimit } from '../models/stacks/own-limit.js';
import type { Stack } from '../models/stacks/stack.js';
import { didYouMean } from '../scenario/did-you-mean.js';
import { InputError, showValue } from '../scenario/input-error.js';
import type { Parameters } from '../scenario/parameters.js';
import type { MigrationSpec } from '../scenario/scenario.js';
import { formatQuantity } from '../scenario/units.js';

/**
 * Refuses capabilities and limits that the stack's QEMU would refuse, in its own words where it has some.
 *
 * @throws InputError that names the field.
 * @example
 * checkQemuAbilities(findStack('qemu-6.2'), { ...migration, capabilities: ['zero-copy-send'] })
 * // throws: migration.capabilities is zero-copy-send: needs QEMU 7.1; this stack is 6.2
 */
export function checkQemuAbilities(stack: Stack, migration: MigrationSpec): void {
  checkCapabilities(stack, migration);
  checkPostCopyAfter(stack, migration);
  checkDowntimeLimit(stack, migration.downtimeLimit);
}

function checkCapabilities({ name: stackName, qemu }: Stack, migration: MigrationSpec): void {
  const { capabilities: names, kind } = migration;
  const field = 'migration.capabilities';
  const refuse = (rest: string): never => {
    throw new InputError(`${field} is ${rest}`, field);
  };
  for (const [index, name] of names.entries()) {
    if (!Object.hasOwn(capabilities, name)) {
      const near = didYouMean(name, Object.keys(capabilities));
      const known = Object.keys(capabilities).filter((one) => qemu === undefined || isKnown(one, qemu));
      const hint = near === undefined ? `known: ${known.join(', ')}` : `did you mean ${near}?`;
      refuse(`${showValue(name)}: no such capability; ${hint}`);
    }
    if (qemu === undefined) refuse(`${name}: ${stackName} is simulated without migration capabilities`);
    if (names.indexOf(name) < index) refuse(`${names.join(', ')}: ${name} stands twice`);
  }
  if (qemu === undefined) return;
  const isPostCopy = kind === 'post-copy' || kind === 'hybrid';
  const broken = brokenCapabilityRule(new Set(isPostCopy ? [...names, 'postcopy-ram'] : names), qemu);
  if (broken !== undefined) refuse(broken);
}

function isKnown(capability: string, version: string): boolean {
  return brokenCapabilityRule(new Set([capability]), version)?.startsWith(`${capability}: `) !== true;
}

/** A migration capability that a stack's QEMU has. */
export interface KnownCapability {
  name: string;
  about: string;
  /** Why a scenario cannot switch it on; absent where it can. */
  notSimulated?: string;
}

/**
 * The migration capabilities of the QEMU below a stack, in the order in which QEMU got them; none where capabilities are
 * not simulated.
 *
 * @example
 * capabilitiesOf(findStack('qemu-1.6')).map(({ name }) => name)
 * // => ['xbzrle', 'auto-converge', 'zero-blocks']
 */
export function capabilitiesOf({ qemu }: Stack): KnownCapability[] {
  if (qemu === undefined) return [];
  return Object.entries(capabilities).flatMap(([name, { since, until, about, notSimulated }]) => {
    const isThere = isSince(qemu, since) && (until === undefined || isSince(until, qemu));
    return isThere ? [{ name, about, ...(notSimulated !== undefined && { notSimulated }) }] : [];
  });
}

/** What a scenario's fields can limit in a product, and what holds where they say nothing. */
export interface LimitField {
  field: string;
  /** SI; Infinity: no limit. Absent where the field has no default to show. */
  value?: number;
  unit?: 's' | 'bytes/s';
  about: string;
}

/**
 * The limits that a scenario may set for a stack, with the product's own values.
 *
 * @example
 * limitFields(findStack('qemu-7.2'))[0]
 * // => { field: 'migration.downtimeLimit', value: 0.3, unit: 's', about: 'longest stop that its estimate may allow' }
 */
export function limitFields(stack: Stack): LimitField[] {
  const { outboundLimit, constants, timeout } = stack;
  const downtime = ownLimit(stack, 'downtimeLimitSeconds');
  const rate = ownLimit(stack, 'maxBandwidth');
  const outbound = outboundLimit && constants[outboundLimit[0]]?.[outboundLimit[1]];
  return [
    ...(downtime === undefined
      ? []
      : [
          {
            field: 'migration.downtimeLimit',
            value: downtime,
            unit: 's' as const,
            about: 'longest stop that its estimate may allow',
          },
        ]),
    ...(rate === undefined
      ? []
      : [
          {
            field: 'migration.maxBandwidth',
            value: rate,
            unit: 'bytes/s' as const,
            about: 'rate of sending while the guest runs',
          },
        ]),
    ...(timeout === undefined ? [] : [{ field: 'migration.timeout', about: timeout }]),
    ...(outbound
      ? [{ field: `parameters.${outboundLimit.join('.')}`, value: outbound.value, about: outbound.about }]
      : []),
  ];
}

function checkPostCopyAfter({ name, qemu }: Stack, migration: MigrationSpec): void {
  const { kind, postCopyAfter, capabilities: names } = migration;
  if (postCopyAfter === null || kind === 'hybrid') return;
  const field = 'migration.postCopyAfter';
  if (kind === 'post-copy') {
    const stated = `${field} is ${formatQuantity(postCopyAfter, 'seconds')}`;
    throw new InputError(`${stated}: the kind post-copy asks for it at once; hybrid waits`, field);
  }
  const rule =
    qemu === undefined
      ? `${name} has no post-copy`
      : "QEMU's own rule: Enable postcopy with migrate_set_capability before the start of migration; " +
        'add postcopy-ram to migration.capabilities';
  if (qemu !== undefined && names.includes('postcopy-ram')) return;
  throw new InputError(`${field} is ${formatQuantity(postCopyAfter, 'seconds')}: ${rule}`, field);
}

/**
 * The longest downtime limit that a stack takes, seconds.
 *
 * @example
 * longestDowntimeLimit(findStack('qemu-7.2')) // => 2000
 * longestDowntimeLimit(findStack('qemu-2.1')) // => Infinity
 */
export function longestDowntimeLimit({ qemu, constants }: Stack): number {
  const ofQemu = qemu !== undefined && isSince(qemu, '2.9') ? downtimeLimitMax : Infinity;
  return Math.min(ofQemu, constants.qemu?.downtimeLimitSeconds?.accepts?.max ?? Infinity);
}

/** What downtime-limit may be from 2.9 on, s. */
const downtimeLimitMax = 2000;

function checkDowntimeLimit({ qemu }: Stack, seconds: number): void {
  if (qemu === undefined || !isSince(qemu, '2.9') || seconds <= downtimeLimitMax) return;
  const field = 'migration.downtimeLimit';
  const rule = "Parameter 'downtime_limit' expects an integer in the range of 0 to 2000000 milliseconds";
  throw new InputError(`${field} is ${formatQuantity(seconds, 'seconds')}: QEMU's own rule: ${rule}`, field);
}

/**
 * Refuses constants that are right one by one and wrong together.
 *
 * @throws InputError that names the constant.
 * @example
 * checkQemuParameters(resolveParameters(findStack('qemu-7.2'), profile, { autoConverge: { max: 0.1 } }))
 * // throws: parameters.autoConverge.max is 10 %: must be at least autoConverge.initial, 20 % (QEMU's own rule for
 * // max-cpu-throttle)
 */
export function checkQemuParameters({ constants: { autoConverge } }: Parameters): void {
  if (autoConverge?.max === undefined || autoConverge.initial === undefined) return;
  const { max, initial } = autoConverge;
  if (max >= initial) return;
  const [shown, least] = [max, initial].map((share) => formatQuantity(share, 'fraction'));
  const field = 'parameters.autoConverge.max';
  const rule = `must be at least autoConverge.initial, ${least!} (QEMU's own rule for max-cpu-throttle)`;
  throw new InputError(`${field} is ${shown!}: ${rule}`, field);
}
