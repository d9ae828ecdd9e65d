import { expect, test } from 'vitest';
import { InputError } from '../../scenario/input-error.js';
import { parseScenarioText } from '../../scenario/parse.js';

test('reads YAML and says where fields and values stand', () => {
  const { origin, values, positions } = parseScenarioText(
    'seed: 1\nvm:\n  workload:\n    - size: 1 GiB\n',
    'x.yaml',
  );
  expect(origin).toBe('x.yaml');
  expect(values).toEqual({ seed: 1, vm: { workload: [{ size: '1 GiB' }] } });
  expect(positions.key.get('vm.workload[0].size')).toBe('4:7');
  expect(positions.value.get('vm.workload[0].size')).toBe('4:13');
});

test('reads JSON, and counts lines from where it is told', () => {
  const { values, positions } = parseScenarioText('{"vm":{"ram":"4 GiB"}}', '-', 7);
  expect(values).toEqual({ vm: { ram: '4 GiB' } });
  expect(positions.value.get('vm.ram')).toBe('7:14');
});

test.each([
  ['', 'x.yaml: is empty: a scenario needs a field, such as stack'],
  ['# only a comment\n', 'x.yaml: is empty: a scenario needs a field, such as stack'],
  ['- 1', "x.yaml:1:1: must be a mapping of fields, such as 'vm: { ram: 4 GiB }'"],
  ['just text', "x.yaml:1:1: must be a mapping of fields, such as 'vm: { ram: 4 GiB }'"],
  ['seed: 1\nseed: 2', 'x.yaml:2:1: the same field stands here a second time'],
  ['seed: 1\n---\nseed: 2', 'x.yaml:2:1: a second document begins here: one scenario a file'],
  ['[1]: 2', "x.yaml:1:1: a field's name must be a word"],
])('refuses %j', (text, message) => {
  expect(() => parseScenarioText(text, 'x.yaml')).toThrow(new InputError(message));
});

test.each(['vm: [1', 'vm: {', 'a: b: c', '\tvm: 1', 'vm: "', 'vm: !!nonsense 3', 'vm: *nobody'])(
  'says where %j is no YAML',
  (text) => {
    expect(() => parseScenarioText(text, 'x.yaml')).toThrow(InputError);
    expect(() => parseScenarioText(text, 'x.yaml')).toThrow(/^x\.yaml:\d+:\d+: is no YAML: [^\n]+$/u);
  },
);

test('refuses what is too long, too deep, or grows by aliases', () => {
  expect(() => parseScenarioText('a'.repeat(1e7), 'x.yaml')).toThrow(
    new InputError('x.yaml: is 10 MB long: a scenario must be at most 1 MB'),
  );
  for (const opener of ['[', '{', '- ', '? ', '[{a: ']) {
    expect(() => parseScenarioText(opener.repeat(1e5), 'x.yaml')).toThrow(
      new InputError('x.yaml: is nested too deeply'),
    );
  }
  expect(() => parseScenarioText(`a: ${'['.repeat(40)}${']'.repeat(40)}`, 'x.yaml')).toThrow(
    /is nested too deeply$/u,
  );
  const bomb = [
    'a: &a [x, x]',
    ...'bcdefghijk'.split('').map((to, i) => `${to}: &${to} [${`*${'abcdefghij'[i]!},`.repeat(9)}]`),
  ];
  expect(() => parseScenarioText(bomb.join('\n'), 'x.yaml')).toThrow(
    new InputError('x.yaml: uses its aliases more than 100 times'),
  );
});

test('examples', () => {
  expect(parseScenarioText('vm: { ram: 4 GiB }', 'small.yaml').values).toEqual({ vm: { ram: '4 GiB' } });
});
