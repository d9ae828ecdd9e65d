import { describe, expect, it } from 'vitest';
import { sequentialWriter, uniformWriter } from '../../../models/memory/writer.js';
import { threadPreCopy } from '../../../models/migration/thread-pre-copy.js';
import { tinyThread } from './tiny-thread.js';
import { wirePage } from './tiny.js';

type Options = NonNullable<Parameters<typeof tinyThread>[0]>;

/** Runs it to its end, or for ten minutes. */
function run(kind: 'lm' | 'post-copy' | 'hybrid', o: Options) {
  const world = tinyThread(o);
  const running = world.start(kind);
  world.sim.run(600);
  return { ...world, done: running.done, record: world.journal.postCopy! };
}

describe('post-copy', () => {
  it('sends each page once while the guest runs at the destination', () => {
    const { journal, record, stream, sim, done } = run('post-copy', { restingPages: 1000 });
    expect(done).toBe(true);
    expect(sim.now).toBeCloseTo(1, 6);
    expect(stream.carried()).toBeCloseTo(1000 * wirePage, 3);
    expect(journal.resumedAt).toBe(0);
    expect(record).toMatchObject({ startedAt: 0, requests: 0, stallSeconds: 0, pagesFaulted: 0 });
    expect(record.pagesPushed).toBeCloseTo(1000, 6);
  });

  it('stands still for the stop, the list of stale pages, the state of the devices, half a round trip and the start', () => {
    const { journal } = run('post-copy', {
      restingPages: 1000,
      socketPages: 1000,
      rules: { stopSeconds: 0.01, loadSeconds: 0.02 },
      stream: { roundTripSeconds: 0.1 },
      constants: {
        qemu: { deviceStateBytes: 10 * wirePage, resumeSeconds: 0.03, flushSeconds: 0.04 },
        // All of memory is one stale range.
        postCopy: { discardCommandBytes: wirePage, discardRangeBytes: 4 * wirePage },
      },
    });
    const { stop, flush, discard, deviceState, queued, load, resume } = journal.downtimeParts;
    expect([stop, flush, load, resume]).toEqual([
      expect.closeTo(0.01, 9),
      expect.closeTo(0.04, 9),
      expect.closeTo(0.02, 9),
      expect.closeTo(0.03, 9),
    ]);
    expect(discard + deviceState + queued).toBeCloseTo(0.015 + 0.05, 9);
    expect(journal.resumedAt! - journal.stoppedAt!).toBeCloseTo(0.165, 9);
  });

  it('goes over in the middle of a pass when it is asked for, and sends what is left then', () => {
    const { record, stream, sim } = run('hybrid', {
      restingPages: 1000,
      request: { postCopyAfterSeconds: 0.5 },
    });
    expect(record.startedAt).toBeGreaterThan(0.45);
    expect(record.startedAt).toBeLessThan(0.56);
    expect(stream.carried()).toBeCloseTo(1000 * wirePage, 3);
    expect(sim.now).toBeCloseTo(1, 6);
  });

  it('goes over after the first pass where nobody says when, and ends what pre-copy never would', () => {
    const { journal, record, stream } = run('hybrid', { restingPages: 1000, hotPages: 400 });
    expect(journal.syncs).toBe(3);
    // The first pass ends when no more than 300 of 1,400 pages are left.
    expect(record.startedAt).toBeGreaterThan(1.1);
    expect(record.startedAt).toBeLessThan(1.4);
    expect(stream.carried() / wirePage).toBeLessThan(1400 + 400 + 1e-6);
    expect(journal.transferEnd!.time).toBeCloseTo(stream.carried() / wirePage / 1000, 6);
  });

  it('is not needed where what is left fits first', () => {
    const { journal, migration } = run('hybrid', { restingPages: 1000 });
    expect(migration.state.phase).toBe('completed');
    expect(journal.postCopy).toBeNull();
  });

  it('is looked at before the fit from QEMU 10.1 on, and after it before that', () => {
    const end = (version: string) => {
      const { migration, sim } = tinyThread({ version, restingPages: 1000 });
      migration.requests.postCopy = true;
      migration.state.thresholdBytes = Infinity;
      const running = sim.spawn(threadPreCopy(migration));
      sim.run(1);
      return running.result;
    };
    expect([end('7.2'), end('10.0'), end('10.1')]).toEqual(['fits', 'fits', 'post-copy']);
  });

  it('cannot be asked of a QEMU that does not have it', () => {
    const { migration, sim } = tinyThread({ version: '2.0', restingPages: 1000, hotPages: 400 });
    migration.requests.postCopy = true;
    const running = sim.spawn(threadPreCopy(migration));
    sim.run(10);
    expect(running.done).toBe(false);
  });

  it('is not called off by anybody', () => {
    const world = tinyThread({ restingPages: 1000 });
    world.start('post-copy');
    world.runTo(0.5);
    world.migration.requests.cancel = 'somebody lost patience';
    world.sim.run(60);
    expect(world.migration.state.phase).toBe('completed');
    expect(world.journal.aborted).toBeNull();
  });
});

