import { describe, expect, it } from 'vitest';
import { createGuest } from '../../models/guest.js';
import { createHost } from '../../models/host.js';
import { createGuestMemory } from '../../models/memory/guest-memory.js';
import { createFluid } from '../../sim/fluid.js';
import { createSimulation } from '../../sim/simulation.js';

const oneCore = { cpus: 1, cores: 1, load: 0, hyperThreadGain: 0 };
const memory = () => createGuestMemory({ pages: 10, layers: [{ start: 0, end: 10, dataFraction: 1 }] });

function hosts() {
  const sim = createSimulation();
  const fluid = createFluid(sim);
  const runTo = (time: number): void => {
    sim.at(time, () => undefined);
    sim.run();
  };
  const [source, destination] = ['source', 'destination'].map((name) => createHost(fluid, name, oneCore));
  return { source: source!, destination: destination!, runTo };
}

describe('a guest that arrives', () => {
  it('runs at the destination, and leaves the source to others', () => {
    const { source, destination, runTo } = hosts();
    const guest = createGuest(source, memory(), 1, undefined, { destination });
    expect([source.speedOfNext(), destination.speedOfNext()]).toEqual([0.5, 1]);
    runTo(2);
    guest.pause();
    runTo(3);
    guest.arrive();
    expect([source.speedOfNext(), destination.speedOfNext()]).toEqual([1, 0.5]);
    runTo(7);
    expect(guest.time()).toBe(6);
    guest.pause();
    runTo(8);
    guest.resume();
    runTo(9);
    expect(guest.time()).toBe(7);
    expect(source.speedOfNext()).toBe(1);
  });

  it('also leaves where it was not paused before', () => {
    const { source, destination, runTo } = hosts();
    const guest = createGuest(source, memory(), 1, undefined, { destination });
    guest.arrive();
    runTo(2);
    expect([guest.time(), source.speedOfNext()]).toEqual([2, 1]);
  });

  it('runs on where it was, if it has no other host to go to', () => {
    const { source, runTo } = hosts();
    const guest = createGuest(source, memory(), 1);
    guest.pause();
    runTo(1);
    guest.arrive();
    runTo(3);
    expect(guest.time()).toBe(2);
    expect(source.speedOfNext()).toBe(0.5);
  });
});
