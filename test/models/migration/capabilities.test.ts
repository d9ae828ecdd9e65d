import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  brokenCapabilityRule,
  capabilities,
  capabilityRules,
} from '../../../models/migration/capabilities.js';

const broken = (names: string, version: string) => brokenCapabilityRule(new Set(names.split(',')), version);

describe('the capabilities of a version', () => {
  it.each([
    ['auto-converge', '1.6', undefined],
    ['zero-copy-send', '6.2', 'zero-copy-send: needs QEMU 7.1; this stack is 6.2'],
    ['multifd', '2.9', 'multifd: needs QEMU 4.0; this stack is 2.9'],
    ['dirty-limit', '10.2', undefined],
    ['compress', '8.2', undefined],
    ['compress', '9.2', 'compress: QEMU 9.0 is the last that has it; this stack is 9.2'],
    ['block', '8.2', 'block: block migration is migration.kind blm'],
    ['mapped-ram', '8.2', 'mapped-ram: needs QEMU 9.0; this stack is 8.2'],
    ['mapped-ram', '9.2', 'mapped-ram: migration to a file is not simulated'],
  ])('%s at %s: %s', (names, version, rule) => {
    expect(broken(names, version)).toBe(rule);
  });
});

describe("QEMU's own rules", () => {
  it.each([
    ['postcopy-ram,compress', '4.0', 'Postcopy is not currently compatible with compression'],
    ['postcopy-ram,compress', '5.2', undefined],
    ['postcopy-ram,multifd', '7.2', undefined],
    ['postcopy-ram,multifd', '8.2', 'Postcopy is not yet compatible with multifd'],
    ['postcopy-ram,multifd', '10.0', 'Postcopy is not yet compatible with multifd'],
    ['postcopy-ram,multifd', '10.2', undefined],
    ['zero-copy-send,multifd', '7.2', undefined],
    [
      'zero-copy-send,multifd,xbzrle',
      '7.2',
      'Zero copy only available for non-compressed non-TLS multifd migration',
    ],
    ['postcopy-preempt,postcopy-ram', '7.2', undefined],
    ['postcopy-preempt,postcopy-ram,compress', '8.2', 'Postcopy preempt not compatible with compress'],
    ['multifd,compress', '7.2', undefined],
    ['multifd,compress', '8.2', 'Multifd is not compatible with compress'],
    ['multifd,xbzrle', '7.2', undefined],
    ['multifd,xbzrle', '8.2', 'Multifd is not compatible with xbzrle'],
    ['compress,xbzrle', '6.2', undefined],
    ['compress,xbzrle', '8.2', 'Compression is not compatible with xbzrle'],
    [
      'dirty-limit,auto-converge',
      '9.2',
      'dirty-limit conflicts with auto-converge either of then available currently',
    ],
  ])('%s at %s: %s', (names, version, message) => {
    const [of, with_] = broken(names, version)?.split(": QEMU's own rule: ") ?? [];
    expect(with_).toBe(message);
    if (of !== undefined) expect(of).toMatch(/^\S+ with \S+$/u);
  });

  it('say what is lacking', () => {
    expect(broken('switchover-ack', '8.2')).toBe(
      "switchover-ack without return-path: QEMU's own rule: Capability 'switchover-ack' requires capability 'return-path'",
    );
    expect(broken('zero-copy-send', '9.2')).toMatch(/^zero-copy-send without multifd: /u);
    expect(broken('postcopy-preempt', '9.2')).toBe(
      "postcopy-preempt without postcopy-ram: QEMU's own rule: Postcopy preempt requires postcopy-ram",
    );
  });

  test('are about capabilities that are in the table', () => {
    for (const { of, needs = of, excludes = of } of capabilityRules) {
      for (const name of [of, needs, excludes]) expect(Object.keys(capabilities)).toContain(name);
    }
  });

  test('do not depend on the order in which capabilities are named', () => {
    const names = fc.uniqueArray(fc.constantFrom(...Object.keys(capabilities)), { maxLength: 6 });
    const version = fc.constantFrom('1.6', '2.9', '4.0', '7.2', '8.2', '9.2', '10.2');
    fc.assert(
      fc.property(names, version, (list, at) => {
        expect(brokenCapabilityRule(new Set(list.toReversed()), at)).toBe(
          brokenCapabilityRule(new Set(list), at),
        );
      }),
      { numRuns: 200 },
    );
  });

  test('no capability at all breaks none', () => {
    expect(brokenCapabilityRule(new Set(), '10.2')).toBeUndefined();
  });
});

test('examples', () => {
  expect(brokenCapabilityRule(new Set(['zero-copy-send']), '6.2')).toBe(
    'zero-copy-send: needs QEMU 7.1; this stack is 6.2',
  );
  expect(brokenCapabilityRule(new Set(['xbzrle', 'multifd']), '9.2')).toBe(
    "multifd with xbzrle: QEMU's own rule: Multifd is not compatible with xbzrle",
  );
});
