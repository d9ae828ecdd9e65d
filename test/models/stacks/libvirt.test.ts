import { describe, expect, it } from 'vitest';
import { libvirtStacks } from '../../../models/stacks/libvirt.js';
import { performInMainLoop, startJob } from '../../../models/stacks/libvirt-job.js';
import { withCapability } from '../../../models/stacks/with-capability.js';
import { findStack } from '../../../scenario/catalog.js';
import { prepare } from '../../../studies/prepare.js';
import { reasonFor } from '../../../studies/reason.js';
import { runOnce } from '../../../studies/run.js';
import { tiny, wirePage } from '../migration/tiny.js';
import { tinyThread } from '../migration/tiny-thread.js';

function run(stack: string, fields: Record<string, unknown> = {}) {
  const all = { stack, 'vm.ram': '4 GiB', ...fields };
  const { scenario, parameters } = prepare(
    Object.entries(all).map(([path, value]) => ({ origin: 'test', path, value })),
  );
  const result = runOnce(findStack(stack), scenario, parameters, 1);
  return { ...result, reason: reasonFor(scenario, result) };
}

/** More than any of them sends in its limit of downtime. */
const hot = { 'vm.workload[0].size': '1 GiB' };

describe('virsh migrate', () => {
  it.each(libvirtStacks.map(({ name }) => name))(
    'by %s moves an idle guest and knows when it is done',
    (name) => {
      const { verdict, totalSeconds, setupSeconds } = run(name);
      expect(verdict).toBe('completed');
      expect(setupSeconds).toBeCloseTo(0.5, 6);
      expect(totalSeconds).toBeGreaterThan(0.6);
    },
  );

  it.each(libvirtStacks.map(({ name }) => name))(
    '--timeout by %s suspends a guest that would not end',
    (name) => {
      expect(run(name, hot).verdict).toBe('non-converging');
      const { verdict, totalSeconds, downtimeSeconds, reason } = run(name, {
        ...hot,
        'migration.timeout': '60 s',
      });
      expect(verdict).toBe('completed');
      expect(totalSeconds! - downtimeSeconds!).toBeCloseTo(60, 6);
      expect(reason).toMatch(
        /^virsh suspended the guest after its timeout of 60 s: nothing became dirty any more/u,
      );
    },
  );

  it('--timeout changes nothing in a migration that ends before', () => {
    for (const name of ['libvirt-0.10', 'libvirt-6']) {
      const { events } = run(name);
      expect({ ...run(name, { 'migration.timeout': '60 s' }), events }).toEqual(run(name));
    }
  });

  it('is as fast as the old QEMU up to 0.9 and as the line from 0.10 on', () => {
    const limits = libvirtStacks.map(({ constants }) => constants.qemu!.maxBandwidth!.value);
    expect(limits).toEqual([32 * 2 ** 20, Infinity, Infinity, Infinity, Infinity]);
  });

  it('copies disks in the stream before 1.0.3', () => {
    expect(Object.keys(findStack('libvirt-0.10').kinds)).toContain('blm');
    expect(findStack('libvirt-1.0.3').kinds.blm).toContain('mirrored to NBD');
    const { verdict, bytesOnWire } = run('libvirt-0.10', {
      'migration.kind': 'blm',
      'vm.disk.allocated': '100 MiB',
    });
    expect(verdict).toBe('completed');
    expect(bytesOnWire).toBeGreaterThan(100 * 2 ** 20);
  });
});

describe('Perform and Finish', () => {
  const steps = { ...tiny({ restingPages: 1 }).bed.steps, handoverSeconds: 0.5 };

  it('let the guest run at the destination after the hand-over', () => {
    const { bed, sim, journal } = tinyThread({ restingPages: 2000, constants: { libvirt: {} } });
    startJob({ ...bed, steps }, 'stop-and-copy', 1);
    sim.run();
    expect(journal.resumedAt).toBeCloseTo(2.5, 6);
    expect(journal.downtimeParts.resume).toBeCloseTo(0.5, 6);
  });

  it('hear of the end at a poll where they poll', () => {
    const { bed, sim, journal } = tinyThread({
      restingPages: 2010,
      constants: { libvirt: { pollSeconds: 0.25 } },
    });
    startJob({ ...bed, steps }, 'stop-and-copy', 1);
    sim.run();
    expect(journal.resumedAt).toBeCloseTo(2.75, 6);
  });

  it('do the same over the main loop', () => {
    const { bed, sim, journal } = tiny({ restingPages: 2000 });
    const constants = { ...bed.constants, libvirt: { pollSeconds: 0.05 } };
    sim.spawn(performInMainLoop({ ...bed, steps, constants }, 'lm', 1, false));
    sim.run();
    expect(journal.resumedAt).toBeCloseTo(2.5, 6);
  });

  it('go no faster through a tunnel than one thread of libvirtd copies, and use its CPU', () => {
    const seconds = 1 / (400 * wirePage);
    const through = (tunnelled: number) => {
      const libvirt = { tunnelled, tunnelByteSeconds: seconds };
      const { bed, sim, journal } = tinyThread({ restingPages: 2000, constants: { libvirt } });
      startJob(bed, 'stop-and-copy', 1);
      sim.run();
      return { at: journal.resumedAt!, cpuSeconds: journal.transferEnd!.cpuSeconds };
    };
    expect(through(0).at).toBeCloseTo(2, 6);
    expect(through(1).at).toBeCloseTo(5, 6);
    // What is still in the socket at the end of writing has yet to be copied.
    expect(through(1).cpuSeconds - through(0).cpuSeconds).toBeCloseTo(5 - 30 / 400, 1);
  });
});

it('a capability is switched on without touching the test bed it was asked of', () => {
  const { bed } = tiny({ restingPages: 1 });
  expect(withCapability(bed, 'auto-converge').request.capabilities.has('auto-converge')).toBe(true);
  expect(bed.request.capabilities.size).toBe(0);
});
