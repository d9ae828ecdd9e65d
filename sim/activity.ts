import type { EventId } from './event-queue.js';
import type { Simulation, Wait } from './kernel.js';

/** The backlog of one flow, drained at a rate that somebody else sets. */
export interface Activity {
  /** Whether there is work to do. */
  readonly active: () => boolean;
  /** The rate last set. After the backlog has drained it stands until the next `setRate`, within the same instant. */
  readonly rate: () => number;
  readonly setRate: (rate: number) => void;
  readonly backlog: () => number;
  readonly drained: () => number;
  readonly push: (amount: number) => void;
  readonly drainedTo: (level: number) => Wait;
  readonly close: () => void;
}

interface Waiter {
  readonly level: number;
  readonly resume: () => void;
  event: EventId;
}

const NONE = -1;

// A level this near, relative to the backlog before, counts as reached: the rounding of the clock alone, 2^-53 of the
// time, is 1e-9 of a chunk of 1.4 MB at 1 Gbit/s after a day.
const REACHED = 1e-9;

/**
 * The backlog of one flow: updated when it is looked at, with one event for the next level that somebody waits for (or
 * for the end of the work), which is moved when rate, work or waits change. When that event comes the backlog is set to
 * the level itself, so that no rounding makes a wait miss it; a level reached at an instant counts as reached even if
 * more is pushed at that instant, before or after the event. `onToggle` is called when work begins or ends.
 *
 * Throws, and names the flow: a RangeError for an amount that is negative or not finite and for a negative level, an
 * Error for a push after `close`.
 *
 * @example
 * const sim = createSimulation();
 * const activity = createActivity(sim, 'copy', false, () => undefined);
 * activity.push(30);
 * activity.setRate(10);
 * activity.drainedTo(5)(sim, () => undefined);
 * sim.run(2); // => 'until'
 * activity.backlog(); // => 10
 */
export function createActivity(
  sim: Simulation,
  name: string,
  endless: boolean,
  onToggle: () => void,
): Activity {
  let active = endless;
  let closed = false;
  // Numbers that change stand in one object: there the engine writes them in place, while each new value of a captured
  // variable would be a new object on the heap.
  const state = {
    rate: 0,
    backlog: endless ? Infinity : 0,
    // Of an endless flow what was drained, of another what was pushed: drained = pushed - backlog, free of rounding.
    total: 0,
    since: sim.now,
    wake: NONE as EventId,
    wakeLevel: 0,
  };
  // Lowest level first; of equal ones the last to come first: the next one to be reached stands at the end.
  const waiters: Waiter[] = [];

  /** Brings the backlog to the present time. */
  function update(): void {
    const time = sim.now;
    const elapsed = time - state.since;
    if (elapsed === 0) return;
    state.since = time;
    if (state.rate === 0) return;
    if (endless) {
      state.total += state.rate * elapsed;
    } else if (active) {
      const left = state.backlog - state.rate * elapsed;
      if (left - state.wakeLevel > REACHED * state.backlog) {
        state.backlog = left;
      } else {
        // The event is due at this instant, but somebody looks before it has come.
        state.backlog = state.wakeLevel;
        arrive();
      }
    }
  }

  /** Moves the event to the time at which the next level is reached. The backlog must be up to date. */
  function schedule(): void {
    let time = Infinity;
    if (active && !endless) {
      state.wakeLevel = waiters.length > 0 ? waiters[waiters.length - 1]!.level : 0;
      const work = state.backlog - state.wakeLevel;
      if (work <= 0) time = state.since;
      else if (state.rate > 0) time = state.since + work / state.rate;
    }
    if (time === Infinity) {
      if (state.wake !== NONE) sim.cancel(state.wake);
      state.wake = NONE;
    } else if (state.wake === NONE) {
      state.wake = sim.at(time, reach);
    } else {
      sim.reschedule(state.wake, time);
    }
  }

  /** The event: the backlog has come down to `wakeLevel`. */
  function reach(): void {
    state.wake = NONE;
    state.since = sim.now;
    state.backlog = state.wakeLevel;
    // The first waiter goes on within this event, the others as events of their own, since it may push again.
    const last = waiters[waiters.length - 1];
    const first = last !== undefined && last.level >= state.backlog ? waiters.pop() : undefined;
    arrive();
    first?.resume();
  }

  /** Resumes who waits for the present level, ends the work if there is none left, and turns to the next level. */
  function arrive(): void {
    while (waiters.length > 0 && waiters[waiters.length - 1]!.level >= state.backlog) {
      const waiter = waiters.pop()!;
      waiter.event = sim.after(0, waiter.resume);
    }
    if (state.backlog === 0) stop();
    schedule();
  }

  function stop(): void {
    active = false;
    onToggle();
  }

  function insert(waiter: Waiter): void {
    let place = waiters.push(waiter) - 1;
    for (; place > 0 && waiters[place - 1]!.level >= waiter.level; place--)
      waiters[place] = waiters[place - 1]!;
    waiters[place] = waiter;
  }

  return {
    active: () => active,
    rate: () => state.rate,
    setRate(newRate) {
      update();
      state.rate = newRate;
      schedule();
    },
    backlog() {
      update();
      return state.backlog;
    },
    drained() {
      update();
      return endless ? state.total : state.total - state.backlog;
    },
    push(amount) {
      if (!(amount >= 0 && amount < Infinity))
        throw new RangeError(`amount pushed into flow '${name}' = ${amount}: must be at least 0, finite`);
      if (closed) throw new Error(`amount pushed into flow '${name}' = ${amount}: the flow is closed`);
      if (endless || amount === 0) return;
      update();
      state.backlog += amount;
      state.total += amount;
      if (!active) {
        active = true;
        onToggle();
      }
      if (state.rate > 0) schedule();
    },
    drainedTo: (level) => {
      if (!(level >= 0)) throw new RangeError(`level of flow '${name}' = ${level}: must be at least 0`);
      return (_, resume) => {
        update();
        const waiter: Waiter = { level, resume, event: NONE };
        if (state.backlog - level <= REACHED * level) {
          waiter.event = sim.after(0, resume);
        } else {
          insert(waiter);
          if (state.wake !== NONE && level > state.wakeLevel) schedule();
        }
        return () => {
          if (waiter.event !== NONE) {
            sim.cancel(waiter.event);
          } else {
            const place = waiters.indexOf(waiter);
            if (place >= 0) waiters.splice(place, 1);
          }
        };
      };
    },
    close() {
      if (closed) return;
      closed = true;
      update();
      if (!endless) state.total -= state.backlog;
      state.backlog = 0;
      waiters.length = 0;
      if (active) stop();
      schedule();
    },
  };
}
