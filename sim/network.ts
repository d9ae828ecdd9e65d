import type { Activity } from './activity.js';
import { createSharingProblem } from './max-min.js';

/** Amount per second; as a function, the total when flows of that total weight are active (hosts with hyper-threads). */
export type Capacity = number | ((activeWeight: number) => number);

/** A resource with those who use it. */
export interface Node {
  readonly name: string;
  capacity: Capacity;
  /** Those who were active when shares were last computed, and which step of their path this node is. */
  readonly users: Member[];
  readonly stepOf: number[];
  /** The round of sharing in which the node was last visited, and its index in that round's problem. */
  visited: number;
  index: number;
}

/** One who uses the nodes of a path. */
export interface Member {
  readonly activity: Activity;
  readonly path: readonly Node[];
  readonly priority: number;
  weight: number;
  cap: number;
  /** Called after the member's rate has changed, when all rates are right. */
  readonly notify: () => void;
  /** By step of the path: where the member stands in that node's `users`. */
  readonly places: number[];
  /** Whether the member stands there, that is, has a share. */
  seated: boolean;
  /** Whether weight or cap have changed since shares were computed. */
  changed: boolean;
  /** Whether the member waits to be looked at by `settle`. */
  queued: boolean;
  visited: number;
}

/** A node that nobody uses yet. */
export function createNode(name: string, capacity: Capacity): Node {
  return { name, capacity, users: [], stepOf: [], visited: 0, index: 0 };
}

/** A member without a share; `touch` it when it has work. */
export function createMember({
  activity,
  path,
  priority,
  weight,
  cap,
  notify,
}: Pick<Member, 'activity' | 'path' | 'priority' | 'weight' | 'cap' | 'notify'>): Member {
  const places: number[] = [];
  // Named one by one: with members made by spreading the options, 1,000 flows are re-shared 510 instead of 3,100 times a
  // second, since the engine keeps such objects as dictionaries.
  return {
    activity,
    path,
    priority,
    weight,
    cap,
    notify,
    places,
    seated: false,
    changed: false,
    queued: false,
    visited: 0,
  };
}

/** Keeps the rates of members right as they and their nodes change. */
export interface Network {
  /** Notes that a member's work has begun or ended, or its weight or cap changed. */
  readonly touch: (member: Member) => void;
  /** Notes that a node's capacity has changed. */
  readonly resize: (node: Node) => void;
  /** Brings all rates up to date with what was noted. */
  readonly settle: () => void;
}

// Rates that differ by less, relatively, are the same rate computed in another order: no event is moved for them.
const SAME_RATE = 1e-12;

/**
 * A network of nodes and members whose rates are computed when `settle` is called, and only for the connected components
 * of active members in which something has changed. After that each member whose rate is another is notified. A member
 * that stops and starts again before `settle` is called keeps its share, and costs nothing.
 *
 * Throws a RangeError, from `settle`, if a capacity function gives less than 0 or NaN.
 *
 * @example
 * const network = createNetwork();
 * const link = createNode('link', 10);
 * const activity = createActivity(createSimulation(), 'flow', true, () => undefined);
 * network.touch(createMember({ activity, path: [link], weight: 1, priority: 0, cap: 4, notify: () => undefined }));
 * network.settle();
 * activity.rate(); // => 4
 */
export function createNetwork(): Network {
  const problem = createSharingProblem();
  const touched: Member[] = [];
  const resized: Node[] = [];
  let round = 0;

  function join(member: Member): void {
    member.seated = true;
    member.path.forEach((node, step) => {
      member.places[step] = node.users.length;
      node.users.push(member);
      node.stepOf.push(step);
    });
  }

  function leave(member: Member): void {
    member.seated = false;
    member.path.forEach((node, step) => {
      const place = member.places[step]!;
      const last = node.users.pop()!;
      const lastStep = node.stepOf.pop()!;
      if (last === member) return;
      node.users[place] = last;
      node.stepOf[place] = lastStep;
      last.places[lastStep] = place;
    });
  }

  function setRate(member: Member, rate: number, changes: Member[]): void {
    const old = member.activity.rate();
    if (rate === old || Math.abs(rate - old) <= SAME_RATE * Math.min(rate, old)) return;
    member.activity.setRate(rate);
    changes.push(member);
  }

  function settle(): void {
    if (touched.length === 0 && resized.length === 0) return;
    const changes: Member[] = [];
    // A second round only if a member whose end is due at this instant was found to be drained by the first.
    while (touched.length > 0 || resized.length > 0) {
      seat(changes);
      round++;
      for (const node of resized) if (node.visited !== round && node.users.length > 0) share(node, changes);
      empty(resized);
    }
    for (const member of changes) member.notify();
  }

  /** Lets those who have begun or ended work join or leave their nodes, which then need new shares. */
  function seat(changes: Member[]): void {
    for (const member of touched) {
      member.queued = false;
      const active = member.activity.active();
      if (active === member.seated && !(active && member.changed)) continue;
      member.changed = false;
      if (active && !member.seated) join(member);
      else if (!active) {
        leave(member);
        setRate(member, 0, changes);
      }
      if (active && member.path.length === 0) setRate(member, member.cap, changes);
      for (const node of member.path) resized.push(node);
    }
    empty(touched);
  }

  /** Computes the shares in the connected component around a node. */
  function share(start: Node, changes: Member[]): void {
    const only = start.users[0]!;
    if (only.path.every(({ users }) => users.length === 1)) {
      // Alone on its path it gets what the narrowest node has: 0.7 of the time of the general way.
      let rate = only.cap;
      for (const node of only.path) {
        node.visited = round;
        rate = Math.min(rate, capacityOf(node));
      }
      setRate(only, rate, changes);
      return;
    }
    const component: Node[] = [start];
    const members: Member[] = [];
    start.visited = round;
    problem.clear();
    // `component` grows while it is walked, until it is closed.
    for (const node of component) {
      node.index = problem.resource(capacityOf(node));
      for (const member of node.users) {
        if (member.visited === round) continue;
        member.visited = round;
        members.push(member);
        for (const other of member.path) {
          if (other.visited === round) continue;
          other.visited = round;
          component.push(other);
        }
      }
    }
    for (const member of members) {
      problem.flow(member.weight, member.cap, member.priority);
      for (const node of member.path) problem.crosses(node.index);
    }
    problem.solve();
    members.forEach((member, index) => setRate(member, problem.rate(index), changes));
  }

  return {
    touch(member) {
      if (member.queued) return;
      member.queued = true;
      touched.push(member);
    },
    resize: (node) => void resized.push(node),
    settle,
  };
}

function capacityOf({ name, capacity, users }: Node): number {
  if (typeof capacity === 'number') return capacity;
  let weight = 0;
  for (const member of users) weight += member.weight;
  const total = capacity(weight);
  if (!(total >= 0))
    throw new RangeError(`capacity of resource '${name}' at weight ${weight} = ${total}: must be at least 0`);
  return total;
}

/** Empties a short list without giving its memory back, as `length = 0` would. */
function empty(list: unknown[]): void {
  while (list.length > 0) list.pop();
}
