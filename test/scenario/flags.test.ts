import { expect, test } from 'vitest';
import { assignFlag, assignSetting, describeFlag, FLAGS, pathOf } from '../../scenario/flags.js';
import { InputError } from '../../scenario/input-error.js';
import { mergeLayers } from '../../scenario/merge.js';

test('every flag is a short name of a field', () => {
  for (const flag of FLAGS) {
    expect(pathOf(flag.name)).toBe(flag.path);
    expect(pathOf(`--${flag.name}`)).toBe(flag.path);
    expect(describeFlag(flag)).toContain(`(${flag.path})`);
  }
});

test('the network load is in Mbit/s where it has no unit', () => {
  expect(assignFlag('net-load', 200).value).toBe('200 Mbit/s');
  expect(assignFlag('net-load', '1 Gbit/s').value).toBe('1 Gbit/s');
  expect(assignSetting('net-load=200').value).toBe('200 Mbit/s');
  expect(assignSetting('background.rate=200').value).toBe('200');
});

test('a setting may be a list or a mapping as JSON, and a number under parameters', () => {
  expect(assignSetting('background=[{"kind":"udp","rate":"1 Mbit/s"}]').value).toEqual([
    { kind: 'udp', rate: '1 Mbit/s' },
  ]);
  expect(assignSetting('parameters.burst.correlation=0.3').value).toBe(0.3);
  expect(assignSetting('parameters.burst.unit=GB/s').value).toBe('GB/s');
  expect(assignSetting('stack=a=b').value).toBe('a=b');
});

test.each([
  ['vm.ram', '--set vm.ram: must be PATH=VALUE, such as vm.ram=4GiB'],
  ['=4 GiB', '--set =4 GiB: must be PATH=VALUE, such as vm.ram=4GiB'],
  ['vm.rma=4 GiB', 'vm.rma: no such field; did you mean vm.ram?'],
  ['vm.workload=[{size: 1}]', '--set vm.workload is [{size: 1}]: a list or a mapping must be JSON'],
])('refuses --set %s', (setting, message) => {
  expect(() => assignSetting(setting)).toThrow(new InputError(message));
});

test('capabilities are a list with commas, and auto-converge adds one of them', () => {
  expect(assignFlag('capabilities', ' xbzrle, events ').value).toEqual(['xbzrle', 'events']);
  expect(assignFlag('capabilities', '').value).toEqual([]);
  expect(assignSetting('capabilities=xbzrle,events').value).toEqual(['xbzrle', 'events']);
  expect(assignSetting('capabilities=["xbzrle"]').value).toEqual(['xbzrle']);
  const added = { path: 'migration.capabilities', value: 'auto-converge', isEntry: true };
  expect(assignFlag('auto-converge', true)).toEqual({ origin: '--auto-converge', ...added });
  expect(assignSetting('auto-converge=true')).toEqual({ origin: '--set auto-converge', ...added });
  expect(() => assignSetting('auto-converge=yes')).toThrow(
    new InputError('--set auto-converge is yes: must be true'),
  );
});

test('an entry is added to a list once, whatever the list was', () => {
  const add = assignFlag('auto-converge', true);
  const merged = (...before: Parameters<typeof mergeLayers>[0]) => mergeLayers([...before, add]).raw;
  expect(merged()).toEqual({ migration: { capabilities: ['auto-converge'] } });
  expect(merged(assignFlag('capabilities', 'events,xbzrle'))).toEqual({
    migration: { capabilities: ['events', 'xbzrle', 'auto-converge'] },
  });
  expect(merged({ origin: 'file', values: { migration: { capabilities: ['auto-converge'] } } }, add)).toEqual(
    {
      migration: { capabilities: ['auto-converge'] },
    },
  );
});

test('post-copy is asked for after a time', () => {
  expect(assignFlag('post-copy-after', '5s')).toEqual({
    origin: '--post-copy-after',
    path: 'migration.postCopyAfter',
    value: '5s',
  });
});

test('refuses a flag that is none', () => {
  expect(() => assignFlag('rma', '1')).toThrow(new InputError('--rma: no such flag'));
  expect(() => pathOf('rma')).toThrow(InputError);
});

test('examples', () => {
  expect(describeFlag({ name: 'ram', path: 'vm.ram' })).toBe(
    'Memory of the guest. Default: 16 GiB. (vm.ram)',
  );
  expect(pathOf('stress')).toBe('vm.workload[0].size');
  expect(pathOf('vm.ram')).toBe('vm.ram');
  expect(assignFlag('net-load', '200')).toEqual({
    origin: '--net-load',
    path: 'background.rate',
    value: '200 Mbit/s',
  });
  expect(assignFlag('capabilities', 'xbzrle,events').value).toEqual(['xbzrle', 'events']);
  expect(assignSetting('vm.ram=4 GiB')).toEqual({ origin: '--set vm.ram', path: 'vm.ram', value: '4 GiB' });
});
