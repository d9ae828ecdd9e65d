import { describe, expect, it } from 'vitest';
import { prepare } from '../../studies/prepare.js';

const prepared = (fields: Record<string, unknown>) =>
  prepare(Object.entries(fields).map(([path, value]) => ({ origin: 'test', path, value })));

describe('what is switched on in the end', () => {
  it.each([
    [
      { stack: 'kubevirt-1.5/qemu-2.9' },
      'stack is kubevirt-1.5/qemu-2.9: it switches on multifd, and QEMU says: multifd: needs QEMU 4.0; this stack is 2.9',
    ],
    [{ stack: 'ovirt-very-large/qemu-6.2' }, 'zero-copy-send: needs QEMU 7.1; this stack is 6.2'],
    [{ stack: 'ovirt-post-copy/qemu-2.1' }, 'postcopy-ram: needs QEMU 2.5; this stack is 2.1'],
    [{ stack: 'proxmox-9', 'migration.capabilities': ['multifd'] }, 'Multifd is not compatible with xbzrle'],
    [
      { stack: 'ovirt-minimal-downtime/qemu-8.2', 'migration.capabilities': ['dirty-limit'] },
      'dirty-limit conflicts with auto-converge',
    ],
    [
      { stack: 'libvirt-6/qemu-2.1', 'parameters.libvirt.timeoutPostCopy': 1, 'migration.timeout': '60 s' },
      'postcopy-ram: needs QEMU 2.5',
    ],
    [
      {
        stack: 'qemu-7.2',
        'migration.capabilities': ['multifd', 'zero-copy-send'],
        'migration.encryption': 'tls',
      },
      'migration.encryption is tls, with zero-copy-send',
    ],
    [
      { stack: 'qemu-7.2', 'migration.capabilities': ['multifd', 'compress'] },
      'the two together are not simulated',
    ],
  ])('is refused as its QEMU refuses it: %j', (fields, message) => {
    expect(() => prepared(fields)).toThrow(message);
  });

  it('may be what the product leaves off', () => {
    expect(() =>
      prepared({ stack: 'kubevirt-1.5/qemu-2.9', 'parameters.kubevirt.parallelThreads': 0 }),
    ).not.toThrow();
    expect(() =>
      prepared({ stack: 'nova-stein/qemu-1.5', 'parameters.nova.permitAutoConverge': 1 }),
    ).not.toThrow();
  });
});
