import { describe, expect, it } from 'vitest';
import { createFluid } from '../../sim/fluid.js';
import {
  allOf,
  anyOf,
  delay,
  Interrupted,
  startProcess,
  until,
  value,
  type Process,
  type Wait,
} from '../../sim/process.js';
import { createSignal } from '../../sim/signal.js';
import { createSimulation } from '../../sim/simulation.js';

/** A wait that is over as it begins. */
const atOnce =
  <T>(result: T): Wait<T> =>
  (_, resume) => {
    resume(result);
    return () => undefined;
  };

describe('a process', () => {
  it('starts behind what is due already, and waits', () => {
    const sim = createSimulation();
    const heard: string[] = [];
    function* process(name: string): Process {
      heard.push(`${name} at ${sim.now}`);
      yield delay(2);
      heard.push(`${name} at ${sim.now}`);
      yield until(3);
      heard.push(`${name} at ${sim.now}`);
    }
    sim.after(0, () => heard.push('event'));
    sim.spawn(process('a'));
    sim.spawn(process('b'));
    heard.push('spawned');
    sim.run();
    const steps = ['a at 0', 'b at 0', 'a at 2', 'b at 2', 'a at 3', 'b at 3'];
    expect(heard).toEqual(['spawned', 'event', ...steps]);
  });

  it('returns a result, which those who wait for its end get, early or late', () => {
    const sim = createSimulation();
    const heard: string[] = [];
    const child = sim.spawn(
      (function* (): Process<string> {
        yield delay(2);
        return 'done';
      })(),
    );
    function* parent(name: string, after: number): Process {
      yield delay(after);
      heard.push(`${name}: ${yield* value(child.finished)} at ${sim.now}`);
    }
    sim.spawn(parent('early', 1));
    sim.spawn(parent('late', 5));
    sim.run(1.5);
    expect([child.done, child.result]).toEqual([false, undefined]);
    sim.run();
    expect([child.done, child.result]).toEqual([true, 'done']);
    expect(heard).toEqual(['early: done at 2', 'late: done at 5']);
  });

  it('goes on in a loop, not deeper, through waits that are over at once', () => {
    const sim = createSimulation();
    const process = sim.spawn(
      (function* (): Process<number> {
        let sum = 0;
        for (let i = 0; i < 100_000; i++) sum += yield* value(atOnce(1));
        return sum;
      })(),
    );
    sim.run();
    expect(process.result).toBe(100_000);
    expect(sim.events).toBe(1);
  });

  it('lets an error it does not catch out of run, unchanged', () => {
    const sim = createSimulation();
    const error = new Error('broken');
    const process = sim.spawn(
      (function* (): Process {
        yield delay(1);
        throw error;
      })(),
    );
    let caught: unknown;
    try {
      sim.run();
    } catch (thrown) {
      caught = thrown;
    }
    expect(caught).toBe(error);
    expect([process.done, process.result, sim.now]).toEqual([true, undefined, 1]);
  });

  it('gets the error of a wait that cannot begin at its own yield', () => {
    const sim = createSimulation();
    const heard: unknown[] = [];
    sim.spawn(
      (function* (): Process {
        try {
          yield delay(-1);
        } catch (error) {
          heard.push((error as Error).message);
        }
        yield delay(1);
        heard.push(sim.now);
      })(),
    );
    sim.run();
    expect(heard).toEqual(['delay = -1: must be at least 0 (present time 0)', 1]);
    sim.spawn(
      (function* (): Process {
        yield until(0);
      })(),
    );
    expect(() => sim.run()).toThrow('time = 0: must not be before the present time 1');
  });
});

