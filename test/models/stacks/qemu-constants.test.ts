import { expect, test } from 'vitest';
import { constantsAt } from '../../../models/stacks/constant-history.js';
import { isSince, qemuConstantGroups, qemuConstants } from '../../../models/stacks/qemu-constants.js';

test('a version has the constants of its parts, and no others', () => {
  expect(Object.keys(qemuConstantGroups('1.4'))).toEqual(['qemu', 'xbzrle']);
  expect(Object.keys(qemuConstantGroups('10.2'))).toEqual([
    'qemu',
    'switchover',
    'autoConverge',
    'dirtyLimit',
    'postCopy',
    'xbzrle',
    'multifd',
    'zlib',
    'zstd',
    'tls',
  ]);
  expect(qemuConstantGroups('2.0').autoConverge).toMatchObject({
    strikes: { value: 6 },
    sleepSeconds: { value: 0.03 },
  });
  expect(qemuConstantGroups('2.0').autoConverge).not.toHaveProperty('initial');
  expect(qemuConstantGroups('2.5').autoConverge).toMatchObject({
    strikes: { value: 3 },
    initial: { value: 0.2, unit: '%' },
  });
  expect(qemuConstantGroups('2.5').autoConverge).not.toHaveProperty('sleepSeconds');
  expect(qemuConstantGroups('5.0').autoConverge).not.toHaveProperty('tailslow');
  expect(qemuConstantGroups('5.1').autoConverge).toHaveProperty('tailslow');
});

test('every constant says what it is and where it was read', () => {
  for (const version of ['1.6', '2.5', '4.0', '7.2', '10.2']) {
    for (const constants of Object.values(qemuConstantGroups(version))) {
      for (const { about, source, value } of Object.values(constants)) {
        expect(about).not.toBe('');
        expect(source).not.toBe('');
        expect(Number.isFinite(value)).toBe(true);
      }
    }
  }
});

test('examples', () => {
  const cores = { unit: '1', about: 'cores', values: [{ since: '2.0', value: 4, source: 'the manual' }] };
  expect(constantsAt({ cores }, '2.1').cores!.value).toBe(4);
  expect(constantsAt({ cores }, '1.9')).toEqual({});
  expect(constantsAt({ cores: { ...cores, until: '2.1' } }, '2.2')).toEqual({});
  expect(qemuConstants('2.0').downtimeLimitSeconds!.value).toBe(0.03);
  expect(Object.keys(qemuConstantGroups('2.0'))).toEqual(['qemu', 'autoConverge', 'xbzrle']);
  expect(isSince('10.2', '9.2')).toBe(true);
});
