import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diskFacts, diskStory } from '../../bin/text/disk-text.js';
import { findStack } from '../../scenario/catalog.js';
import { prepare } from '../../studies/prepare.js';
import { reasonFor } from '../../studies/reason.js';
import { runOnce } from '../../studies/run.js';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const goodput = 931e6 / 8;

/** An idle guest with 512 MiB of data and 1 GiB of disk, over 1 Gbit/s, where nothing is left to chance. */
function migrate(stack: string, fields: Record<string, unknown> = {}) {
  const all = {
    stack,
    // The place of 10 Gbit/s has slower steps of its own.
    ...(/^(?:kubevirt|proxmox)/u.test(stack) && { profile: 'qemu-7.2-bench' }),
    'migration.kind': 'blm',
    'migration.patience': '600 s',
    'hosts.cpus': 16,
    'hosts.cores': 16,
    'link.goodput': '931 Mbit/s',
    'vm.ram': '1 GiB',
    'vm.resident': '512 MiB',
    'vm.disk.size': '1 GiB',
    'vm.disk.allocated': '1 GiB',
    'parameters.guest.idleBytes': 0,
    'parameters.guest.drift': 0,
    'parameters.steps.beforeSeconds': 0,
    'parameters.steps.afterSeconds': 0,
    'parameters.steps.blockSeconds': 0,
    'parameters.steps.handoverSeconds': 0,
    'parameters.stream.spread': 0,
    'parameters.stream.busyGuestLoss': 0,
    ...fields,
  };
  const { scenario, parameters } = prepare(
    Object.entries(all).map(([path, value]) => ({ origin: 'test', path, value })),
  );
  const run = runOnce(findStack(stack), scenario, parameters, 1);
  return { ...run, reason: reasonFor(scenario, run) };
}

/** A part of the disk that is rewritten at random places. */
const rewrites = (rate: string) => ({
  'vm.disk.writes': { size: '500 MiB', rate, pattern: 'uniform' },
});

const mirroring = ['libvirt-1.0.3', 'libvirt-1.2', 'libvirt-6', 'nova-ocata', 'nova-stein', 'kubevirt-1.9', 'proxmox-9']; // prettier-ignore
const inStream = ['libvirt-0.10', 'libvirt-0.10/qemu-1.4', 'nova-juno', 'nova-kilo', 'nova-liberty'];

describe('block live migration', () => {
  it.each(mirroring)('by %s mirrors the disk until it is ready, then sends RAM', (stack) => {
    const { verdict, mirror, totalSeconds, setupSeconds, downtimeParts } = migrate(stack);
    expect(verdict).toBe('completed');
    expect(mirror!.readyAt! - setupSeconds!).toBeCloseTo(GIB / goodput, 1);
    const seconds = totalSeconds! - setupSeconds!;
    expect(seconds).toBeGreaterThan((GIB + 512 * MIB) / goodput);
    // Polls, zero pages and the stop.
    expect(seconds).toBeLessThan((GIB + 512 * MIB) / goodput + 2.6);
    expect(downtimeParts!.disk).toBeLessThan(0.01);
  });

  it.each(inStream)('by %s has the disk in the stream', (stack) => {
    const { verdict, mirror, diskBytes, totalSeconds } = migrate(stack);
    expect(verdict).toBe('completed');
    expect(mirror).toBeNull();
    expect(diskBytes).toBeGreaterThan(GIB);
    expect(totalSeconds).toBeGreaterThan((GIB + 512 * MIB) / goodput);
  });

  it('asks every half second whether the mirror is ready in libvirt 1.2, and is told in libvirt 6', () => {
    const ready = (stack: string) => {
      const { mirror, totalSeconds } = migrate(stack, { 'vm.resident': 0 });
      return totalSeconds! - mirror!.readyAt!;
    };
    expect(ready('libvirt-1.2') - ready('libvirt-6')).toBeGreaterThan(0.1);
    expect(ready('libvirt-1.2') - ready('libvirt-6')).toBeLessThan(0.5 + 0.06);
  });

  it('goes through a tunnel in the stream only, and past it by NBD', () => {
    const byPass = migrate('nova-liberty', { 'parameters.libvirt.tunnelled': 0 });
    expect(byPass.mirror!.readyAt).not.toBeNull();
    expect(migrate('libvirt-6', { 'parameters.libvirt.tunnelled': 1 }).mirror).toBeNull();
  });

  it('is refused through a tunnel where QEMU has no block migration in its stream', () => {
    for (const stack of ['nova-juno/qemu-9.1', 'nova-liberty/qemu-9.2']) {
      expect(() => migrate(stack)).toThrow(
        'migration.kind is blm: NBD in tunnelled migration is not supported',
      );
      expect(migrate(stack, { 'parameters.libvirt.tunnelled': 0 }).verdict).toBe('completed');
    }
    expect(findStack('libvirt-0.10/qemu-9.1').kinds.blm).toBeUndefined();
  });

  it('is not what oVirt does', () => {
    expect(() => migrate('ovirt-minimal-downtime')).toThrow('oVirt moves disks by live storage migration');
  });
});

