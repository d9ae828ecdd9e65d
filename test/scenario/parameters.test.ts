import { describe, expect, it } from 'vitest';
import { findProfile, findStack } from '../../scenario/catalog.js';
import { brokenConstantRule, refuseDefault } from '../../scenario/constant-rules.js';
import { measureOfConstant, resolveParameters } from '../../scenario/parameters.js';
import { prepare } from '../../studies/prepare.js';

const stack = findStack('openstack-icehouse');
const profile = findProfile('icclab-2014');
const resolve = (overrides: Record<string, unknown>) => resolveParameters(stack, profile, overrides);
const wrong = (overrides: Record<string, unknown>) => () => resolve(overrides);

describe('parameters', () => {
  it('are the constants of stack and profile where nothing is overridden', () => {
    const { values, burst, constants } = resolve({});
    expect(values.cpu.zeroPageSeconds).toBe(profile.constants.cpu.zeroPageSeconds.value);
    expect(values.queue.tcp).toBe(profile.constants.queue.tcp.value);
    expect(constants.qemu!.windowSeconds).toBe(0.1);
    expect(burst).toBe(profile.burst);
    expect(constants.libvirt!.pollSeconds).toBe(0.05);
  });

  it('know no libvirt where there is none', () => {
    expect(resolveParameters(findStack('qemu-1.2.1'), profile).constants.libvirt).toBeUndefined();
  });

  it('take overrides as SI numbers or with units', () => {
    const { values, constants } = resolve({
      cpu: { zeroPageSeconds: '1.2 us', hyperThreadGain: 0.3 },
      stream: { sendBufferBytes: '2 MiB' },
      disk: { readRate: '800 Mbit/s' },
      qemu: { sliceSeconds: '40 ms' },
    });
    expect(values.cpu.zeroPageSeconds).toBeCloseTo(1.2e-6, 18);
    expect(values.cpu.hyperThreadGain).toBe(0.3);
    expect(values.stream.sendBufferBytes).toBe(2 ** 21);
    expect(values.disk.readRate).toBe(1e8);
    expect(constants.qemu!.sliceSeconds).toBeCloseTo(0.04, 12);
  });

  it('are measured in units of their own', () => {
    const bench = [findStack('qemu-7.2'), findProfile('qemu-7.2-bench')] as const;
    expect(measureOfConstant(...bench, 'cpu', 'stopSeconds')).toEqual({
      unit: 's',
      dimension: 'seconds',
      grid: 'all',
    });
    expect(measureOfConstant(...bench, 'burst', 'correlation')).toEqual({
      unit: '1',
      dimension: 'count',
      grid: 'all',
    });
    expect(measureOfConstant(...bench, 'multifd', 'channels').grid).toBe('whole numbers');
    expect(measureOfConstant(...bench, 'xbzrle', 'cacheBytes').grid).toBe('powers of two');
    expect(measureOfConstant(findStack('nova-ocata'), bench[1], 'nova', 'downtimeSteps').grid).toBe(
      'whole numbers',
    );
    expect(() => measureOfConstant(...bench, 'cpu', 'stopSecond')).toThrow('did you mean stopSeconds?');
  });

  it('leave the catalogue as it was', () => {
    const before = JSON.stringify([stack.constants, profile]);
    resolve({ cpu: { zeroPageSeconds: 1 }, burst: { correlation: 0.9, quantiles: [[0, 1]] } });
    expect(JSON.stringify([stack.constants, profile])).toBe(before);
  });
});

describe('an override of a constant', () => {
  it('that nobody has is an error, with what may have been meant', () => {
    expect(wrong({ cpuu: { zeroPageSeconds: 1 } })).toThrow(
      'parameters.cpuu: no such constant; did you mean cpu?',
    );
    expect(wrong({ cpu: { zeroPageSecond: 1 } })).toThrow(
      'parameters.cpu.zeroPageSecond: no such constant; did you mean zeroPageSeconds?',
    );
    expect(wrong({ memory: {} })).toThrow(/no such constant; known: .*queue.*burst/u);
    expect(wrong({ constructor: {} })).toThrow('parameters.constructor: no such constant');
    expect(wrong({ cpu: { toString: 1 } })).toThrow('parameters.cpu.toString: no such constant');
  });

  it('must be a quantity of its unit', () => {
    expect(wrong({ cpu: { zeroPageSeconds: '3 MiB' } })).toThrow('parameters.cpu.zeroPageSeconds is 3 MiB: ');
    expect(wrong({ stream: { sendBufferBytes: true } })).toThrow(
      'parameters.stream.sendBufferBytes is true: must be a quantity in bytes',
    );
    expect(wrong({ cpu: 3 })).toThrow('parameters.cpu is 3: must hold constants by name');
    expect(wrong({ cpu: [3] })).toThrow('parameters.cpu is [3]: must hold constants by name');
    expect(wrong({ cpu: null })).toThrow('parameters.cpu is null: must hold constants by name');
  });

  it.each([-1, NaN, Infinity])('must be finite and not negative: %d', (value) => {
    expect(wrong({ cpu: { zeroPageSeconds: value } })).toThrow(
      `parameters.cpu.zeroPageSeconds is ${value}: must be at least 0 and finite`,
    );
  });

  it('must not be 0 where nothing would move', () => {
    expect(wrong({ qemu: { windowSeconds: '0 s' } })).toThrow(
      'parameters.qemu.windowSeconds is 0 s: must be greater than 0',
    );
    expect(wrong({ queue: { migration: 0 } })).toThrow(
      'parameters.queue.migration is 0: must be greater than 0',
    );
  });

  it('must not be more than all, where it is a share', () => {
    expect(wrong({ guest: { touchedShare: 1.5 } })).toThrow(
      'parameters.guest.touchedShare is 1.5: must be at most 1',
    );
  });

  it('is refused where a field of the scenario has the say', () => {
    expect(wrong({ qemu: { maxBandwidth: '1 MiB/s' } })).toThrow(
      'parameters.qemu.maxBandwidth: only the default of migration.maxBandwidth; set migration.maxBandwidth itself',
    );
    expect(wrong({ guest: { residentBase: 0 } })).toThrow('set vm.resident itself');
  });

  it('says in which file and where, if it stands in one', () => {
    const fields = [{ origin: '--set', path: 'parameters.cpu.spread', value: -1 }];
    expect(() => prepare(fields)).toThrow(
      '--set: parameters.cpu.spread is -1: must be at least 0 and finite',
    );
  });
});

