import { describe, expect, it } from 'vitest';
import { createFluid, type Flow, type Fluid, type Resource } from '../../sim/fluid.js';
import type { Simulation } from '../../sim/kernel.js';
import { anyOf, delay, value, type Process } from '../../sim/process.js';
import { createSimulation } from '../../sim/simulation.js';

function setUp(capacity = 100): { sim: Simulation; fluid: Fluid; link: Resource; changes: string[] } {
  const sim = createSimulation();
  const fluid = createFluid(sim);
  const changes: string[] = [];
  fluid.onChange((flow) => changes.push(`${flow.name} ${flow.rate} at ${sim.now}`));
  return { sim, fluid, link: fluid.resource('link', capacity), changes };
}

/** Runs up to a time even if nothing happens until then; `run` alone would leave the clock at the last event. */
function runTo(sim: Simulation, time: number): void {
  sim.at(time, () => undefined);
  sim.run(time);
}

/** Pushes the work at a time and writes down when it is done. */
function* transfer(sim: Simulation, flow: Flow, start: number, amount: number, heard: string[]): Process {
  yield delay(start);
  flow.push(amount);
  yield flow.drainedTo(0);
  heard.push(`${flow.name} at ${sim.now}`);
}

describe('a flow', () => {
  it('alone drains at the capacity of its narrowest resource, or at its cap', () => {
    const { sim, fluid, link } = setUp();
    const narrow = fluid.resource('narrow', 20);
    const a = fluid.open({ name: 'a', path: [link, narrow] });
    const b = fluid.open({ name: 'b', path: [fluid.resource('other', 50)], cap: 5 });
    a.push(100);
    b.push(100);
    expect([a.rate, b.rate, fluid.used(link), fluid.used(narrow)]).toEqual([20, 5, 20, 20]);
    runTo(sim, 3);
    expect([a.backlog(), a.drained(), b.backlog(), b.drained()]).toEqual([40, 60, 85, 15]);
    sim.run();
    expect(sim.now).toBe(20);
    expect([a.rate, a.backlog(), a.drained(), fluid.used(link)]).toEqual([0, 0, 100, 0]);
  });

  it('shares with the others that have work, and gets their share when they are done', () => {
    const { sim, fluid, link, changes } = setUp();
    const heard: string[] = [];
    const [a, b] = ['a', 'b'].map((name) => fluid.open({ name, path: [link] }));
    fluid.open({ name: 'idle', path: [link] });
    sim.spawn(transfer(sim, a!, 0, 300, heard));
    sim.spawn(transfer(sim, b!, 1, 100, heard));
    sim.run();
    expect(heard).toEqual(['b at 3', 'a at 4']);
    expect(changes).toEqual(['a 100 at 0', 'a 50 at 1', 'b 50 at 1', 'b 0 at 3', 'a 100 at 3', 'a 0 at 4']);
  });

  it('is resumed at each level in turn, whatever the order of waiting', () => {
    const { sim, fluid, link } = setUp();
    const flow = fluid.open({ name: 'a', path: [link] });
    const heard: string[] = [];
    function* wait(level: number): Process {
      yield flow.drainedTo(level);
      heard.push(`${level}: ${flow.backlog()} at ${sim.now}`);
    }
    flow.push(500);
    for (const level of [100, 400, 600, 0, 400]) sim.spawn(wait(level));
    sim.run();
    expect(heard).toEqual(['600: 500 at 0', '400: 400 at 1', '400: 400 at 1', '100: 100 at 4', '0: 0 at 5']);
  });

  it('is pushed again before a level is reached: the level is reached later', () => {
    const { sim, fluid, link } = setUp();
    const flow = fluid.open({ name: 'a', path: [link] });
    const heard: string[] = [];
    sim.spawn(transfer(sim, flow, 0, 100, heard));
    sim.at(0.5, () => {
      flow.push(100);
    });
    sim.run();
    expect(heard).toEqual(['a at 2']);
  });

  it('that waits for a level already reached goes on at the same time', () => {
    const { sim, fluid, link } = setUp();
    const flow = fluid.open({ name: 'a', path: [link] });
    let resumed = 0;
    flow.drainedTo(0)(sim, () => resumed++);
    expect(resumed).toBe(0);
    flow.drainedTo(0)(sim, () => resumed++)();
    sim.run();
    expect([resumed, sim.now]).toEqual([1, 0]);
  });

  it('keeps draining when a wait on it is cancelled', () => {
    const { sim, fluid, link } = setUp();
    const flow = fluid.open({ name: 'a', path: [link] });
    const process = sim.spawn(
      (function* (): Process<number> {
        flow.push(1000);
        return yield* value(anyOf(flow.drainedTo(0), flow.drainedTo(100), delay(3)));
      })(),
    );
    sim.run();
    expect([process.result, sim.now, flow.drained()]).toEqual([2, 10, 1000]);
  });

  it('resumes all who wait for one level although the first pushes again at once', () => {
    const { sim, fluid, link } = setUp();
    const flow = fluid.open({ name: 'a', path: [link] });
    const heard: string[] = [];
    flow.push(100);
    flow.drainedTo(0)(sim, () => {
      heard.push(`first at ${sim.now}`);
      flow.push(100);
    });
    flow.drainedTo(0)(sim, () => heard.push(`second at ${sim.now}`));
    sim.run();
    expect(heard).toEqual(['first at 1', 'second at 1']);
    expect(sim.now).toBe(2);
  });

  it('counts a level as reached at the instant at which it is due, also for who looks or pushes before the event', () => {
    const { sim, fluid, link } = setUp();
    const a = fluid.open({ name: 'a', path: [link] });
    const b = fluid.open({ name: 'b', path: [link], endless: true });
    const heard: string[] = [];
    sim.at(2, () => {
      heard.push(`${a.rate}, ${b.rate}, ${fluid.used(link)}, ${a.backlog()}`);
      a.push(50);
      heard.push(`${a.rate}, ${b.rate}, ${fluid.used(link)}, ${a.backlog()}`);
    });
    sim.spawn(transfer(sim, a, 0, 100, heard));
    sim.run();
    expect(heard).toEqual(['0, 100, 100, 0', '50, 50, 100, 50', 'a at 2']);
    expect([sim.now, a.drained(), b.drained()]).toEqual([3, 150, 150]);
  });

  it('that is closed gives its share away and drops its backlog', () => {
    const { sim, fluid, link, changes } = setUp();
    const a = fluid.open({ name: 'a', path: [link] });
    const b = fluid.open({ name: 'b', path: [link], endless: true });
    a.push(1000);
    runTo(sim, 2);
    a.close();
    a.close();
    expect([a.rate, a.backlog(), a.drained(), b.rate]).toEqual([0, 0, 100, 100]);
    runTo(sim, 3);
    b.close();
    expect([b.rate, b.drained(), fluid.used(link)]).toEqual([0, 200, 0]);
    expect(changes.slice(2)).toEqual(['a 0 at 2', 'b 100 at 2', 'b 0 at 3']);
    expect(() => {
      a.push(1);
    }).toThrow("amount pushed into flow 'a' = 1: the flow is closed");
    expect(sim.run()).toBe('idle');
  });

  it('without any limit drains at once', () => {
    const { sim, fluid } = setUp();
    const heard: string[] = [];
    const flow = fluid.open({ name: 'free', path: [] });
    const wide = fluid.open({ name: 'wide', path: [fluid.resource('wide', Infinity)] });
    sim.spawn(transfer(sim, flow, 1, 5, heard));
    sim.spawn(transfer(sim, wide, 2, 5, heard));
    sim.run();
    expect(heard).toEqual(['free at 1', 'wide at 2']);
    flow.setCap(2);
    flow.push(6);
    sim.run();
    expect([sim.now, flow.drained()]).toEqual([5, 11]);
  });

  it('rests while its capacity or cap is 0', () => {
    const { sim, fluid, link } = setUp();
    const heard: string[] = [];
    const flow = fluid.open({ name: 'a', path: [link] });
    sim.spawn(transfer(sim, flow, 0, 300, heard));
    sim.at(1, () => {
      fluid.setCapacity(link, 0);
    });
    expect(sim.run()).toBe('idle');
    expect([sim.now, flow.backlog()]).toEqual([1, 200]);
    sim.after(9, () => {
      fluid.setCapacity(link, 100);
    });
    sim.after(10, () => {
      flow.setCap(0);
    });
    sim.after(20, () => {
      flow.setCap(Infinity);
    });
    sim.run();
    expect(heard).toEqual(['a at 22']);
  });

  it('is resumed at a level that is reached at the very instant at which its link goes down', () => {
    const { sim, fluid, link } = setUp();
    const heard: string[] = [];
    const flow = fluid.open({ name: 'a', path: [link] });
    sim.at(1, () => {
      fluid.setCapacity(link, 0);
      expect(flow.rate).toBe(0);
    });
    sim.spawn(transfer(sim, flow, 0, 100, heard));
    sim.run();
    expect(heard).toEqual(['a at 1']);
  });
});

