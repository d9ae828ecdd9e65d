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

describe('a guest whose work changes', () => {
  it('goes on from where its time was, at the speed of its new threads', () => {
    const { source, runTo } = hosts();
    const guest = createGuest(source, memory(), { busyVcpus: 1 }, undefined, { mostBusyVcpus: 4 });
    runTo(2);
    guest.turnTo({ busyVcpus: 4 });
    expect([guest.time(), guest.busyVcpus]).toEqual([2, 4]);
    // Four on one core.
    runTo(6);
    expect(guest.time()).toBe(3);
    guest.pause();
    guest.turnTo({ busyVcpus: 2 });
    runTo(7);
    expect(guest.time()).toBe(3);
    guest.resume();
    runTo(9);
    expect(guest.time()).toBe(4);
  });

  it('has a throttle slow what leaves less idle time, and nothing else', () => {
    const { source, runTo } = hosts();
    const guest = createGuest(source, memory(), { busyVcpus: 1, utilization: 0.5 });
    guest.throttle(0.5);
    runTo(2);
    expect(guest.time()).toBe(2);
    guest.turnTo({ busyVcpus: 1 });
    runTo(4);
    expect(guest.time()).toBe(3);
    guest.turnTo({ busyVcpus: 1, utilization: 0.25 });
    runTo(5);
    expect(guest.time()).toBe(4);
  });
});

describe('a guest that arrives', () => {
  it('has its work change there, too', () => {
    const { source, destination, runTo } = hosts();
    const guest = createGuest(source, memory(), { busyVcpus: 1 }, undefined, {
      destination,
      mostBusyVcpus: 2,
    });
    runTo(1);
    guest.arrive();
    guest.turnTo({ busyVcpus: 2 });
    expect([source.speedOfNext(), destination.speedOfNext()]).toEqual([1, 1 / 3]);
    runTo(3);
    expect(guest.time()).toBe(2);
  });

  it('runs at the destination, and leaves the source to others', () => {
    const { source, destination, runTo } = hosts();
    const guest = createGuest(source, memory(), { busyVcpus: 1 }, undefined, { destination });
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
    const guest = createGuest(source, memory(), { busyVcpus: 1 }, undefined, { destination });
    guest.arrive();
    runTo(2);
    expect([guest.time(), source.speedOfNext()]).toEqual([2, 1]);
  });

  it('runs on where it was, if it has no other host to go to', () => {
    const { source, runTo } = hosts();
    const guest = createGuest(source, memory(), { busyVcpus: 1 });
    guest.pause();
    runTo(1);
    guest.arrive();
    runTo(3);
    expect(guest.time()).toBe(2);
    expect(source.speedOfNext()).toBe(0.5);
  });
});
