import { isSince } from '../stacks/qemu-constants.js';

/** A migration capability of QEMU's, as migrate-set-capabilities spells it. */
export interface Capability {
  about: string;
  /** The first version that has it. */
  since: string;
  /** The last one that has it; absent where the latest still has. */
  until?: string;
  source: string;
  /** Why no stack simulates it. */
  notSimulated?: string;
}

const qapi = 'qapi/migration.json, MigrationCapability';

/** All capabilities of QEMU 1.2 to 10.2, by QEMU's names. */
export const capabilities: Readonly<Record<string, Capability>> = {
  xbzrle: { about: 'sends what changed in a page that is still in a cache', since: '1.2', source: qapi },
  'rdma-pin-all': {
    about: 'pins all memory for RDMA',
    since: '2.0',
    source: qapi,
    notSimulated: 'migration by RDMA is not simulated',
  },
  'auto-converge': {
    about: 'slows the guest down where the migration makes no progress',
    since: '1.6',
    source: qapi,
  },
  'zero-blocks': { about: 'sends no data for blocks of zeros of a disk', since: '1.6', source: qapi },
  compress: {
    about: 'compresses pages in threads of their own',
    since: '2.4',
    until: '9.0',
    source: `${qapi}; removed in 9.1`,
  },
  events: { about: 'sends events (MIGRATION, MIGRATION_PASS)', since: '2.4', source: qapi },
  'postcopy-ram': {
    about: 'the guest may go on at the destination before its memory is there',
    since: '2.5',
    source: `${qapi}; spelled x-postcopy-ram in 2.5`,
  },
  'x-colo': {
    about: 'a second guest that follows the first',
    since: '2.8',
    source: qapi,
    notSimulated: 'a guest that is mirrored for ever is not simulated',
  },
  'release-ram': {
    about: 'frees sent memory at the source during post-copy',
    since: '2.9',
    source: qapi,
  },
  'return-path': { about: 'a channel from the destination to the source', since: '2.10', source: qapi },
  block: {
    about: 'sends disks in the same stream (migrate -b)',
    since: '2.11',
    until: '9.0',
    source: `${qapi}; removed in 9.1`,
    notSimulated: 'block migration is migration.kind blm',
  },
  'pause-before-switchover': {
    about: 'waits for the management between the stop and the last pages',
    since: '2.11',
    source: qapi,
  },
  'dirty-bitmaps': { about: "sends the dirty bitmaps of disks' backups", since: '2.12', source: qapi },
  'postcopy-blocktime': {
    about: 'measures how long post-copy holds vCPUs up',
    since: '3.0',
    source: qapi,
  },
  'late-block-activate': {
    about: 'the destination takes the disks only when its guest runs',
    since: '3.0',
    source: qapi,
  },
  multifd: { about: 'sends pages by several connections', since: '4.0', source: qapi },
  'x-ignore-shared': {
    about: 'does not send memory that both hosts share',
    since: '4.0',
    source: qapi,
    notSimulated: 'memory that both hosts share is not simulated',
  },
  'validate-uuid': { about: 'the guests of both sides must have one UUID', since: '4.2', source: qapi },
  'background-snapshot': {
    about: 'saves a running guest',
    since: '6.0',
    source: qapi,
    notSimulated: 'it saves a guest and moves none',
  },
  'zero-copy-send': { about: 'sends pages without copying them', since: '7.1', source: qapi },
  'postcopy-preempt': {
    about: 'pages asked for in post-copy have a connection of their own',
    since: '7.1',
    source: qapi,
  },
  'switchover-ack': {
    about: 'stops only when the destination says that it is ready',
    since: '8.1',
    source: qapi,
  },
  'dirty-limit': {
    about: 'limits what each vCPU may dirty where the migration makes no progress',
    since: '8.1',
    source: qapi,
  },
  'mapped-ram': {
    about: 'each page has its place in a file',
    since: '9.0',
    source: qapi,
    notSimulated: 'migration to a file is not simulated',
  },
};

/** A rule of QEMU's about two capabilities. */
export interface CapabilityRule {
  of: string;
  /** Must be on too. */
  needs?: string;
  /** Must be off. */
  excludes?: string;
  /** QEMU's own words. */
  message: string;
  since: string;
  /** The last version that has the rule. */
  until?: string;
  source: string;
}

const caps = 'migrate_caps_check';
const zeroCopy = 'Zero copy only available for non-compressed non-TLS multifd migration';