describe('a guest that goes on writing to its disk', () => {
  it.each(['libvirt-6', 'kubevirt-1.9', 'proxmox-9'])(
    'faster than the link keeps the mirror of %s from becoming ready, for it begins in the background',
    (stack) => {
      const { verdict, mirror, reason } = migrate(stack, {
        ...rewrites('200 MB/s'),
        'migration.patience': '200 s',
        ...(stack === 'kubevirt-1.9' && { 'migration.timeout': '1000 s' }),
      });
      expect(verdict).toBe('non-converging');
      expect(mirror!.readyAt).toBeNull();
      expect(reason).toContain('before the mirror of the disk was ready');
    },
  );

  it('faster than the link completes where writes wait from the start', () => {
    const { verdict, mirror } = migrate('proxmox-9', {
      ...rewrites('200 MB/s'),
      'parameters.mirror.isWriteBlocking': 1,
    });
    expect(verdict).toBe('completed');
    expect(mirror!.writtenBytes).toBeLessThan(mirror!.wantedBytes);
  });

  it('faster than half the link leaves a mirror in the background behind while RAM is sent, to be copied in the downtime', () => {
    const { mirror, downtimeParts, leftAtStopBytes } = migrate('libvirt-6', rewrites('80 MB/s'));
    expect(mirror!.leftAtStopBytes).toBeGreaterThan(50 * MIB);
    expect(downtimeParts!.disk).toBeCloseTo(mirror!.leftAtStopBytes / goodput, 1);
    expect(leftAtStopBytes).toBeLessThan(MIB);
  });

  it('is slowed by Proxmox instead, which switches to active once the mirror is ready, from QEMU 8.2 on', () => {
    const active = migrate('proxmox-9', rewrites('80 MB/s'));
    const background = migrate('proxmox-9/qemu-8.1', rewrites('80 MB/s'));
    expect(active.downtimeParts!.disk).toBeLessThan(0.01);
    expect(active.mirror!.writtenBytes).toBeLessThan(active.mirror!.wantedBytes);
    expect(background.mirror!.wantedBytes).toBe(0);
    expect(background.downtimeParts!.disk).toBeGreaterThan(0.02);
  });

  it('has the rest copied before the disks are handed over, or after the last page where nothing pauses', () => {
    const before = migrate('libvirt-6', rewrites('80 MB/s'));
    const after = migrate('libvirt-1.2', rewrites('80 MB/s'));
    expect(before.sourceDowntimeSeconds).toBeGreaterThan(before.downtimeParts!.disk);
    expect(after.sourceDowntimeSeconds).toBeLessThan(0.3);
    expect(after.downtimeParts!.disk).toBeGreaterThan(0.3);
    for (const { downtimeParts, downtimeSeconds } of [before, after]) {
      const parts = Object.values<number>({ ...downtimeParts! });
      expect(parts.reduce((sum, one) => sum + one, 0)).toBeCloseTo(downtimeSeconds!, 9);
    }
  });
});

