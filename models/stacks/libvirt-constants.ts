import { isSince, qemuConstantGroups } from './qemu-constants.js';
import type { Constant } from './stack.js';

type Constants = Readonly<Record<string, Constant>>;

/** libvirt before 0.10 leaves the limit of rate at what QEMU had in those days. */
const bandwidthUntil09: Constant = {
  value: 32 * 2 ** 20,
  unit: 'bytes/s',
  about: 'default speed of a migration (virsh migrate-setspeed)',
  source: "QEMU's own of the time, which libvirt keeps up to 0.9 (commit 6cfdeaac changed it)",
};

/** libvirt 0.10 and later ask QEMU for as much as it can. */
export const unlimitedBandwidth: Constant = {
  value: Infinity,
  unit: 'bytes/s',
  about: 'libvirt asks for an unlimited speed',
  source: 'qemu_domain.h, QEMU_DOMAIN_DEFAULT_MIG_BANDWIDTH_MAX, libvirt 0.10.0 and later (commit 6cfdeaac)',
};

const poll: Constant = {
  value: 0.05,
  unit: 's',
  about: 'how often query-migrate is asked; the end is noticed at the next poll',
  source: 'qemu_migration.c, qemuMigrationWaitForCompletion, libvirt 0.10.2',
};

/**
 * Whether libvirt must ask QEMU every so often: this libvirt always does, or this QEMU sends no events (before 2.4).
 *
 * @example
 * asksForStatus(false, '2.1') // => true
 */
export function asksForStatus(alwaysPolls: boolean, qemu: string): boolean {
  return alwaysPolls || !isSince(qemu, '2.4');
}

/**
 * The constants of libvirt's own part of a migration.
 *
 * @param polls whether it asks QEMU every so often or gets events
 * @param isTunnelled whether the migration goes through libvirtd unless a scenario says otherwise
 * @example
 * libvirtConstants(true, true).tunnelled.value // => 1
 */
export function libvirtConstants(
  polls: boolean,
  isTunnelled: boolean,
  tunnelledSource = 'off unless asked for (virsh migrate --p2p --tunnelled)',
): Constants {
  return {
    ...(polls && { pollSeconds: poll }),
    tunnelled: {
      value: isTunnelled ? 1 : 0,
      unit: '1',
      about: '1: the stream goes through both libvirtd (VIR_MIGRATE_TUNNELLED); 0: from QEMU to QEMU',
      source: tunnelledSource,
      accepts: { max: 1, whole: true },
    },
    tunnelByteSeconds: {
      value: 4e-9,
      unit: 's/byte',
      about: 'what a byte through the tunnel costs one thread of each libvirtd: copies and encryption',
      source: 'Nova commit 73f1fda7, which turned it off: about 2 Gbit/s on a network of 10 Gbit/s',
    },
  };
}

/** What `virsh migrate` does besides. */
export const virshConstants: Constants = {
  prepareSeconds: {
    value: 0.5,
    unit: 's',
    about: 'Begin and Prepare: checks, and starting QEMU at the destination',
    source: 'order of magnitude, not measured',
  },
};

/** What --timeout may do besides suspending the guest, since there is post-copy. */
export const timeoutConstants: Constants = {
  timeoutPostCopy: {
    value: 0,
    unit: '1',
    about:
      'what virsh does when migration.timeout is over: 0 suspends the guest (--timeout-suspend), 1 goes over to post-copy (--postcopy --timeout-postcopy)',
    source: 'virsh-domain.c, libvirt 1.3.3 and later; suspending is the default',
    accepts: { max: 1, whole: true },
  },
};

/** QEMU's groups of constants under a libvirt that sets the limit of rate. */
export function qemuUnderLibvirt(version: string, isUnlimited = true) {
  const groups = qemuConstantGroups(version);
  const maxBandwidth = isUnlimited ? unlimitedBandwidth : bandwidthUntil09;
  return { ...groups, qemu: { ...groups.qemu, maxBandwidth } };
}
