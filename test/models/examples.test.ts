import { expect, test } from 'vitest';
import { createBursts } from '../../models/burst.js';
import { createGuest } from '../../models/guest.js';
import { createHost, hostCapacity } from '../../models/host.js';
import { createLink } from '../../models/link.js';
import { createGuestMemory } from '../../models/memory/guest-memory.js';
import { blockMigration } from '../../models/migration/block-migration.js';
import { walkBitmap } from '../../models/migration/iterate.js';
import { createJournal } from '../../models/migration/journal.js';
import { complete, preCopy, resume, stopGuest } from '../../models/migration/main-loop-pre-copy.js';
import { isThere, turnsOf } from '../../models/presence.js';
import { createStream } from '../../models/stream.js';
import { createFluid } from '../../sim/fluid.js';
import { createRandom } from '../../sim/random.js';
import { createSimulation } from '../../sim/simulation.js';
import { tiny } from './migration/tiny.js';

// What stands in the docstrings, with what they leave out.
const memoryOf = (pages: number) =>
  createGuestMemory({ pages, layers: [{ start: 0, end: pages, dataFraction: 1 }] });

test('the examples of hosts, guests, links and streams give the values that stand there', () => {
  const sim = createSimulation();
  const fluid = createFluid(sim);
  expect(hostCapacity(17, { cpus: 24, cores: 12, load: 0, hyperThreadGain: 0.25 })).toBe(13.25);
  const loaded = createHost(fluid, 'source', { cpus: 4, cores: 2, load: 0.75, hyperThreadGain: 0.5 });
  expect(loaded.speedOfNext()).toBe(0.75);
  const loops = { cpus: 2, cores: 2, load: 0, busyThreads: 8, hyperThreadGain: 0 };
  expect(createHost(fluid, 'destination', loops).speedOfNext()).toBe(2 / 9);

  const host = createHost(fluid, 'idle', { cpus: 4, cores: 4, load: 0, hyperThreadGain: 0 });
  const guest = createGuest(host, memoryOf(10), { busyVcpus: 2 });
  sim.at(3, () => {
    guest.pause();
  });
  sim.at(5, () => {
    guest.resume();
  });
  sim.run();
  expect(guest.time()).toBe(3);

  const queueBytes = { migration: 1, 'icmp-flood': 1, 'icmp-paced': 1, udp: 1, tcp: 1 };
  const link = createLink(sim, createFluid(sim), { goodput: 100, sharing: 'weighted', queueBytes }, [
    { kind: 'udp', rate: 80 },
  ]);
  expect(link.backgroundRate()).toBe(80);
  const flow = link.open('migration', 'migration');
  flow.push(1000);
  expect(flow.rate).toBe(50);
});

test('the examples of what comes and goes give the values that stand there', () => {
  expect([5, 95].map((time) => isThere({ from: 5, until: 95 }, time))).toEqual([true, false]);
  expect(turnsOf([{ from: 5, until: 95 }, { until: 5 }, {}], 0)).toEqual([5, 95]);
});

test('the example of streams gives the values that stand there', () => {
  const sim = createSimulation();
  const fluid = createFluid(sim);
  const flow = fluid.open({ name: 'migration', path: [fluid.resource('link', 100)] });
  const stream = createStream(sim, flow, {
    sendBufferBytes: 300,
    writableShare: 1 / 3,
    fillSpread: 0,
    roundTripSeconds: 0,
    receiveWindowBytes: 1600,
  });
  stream.push(500, 0);
  expect(stream.outside()).toBe(200);
  sim.spawn(stream.received());
  sim.run();
  expect(sim.now).toBe(5);
});

test('the example of bursts gives the value that stands there', () => {
  const cold = { secondsPerByte: 0, shift: 0, recovery: 1 };
  const quantiles = [
    [0, 5e9],
    [100, 5e9],
  ] as const;
  const alike = { quantiles, correlation: 0.3, runSpread: 0, networkSlowdown: 0, cold };
  expect(createBursts(alike, createRandom('burst'), () => 1.25).next(true)).toBe(4e9);
});

test('the examples of migrations give the values that stand there', () => {
  expect(createJournal(true).rounds).toEqual([]);

  const disk = tiny({ restingPages: 2000 });
  disk.sim.spawn(blockMigration(disk, { readRate: 5e8, allocatedBytes: 1.5 * 1024 * 1024 }));
  disk.sim.run();
  expect(disk.stream.carried()).toBe(2_097_194);

  const { costs, rules } = disk;
  const call = walkBitmap(memoryOf(1000), { bytes: 10 * 4104, seconds: 0.051 }, 4096e5, costs, rules);
  expect([call.dataPages, call.countedBytes, call.ended]).toEqual([10, 40_960, 'budget of bytes']);

  const live = tiny({ restingPages: 2000 });
  live.sim.spawn(preCopy(live));
  live.sim.run();
  expect([live.journal.syncs, live.guest.memory.waiting()]).toEqual([1, 0]);
  resume(live);
  expect(live.journal.resumedAt === live.sim.now).toBe(true);

  const stopped = tiny({ restingPages: 2000 });
  stopped.sim.spawn(complete(stopped));
  stopped.sim.run();
  expect(stopped.sim.now).toBeCloseTo(2, 12);

  const slow = tiny({ restingPages: 2000, rules: { stopSeconds: 0.25 } });
  slow.sim.spawn(stopGuest(slow));
  slow.sim.run();
  expect(slow.journal.stoppedAt).toBe(0.25);
});
