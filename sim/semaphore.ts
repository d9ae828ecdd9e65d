import type { EventId } from './event-queue.js';
import type { Wait } from './kernel.js';

/** A number of places of which each can be held by one at a time. */
export interface Semaphore {
  /** Places that are free now. */
  readonly free: number;
  /** Who waits now. */
  readonly waiting: number;
  /** Resumes, as an event at the time, when the place is taken. */
  readonly acquire: Wait;
  /** Gives a place back, to the one who has waited longest. */
  release(): void;
}

/**
 * A semaphore with that many places, served in the order of asking. A wait that is cancelled after it was given its
 * place, at the same instant, gives it back. Throws a RangeError unless `places` is a whole number of at least 1, and
 * an Error when more places are released than were taken.
 *
 * @example
 * const sim = createSimulation();
 * const gate = createSemaphore(1);
 * function* worker() { yield gate.acquire; yield delay(2); gate.release(); }
 * sim.spawn(worker());
 * sim.spawn(worker());
 * sim.run();
 * sim.now; // => 4
 */
export function createSemaphore(places: number): Semaphore {
  if (!(Number.isInteger(places) && places >= 1))
    throw new RangeError(`places = ${places}: must be a whole number of at least 1`);
  let free = places;
  const queue = new Set<() => void>();

  function release(): void {
    if (free === places) throw new Error(`free places = ${free}: more were released than taken`);
    free++;
    for (const grant of queue) {
      queue.delete(grant);
      grant();
      break;
    }
  }

  return {
    get free() {
      return free;
    },
    get waiting() {
      return queue.size;
    },
    release,
    acquire: (sim, resume) => {
      let event: EventId | undefined;
      const grant = (): void => {
        free--;
        event = sim.after(0, resume);
      };
      if (free > 0) grant();
      else queue.add(grant);
      return () => {
        queue.delete(grant);
        // `cancel` is true only if the holder has not been resumed yet.
        if (event !== undefined && sim.cancel(event)) release();
      };
    },
  };
}
