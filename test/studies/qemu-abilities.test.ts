import { describe, expect, it } from 'vitest';
import { InputError } from '../../scenario/input-error.js';
import { findStack } from '../../scenario/catalog.js';
import { capabilitiesOf, limitFields } from '../../studies/qemu-abilities.js';
import { prepare } from '../../studies/prepare.js';

const prepared = (fields: Record<string, unknown>) => () =>
  prepare(Object.entries(fields).map(([path, value]) => ({ origin: 'here', path, value })));

describe('capabilities', () => {
  it.each([
    ['qemu-6.2', ['zero-copy-send'], 'zero-copy-send: needs QEMU 7.1; this stack is 6.2'],
    [
      'qemu-9.2',
      ['xbzrle', 'multifd'],
      "multifd with xbzrle: QEMU's own rule: Multifd is not compatible with xbzrle",
    ],
    ['qemu-9.2', ['auto-convrege'], 'auto-convrege: no such capability; did you mean auto-converge?'],
    ['qemu-9.2', ['toString'], 'toString: no such capability; known: xbzrle, auto-converge, .*'],
    ['qemu-9.2', ['events', 'events'], 'events, events: events stands twice'],
    ['qemu-1.2.1', ['xbzrle'], 'xbzrle: qemu-1.2.1 is simulated without migration capabilities'],
    [
      'openstack-icehouse',
      ['auto-converge'],
      'auto-converge: openstack-icehouse is simulated without migration capabilities',
    ],
  ])('of %s refuse %s', (stack, capabilities, rule) => {
    const words = `here: migration.capabilities is ${rule}`;
    const run = prepared({ stack, 'migration.capabilities': capabilities });
    expect(run).toThrow(InputError);
    expect(run).toThrow(rule.endsWith('.*') ? new RegExp(`^${words}$`, 'u') : new InputError(words));
  });

  it('are a set: written in another order, it is the same scenario', () => {
    const [one, other] = [
      ['events', 'auto-converge'],
      ['auto-converge', 'events'],
    ].map((names) => prepared({ stack: 'qemu-9.2', 'migration.capabilities': names })());
    expect(JSON.stringify(one)).toBe(JSON.stringify(other));
  });
});

describe('limits', () => {
  const limited = (stack: string, downtimeLimit: string) =>
    prepared({ stack, 'migration.downtimeLimit': downtimeLimit });

  it('of the downtime end at 2,000 s from QEMU 2.9 on', () => {
    expect(limited('qemu-2.9', '2000 s')).not.toThrow();
    expect(limited('qemu-2.5', '2001 s')).not.toThrow();
    expect(limited('qemu-2.9', '2001 s')).toThrow(
      new InputError(
        "here: migration.downtimeLimit is 2001 s: QEMU's own rule: Parameter 'downtime_limit' expects an integer " +
          'in the range of 0 to 2000000 milliseconds',
      ),
    );
  });

  it('of post-copy need its capability', () => {
    const asked = { stack: 'qemu-7.2', 'migration.postCopyAfter': '5 s' };
    expect(prepared({ ...asked, 'migration.capabilities': ['postcopy-ram'] })).not.toThrow();
    expect(prepared(asked)).toThrow(
      new InputError(
        "here: migration.postCopyAfter is 5 s: QEMU's own rule: Enable postcopy with migrate_set_capability before " +
          'the start of migration; add postcopy-ram to migration.capabilities',
      ),
    );
    expect(prepared({ 'migration.postCopyAfter': '5 s' })).toThrow(
      new InputError('here: migration.postCopyAfter is 5 s: openstack-icehouse has no post-copy'),
    );
  });

  it.each([
    ['autoConverge.initial', '150 %', "must be 1 % to 99 % (QEMU's own rule for cpu-throttle-initial)"],
    ['autoConverge.increment', 0, "must be 1 % to 99 % (QEMU's own rule for cpu-throttle-increment)"],
    ['autoConverge.max', 1, "must be 1 % to 99 % (QEMU's own rule for max-cpu-throttle)"],
    ['autoConverge.trigger', 0, "must be 1 % to 100 % (QEMU's own rule for throttle-trigger-threshold)"],
    ['autoConverge.tailslow', 2, 'must be 0 or 1'],
    ['dirtyLimit.vcpuLimit', '1 MB/s', "must be at least 1 MiB/s (QEMU's own rule for vcpu-dirty-limit)"],
    [
      'dirtyLimit.periodSeconds',
      '2 s',
      "must be 1 ms to 1000 ms (QEMU's own rule for x-vcpu-dirty-limit-period)",
    ],
  ])('of parameters.%s: not %s', (constant, value, rule) => {
    const path = `parameters.${constant}`;
    const message = `here: ${path} is ${value}: ${rule}`;
    expect(prepared({ stack: 'qemu-9.2', [path]: value })).toThrow(new InputError(message));
  });

  it('of one throttle hold against another', () => {
    expect(prepared({ stack: 'qemu-9.2', 'parameters.autoConverge.max': '10 %' })).toThrow(
      new InputError(
        'here: parameters.autoConverge.max is 10 %: must be at least autoConverge.initial, 20 % ' +
          "(QEMU's own rule for max-cpu-throttle)",
      ),
    );
  });

  it('are no constants of versions that do not have them', () => {
    expect(prepared({ stack: 'qemu-2.0', 'parameters.autoConverge.initial': 0.3 })).toThrow(
      'no such constant',
    );
    expect(prepared({ stack: 'qemu-7.2', 'parameters.dirtyLimit.step': 0.3 })).toThrow('no such constant');
    const { constants } = prepared({ stack: 'qemu-7.2', 'parameters.autoConverge.initial': '30 %' })()
      .parameters;
    expect(constants.autoConverge!.initial).toBe(0.3);
  });
});

describe('examples of what is listed', () => {
  it('give the values that stand in the docstrings', () => {
    const names = capabilitiesOf(findStack('qemu-1.6')).map(({ name }) => name);
    expect(names).toEqual(['xbzrle', 'auto-converge', 'zero-blocks']);
    expect(limitFields(findStack('qemu-7.2'))[0]).toEqual({
      field: 'migration.downtimeLimit',
      value: 0.3,
      unit: 's',
      about: 'longest stop that its estimate may allow',
    });
  });
});
