import { describe, expect, it } from 'vitest';
import { blockConstants, hasBlockMigration, mirrorConstants } from '../../../models/stacks/disk-constants.js';

describe('constants of disks', () => {
  it('are those of the version, or of who asks, as their examples say', () => {
    expect(blockConstants('7.2').parallelReads!.value).toBe(16);
    const { pollSeconds } = mirrorConstants({ pollSeconds: { value: 0.5, source: 'libvirt 1.2.12' } });
    expect(pollSeconds!.value).toBe(0.5);
    expect(pollSeconds!.source).toBe('libvirt 1.2.12');
    expect(pollSeconds!.unit).toBe('s');
  });

  it('end with QEMU 9.0 for disks in the stream', () => {
    expect(['1.4', '9.0'].map(hasBlockMigration)).toEqual([true, true]);
    expect(['9.1', '10.2'].map(hasBlockMigration)).toEqual([false, false]);
  });
});
