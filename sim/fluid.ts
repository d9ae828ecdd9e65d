import { createActivity, type Activity } from './activity.js';
import type { Simulation, Wait } from './kernel.js';
import { createSharingProblem } from './max-min.js';

/** Something that flows share: a link, a core, a disk. */
export interface Resource {
  readonly name: string;
}

/** Amount per second; as a function, the total when flows of that total weight are active (hosts with hyper-threads). */
export type Capacity = number | ((activeWeight: number) => number);

export interface FlowOptions {
  name: string;
  /** What the flow crosses, each at most once; all of it is used at the flow's rate. */
  path: readonly Resource[];
  /** Share among the flows of one priority; default 1. */
  weight?: number;
  /** Higher is served strictly first; default 0. */
  priority?: number;
  /** Most the flow can take, amount/s; default no limit. */
  cap?: number;
  /** Always backlogged, as background traffic is; default false. */
  endless?: boolean;
}

export interface Flow {
  readonly name: string;
  /** Amount/s now; 0 when nothing is to be done. */
  readonly rate: number;
  /** What is still to be done now; Infinity for an endless flow. */
  backlog(): number;
  /** What was done so far. */
  drained(): number;
  /** Adds work, and wakes an idle flow. An endless flow has all the work there is: pushing changes nothing. */
  push(amount: number): void;
  /** Resumes when the backlog is at most `level`; if it is so already, as an event at the present time. */
  drainedTo(level: number): Wait;
  setCap(cap: number): void;
  setWeight(weight: number): void;
  /** Ends the flow and drops its backlog. Waits on it never end, so cancel them (an interrupt does). */
  close(): void;
}

export interface Fluid {
  resource(name: string, capacity: Capacity): Resource;
  setCapacity(resource: Resource, capacity: Capacity): void;
  open(options: FlowOptions): Flow;
  /** Total rate through a resource now. */
  used(resource: Resource): number;
  /** Calls `listener` after a flow's rate has changed; returns the function that ends this. */
  onChange(listener: (flow: Flow) => void): () => void;
}

interface ResourceState extends Resource {
  capacity: Capacity;
  /** The flows that were active when shares were last computed, and which step of their path this resource is. */
  readonly flows: FlowState[];
  readonly stepOf: number[];
  /** The round of sharing in which the resource was last visited, and its index in that round's problem. */
  visited: number;
  index: number;
}

interface FlowState {
  readonly flow: Flow;
  readonly activity: Activity;
  readonly path: readonly ResourceState[];
  /** By step of the path: where the flow stands in that resource's `flows`. */
  readonly places: number[];
  readonly priority: number;
  weight: number;
  cap: number;
  /** Whether the flow stands in the `flows` of its resources, that is, has a share. */
  shared: boolean;
  /** Whether weight or cap have changed since shares were computed. */
  changed: boolean;
  /** Whether the flow stands in `touched`. */
  queued: boolean;
  visited: number;
}

// Rates that differ by less, relatively, are the same rate computed in another order: no event is moved for them.
const SAME_RATE = 1e-12;

/**
 * Fluid sharing: flows drain their backlogs through resources at rates that are max-min fair at every instant (see
 * `maxMin`): strict priorities, weights, caps, all resources of a path. A flow without backlog takes no share.
 *
 * Shares are computed when somebody reads a rate, and else once at the end of an instant, however many changes there
 * were; and only for the connected component of active flows and resources in which something changed. A flow that
 * drains and is pushed again at the same instant, the usual case of a sender that works in chunks, keeps its share and
 * costs no sharing at all: 2 M such cycles a second instead of 0.6 M.
 *
 * Throws a RangeError for amounts, weights, caps, levels and capacities outside their ranges, and an Error for a push
 * on a closed flow and for a resource of another fluid.
 *
 * @example
 * const sim = createSimulation();
 * const fluid = createFluid(sim);
 * const link = fluid.resource('link', 100);
 * const short = fluid.open({ name: 'short', path: [link] });
 * const long = fluid.open({ name: 'long', path: [link] });
 * short.push(100);
 * long.push(400);
 * short.rate; // => 50
 * sim.run(2); // => 'until'
 * long.rate; // => 100
 * sim.run(); // => 'idle'
 * sim.now; // => 5
 */