describe('a guest in post-copy', () => {
  const wild = { hotPages: 5000, hotWriter: uniformWriter({ pages: 5000, visitsPerSecond: 1e5 }) };
  const perRequest = (o: Options) => {
    const { record } = run('post-copy', { ...wild, restingPages: 500, ...o });
    return record.stallSeconds / record.requests;
  };

  it('waits for a page that it misses as long as the socket before it takes to empty', () => {
    // The first find it empty.
    expect(perRequest({ socketPages: 30 }) / 0.031).toBeCloseTo(1, 1);
    expect(perRequest({ socketPages: 60 }) / 0.061).toBeCloseTo(1, 1);
  });

  it('waits a round trip longer for each where the hosts are far apart', () => {
    const far = perRequest({ socketPages: 60, stream: { roundTripSeconds: 0.05 } });
    expect(far / (0.061 + 0.05)).toBeCloseTo(1, 1);
  });

  it('does not wait for the socket where its requests have a channel of their own', () => {
    const request = { capabilities: new Set(['postcopy-preempt']) };
    expect(perRequest({ socketPages: 30, request })).toBeCloseTo(0.001, 4);
    expect(perRequest({ socketPages: 60, request })).toBeCloseTo(0.001, 4);
  });

  it('follows the stream where it reads one page after another: it waits for the first, then as pages come', () => {
    // At the end of RAM, far from where the stream begins.
    const writer = sequentialWriter({ pages: 500, visitsPerSecond: 1e6 });
    const { record, sim } = run('post-copy', { hotPages: 500, restingPages: 500, hotWriter: writer });
    expect(sim.now).toBeCloseTo(1, 6);
    expect(record.stallSeconds).toBeGreaterThan(0.45);
    expect(record.stallSeconds).toBeLessThan(0.55);
    // One request a buffer of 32 KiB.
    expect(record.requests).toBeGreaterThan(50);
    expect(record.requests).toBeLessThan(64);
  });

  it('stands still for all that it reads in no time', () => {
    const hotWriter = sequentialWriter({ pages: 2000, visitsPerSecond: 1e6 });
    const { record } = run('post-copy', { hotPages: 2000, hotWriter });
    // But for the 30 pages in the socket, which count as arrived.
    expect(record.stallSeconds).toBeGreaterThan(2 - 0.035);
    expect(record.stallSeconds).toBeLessThan(2);
  });

  it('asks for every such page where requests do not move the stream (QEMU 8.0 with preempt)', () => {
    const o: Options = {
      hotPages: 500,
      hotWriter: sequentialWriter({ pages: 500, visitsPerSecond: 1e6, phaseSeconds: 1e-4 }),
      restingPages: 500,
      request: { capabilities: new Set(['postcopy-preempt']) },
      stream: { roundTripSeconds: 0.01 },
    };
    const followed = run('post-copy', { ...o, version: '7.2' }).record;
    expect(followed.requests).toBeGreaterThan(followed.pagesFaulted / 8);
    expect(followed.requests).toBeLessThan(followed.pagesFaulted / 7);
    const { record } = run('post-copy', { ...o, version: '8.2' });
    expect(record.stallSeconds / record.requests).toBeCloseTo(0.011, 3);
  });

  it('misses less the slower it writes, and nothing where it does not', () => {
    const stall = (visitsPerSecond: number) =>
      run('post-copy', { ...wild, hotWriter: uniformWriter({ pages: 5000, visitsPerSecond }) }).record
        .stallSeconds;
    const stalls = [0, 1, 10, 100, 1000].map(stall);
    expect(stalls).toEqual(stalls.toSorted((a, b) => a - b));
    expect(stalls[0]).toBe(0);
    expect(stalls[4]).toBeGreaterThan(0.3);
  });

  it('gets its pages first and alone where a limit holds the others back', () => {
    const limited = { restingPages: 500, constants: { postCopy: { maxBandwidth: 100 * wirePage } } };
    const few = { hotPages: 500, hotWriter: uniformWriter({ pages: 500, visitsPerSecond: 1e5 }) };
    const { record, journal, stream } = run('post-copy', { ...few, ...limited });
    expect(stream.carried()).toBeCloseTo(1000 * wirePage, 3);
    // 500 pages at rest at 100 a second; the guest's come by the side, the faster the link the sooner.
    expect(journal.transferEnd!.time).toBeGreaterThan(5);
    expect(journal.transferEnd!.time).toBeLessThan(6.5);
    expect(record.pagesFaulted).toBeGreaterThan(350);
    expect(record.stallSeconds).toBeLessThan(1);
  });
});