describe('fluid sharing', () => {
  it('follows weights, caps and priorities as they change', () => {
    const { sim, fluid, link } = setUp();
    const a = fluid.open({ name: 'a', path: [link], endless: true });
    const b = fluid.open({ name: 'b', path: [link], endless: true, weight: 3 });
    const rates = (): number[] => [a.rate, b.rate];
    expect(rates()).toEqual([25, 75]);
    b.setCap(40);
    expect(rates()).toEqual([60, 40]);
    a.setWeight(0.1);
    b.setCap(Infinity);
    expect(a.rate).toBeCloseTo(100 / 31, 12);
    fluid.setCapacity(link, 310);
    expect(a.rate).toBeCloseTo(10, 12);
    const c = fluid.open({ name: 'c', path: [link], priority: 1, cap: 279 });
    c.push(279);
    expect([c.rate, a.rate, b.rate].map((rate) => Math.round(rate * 1e9) / 1e9)).toEqual([279, 1, 30]);
    runTo(sim, 1);
    expect([c.rate, Math.round(a.rate)]).toEqual([0, 10]);
    runTo(sim, 2);
    expect(a.drained()).toBeCloseTo(11, 12);
    expect(a.backlog()).toBe(Infinity);
  });

  it('serves a higher priority strictly first', () => {
    const { sim, fluid, link } = setUp();
    const heard: string[] = [];
    const low = fluid.open({ name: 'low', path: [link] });
    const high = fluid.open({ name: 'high', path: [link], priority: 1 });
    sim.spawn(transfer(sim, low, 0, 200, heard));
    sim.spawn(transfer(sim, high, 1, 300, heard));
    runTo(sim, 2);
    expect([low.rate, high.rate]).toEqual([0, 100]);
    sim.run();
    expect(heard).toEqual(['high at 4', 'low at 5']);
  });

  it('asks a capacity function for the total at the active weight', () => {
    const sim = createSimulation();
    const fluid = createFluid(sim);
    // Two cores with two threads each; the second thread of a core adds 0.25 to it.
    const host = fluid.resource(
      'host',
      (threads) => Math.min(threads, 2) + 0.25 * Math.max(0, Math.min(threads, 4) - 2),
    );
    const flows = [1, 2, 3, 4, 5].map((n) => fluid.open({ name: `vcpu${n}`, path: [host], cap: 1 }));
    const totals = flows.map((flow, n) => {
      flow.push(1000 + n);
      return fluid.used(host);
    });
    expect(totals).toEqual([1, 2, 2.25, 2.5, 2.5]);
    expect(flows[0]!.rate).toBe(0.5);
    flows[0]!.setWeight(2);
    expect(flows[0]!.rate).toBeCloseTo(2.5 / 3, 12);
    fluid.setCapacity(host, (threads) => threads / 6);
    expect(fluid.used(host)).toBeCloseTo(1, 12);
    fluid.setCapacity(host, () => -1);
    expect(() => fluid.used(host)).toThrow(
      "capacity of resource 'host' at weight 6 = -1: must be at least 0",
    );
  });

  it('computes shares once for all the changes of an instant', () => {
    const { sim, fluid, link, changes } = setUp();
    const flows = ['a', 'b', 'c'].map((name) => fluid.open({ name, path: [link] }));
    sim.at(1, () => {
      for (const flow of flows) flow.push(100);
    });
    sim.at(1, () => {
      flows[0]!.setWeight(2);
    });
    runTo(sim, 1.5);
    expect(changes).toEqual(['a 50 at 1', 'b 25 at 1', 'c 25 at 1']);
  });

  it('computes nothing when a flow drains and is pushed again at the same instant', () => {
    const { sim, fluid, link, changes } = setUp();
    const chunks = fluid.open({ name: 'chunks', path: [link] });
    const other = fluid.open({ name: 'other', path: [link], endless: true });
    let asked = 0;
    fluid.setCapacity(link, () => {
      asked++;
      return 100;
    });
    sim.spawn(
      (function* (): Process {
        for (let i = 0; i < 10; i++) {
          chunks.push(50);
          yield chunks.drainedTo(0);
        }
      })(),
    );
    runTo(sim, 20);
    expect([chunks.drained(), other.drained()]).toEqual([500, 1500]);
    expect(changes).toEqual(['other 50 at 0', 'chunks 50 at 0', 'chunks 0 at 10', 'other 100 at 10']);
    expect(asked).toBe(2);
  });

  it('tells the truth to who looks at the instant at which a flow has drained', () => {
    const { sim, fluid, link } = setUp();
    const chunks = fluid.open({ name: 'chunks', path: [link] });
    const other = fluid.open({ name: 'other', path: [link], endless: true });
    const seen: number[] = [];
    sim.spawn(
      (function* (): Process {
        chunks.push(50);
        yield chunks.drainedTo(0);
        seen.push(chunks.rate, other.rate, fluid.used(link));
        chunks.push(50);
        seen.push(chunks.rate, other.rate, fluid.used(link));
      })(),
    );
    runTo(sim, 1.5);
    expect(seen).toEqual([0, 100, 100, 50, 50, 100]);
  });

  it('touches only what is connected through flows that are active', () => {
    const { sim, fluid, link, changes } = setUp();
    const far = fluid.resource('far', 10);
    let asked = 0;
    fluid.setCapacity(far, () => {
      asked++;
      return 10;
    });
    const a = fluid.open({ name: 'a', path: [link], endless: true });
    const b = fluid.open({ name: 'b', path: [far], endless: true });
    const bridge = fluid.open({ name: 'bridge', path: [link, far] });
    runTo(sim, 1);
    const before = asked;
    changes.length = 0;
    const c = fluid.open({ name: 'c', path: [link] });
    c.push(50);
    runTo(sim, 5);
    expect([asked - before, a.rate, b.rate]).toEqual([0, 100, 10]);
    expect(changes).toEqual(['a 50 at 1', 'c 50 at 1', 'c 0 at 2', 'a 100 at 2']);
    bridge.push(5);
    runTo(sim, 10);
    expect(asked - before).toBe(2);
    expect(changes.slice(4)).toEqual([
      'a 95 at 5',
      'bridge 5 at 5',
      'b 5 at 5',
      'bridge 0 at 6',
      'a 100 at 6',
      'b 10 at 6',
    ]);
  });

  it('lets a listener change things, and go', () => {
    const { sim, fluid, link } = setUp();
    const a = fluid.open({ name: 'a', path: [link], cap: 10 });
    const b = fluid.open({ name: 'b', path: [link] });
    const heard: string[] = [];
    const forget = fluid.onChange((flow) => {
      heard.push(`${flow.name} ${flow.rate}`);
      if (flow === a && a.rate > 0) b.push(90);
    });
    a.push(10);
    runTo(sim, 0.5);
    expect(heard).toEqual(['a 10', 'b 90']);
    forget();
    sim.run();
    expect(heard.length).toBe(2);
    expect(sim.now).toBe(1);
  });

  it('makes no endless events of zero length, however late it is', () => {
    const { sim, fluid } = setUp();
    runTo(sim, 1e9);
    const link = fluid.resource('fast', 1e10);
    const flows = [1, 2, 3].map((weight) => fluid.open({ name: `f${weight}`, path: [link], weight }));
    const before = sim.events;
    for (const flow of flows)
      sim.spawn(
        (function* (): Process {
          for (let i = 0; i < 1000; i++) {
            flow.push(100 / 3);
            yield flow.drainedTo(i % 2 === 0 ? 0 : 10);
          }
          yield flow.drainedTo(0);
        })(),
      );
    expect(sim.run()).toBe('idle');
    expect(sim.events - before).toBeLessThan(3100);
    for (const flow of flows) expect(flow.drained()).toBeCloseTo(1e5 / 3, 6);
  });

  it('names what is wrong', () => {
    const { fluid, link } = setUp();
    const open = (rest: object) => () => fluid.open({ name: 'x', path: [link], ...rest });
    expect(() => fluid.resource('r', -1)).toThrow("capacity of resource 'r' = -1: must be at least 0");
    expect(() => {
      fluid.setCapacity(link, NaN);
    }).toThrow("capacity of resource 'link' = NaN: must be at least 0");
    expect(open({ weight: 0 })).toThrow("weight of flow 'x' = 0: must be above 0, finite");
    expect(open({ cap: -1 })).toThrow("cap of flow 'x' = -1: must be at least 0");
    expect(open({ priority: NaN })).toThrow("priority of flow 'x' = NaN: must be finite");
    expect(open({ path: [link, link] })).toThrow("path of flow 'x' = link, link: a resource is named twice");
    const foreign = createFluid(createSimulation()).resource('foreign', 1);
    expect(open({ path: [foreign] })).toThrow("resource 'foreign' belongs to another fluid");
    const flow = open({})();
    expect(() => {
      flow.push(NaN);
    }).toThrow("amount pushed into flow 'x' = NaN: must be at least 0, finite");
    expect(() => flow.drainedTo(-1)).toThrow("level of flow 'x' = -1: must be at least 0");
    expect(() => {
      flow.setWeight(-1);
    }).toThrow("weight of flow 'x' = -1: must be above 0, finite");
    expect(() => {
      flow.setCap(NaN);
    }).toThrow("cap of flow 'x' = NaN: must be at least 0");
  });

  it('does what its example says', () => {
    const sim = createSimulation();
    const fluid = createFluid(sim);
    const link = fluid.resource('link', 100);
    const short = fluid.open({ name: 'short', path: [link] });
    const long = fluid.open({ name: 'long', path: [link] });
    short.push(100);
    long.push(400);
    expect(short.rate).toBe(50);
    expect(sim.run(2)).toBe('until');
    expect(long.rate).toBe(100);
    expect(sim.run()).toBe('idle');
    expect(sim.now).toBe(5);
  });
});
