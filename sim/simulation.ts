import { createEventQueue } from './event-queue.js';
import type { Simulation } from './kernel.js';
import { startProcess } from './process.js';
import { createRandom, type RandomStream } from './random.js';

export type { Simulation } from './kernel.js';

/**
 * A simulation at time 0 with nothing to do yet. `seed` (default 0) names its random streams; two simulations with the
 * same seed and the same actions go the same way, event by event.
 *
 * `at`, `after` and `reschedule` throw a RangeError for a time that is past or NaN; an event at Infinity never happens.
 * `run` returns 'until' with `now` at that very time, 'idle' when nothing is left to happen (`now` is then the time of
 * the last event), and 'stopped' after `stop()`. An error thrown by an action leaves `run` unchanged; `run` may be
 * called again.
 *
 * @example
 * const sim = createSimulation({ seed: 7 });
 * const heard: number[] = [];
 * sim.at(2, () => heard.push(sim.now));
 * sim.after(1, () => heard.push(sim.now));
 * sim.run(5); // => 'idle'
 * heard; // => [1, 2]
 */
export function createSimulation(options: { seed?: string | number } = {}): Simulation {
  const seed = options.seed ?? 0;
  const queue = createEventQueue();
  const streams = new Map<string, RandomStream>();
  const closing: (() => void)[] = [];
  // In one object the engine writes numbers in place; each new value of a captured variable would be a new object.
  const clock = { now: 0, events: 0 };
  let running = false;
  let stopped = false;

  function checkTime(time: number): void {
    if (!(time >= clock.now))
      throw new RangeError(`time = ${time}: must not be before the present time ${clock.now}`);
  }

  function closeInstant(): void {
    // What these actions register in turn stands behind them and is for the next round.
    for (let count = closing.length; count > 0; count--) closing.shift()!();
  }

  const sim: Simulation = {
    get now() {
      return clock.now;
    },
    get events() {
      return clock.events;
    },
    at(time, action, priority = 0) {
      checkTime(time);
      return queue.add(time, priority, action);
    },
    after(delay, action, priority = 0) {
      if (!(delay >= 0))
        throw new RangeError(`delay = ${delay}: must be at least 0 (present time ${clock.now})`);
      return queue.add(clock.now + delay, priority, action);
    },
    reschedule(id, time) {
      checkTime(time);
      queue.reschedule(id, time);
    },
    cancel: (id) => queue.remove(id),
    endOfInstant(action) {
      closing.push(action);
    },
    run(until = Infinity) {
      if (!(until >= clock.now))
        throw new RangeError(`until = ${until}: must not be before the present time ${clock.now}`);
      if (running) throw new Error('run() was called from inside run()');
      running = true;
      stopped = false;
      try {
        for (;;) {
          const time = queue.next();
          if (time > clock.now && closing.length > 0) {
            closeInstant();
          } else if (time === Infinity) {
            return 'idle';
          } else if (time > until) {
            clock.now = until;
            return 'until';
          } else {
            clock.now = time;
            clock.events++;
            queue.pop()();
          }
          // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- the action may have set it
          if (stopped) return 'stopped';
        }
      } finally {
        running = false;
      }
    },
    stop() {
      stopped = true;
    },
    random(name) {
      let stream = streams.get(name);
      if (stream === undefined) {
        stream = createRandom(`${seed}/${name}`);
        streams.set(name, stream);
      }
      return stream;
    },
    spawn: (process) => startProcess(sim, process),
  };
  return sim;
}
