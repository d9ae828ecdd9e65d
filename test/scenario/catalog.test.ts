import { describe, expect, it } from 'vitest';
import { defaultsFor, findProfile, findStack, profiles, stacks } from '../../scenario/catalog.js';
import { brokenProductRule } from '../../scenario/constant-rules.js';
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
    expect(() => findStack('qemu-11')).toThrow(
      "stack is 'qemu-11': no such release of QEMU; known: 1.0 to 1.3, 1.4",
    );
    expect(() => findStack('bhyve')).toThrow(
      "stack is 'bhyve': no such stack; known: openstack-icehouse, qemu-1.2.1",
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

describe('a stack over another QEMU', () => {
  it('is named NAME/qemu-VERSION and has the constants of that version', () => {
    const stack = findStack('nova-liberty/qemu-2.0');
    expect(stack.name).toBe('nova-liberty/qemu-2.0');
    expect(stack.versions).toEqual(['Nova 12 to 14', 'libvirt 1.3', 'QEMU 2.0']);
    expect(stack.qemu).toBe('2.0');
    expect(stack.constants.nova).toEqual(findStack('nova-liberty').constants.nova);
    expect(findStack('libvirt-6/qemu-10.2').constants.qemu!.stopsAtThreshold!.value).toBe(1);
  });

  it('exists of every orchestrator', () => {
    for (const { name, stopRule } of stacks) {
      // What copies in passes has no QEMU below it.
      if (name.startsWith('qemu-') || stopRule !== undefined) continue;
      expect(findStack(`${name}/qemu-7.2`).name).toBe(`${name}/qemu-7.2`);
    }
  });

  it('may be any release from 1.4 on, as bare QEMU may', () => {
    expect(findStack('qemu-2.11').versions).toEqual(['QEMU 2.11']);
    expect(findStack('openstack-icehouse/qemu-1.4').constants.qemu!.maxBandwidth!.value).toBe(Infinity);
  });

  it('is refused where there is no such orchestrator, no such release, or nothing to put over', () => {
    expect(() => findStack('nova-libery/qemu-2.9')).toThrow(
      "stack is 'nova-libery': no such stack; did you mean nova-liberty?",
    );
    expect(() => findStack('nova-liberty/qemu-2.13')).toThrow(
      "stack is 'nova-liberty/qemu-2.13': no release 2.13 of QEMU with a migration thread; known: 1.4, 1.5, 1.6, 1.7, 2.0,",
    );
    expect(() => findStack('nova-liberty/2.9')).toThrow(
      "stack is 'nova-liberty/2.9': after the stroke comes qemu-VERSION, such as qemu-7.2",
    );
    expect(() => findStack('qemu-2.9/qemu-7.2')).toThrow(
      "stack is 'qemu-2.9/qemu-7.2': qemu-2.9 stands over no other QEMU",
    );
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

  it('is a limit of downtime or an option beyond what the product takes', () => {
    expect(set({ stack: 'nova-stein', 'migration.downtimeLimit': '50 ms' })).toThrow(
      'migration.downtimeLimit is 50 ms: must be at least 100 ms for nova-stein',
    );
    expect(set({ stack: 'nova-stein', 'parameters.nova.downtimeSteps': 2 })).toThrow(
      'parameters.nova.downtimeSteps is 2: must be at least 3',
    );
    expect(set({ stack: 'nova-stein', 'parameters.nova.forceComplete': 0.5 })).toThrow(
      'parameters.nova.forceComplete is 0.5: must be a whole number',
    );
    expect(set({ stack: 'nova-kilo', 'migration.downtimeLimit': '50 ms' })).not.toThrow();
  });

  it('is a timeout where the product has none', () => {
    expect(set({ stack: 'nova-kilo', 'migration.timeout': '60 s' })).toThrow(
      'migration.timeout is 60 s: nova-kilo has no timeout of its own; migration.patience says how long one waits',
    );
    expect(set({ stack: 'nova-liberty', 'migration.timeout': '60 s' })).not.toThrow();
  });

  it('is an unknown stack or profile in a scenario', () => {
    expect(set({ stack: 'openstack' })).toThrow("stack is 'openstack': no such stack");
    expect(set({ profile: 'nowhere' })).toThrow("profile is 'nowhere': no such profile");
  });
});

describe('examples', () => {
  it('give the values that stand in the docstrings', () => {
    expect(findStack('qemu-1.2.1').versions).toEqual(['QEMU 1.2.1']);
    expect(findStack('nova-liberty/qemu-2.9').versions).toEqual(['Nova 12 to 14', 'libvirt 1.3', 'QEMU 2.9']);
    expect(brokenProductRule(0.05, { min: 0.1 }, (seconds) => `${1000 * seconds} ms`)).toBe(
      'must be at least 100 ms',
    );
    expect(findProfile('qemu-1.2.1-bench').layout).toBe('bottom');
    expect(defaultsFor('qemu-1.2.1', undefined).downtimeLimit).toBe(0.03);
  });
});