describe('an interrupt', () => {
  it('ends a delay at once, and the process can catch it and go on', () => {
    const sim = createSimulation();
    const heard: string[] = [];
    const process = sim.spawn(
      (function* (): Process<string> {
        try {
          yield delay(10);
        } catch (error) {
          if (!(error instanceof Interrupted)) throw error;
          heard.push(`${error.cause} at ${sim.now}, ${error.message}`);
        }
        yield delay(3);
        return 'went on';
      })(),
    );
    sim.at(4, () => {
      process.interrupt('operator');
    });
    sim.run();
    expect(heard).toEqual(['operator at 4, interrupted: operator']);
    expect([process.result, sim.now]).toEqual(['went on', 7]);
  });

  it('that nobody catches ends the process quietly, through its finally blocks', () => {
    const sim = createSimulation();
    const heard: string[] = [];
    const process = sim.spawn(
      (function* (): Process<string> {
        try {
          yield delay(10);
        } finally {
          yield delay(1);
          heard.push(`cleaned up at ${sim.now}`);
        }
        return 'never';
      })(),
    );
    sim.spawn(
      (function* (): Process {
        const result = yield* value(process.finished);
        heard.push(`ended with ${result}`);
      })(),
    );
    sim.at(4, () => {
      process.interrupt('enough');
    });
    sim.run();
    expect(heard).toEqual(['cleaned up at 5', 'ended with undefined']);
    expect([process.done, process.result]).toEqual([true, undefined]);
  });

  it('cancels a transfer that can be taken up again', () => {
    const sim = createSimulation();
    const fluid = createFluid(sim);
    const flow = fluid.open({ name: 'copy', path: [fluid.resource('link', 10)] });
    const heard: number[] = [];
    const process = sim.spawn(
      (function* (): Process {
        flow.push(100);
        try {
          yield flow.drainedTo(0);
        } catch {
          heard.push(sim.now, flow.backlog());
        }
        yield flow.drainedTo(0);
        heard.push(sim.now);
      })(),
    );
    sim.at(4, () => {
      process.interrupt('look');
    });
    sim.run();
    expect(heard).toEqual([4, 60, 10]);
  });

  it('of a finished process does nothing', () => {
    const sim = createSimulation();
    const process = sim.spawn(
      (function* (): Process<number> {
        yield delay(1);
        return 1;
      })(),
    );
    sim.run();
    const before = sim.events;
    process.interrupt('too late');
    sim.run();
    expect([process.result, sim.events]).toEqual([1, before]);
  });

  it('comes before all else at its time, even the event the process waits for', () => {
    const sim = createSimulation();
    const heard: string[] = [];
    sim.at(2, () => {
      process.interrupt('race');
    });
    const process = sim.spawn(
      (function* (): Process {
        try {
          yield delay(2);
          heard.push('delay');
        } catch {
          heard.push('interrupt');
        }
      })(),
    );
    sim.run();
    expect(heard).toEqual(['interrupt']);
  });

  it('before the start keeps the process from starting', () => {
    const sim = createSimulation();
    let started = false;
    const process = sim.spawn(
      (function* (): Process {
        started = true;
        yield delay(1);
      })(),
    );
    process.interrupt('changed my mind');
    sim.run();
    expect([started, process.done, sim.now]).toEqual([false, true, 0]);
  });

  it('can be given twice, and by a process to itself', () => {
    const sim = createSimulation();
    const causes: string[] = [];
    function* patient(): Process {
      for (let i = 0; i < 2; i++) {
        try {
          yield delay(10);
        } catch (error) {
          causes.push(`${(error as Interrupted).cause} at ${sim.now}`);
        }
      }
    }
    const twice = sim.spawn(patient());
    sim.at(1, () => {
      twice.interrupt('one');
      twice.interrupt('two');
      twice.interrupt('three');
    });
    sim.run();
    function* restless(): Process {
      self.interrupt('self');
      yield* patient();
    }
    const self = sim.spawn(restless());
    sim.run();
    expect(causes).toEqual(['one at 1', 'two at 1', 'self at 1']);
    expect(sim.now).toBe(11);
  });
});

describe('combined waits', () => {
  it('anyOf gives the index of the first and cancels the others', () => {
    const sim = createSimulation();
    const cancelled: number[] = [];
    const never =
      (index: number): Wait =>
      () =>
      () =>
        void cancelled.push(index);
    const process = sim.spawn(
      (function* (): Process<number> {
        return yield* value(anyOf(never(0), delay(5), delay(3), never(3)));
      })(),
    );
    sim.run();
    expect([process.result, sim.now, sim.events]).toEqual([2, 3, 2]);
    expect(cancelled).toEqual([0, 3]);
  });

  it('anyOf of two at one instant takes the one whose event comes first', () => {
    const sim = createSimulation();
    const process = sim.spawn(
      (function* (): Process<number> {
        return yield* value(anyOf(delay(3), until(3)));
      })(),
    );
    sim.run();
    expect([process.result, sim.events]).toEqual([0, 2]);
  });

  it('anyOf does not begin what stands behind a wait that is over at once', () => {
    const sim = createSimulation();
    const process = sim.spawn(
      (function* (): Process<number> {
        return yield* value(anyOf(delay(3), atOnce('x'), delay(1)));
      })(),
    );
    sim.run();
    expect([process.result, sim.now]).toEqual([1, 0]);
  });

  it('allOf waits for the last, and for nothing if there is nothing', () => {
    const sim = createSimulation();
    const times: number[] = [];
    sim.spawn(
      (function* (): Process {
        yield allOf();
        times.push(sim.now);
        yield allOf(delay(2), atOnce('x'), delay(5), anyOf(delay(9), delay(4)));
        times.push(sim.now);
      })(),
    );
    sim.run();
    expect(times).toEqual([0, 5]);
  });

  it('are cancelled as a whole by an interrupt', () => {
    const sim = createSimulation();
    const signal = createSignal();
    const process = sim.spawn(
      (function* (): Process {
        yield allOf(delay(7), anyOf(delay(8), signal.wait));
      })(),
    );
    sim.at(1, () => {
      process.interrupt('stop');
    });
    sim.at(2, () => {
      signal.fire();
    });
    sim.run();
    expect([process.done, sim.now]).toEqual([true, 2]);
  });

  it('anyOf of nothing is an error', () => {
    expect(() => anyOf()).toThrow(new RangeError('waits = 0: anyOf needs at least one'));
  });
});

describe('the examples of sim/process', () => {
  const run = <T>(
    process: (sim: ReturnType<typeof createSimulation>) => Process<T>,
  ): [T | undefined, number] => {
    const sim = createSimulation();
    const running = startProcess(sim, process(sim));
    sim.run();
    return [running.result, sim.now];
  };

  it('have the values they show', () => {
    expect(
      run(function* () {
        yield delay(1.5);
      })[1],
    ).toBe(1.5);
    expect(
      run(function* () {
        yield until(4);
        yield until(4);
      })[1],
    ).toBe(4);
    expect(
      run(function* () {
        return yield* value(anyOf(delay(3), delay(2)));
      })[0],
    ).toBe(1);
    expect(
      run(function* () {
        yield allOf(delay(3), delay(2));
      })[1],
    ).toBe(3);
    expect(
      run(function* (sim) {
        const child = sim.spawn(
          (function* () {
            yield delay(1);
            return 'ready';
          })(),
        );
        return yield* value(child.finished);
      })[0],
    ).toBe('ready');
    expect(
      run(function* () {
        yield delay(2);
        return 'done';
      })[0],
    ).toBe('done');
  });
});
