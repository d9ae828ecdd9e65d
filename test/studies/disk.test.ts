import { describe, expect, it } from 'vitest';
import { findStack } from '../../scenario/catalog.js';
import { prepare } from '../../studies/prepare.js';
import { predictionOf } from '../../studies/predict.js';
import { runOnce } from '../../studies/run.js';

const MIB = 2 ** 20;

function prepared(settings: Record<string, unknown>) {
  const guest = {
    'migration.kind': 'blm',
    'migration.downtimeLimit': '300 ms',
    'migration.maxBandwidth': 'unlimited',
    'vm.ram': '512 MiB',
    'vm.resident': '128 MiB',
    'vm.vcpus': 1,
    'vm.disk.allocated': '256 MiB',
  };
  return prepare(
    Object.entries({ ...guest, ...settings }).map(([path, value]) => ({ origin: 'test', path, value })),
  );
}

function predict(settings: Record<string, unknown>) {
  const one = prepared(settings);
  const { scenario, parameters } = one;
  return predictionOf(one, [runOnce(findStack(scenario.stack), scenario, parameters, 1)]);
}

describe('the disk of a guest', () => {
  it('adds its own time to that of RAM, in the stream or mirrored', () => {
    for (const stack of ['qemu-2.0', 'qemu-7.2', 'qemu-9.2']) {
      const seconds = (disk: string) => predict({ stack, 'vm.disk.allocated': disk }).totalSeconds!.p50;
      const more = seconds('256 MiB') - seconds('64 MiB');
      expect(more, stack).toBeGreaterThan((192 * MIB) / 116.4e6 - 0.1);
      expect(more, stack).toBeLessThan((192 * MIB) / 116.4e6 + 0.1);
    }
  });

  it('takes 3.5 to 3.7 s of a QEMU 7.2 for 256 MiB and 128 MiB of RAM, as measured, within 5 %', () => {
    expect(predict({ stack: 'qemu-7.2' }).totalSeconds!.p50).toBeGreaterThan(3.54 * 0.95);
    expect(predict({ stack: 'qemu-7.2' }).totalSeconds!.p50).toBeLessThan(3.66 * 1.05);
  });

  it('is counted apart on the wire', () => {
    const { diskBytes, bytesOnWire } = predict({ stack: 'qemu-9.2' });
    expect(diskBytes).toBeGreaterThan(256 * MIB);
    expect(bytesOnWire - diskBytes!).toBeGreaterThan(128 * MIB);
    expect(bytesOnWire - diskBytes!).toBeLessThan(140 * MIB);
  });

  it('that is written faster than it is mirrored is the reason why it does not converge', () => {
    const { verdict, reason } = predict({
      stack: 'qemu-9.2',
      'vm.disk.writes': { size: '200 MiB', rate: '200 MB/s', pattern: 'uniform' },
    });
    expect(verdict).toBe('non-converging');
    expect(reason).toMatch(
      /^The patience of 120 s ended before the mirror of the disk was ready: at best .* were left to copy; the guest goes on writing 200 MB a second, and what it writes is copied again\.$/u,
    );
  });

  it('is mirrored soon after those writes have ended, and says nothing of them if they end before patience does', () => {
    const writes = { size: '200 MiB', rate: '200 MB/s', pattern: 'uniform' };
    for (const stack of ['qemu-7.2', 'qemu-9.2']) {
      const { totalSeconds } = predict({ stack, 'vm.disk.writes': { ...writes, until: '30 s' } });
      expect(totalSeconds!.p50, stack).toBeGreaterThan(30);
      // What is left of the disk, RAM, and time to notice.
      expect(totalSeconds!.p50, stack).toBeLessThan(30 + 350 / 100 + 1);
      const before = predict({ stack, 'vm.disk.writes': { ...writes, from: '110 s' } });
      expect(before.totalSeconds, stack).toEqual(predict({ stack }).totalSeconds);
    }
    const reason = (until: string) =>
      predict({ stack: 'qemu-9.2', 'migration.patience': '10 s', 'vm.disk.writes': { ...writes, until } })
        .reason;
    expect(reason('9.9 s')).toMatch(
      /before the mirror of the disk was ready: at best .* were left to copy\.$/u,
    );
    expect(reason('10 s')).toMatch(
      /the guest goes on writing 200 MB a second, and what it writes is copied again\.$/u,
    );
  });

  it('slows the guest down where its writes wait for the network', () => {
    const { verdict, diskWriteSlowdown } = predict({
      stack: 'qemu-9.2',
      'vm.disk.writes': { size: '200 MiB', rate: '200 MB/s' },
      'parameters.mirror.isWriteBlocking': 1,
    });
    expect(verdict).toBe('completed');
    expect(diskWriteSlowdown).toBeGreaterThan(0.5);
  });

  it('grows with what is rewritten, unless its size is stated', () => {
    const { disk } = prepared({
      stack: 'qemu-7.2',
      'vm.disk.allocated': undefined,
      'vm.disk.writes': { size: '8 GiB', rate: '1 MB/s' },
    }).scenario.vm;
    expect(disk.allocated).toBe(8 * 1024 * MIB);
    expect(disk.size).toBe(8 * 1024 * MIB);
    expect(disk.writes).toEqual([
      { size: 8192 * MIB, rate: 1e6, pattern: 'sequential', request: 65536, from: 0, until: Infinity },
    ]);
  });

  it('cannot be rewritten beyond what is allocated', () => {
    const wrong = () => prepared({ 'vm.disk.writes': { size: '1 GiB', rate: '1 MB/s' }, stack: 'qemu-7.2' });
    expect(wrong).toThrow(
      'disk writes > allocated (1 GiB > 256 MiB): what a guest rewrites must fit into vm.disk.allocated',
    );
  });

  it('stands still where the stack models idle disks only', () => {
    const wrong = () =>
      prepared({ 'vm.disk.writes': { size: '1 MiB', rate: '1 MB/s' }, stack: 'qemu-1.2.1' });
    expect(wrong).toThrow('vm.disk.writes has 1 of them: qemu-1.2.1 copies idle disks only');
  });

  it('and its writes are of no effect where it is not copied', () => {
    const { warnings } = predict({
      stack: 'qemu-7.2',
      'migration.kind': 'lm',
      'vm.disk.writes': { size: '1 MiB', rate: '1 MB/s' },
    });
    expect(warnings).toContain('vm.disk.writes are of no effect: a migration of kind lm copies no disk');
  });
});
