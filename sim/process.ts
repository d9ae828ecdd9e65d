import type { Process, Running, Simulation, Wait } from './kernel.js';

export type { Process, Running, Wait } from './kernel.js';

/** What `interrupt(cause)` throws inside the process; uncaught it ends the process quietly. */
export class Interrupted extends Error {
  declare readonly cause: string;

  constructor(cause: string) {
    super(`interrupted: ${cause}`, { cause });
    this.name = 'Interrupted';
  }
}

const nothing = (): void => undefined;

/**
 * A wait of that many seconds. Throws a RangeError, when the wait begins, unless they are a number of at least 0;
 * Infinity waits until it is interrupted. A loop can make the wait once and yield it again and again.
 *
 * @example
 * const sim = createSimulation();
 * sim.spawn((function* () { yield delay(1.5); })());
 * sim.run();
 * sim.now; // => 1.5
 */
export function delay(seconds: number): Wait {
  return (sim, resume) => {
    const event = sim.after(seconds, resume);
    return () => void sim.cancel(event);
  };
}

/**
 * A wait until that time, in simulated seconds. Throws a RangeError, when the wait begins, if the time has passed.
 *
 * @example
 * const sim = createSimulation();
 * sim.spawn((function* () { yield until(4); yield until(4); })());
 * sim.run();
 * sim.now; // => 4
 */
export function until(time: number): Wait {
  return (sim, resume) => {
    const event = sim.at(time, resume);
    return () => void sim.cancel(event);
  };
}

/**
 * A wait for the first of several; the others are cancelled. It resumes with the first one's index; of two at the same
 * instant, the one whose event comes first. Throws a RangeError if there is none to wait for.
 *
 * @example
 * const sim = createSimulation();
 * const first = sim.spawn((function* () { return yield* value(anyOf(delay(3), delay(2))); })());
 * sim.run();
 * first.result; // => 1
 */
export function anyOf(...waits: Wait<unknown>[]): Wait<number> {
  if (waits.length === 0) throw new RangeError('waits = 0: anyOf needs at least one');
  return (sim, resume) => {
    const cancels: (() => void)[] = [];
    let over = false;
    const cancelAll = (): void => {
      over = true;
      for (const cancel of cancels) cancel();
    };
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- a wait may be over before it returns
    for (let index = 0; index < waits.length && !over; index++) {
      const cancel = waits[index]!(sim, () => {
        if (over) return;
        cancels[index] = nothing;
        cancelAll();
        resume(index);
      });
      // A wait that resumed before it returned is over: its place holds `nothing` already.
      cancels[index] ??= cancel;
    }
    return cancelAll;
  };
}

/**
 * A wait for all of several; with none it ends at once.
 *
 * @example
 * const sim = createSimulation();
 * sim.spawn((function* () { yield allOf(delay(3), delay(2)); })());
 * sim.run();
 * sim.now; // => 3
 */
export function allOf(...waits: Wait<unknown>[]): Wait {
  if (waits.length === 0) return delay(0);
  return (sim, resume) => {
    let missing = waits.length;
    const cancels: (() => void)[] = [];
    for (let index = 0; index < waits.length; index++) {
      const cancel = waits[index]!(sim, () => {
        cancels[index] = nothing;
        if (--missing === 0) resume();
      });
      cancels[index] ??= cancel;
    }
    return () => {
      for (const cancel of cancels) cancel();
    };
  };
}

/**
 * Waits and hands back what the wait resumed with, typed: `const index = yield* value(anyOf(a, b))`.
 *
 * @example
 * const sim = createSimulation();
 * const child = sim.spawn((function* () { yield delay(1); return 'ready'; })());
 * const parent = sim.spawn((function* () { return yield* value(child.finished); })());
 * sim.run();
 * parent.result; // => 'ready'
 */
export function* value<T>(wait: Wait<T>): Generator<Wait<unknown>, T, unknown> {
  return (yield wait) as T;
}

/**
 * Starts a process on a simulation; `sim.spawn(process)` is the same. The first step of the process is an event at the
 * present time. An error that the process does not catch leaves `sim.run()` unchanged; only an uncaught `Interrupted`
 * ends the process quietly.
 *
 * @example
 * const sim = createSimulation();
 * const process = startProcess(sim, (function* () { yield delay(2); return 'done'; })());
 * sim.run();
 * process.result; // => 'done'
 */
export function startProcess<T>(sim: Simulation, process: Process<T>): Running<T> {
  let done = false;
  let result: T | undefined;
  let cancelWait = nothing;
  // True while a wait begins: if it resumes before it has returned, the loop in `follow` goes on instead of recursing.
  let beginning = false;
  let resumed = false;
  let resumedWith: unknown;
  // What a wait threw as it began (a negative delay, say): it is thrown at the `yield`, where the mistake was made.
  let failure: { error: unknown } | undefined;
  const waiters = new Set<() => void>();

  function finish(): void {
    done = true;
    for (const resume of waiters) resume();
    waiters.clear();
  }

  /** Begins a wait; true if the process now waits, false if it can go on at once. */
  function begin(wait: Wait<unknown>): boolean {
    beginning = true;
    resumed = false;
    try {
      const cancel = wait(sim, resume);
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- `resume` may have set it
      if (resumed) return false;
      cancelWait = cancel;
      return true;
    } catch (error) {
      failure = { error };
      return false;
    } finally {
      beginning = false;
    }
  }

  /** Takes one step of the generator, and the next ones as long as its waits are over at once. */
  function follow(value: unknown, interrupted?: Interrupted): void {
    try {
      let item = interrupted === undefined ? process.next(value) : process.throw(interrupted);
      while (item.done !== true) {
        if (begin(item.value)) return;
        if (failure === undefined) {
          item = process.next(resumedWith);
        } else {
          const { error } = failure;
          failure = undefined;
          item = process.throw(error);
        }
      }
      result = item.value;
    } catch (error) {
      if (!(error instanceof Interrupted)) {
        done = true;
        throw error;
      }
    }
    finish();
  }

  function resume(value: unknown): void {
    if (beginning) {
      resumed = true;
      resumedWith = value;
    } else {
      cancelWait = nothing;
      follow(value);
    }
  }

  const start = sim.after(0, () => {
    resume(undefined);
  });
  cancelWait = () => void sim.cancel(start);

  return {
    get done() {
      return done;
    },
    get result() {
      return result;
    },
    finished: (_, resumeWaiter) => {
      let event = -1;
      const wake = (): void => {
        event = sim.after(0, () => {
          resumeWaiter(result as T);
        });
      };
      if (done) wake();
      else waiters.add(wake);
      return () => {
        waiters.delete(wake);
        if (event >= 0) sim.cancel(event);
      };
    },
    interrupt(cause) {
      if (done) return;
      // Before all else that is due now, so that nothing resumes the process in between.
      sim.at(
        sim.now,
        () => {
          if (done) return;
          cancelWait();
          cancelWait = nothing;
          follow(undefined, new Interrupted(cause));
        },
        -Infinity,
      );
    },
  };
}
