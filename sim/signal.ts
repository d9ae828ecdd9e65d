import type { EventId } from './event-queue.js';
import type { Wait } from './kernel.js';

export interface Signal<T = void> {
  /** Resumes, with this value, all who wait now; who begins to wait later waits for the next firing. */
  fire(value: T): void;
  readonly wait: Wait<T>;
}

/**
 * A signal that processes wait for. Firing makes one event at the present time for each waiter, in the order in which
 * they began to wait; a firing that nobody waits for is lost.
 *
 * @example
 * const sim = createSimulation();
 * const ready = createSignal<string>();
 * const waiter = sim.spawn((function* () { return yield* value(ready.wait); })());
 * sim.after(2, () => ready.fire('go'));
 * sim.run();
 * waiter.result; // => 'go'
 */
export function createSignal<T = void>(): Signal<T> {
  const waiters = new Set<(value: T) => void>();
  return {
    fire(value) {
      const awakened = [...waiters];
      waiters.clear();
      for (const wake of awakened) wake(value);
    },
    wait: (sim, resume) => {
      let event: EventId | undefined;
      const wake = (value: T): void => {
        event = sim.after(0, () => {
          resume(value);
        });
      };
      waiters.add(wake);
      return () => {
        waiters.delete(wake);
        if (event !== undefined) sim.cancel(event);
      };
    },
  };
}