/**
 * QEMU's rules, in the order in which it checks them. Those about destinations that wait already, TLS, missing parts of a
 * build, and dirty-limit's need of a KVM with a dirty ring are not here: such a QEMU is taken to be there.
 */
export const capabilityRules: readonly CapabilityRule[] = [
  {
    of: 'postcopy-ram',
    excludes: 'compress',
    message: 'Postcopy is not currently compatible with compression',
    since: '2.5',
    until: '4.2',
    source: `migration.c, ${caps}; dropped by "enable compress during postcopy", January 2020`,
  },
  {
    of: 'postcopy-ram',
    excludes: 'multifd',
    message: 'Postcopy is not yet compatible with multifd',
    since: '8.1',
    until: '10.0',
    source: `options.c, ${caps}; commits b405dfff (April 2023) and e2741886 (May 2025)`,
  },
  { of: 'zero-copy-send', needs: 'multifd', message: zeroCopy, since: '7.1', source: `migration.c, ${caps}` },
  {
    of: 'zero-copy-send',
    excludes: 'compress',
    message: zeroCopy,
    since: '7.1',
    source: `migration.c, ${caps}`,
  },
  {
    of: 'zero-copy-send',
    excludes: 'xbzrle',
    message: zeroCopy,
    since: '7.1',
    source: `migration.c, ${caps}`,
  },
  {
    of: 'postcopy-preempt',
    needs: 'postcopy-ram',
    message: 'Postcopy preempt requires postcopy-ram',
    since: '7.1',
    source: `migration.c, ${caps}`,
  },
  {
    of: 'postcopy-preempt',
    excludes: 'compress',
    message: 'Postcopy preempt not compatible with compress',
    since: '8.0',
    source: `migration.c, ${caps}; commit afed4273 (December 2022)`,
  },
  {
    of: 'multifd',
    excludes: 'compress',
    message: 'Multifd is not compatible with compress',
    since: '8.0',
    source: `migration.c, ${caps}; commit 6f39c90b (December 2022)`,
  },
  {
    of: 'switchover-ack',
    needs: 'return-path',
    message: "Capability 'switchover-ack' requires capability 'return-path'",
    since: '8.1',
    source: `options.c, ${caps}`,
  },
  {
    of: 'dirty-limit',
    excludes: 'auto-converge',
    message: 'dirty-limit conflicts with auto-converge either of then available currently',
    since: '8.1',
    source: `options.c, ${caps}`,
  },
  {
    of: 'multifd',
    excludes: 'xbzrle',
    message: 'Multifd is not compatible with xbzrle',
    since: '8.2',
    source: `options.c, ${caps}; October 2023`,
  },
  {
    of: 'compress',
    excludes: 'xbzrle',
    message: 'Compression is not compatible with xbzrle',
    since: '8.2',
    source: `options.c, ${caps}; October 2023`,
  },
];

/**
 * The first rule that capabilities break together at a version of QEMU's, as what they are and what is wrong with it;
 * undefined where that QEMU takes them all. What it says does not depend on their order.
 *
 * @param names capabilities of the table
 * @param version such as '7.2'
 * @example
 * brokenCapabilityRule(new Set(['zero-copy-send']), '6.2')
 * // => 'zero-copy-send: needs QEMU 7.1; this stack is 6.2'
 * brokenCapabilityRule(new Set(['xbzrle', 'multifd']), '9.2')
 * // => "multifd with xbzrle: QEMU's own rule: Multifd is not compatible with xbzrle"
 */
export function brokenCapabilityRule(names: ReadonlySet<string>, version: string): string | undefined {
  for (const [name, { since, until, notSimulated }] of Object.entries(capabilities)) {
    if (!names.has(name)) continue;
    if (!isSince(version, since)) return `${name}: needs QEMU ${since}; this stack is ${version}`;
    if (until !== undefined && !isSince(until, version)) {
      return `${name}: QEMU ${until} is the last that has it; this stack is ${version}`;
    }
    if (notSimulated !== undefined) return `${name}: ${notSimulated}`;
  }
  for (const rule of capabilityRules) {
    if (!isSince(version, rule.since) || !names.has(rule.of)) continue;
    if (rule.until !== undefined && !isSince(rule.until, version)) continue;
    const own = `QEMU's own rule: ${rule.message}`;
    if (rule.needs !== undefined && !names.has(rule.needs)) return `${rule.of} without ${rule.needs}: ${own}`;
    if (rule.excludes !== undefined && names.has(rule.excludes))
      return `${rule.of} with ${rule.excludes}: ${own}`;
  }
  return undefined;
}
