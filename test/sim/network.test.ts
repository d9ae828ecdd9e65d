import { describe, expect, it } from 'vitest';
import { createActivity } from '../../sim/activity.js';
import { createMember, createNetwork, createNode } from '../../sim/network.js';
import { createSimulation } from '../../sim/simulation.js';

describe('a network', () => {
  it('notifies when all rates are right, and nobody whose rate is the same', () => {
    const sim = createSimulation();
    const network = createNetwork();
    const link = createNode('link', 10);
    const heard: string[] = [];
    const members = ['a', 'b', 'c'].map((name) => {
      const activity = createActivity(sim, name, false, () => {
        network.touch(member);
      });
      const cap = name === 'a' ? 1 : Infinity;
      const notify = (): void => {
        heard.push(`${name}: ${members.map((other) => other.activity.rate()).join(' ')}`);
      };
      const member = createMember({ activity, path: [link], weight: 1, priority: 0, cap, notify });
      return member;
    });
    for (const { activity } of members.slice(0, 2)) activity.push(100);
    network.settle();
    members[2]!.activity.push(100);
    network.settle();
    network.settle();
    expect(heard).toEqual(['a: 1 9 0', 'b: 1 9 0', 'b: 1 4.5 4.5', 'c: 1 4.5 4.5']);
  });

  it('does what its example says', () => {
    const network = createNetwork();
    const link = createNode('link', 10);
    const activity = createActivity(createSimulation(), 'flow', true, () => undefined);
    network.touch(
      createMember({ activity, path: [link], weight: 1, priority: 0, cap: 4, notify: () => undefined }),
    );
    network.settle();
    expect(activity.rate()).toBe(4);
  });
});

describe('an activity', () => {
  it('does what its example says', () => {
    const sim = createSimulation();
    const activity = createActivity(sim, 'copy', false, () => undefined);
    activity.push(30);
    activity.setRate(10);
    activity.drainedTo(5)(sim, () => undefined);
    expect(sim.run(2)).toBe('until');
    expect(activity.backlog()).toBe(10);
  });
});