export function createFluid(sim: Simulation): Fluid {
  const resources = new Map<Resource, ResourceState>();
  const listeners = new Set<(flow: Flow) => void>();
  const problem = createSharingProblem();
  // What has changed since shares were computed.
  const touched: FlowState[] = [];
  const resized: ResourceState[] = [];
  let settling = false;
  let round = 0;

  function stateOf(resource: Resource): ResourceState {
    const state = resources.get(resource);
    if (state === undefined) throw new Error(`resource '${resource.name}' belongs to another fluid`);
    return state;
  }

  function settleLater(): void {
    if (settling) return;
    settling = true;
    sim.endOfInstant(settleAtEnd);
  }

  function settleAtEnd(): void {
    settling = false;
    settle();
  }

  function touch(state: FlowState): void {
    if (state.queued) return;
    state.queued = true;
    touched.push(state);
    settleLater();
  }

  function join(state: FlowState): void {
    state.shared = true;
    state.path.forEach((resource, step) => {
      state.places[step] = resource.flows.length;
      resource.flows.push(state);
      resource.stepOf.push(step);
    });
  }

  function leave(state: FlowState): void {
    state.shared = false;
    state.path.forEach((resource, step) => {
      const place = state.places[step]!;
      const last = resource.flows.pop()!;
      const lastStep = resource.stepOf.pop()!;
      if (last === state) return;
      resource.flows[place] = last;
      resource.stepOf[place] = lastStep;
      last.places[lastStep] = place;
    });
  }

  function capacityOf(resource: ResourceState): number {
    const { name, capacity, flows } = resource;
    if (typeof capacity === 'number') return capacity;
    let weight = 0;
    for (const flow of flows) weight += flow.weight;
    return checked(`capacity of resource '${name}' at weight ${weight}`, capacity(weight));
  }

  function setRate(state: FlowState, rate: number, changes: FlowState[]): void {
    const old = state.activity.rate();
    if (rate === old || Math.abs(rate - old) <= SAME_RATE * Math.min(rate, old)) return;
    state.activity.setRate(rate);
    if (listeners.size > 0) changes.push(state);
  }

  /** Brings all rates up to date with what has changed. */
  function settle(): void {
    if (touched.length === 0 && resized.length === 0) return;
    const changes: FlowState[] = [];
    // A second round only if a flow whose end is due at this instant was found to be drained by the first.
    while (touched.length > 0 || resized.length > 0) {
      seat(changes);
      round++;
      for (const seed of resized) if (seed.visited !== round && seed.flows.length > 0) share(seed, changes);
      empty(resized);
    }
    for (const { flow } of changes) for (const listener of listeners) listener(flow);
  }

  /** Lets the flows that have begun or ended work join or leave their resources, which then need new shares. */
  function seat(changes: FlowState[]): void {
    for (const state of touched) {
      state.queued = false;
      const active = state.activity.active();
      if (active === state.shared && !(active && state.changed)) continue;
      state.changed = false;
      if (active && !state.shared) join(state);
      else if (!active) {
        leave(state);
        setRate(state, 0, changes);
      }
      if (active && state.path.length === 0) setRate(state, state.cap, changes);
      for (const resource of state.path) resized.push(resource);
    }
    empty(touched);
  }

  /** Computes the shares of the connected component around a resource. */
  function share(seed: ResourceState, changes: FlowState[]): void {
    const only = seed.flows[0]!;
    if (only.path.every(({ flows }) => flows.length === 1)) {
      // One flow alone on its path gets what its narrowest resource has: a third of the cost of the general way.
      let rate = only.cap;
      for (const resource of only.path) {
        resource.visited = round;
        rate = Math.min(rate, capacityOf(resource));
      }
      setRate(only, rate, changes);
      return;
    }
    const component: ResourceState[] = [];
    const members: FlowState[] = [];
    problem.clear();
    const visit = (resource: ResourceState): void => {
      if (resource.visited === round) return;
      resource.visited = round;
      component.push(resource);
    };
    visit(seed);
    // `component` grows while it is walked, until it is closed.
    for (const resource of component) {
      resource.index = problem.resource(capacityOf(resource));
      for (const flow of resource.flows) {
        if (flow.visited === round) continue;
        flow.visited = round;
        members.push(flow);
        for (const other of flow.path) visit(other);
      }
    }
    for (const flow of members) {
      problem.flow(flow.weight, flow.cap, flow.priority);
      for (const resource of flow.path) problem.crosses(resource.index);
    }
    problem.solve();
    members.forEach((flow, index) => setRate(flow, problem.rate(index), changes));
  }

  return {
    resource(name, capacity) {
      if (typeof capacity === 'number') checked(`capacity of resource '${name}'`, capacity);
      const state: ResourceState = { name, capacity, flows: [], stepOf: [], visited: 0, index: 0 };
      resources.set(state, state);
      return state;
    },
    setCapacity(resource, capacity) {
      const state = stateOf(resource);
      if (typeof capacity === 'number') checked(`capacity of resource '${state.name}'`, capacity);
      else if (capacity === state.capacity) return;
      state.capacity = capacity;
      resized.push(state);
      settleLater();
    },
    open({ name, path, weight = 1, priority = 0, cap = Infinity, endless = false }) {
      if (new Set(path).size < path.length)
        throw new RangeError(
          `path of flow '${name}' = ${path.map((r) => r.name).join(', ')}: a resource is named twice`,
        );
      if (!Number.isFinite(priority))
        throw new RangeError(`priority of flow '${name}' = ${priority}: must be finite`);
      const activity = createActivity(sim, name, endless, () => {
        touch(state);
      });
      const flow: Flow = {
        name,
        get rate() {
          activity.backlog();
          settle();
          return activity.rate();
        },
        backlog: activity.backlog,
        drained: activity.drained,
        push: activity.push,
        drainedTo: activity.drainedTo,
        setCap(newCap) {
          if (newCap === state.cap) return;
          state.cap = checked(`cap of flow '${name}'`, newCap);
          state.changed = true;
          touch(state);
        },
        setWeight(newWeight) {
          if (newWeight === state.weight) return;
          state.weight = checkedWeight(name, newWeight);
          state.changed = true;
          touch(state);
        },
        close: activity.close,
      };
      const state: FlowState = {
        flow,
        activity,
        path: path.map(stateOf),
        places: [],
        priority,
        weight: checkedWeight(name, weight),
        cap: checked(`cap of flow '${name}'`, cap),
        shared: false,
        changed: false,
        queued: false,
        visited: 0,
      };
      if (endless) touch(state);
      return flow;
    },
    used(resource) {
      const { flows } = stateOf(resource);
      // A flow whose end is due at this instant ends when it is looked at.
      for (const { activity } of flows) activity.backlog();
      settle();
      let total = 0;
      for (const { activity } of flows) total += activity.rate();
      return total;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Empties a short list without giving its memory back, as `length = 0` would. */
function empty(list: unknown[]): void {
  while (list.length > 0) list.pop();
}

function checked(what: string, value: number): number {
  if (!(value >= 0)) throw new RangeError(`${what} = ${value}: must be at least 0`);
  return value;
}

function checkedWeight(name: string, weight: number): number {
  if (!(weight > 0 && weight < Infinity))
    throw new RangeError(`weight of flow '${name}' = ${weight}: must be above 0, finite`);
  return weight;
}