describe('an override of the bursts', () => {
  it('has quantiles with a unit of their own', () => {
    const { burst } = resolve({
      burst: {
        unit: 'GB/s',
        quantiles: [
          [0, 0.5],
          [50, 1],
          [100, 1],
        ],
      },
    });
    expect(burst.quantiles).toEqual([
      [0, 0.5e9],
      [50, 1e9],
      [100, 1e9],
    ]);
    expect(burst.correlation).toBe(profile.burst.correlation);
  });

  it('has quantiles in bytes/s without one', () => {
    expect(resolve({ burst: { quantiles: [[50, 3e9]] } }).burst.quantiles).toEqual([[50, 3e9]]);
  });

  it('takes the other figures as numbers below 1', () => {
    const { cold } = resolve({ burst: { cold: { shift: 2, recovery: 1 } } }).burst;
    expect(cold).toMatchObject({ shift: 2, recovery: 1 });
    expect(wrong({ burst: { cold: { recovery: 2 } } })).toThrow(
      'parameters.burst.cold.recovery is 2: must be a number from 0 to 1',
    );
    expect(wrong({ burst: { cold: { secondsPerByte: -1 } } })).toThrow('must be a number of at least 0');
    expect(wrong({ burst: { cold: { warmth: 1 } } })).toThrow(
      'parameters.burst.cold.warmth: no such constant',
    );
    expect(wrong({ burst: { cold: 3 } })).toThrow('parameters.burst.cold is 3: must hold constants by name');
    const { burst } = resolve({ burst: { correlation: 0.5, runSpread: 0, networkSlowdown: 0.2 } });
    expect(burst).toMatchObject({ correlation: 0.5, runSpread: 0, networkSlowdown: 0.2 });
    expect(wrong({ burst: { correlation: 1 } })).toThrow(
      'parameters.burst.correlation is 1: must be a number of at least 0 and below 1',
    );
    expect(wrong({ burst: { runSpread: '5 %' } })).toThrow(
      'parameters.burst.runSpread is 5 %: must be a number',
    );
  });

  const rule = 'must be a list of [percent, speed], both ascending, percent 0 to 100, speed above 0';
  it.each([
    ['5 GB/s', '5 GB/s'],
    [[], '[]'],
    [[[50]], '[50]'],
    [[[50, '1 GB/s']], '[50,"1 GB/s"]'],
    [[[50, 0]], '[50,0]'],
    [[[-2, 1]], '[-2,1]'],
    [[[101, 1]], '[101,1]'],
    [[[50, 2], [50, 3]], '[50,3]'], // prettier-ignore
    [[[50, 2], [60, 1]], '[60,1]'], // prettier-ignore
    [[[50, NaN]], '[50,null]'],
  ])('has quantiles by the rule: %j is not', (quantiles, shown) => {
    expect(wrong({ burst: { quantiles } })).toThrow(`parameters.burst.quantiles is ${shown}: ${rule}`);
  });

  it('has a unit of speed', () => {
    expect(wrong({ burst: { unit: 3 } })).toThrow(
      "parameters.burst.unit is 3: must be a unit such as 'GB/s'",
    );
    expect(wrong({ burst: { unit: 'GiB' } })).toThrow('parameters.burst.unit is 1 GiB: ');
  });

  it('has no other names', () => {
    expect(wrong({ burst: { quantile: [] } })).toThrow(
      'parameters.burst.quantile: no such constant; did you mean quantiles?',
    );
  });
});

describe('examples', () => {
  it('give the values that stand in the docstrings', () => {
    expect(brokenConstantRule('stream.writableShare', 1.5)).toBe('must be at most 1');
    expect(() => {
      refuseDefault('qemu.maxBandwidth');
    }).toThrow(
      'parameters.qemu.maxBandwidth: only the default of migration.maxBandwidth; set migration.maxBandwidth itself',
    );
    const { values } = resolveParameters(findStack('qemu-1.2.1'), findProfile('qemu-1.2.1-bench'), {
      cpu: { zeroPageSeconds: '2 us' },
    });
    expect(values.cpu.zeroPageSeconds).toBeCloseTo(2e-6, 18);
  });
});
