import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { didYouMean } from '../../scenario/did-you-mean.js';
import { allFields, fieldAt } from '../../scenario/fields.js';
import { InputError } from '../../scenario/input-error.js';
import { formatPath, parsePath } from '../../scenario/path-syntax.js';
import { getPath, setPath } from '../../scenario/paths.js';

describe('paths', () => {
  test.each(['', '.', 'vm.', 'vm..ram', '[0]', 'vm[', 'vm.workload[x]', 'vm ram', 'vm.workload[-1]'])(
    '%j is none',
    (path) => {
      expect(() => parsePath(path)).toThrow(InputError);
    },
  );

  test('are read back as they were written', () => {
    const name = fc.stringMatching(/^[a-zA-Z-]{1,9}$/u);
    const path = fc
      .tuple(name, fc.array(fc.oneof(name, fc.nat(99))))
      .map(([first, rest]) => [first, ...rest]);
    fc.assert(
      fc.property(path, (steps) => {
        expect(parsePath(formatPath(steps))).toEqual(steps);
      }),
    );
  });
});

describe('setPath', () => {
  test('changes a copy', () => {
    const raw = Object.freeze({ vm: Object.freeze({ ram: '4 GiB', vcpus: 2 }) });
    expect(setPath(raw, 'vm.ram', '8 GiB')).toEqual({ vm: { ram: '8 GiB', vcpus: 2 } });
    expect(raw.vm.ram).toBe('4 GiB');
  });

  test('makes the entry after the last, and no later one', () => {
    const one = setPath({}, 'vm.workload[0].size', '1 GiB');
    expect(setPath(one, 'vm.workload[1].size', '2 GiB')).toEqual({
      vm: { workload: [{ size: '1 GiB' }, { size: '2 GiB' }] },
    });
    expect(() => setPath(one, 'vm.workload[2].size', '2 GiB')).toThrow(
      new InputError('vm.workload[2].size: the list has 1 entries, and the next would be [1]'),
    );
  });

  test('background.rate of a list is that of its first entry', () => {
    const raw = { background: [{ rate: '1 Mbit/s' }, { rate: '2 Mbit/s' }] };
    expect(setPath(raw, 'background.rate', '3 Mbit/s')).toEqual({
      background: [{ rate: '3 Mbit/s' }, { rate: '2 Mbit/s' }],
    });
    expect(getPath(raw, 'background.rate')).toBe('1 Mbit/s');
    expect(setPath({}, 'background.rate', 1)).toEqual({ background: { rate: 1 } });
    expect(setPath({ background: { rate: 1 } }, 'background[1].rate', 2)).toEqual({
      background: [{ rate: 1 }, { rate: 2 }],
    });
    expect(getPath({ background: { rate: 1 } }, 'background[0].rate')).toBe(1);
  });

  test('anything may be put under parameters, but nothing into the prototype', () => {
    expect(setPath({}, 'parameters.burst.correlation', 0.3)).toEqual({
      parameters: { burst: { correlation: 0.3 } },
    });
    expect(() => setPath({}, 'parameters.__proto__.x', 1)).toThrow(InputError);
    expect(() => setPath({}, '__proto__.x', 1)).toThrow(InputError);
  });

  test.each([
    ['vm.rma', 'vm.rma: no such field; did you mean vm.ram?'],
    ['ram', 'ram: no such field; did you mean vm.ram?'],
    [
      'migration.downtime-limit',
      'migration.downtime-limit: no such field; did you mean migration.downtimeLimit?',
    ],
    ['vm.ram.size', 'vm.ram.size: no such field; did you mean vm.disk.size?'],
    ['vm.ram.colour', 'vm.ram.colour: no such field; vm.ram has none'],
    ['vm.toString', 'vm.toString: no such field; vm has vcpus, ram, resident, layout, disk, workload'],
  ])('refuses %s', (path, message) => {
    expect(() => setPath({}, path, 1)).toThrow(new InputError(message));
    expect(() => getPath({}, path)).toThrow(new InputError(message));
  });

  test('what is set is what is got, at every field', () => {
    for (const { path } of allFields()) expect(getPath(setPath({}, path, 'a value'), path)).toBe('a value');
  });
});

describe('fields', () => {
  test('every field says what it is, and a quantity what it measures', () => {
    for (const { path, description } of allFields()) expect(description, path).toMatch(/\.$/u);
    expect(fieldAt('background.rate').dimension).toBe('rate');
    expect(fieldAt('hosts.load').dimension).toBe('fraction');
    expect(fieldAt('vm.workload[0].points[0][1]').dimension).toBe('bytes');
    expect(fieldAt('migration.kind').values).toContain('blm');
    expect(fieldAt('parameters.burst.correlation').description).toMatch(/constant/u);
  });

  test('a slip is a letter too many, missing, wrong or swapped', () => {
    expect(['ramm', 'rm', 'rim', 'rma', 'RAM'].map((word) => didYouMean(word, ['ram']))).toEqual(
      Array(5).fill('ram'),
    );
    expect(didYouMean('x'.repeat(1e6), ['ram'])).toBeUndefined();
  });
});

test('examples', () => {
  expect(didYouMean('residnet', ['ram', 'resident'])).toBe('resident');
  expect(didYouMean('downtime-limit', ['downtimeLimit'])).toBe('downtimeLimit');
  expect(didYouMean('colour', ['ram', 'resident'])).toBeUndefined();
  expect(parsePath('vm.workload[0].size')).toEqual(['vm', 'workload', 0, 'size']);
  expect(formatPath(['vm', 'workload', 0, 'size'])).toBe('vm.workload[0].size');
  expect(getPath({ vm: { workload: [{ size: '96 MiB' }] } }, 'vm.workload[0].size')).toBe('96 MiB');
  expect(setPath({}, 'vm.workload[0].size', '96 MiB')).toEqual({ vm: { workload: [{ size: '96 MiB' }] } });
  expect(fieldAt('vm.ram').dimension).toBe('bytes');
  expect(fieldAt('vm.ram').default).toBe('16 GiB');
  expect(allFields()[0]!.path).toBe('stack');
});
