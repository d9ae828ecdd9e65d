import { describe, expect, it } from 'vitest';
import { anyOf, delay, value, type Process } from '../../sim/process.js';
import { createSignal } from '../../sim/signal.js';
import { createSimulation } from '../../sim/simulation.js';

describe('a signal', () => {
  it('resumes all who wait, in the order of waiting, with its value', () => {
    const sim = createSimulation();
    const signal = createSignal<number>();
    const heard: string[] = [];
    function* waiter(name: string): Process {
      for (;;) heard.push(`${name} ${yield* value(signal.wait)} at ${sim.now}`);
    }
    sim.spawn(waiter('a'));
    sim.spawn(waiter('b'));
    for (const time of [1, 2])
      sim.at(time, () => {
        signal.fire(time * 10);
      });
    sim.run();
    expect(heard).toEqual(['a 10 at 1', 'b 10 at 1', 'a 20 at 2', 'b 20 at 2']);
  });

  it('fired before anybody waits is lost', () => {
    const sim = createSimulation();
    const signal = createSignal();
    signal.fire();
    const process = sim.spawn(
      (function* (): Process<number> {
        return yield* value(anyOf(signal.wait, delay(1)));
      })(),
    );
    sim.run();
    expect(process.result).toBe(1);
  });

  it('does not resume a wait that is cancelled, before or after the firing', () => {
    const sim = createSimulation();
    const signal = createSignal();
    let resumed = 0;
    const early = signal.wait(sim, () => resumed++);
    early();
    const late = signal.wait(sim, () => resumed++);
    signal.wait(sim, () => resumed++);
    signal.fire();
    late();
    sim.run();
    expect(resumed).toBe(1);
  });

  it('does what its example says', () => {
    const sim = createSimulation();
    const ready = createSignal<string>();
    const waiter = sim.spawn(
      (function* () {
        return yield* value(ready.wait);
      })(),
    );
    sim.after(2, () => {
      ready.fire('go');
    });
    sim.run();
    expect(waiter.result).toBe('go');
  });
});
