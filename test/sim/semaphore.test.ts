import { describe, expect, it } from 'vitest';
import { delay, type Process } from '../../sim/process.js';
import { createSemaphore } from '../../sim/semaphore.js';
import { createSimulation } from '../../sim/simulation.js';

describe('a semaphore', () => {
  it('lets so many in at once, in the order of asking', () => {
    const sim = createSimulation();
    const gate = createSemaphore(2);
    const heard: string[] = [];
    function* worker(name: string, seconds: number): Process {
      yield gate.acquire;
      heard.push(`${name} at ${sim.now}`);
      yield delay(seconds);
      gate.release();
    }
    sim.spawn(worker('a', 4));
    sim.spawn(worker('b', 1));
    sim.spawn(worker('c', 1));
    sim.spawn(worker('d', 1));
    sim.run(0.5);
    expect([gate.free, gate.waiting]).toEqual([0, 2]);
    sim.run();
    expect(heard).toEqual(['a at 0', 'b at 0', 'c at 1', 'd at 2']);
    expect([gate.free, gate.waiting]).toEqual([2, 0]);
  });

  it('forgets who gives up waiting, and takes back a place granted at that very instant', () => {
    const sim = createSimulation();
    const gate = createSemaphore(1);
    let entered = 0;
    gate.acquire(sim, () => entered++);
    const queued = gate.acquire(sim, () => entered++);
    const granted = gate.acquire(sim, () => entered++);
    sim.run();
    queued();
    gate.release();
    expect(gate.free).toBe(0);
    granted();
    expect(gate.free).toBe(1);
    sim.run();
    expect(entered).toBe(1);
  });

  it('names a wrong number of places and a release too many', () => {
    expect(() => createSemaphore(0)).toThrow('places = 0: must be a whole number of at least 1');
    expect(() => createSemaphore(1.5)).toThrow('places = 1.5');
    const gate = createSemaphore(1);
    expect(() => {
      gate.release();
    }).toThrow('free places = 1: more were released than taken');
  });

  it('does what its example says', () => {
    const sim = createSimulation();
    const gate = createSemaphore(1);
    function* worker(): Process {
      yield gate.acquire;
      yield delay(2);
      gate.release();
    }
    sim.spawn(worker());
    sim.spawn(worker());
    sim.run();
    expect(sim.now).toBe(4);
  });
});
