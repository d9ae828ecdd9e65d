import { describe, expect, it } from 'vitest';
import { prepareComparison } from '../../studies/compare.js';
import { prepare } from '../../studies/prepare.js';

const file = (values: Record<string, unknown>) => ({ origin: 'vm.yaml', values });
const profiles = (...args: Parameters<typeof prepareComparison>) =>
  prepareComparison(...args).map(({ scenario }) => scenario.profile);

describe('a comparison', () => {
  it('differs in the stack and its defaults, and in nothing else', () => {
    const layers = [file({ vm: { ram: '4 GiB', workload: { size: '64 MiB' } }, seed: 7, replications: 12 })];
    const [one, two] = prepareComparison(layers, 'qemu-2.0, qemu-7.2').map(({ scenario }) => scenario);
    expect([one!.stack, two!.stack]).toEqual(['qemu-2.0', 'qemu-7.2']);
    expect(one!.migration).toMatchObject({ downtimeLimit: 0.03, maxBandwidth: 32 * 2 ** 20 });
    expect(two!.migration).toMatchObject({ downtimeLimit: 0.3, maxBandwidth: 128 * 2 ** 20 });
    const { stack, migration } = two!;
    expect({ ...one!, stack, migration }).toEqual(two);
  });

  it('leaves to all what the scenario states', () => {
    const layers = [file({ migration: { downtimeLimit: '70 ms', maxBandwidth: '10 MiB/s' } })];
    for (const { scenario } of prepareComparison(layers, 'openstack-icehouse,qemu-2.0,qemu-7.2')) {
      expect(scenario.migration).toMatchObject({ downtimeLimit: 0.07, maxBandwidth: 10 * 2 ** 20 });
    }
  });

  it('is at one place: of the profile stated, of the stack stated, or of the first product', () => {
    const names = 'qemu-7.2,openstack-icehouse';
    expect(profiles([], names)).toEqual(['qemu-7.2-bench', 'qemu-7.2-bench']);
    expect(profiles([file({ stack: 'qemu-1.2.1' })], names)).toEqual([
      'qemu-1.2.1-bench',
      'qemu-1.2.1-bench',
    ]);
    expect(profiles([file({ profile: 'icclab-2014' })], names)).toEqual(['icclab-2014', 'icclab-2014']);
    const flag = { origin: '--profile', path: 'profile', value: 'icclab-2014' };
    expect(profiles([file({ profile: 'qemu-1.2.1-bench' }), flag], names)).toEqual([
      'icclab-2014',
      'icclab-2014',
    ]);
  });

  it('of a product with itself at its own place is what predict prepares', () => {
    expect(prepareComparison([], 'qemu-7.2')).toEqual([
      prepare([{ origin: 'test', path: 'stack', value: 'qemu-7.2' }]),
    ]);
  });
});

describe('examples', () => {
  it('give the values that stand in the docstrings', () => {
    const limits = prepareComparison([], 'qemu-2.0,qemu-7.2').map(
      ({ scenario }) => scenario.migration.downtimeLimit,
    );
    expect(limits).toEqual([0.03, 0.3]);
  });
});
