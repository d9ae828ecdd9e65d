import type { EventId } from './event-queue.js';
import type { RandomStream } from './random.js';

// The types that the clock and the processes have in common: each refers to the other, so they stand in one file.

/** The clock, its queue of events and its random streams; made by `createSimulation`. */
export interface Simulation {
  /** Simulated seconds since the start. */
  readonly now: number;
  /** Events executed so far. */
  readonly events: number;
  /** Calls `action` at `time`; among events at one time the smaller `priority` (default 0) comes first. */
  at(time: number, action: () => void, priority?: number): EventId;
  /** Calls `action` after `delay` seconds. */
  after(delay: number, action: () => void, priority?: number): EventId;
  /** Moves a pending event; throws a RangeError if it is not pending. */
  reschedule(id: EventId, time: number): void;
  /** Takes a pending event away; false if it has happened or was cancelled before. */
  cancel(id: EventId): boolean;
  /**
   * Calls `action` once when all events of the present instant have happened, before the clock moves on. What it
   * schedules at the present time still belongs to the instant.
   */
  endOfInstant(action: () => void): void;
  /** Executes events until none is left, until that time (events at it included), or until `stop()`. */
  run(until?: number): 'idle' | 'until' | 'stopped';
  /** Ends `run` after the present event. */
  stop(): void;
  /** The random stream `${seed}/${name}`; the same name gives the same stream. */
  random(name: string): RandomStream;
  /** Starts a process as an event at the present time, behind the events already due then. */
  spawn<T>(process: Process<T>): Running<T>;
}

/**
 * Something a process can wait for: begins to wait, and returns the function that cancels the wait. It calls `resume`
 * at most once, and never after it was cancelled. The same wait can be begun again and again.
 */
export type Wait<T = void> = (sim: Simulation, resume: (value: T) => void) => () => void;

/** A process is a generator that yields what it waits for. */
export type Process<T = void> = Generator<Wait<unknown>, T, unknown>;

/** A process that was started. */
export interface Running<T> {
  readonly done: boolean;
  /** What the process returned; undefined before its end and when an interrupt ended it. */
  readonly result: T | undefined;
  /** Resumes with the result when the process has ended, at once if it has already. */
  readonly finished: Wait<T>;
  /**
   * Cancels the wait of the process and throws an `Interrupted` at its `yield`, as the next event of the present
   * instant. Nothing happens if the process has ended by then.
   */
  interrupt(cause: string): void;
}