describe('the time that an orchestrator allows', () => {
  it('lets virsh suspend a guest whose mirror is never ready; then it is, and RAM follows', () => {
    const { verdict, mirror, forced, downtimeSeconds, totalSeconds } = migrate('libvirt-6', {
      ...rewrites('200 MB/s'),
      'migration.timeout': '60 s',
    });
    expect(verdict).toBe('completed');
    expect(forced).toContain('virsh suspended the guest after its timeout of 60 s');
    expect(mirror!.readyAt).toBeGreaterThan(60);
    // It stood still for the rest of the disk, at most all that is rewritten, and for RAM.
    expect(downtimeSeconds).toBeCloseTo(totalSeconds! - 60, 1);
    expect(downtimeSeconds).toBeLessThan((1012 * MIB) / goodput + 0.5);
  });

  const neverReady = {
    'vm.ram': '16 GiB',
    'vm.disk.size': '40 GiB',
    'vm.disk.allocated': '2 GiB',
    'migration.patience': '80000 s',
    ...rewrites('200 MB/s'),
  };

  it("counts the disk's file in Nova: 800 s for each of 16 GiB of RAM and 2.5 GiB of image", () => {
    const { verdict, ended, mirror } = migrate('nova-stein', {
      ...neverReady,
      'vm.disk.allocated': '2.5 GiB',
    });
    expect(verdict).toBe('aborted');
    expect(ended).toContain('14800 s (live_migration_completion_timeout of 800 s/GiB x 18.5 GiB)');
    expect(mirror!.readyAt).toBeNull();
  }, 60_000);

  it('counts it in KubeVirt in GB: 150 s for each of 61', () => {
    const { verdict, ended } = migrate('kubevirt-1.9', neverReady);
    expect(verdict).toBe('aborted');
    expect(ended).toContain(`${150 * 61} s (61 GB at completionTimeoutPerGiB = 150 s)`);
  }, 60_000);

  it('takes a copied disk for progress: Nova of Liberty does not abort 20 GiB after 150 s', () => {
    const { verdict, totalSeconds, ended } = migrate('nova-liberty/qemu-2.12', {
      'vm.disk.size': '20 GiB',
      'vm.disk.allocated': '20 GiB',
    });
    expect([verdict, ended]).toEqual(['completed', null]);
    expect(totalSeconds).toBeGreaterThan(180);
  });
});

describe('what breaks while the disk is mirrored', () => {
  it('ends the migration, and the guest runs on', () => {
    const { verdict, ended, diskBytes } = migrate('libvirt-6', { 'faults.network': '4 s' });
    expect(verdict).toBe('aborted');
    expect(ended).toBe('The network was lost at 4 s');
    expect(diskBytes).toBeLessThan(4 * goodput);
  });
});

describe('guests that are migrated with their disks at once', () => {
  const fast = {
    'link.rate': '10 Gbit/s',
    'link.goodput': '9 Gbit/s',
    'parameters.disk.readRate': '100 MB/s',
    'migration.maxBandwidth': 'unlimited',
  };

  it.each(['qemu-1.2.1', 'qemu-2.5', 'qemu-7.2', 'qemu-9.2', 'libvirt-6'])(
    'by %s share the rate at which the source reads',
    (stack) => {
      const seconds = (concurrent: number) =>
        migrate(stack, { ...fast, 'vm.resident': '16 MiB', 'migration.concurrent': concurrent })
          .totalSeconds!;
      expect(seconds(2) - seconds(1)).toBeGreaterThan(GIB / 100e6 - 1);
      expect(seconds(2) - seconds(1)).toBeLessThan(GIB / 100e6 + 1);
    },
  );

  it('never read faster than the storage, however many there are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 4 }),
        fc.constantFrom('qemu-7.2', 'qemu-9.2'),
        (concurrent, stack) => {
          const { totalSeconds, diskBytes } = migrate(stack, { ...fast, 'migration.concurrent': concurrent });
          expect(diskBytes).toBeGreaterThan(concurrent * GIB);
          expect(totalSeconds).toBeGreaterThan((concurrent * GIB) / 100e6);
        },
      ),
      { numRuns: 6 },
    );
  });
});

describe('the text', () => {
  it('tells of the disk as its examples say', () => {
    expect(diskFacts({ diskBytes: 1e9, diskReadySeconds: 9 })).toEqual([
      ['disk', '1 GB, mirror ready after 9 s'],
    ]);
    expect(diskStory({ diskBytes: 1e9 })).toEqual([['disk', '1 GB in the stream']]);
    expect(diskFacts({})).toEqual([]);
    expect(diskStory({})).toEqual([]);
  });

  it('says how far behind a mirror was, and by how much writes were slowed', () => {
    const { diskBytes, mirror } = migrate('proxmox-9', rewrites('80 MB/s'));
    const [[, text]] = diskStory({ diskBytes, mirror: mirror! }) as [[string, string]];
    expect(text).toMatch(/mirrored from 0 s on, ready at .* s, guest writes slower by .* %$/u);
    const never = {
      ...mirror!,
      readyAt: null,
      leastLeftBytes: 5 * MIB,
      leftAtStopBytes: MIB,
      wantedBytes: 0,
    };
    expect(diskStory({ diskBytes, mirror: never })[0]![1]).toContain(
      'never ready, at best 5 MiB left, 1 MiB behind',
    );
  });
});
