import { describe, expect, it } from 'vitest';
import { askForAll, mostOutbound } from '../../../models/stacks/outbound.js';
import { qemu121 } from '../../../models/stacks/qemu-1.2.1.js';
import type { Stack } from '../../../models/stacks/stack.js';
import { delay, type Process } from '../../../sim/process.js';
import { findProfile, findStack, stacks } from '../../../scenario/catalog.js';
import { resolveParameters } from '../../../scenario/parameters.js';
import { tiny } from '../migration/tiny.js';

/** A product whose migrations take 2 s, whatever is migrated. */
const twoSeconds: Stack = {
  ...qemu121,
  *migrate(): Process {
    yield delay(2);
  },
};

/** When each of so many migrations began and ended, where so many may leave at a time. */
function spans(count: number, atOnce?: number) {
  const { bed, sim } = tiny({ restingPages: 1 });
  const beds = Array.from({ length: count }, () => bed);
  const all = askForAll(sim, twoSeconds, beds, 'lm', atOnce);
  sim.run();
  return all.map(({ startedAt, endedAt }) => [startedAt, endedAt]);
}

const { sim, bed } = tiny({ restingPages: 1 });

describe('several migrations asked for at once', () => {
  it('run all at the same time where nothing limits them', () => {
    expect(spans(3)).toEqual([
      [0, 2],
      [0, 2],
      [0, 2],
    ]);
  });

  it('wait for their turn, in the order in which they were asked for', () => {
    expect(spans(3, 1)).toEqual([
      [0, 2],
      [2, 4],
      [4, 6],
    ]);
    expect(spans(5, 2).map(([start]) => start)).toEqual([0, 0, 2, 2, 4]);
  });

  it('end the run with the last of them, whatever others would still do', () => {
    const { bed, sim } = tiny({ restingPages: 1 });
    askForAll(sim, twoSeconds, [bed, bed], 'lm', 1);
    sim.at(9, () => undefined);
    expect([sim.run(), sim.now]).toEqual(['stopped', 4]);
  });

  it('need no turn where there are no more of them than may leave', () => {
    expect(spans(2, 2)).toEqual([
      [0, 2],
      [0, 2],
    ]);
  });

  it('keep their place for as long as they go on: those behind a stuck one wait for ever', () => {
    const stuck: Stack = {
      ...qemu121,
      *migrate(): Process {
        yield delay(Infinity);
      },
    };
    const [first, second] = askForAll(sim, stuck, [bed, bed], 'lm', 1);
    sim.run(100);
    expect(first).toMatchObject({ startedAt: 0, endedAt: null });
    expect(second).toMatchObject({ startedAt: null, endedAt: null });
  });
});

describe('the limit of a product', () => {
  it('is what its constant says, or the override of it', () => {
    const nova = findStack('nova-stein');
    const most = (parameters: Record<string, unknown>) =>
      mostOutbound(nova, resolveParameters(nova, findProfile(nova.profile), parameters).constants);
    expect(most({})).toBe(1);
    expect(most({ nova: { maxConcurrentMigrations: 4 } })).toBe(4);
    expect(most({ nova: { maxConcurrentMigrations: 0 } })).toBe(Infinity);
  });

  it('is 1 for Nova from 12 on and for a bulk migration by Proxmox VE, 2 for KubeVirt and oVirt, none for QEMU', () => {
    const most = (name: string) => {
      const stack = findStack(name);
      return mostOutbound(stack, resolveParameters(stack, findProfile(stack.profile)).constants);
    };
    expect(['nova-liberty', 'nova-stein', 'proxmox-9', 'kubevirt-1.4'].map(most)).toEqual([1, 1, 1, 2]);
    expect(most('ovirt-minimal-downtime')).toBe(2);
    expect(['nova-kilo', 'openstack-icehouse', 'qemu-7.2'].map(most)).toEqual([Infinity, Infinity, Infinity]);
  });

  it.each(stacks.map((stack) => [stack.name, stack] as const))(
    '%s names a constant that it has',
    (_, stack) => {
      if (!stack.outboundLimit) return;
      const [group, name] = stack.outboundLimit;
      expect(stack.constants[group]).toHaveProperty(name);
    },
  );
});

describe('examples', () => {
  it('give the values that stand in the docstrings', () => {
    const nova = { outboundLimit: ['nova', 'maxConcurrentMigrations'] } as const;
    expect(mostOutbound(nova, { nova: { maxConcurrentMigrations: 1 } })).toBe(1);
    expect(mostOutbound({}, {})).toBe(Infinity);
    const [first, second] = spans(2, 1);
    expect(second![0]).toBe(first![1]);
  });
});