describe('what breaks', () => {
  const never = { networkAt: Infinity, destinationAt: Infinity, recoverAfterSeconds: Infinity };
  const outcome = (kind: 'lm' | 'post-copy', faults: Partial<typeof never>, o: Options = {}) => {
    const { journal, migration, guest, sim } = run(kind, {
      restingPages: 1000,
      faults: { ...never, ...faults },
      ...o,
    });
    const before = guest.time();
    sim.at(sim.now + 1, () => undefined);
    sim.run(sim.now + 1);
    const runs = guest.time() > before;
    return { ...journal, runs, phase: migration.state.phase };
  };

  it('in pre-copy leaves the guest at the source', () => {
    const network = outcome('lm', { networkAt: 0.5 });
    expect(outcome('lm', { networkAt: 1 }, { restingPages: 5000 }).aborted).toBe(
      'The network was lost at 1 s',
    );
    expect(network).toMatchObject({ aborted: 'The network was lost at 0.5 s', failed: null, runs: true });
    const destination = outcome('lm', { destinationAt: 0.25 });
    expect(destination).toMatchObject({ aborted: 'The destination host was lost at 0.25 s', runs: true });
    expect(destination.resumedAt).toBeNull();
  });

  it('in the stop leaves it there too, until the source has sent its last byte', () => {
    // It stops at 1.0 s less what the socket takes; the state then takes half a second to load.
    const o = { rules: { stopSeconds: 0.2, loadSeconds: 0.5 } };
    const stopped = outcome('lm', { networkAt: 0.9 }, o);
    expect(stopped).toMatchObject({ aborted: 'The network was lost at 0.9 s', runs: true });
    const handedOver = outcome('lm', { networkAt: 1.5 }, o);
    expect(handedOver).toMatchObject({ aborted: null, runs: false });
    expect(handedOver.failed).toMatch(
      /^The network was lost at 1.5 s, after the source had handed the guest over/,
    );
    expect(outcome('lm', { networkAt: 10 }, o)).toMatchObject({ aborted: null, failed: null });
  });

  it('in post-copy loses what was paused if the destination dies before anybody recovers it', () => {
    const both = { networkAt: 0.5, destinationAt: 0.7 };
    expect(outcome('post-copy', both).failed).toBe(
      'The destination host was lost at 0.7 s, and the VM with it',
    );
    // Before 3.0 it was lost with the network already.
    expect(outcome('post-copy', both, { version: '2.9' }).failed).toMatch(
      /^The network was lost at 0\.5 s in post-copy/u,
    );
  });

  it('in post-copy pauses it from QEMU 3.0 on, and loses it before', () => {
    const paused = outcome('post-copy', { networkAt: 0.5 });
    expect(paused).toMatchObject({
      failed: 'The network was lost at 0.5 s in post-copy: paused, recoverable by migrate-recover',
      runs: false,
    });
    expect(outcome('post-copy', { networkAt: 0.5 }, { version: '2.9' }).failed).toMatch(/the VM is lost$/);
    expect(outcome('post-copy', { destinationAt: 0.5 })).toMatchObject({
      failed: 'The destination host was lost at 0.5 s, and the VM with it',
      phase: 'failed',
    });
  });

  it('in the stop of post-copy leaves it at the source until that has handed over', () => {
    const o = { rules: { stopSeconds: 0.2 } };
    expect(outcome('post-copy', { networkAt: 0.1 }, o)).toMatchObject({ failed: null, runs: true });
    expect(outcome('post-copy', { networkAt: 0.3 }, o).failed).toMatch(/recoverable/);
  });

  it('is mended where somebody recovers: the rest follows, and the guest has waited', () => {
    const faults = { ...never, networkAt: 0.25, recoverAfterSeconds: 7 };
    const o = {
      hotPages: 500,
      hotWriter: uniformWriter({ pages: 500, visitsPerSecond: 1e5 }),
      restingPages: 500,
    };
    const { record, stream, journal, done } = run('post-copy', { ...o, faults });
    const without = run('post-copy', o).record.stallSeconds;
    expect(done).toBe(true);
    expect(journal).toMatchObject({ failed: null, aborted: null });
    expect(stream.carried()).toBeCloseTo(1000 * wirePage, 3);
    expect(journal.transferEnd!.time).toBeCloseTo(8, 3);
    expect(record.stallSeconds - without).toBeCloseTo(7, 1);
    const old = run('post-copy', { ...o, faults, version: '2.9' });
    expect(old.journal.failed).toMatch(/the VM is lost$/);
  });

  it('dies for good where the destination does before somebody recovers', () => {
    const faults = { networkAt: 0.5, destinationAt: 2, recoverAfterSeconds: 7 };
    expect(outcome('post-copy', faults).failed).toMatch(/^The destination host was lost at 2 s/);
  });
});
