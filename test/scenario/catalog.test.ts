import { describe, expect, it } from 'vitest';
import { defaultsFor, findProfile, findStack, profiles, stacks } from '../../scenario/catalog.js';
import { profileGroups } from '../../scenario/profile.js';
import { prepare } from '../../studies/prepare.js';

const GiB = 2 ** 30;
const set = (fields: Record<string, unknown>) => () =>
  prepare(Object.entries(fields).map(([path, value]) => ({ origin: 'test', path, value })));

describe('the catalogue', () => {
  it('finds each stack and profile by its name', () => {
    for (const stack of stacks) expect(findStack(stack.name)).toBe(stack);
    for (const profile of profiles) expect(findProfile(profile.name)).toBe(profile);
  });

  it('has the profile that a stack names as its own', () => {
    for (const stack of stacks) expect(findProfile(stack.profile).name).toBe(stack.profile);
  });

  it('says of an unknown name what it may have meant, or what there is', () => {
    expect(() => findStack('qemu-1.2.2')).toThrow(
      "stack is 'qemu-1.2.2': no such stack; did you mean qemu-1.2.1?",
    );
    expect(() => findStack('vmware')).toThrow(
      "stack is 'vmware': no such stack; known: openstack-icehouse, qemu-1.2.1",
    );
    expect(() => findProfile('icclab-2015')).toThrow(
      "profile is 'icclab-2015': no such profile; did you mean icclab-2014?",
    );
    expect(() => findProfile('')).toThrow("profile is ''");
  });

  it('has every constant of every profile as a finite number with unit, meaning and source', () => {
    for (const profile of profiles) {
      for (const [group, names] of Object.entries(profileGroups)) {
        const constants = profile.constants[group as keyof typeof profileGroups] as Record<string, object>;
        expect(Object.keys(constants).toSorted()).toEqual([...names].toSorted());
        for (const constant of Object.values(constants)) {
          expect(constant).toMatchObject({
            value: expect.any(Number) as number,
            unit: expect.stringMatching(/./u) as string,
            about: expect.stringMatching(/./u) as string,
            source: expect.stringMatching(/./u) as string,
          });
        }
      }
    }
  });

  it('has burst quantiles that ascend', () => {
    for (const { burst } of profiles) {
      burst.quantiles.slice(1).forEach(([percent, speed], i) => {
        expect(percent).toBeGreaterThan(burst.quantiles[i]![0]);
        expect(speed).toBeGreaterThanOrEqual(burst.quantiles[i]![1]);
      });
    }
  });
});

describe('defaults', () => {
  it("are those of the stack's own profile where none is named", () => {
    expect(defaultsFor('qemu-1.2.1', undefined).profile).toBe('qemu-1.2.1-bench');
    expect(defaultsFor('qemu-1.2.1', 'icclab-2014').profile).toBe('icclab-2014');
  });

  it('take limits from the product: Icehouse asks QEMU for no limit of rate, bare QEMU has 32 MiB/s', () => {
    expect(defaultsFor('openstack-icehouse', undefined).maxBandwidth).toBe(Infinity);
    expect(defaultsFor('qemu-1.2.1', undefined).maxBandwidth).toBe(32 * 2 ** 20);
    expect(defaultsFor('qemu-1.2.1', undefined).downtimeLimit).toBe(0.03);
  });

  it('take a profile that is not in the catalogue', () => {
    const profile = { ...findProfile('icclab-2014'), name: 'mine', workloadPeriod: 7 };
    expect(defaultsFor('qemu-1.2.1', profile)).toMatchObject({ profile: 'mine', workloadPeriod: 7 });
  });

  it('hold no more than there is: resident memory within RAM, allocated bytes within the disk', () => {
    const defaults = defaultsFor('openstack-icehouse', undefined);
    expect(defaults.resident(4096)).toBe(4096);
    expect(defaults.resident(16 * GiB)).toBeLessThan(2 * GiB);
    expect(defaults.resident(16 * GiB)).toBeGreaterThan(defaults.resident(GiB));
    expect(defaults.diskAllocated(1000)).toBe(1000);
    expect(defaults.diskAllocated(100 * GiB)).toBe(defaults.diskAllocated(50 * GiB));
  });
});

describe('what a product cannot do', () => {
  it('is said with what it can', () => {
    expect(set({ 'migration.kind': 'post-copy' })).toThrow(
      'migration.kind is post-copy: openstack-icehouse has lm, blm, stop-and-copy',
    );
    expect(set({ stack: 'qemu-1.2.1', 'migration.kind': 'hybrid' })).toThrow(
      'migration.kind is hybrid: qemu-1.2.1 has lm, blm, stop-and-copy',
    );
  });

  it('is an unknown stack or profile in a scenario', () => {
    expect(set({ stack: 'openstack' })).toThrow("stack is 'openstack': no such stack");
    expect(set({ profile: 'nowhere' })).toThrow("profile is 'nowhere': no such profile");
  });
});

describe('examples', () => {
  it('give the values that stand in the docstrings', () => {
    expect(findStack('qemu-1.2.1').versions).toEqual(['QEMU 1.2.1']);
    expect(findProfile('qemu-1.2.1-bench').layout).toBe('bottom');
    expect(defaultsFor('qemu-1.2.1', undefined).downtimeLimit).toBe(0.03);
  });
});
