import type { Simulation } from './kernel.js';
import { createStepFunction, type StepFunction } from './step-function.js';

export type { StepFunction } from './step-function.js';

/** What a run records over time, by name. */
export interface Recorder {
  /** The series of that name; the same name gives the same series. */
  series(name: string): StepFunction;
  /** In the order in which they were first asked for. */
  readonly names: readonly string[];
}

/**
 * A recorder of step functions on a simulation's clock.
 *
 * @example
 * const sim = createSimulation();
 * const recorder = createRecorder(sim);
 * recorder.series('queue').set(2);
 * sim.at(3, () => recorder.series('queue').set(0));
 * sim.run(10); // => 'idle'
 * recorder.series('queue').mean(0, 4); // => 1.5
 * recorder.names; // => ['queue']
 */
export function createRecorder(sim: Simulation): Recorder {
  const series = new Map<string, StepFunction>();
  const names: string[] = [];
  const clock = (): number => sim.now;
  return {
    names,
    series(name) {
      let found = series.get(name);
      if (found === undefined) {
        found = createStepFunction(clock);
        series.set(name, found);
        names.push(name);
      }
      return found;
    },
  };
}
