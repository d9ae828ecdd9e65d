import { describe, expect, it } from 'vitest';
import { pageBytes } from '../../../models/migration/migration.js';
import { wirePage } from './tiny.js';
import { tinyThread } from './tiny-thread.js';

describe('a migration thread', () => {
  it('sends a guest of data once and stops when what is left fits the downtime limit', () => {
    const { migration, journal, start, sim } = tinyThread({ restingPages: 4000 });
    start();
    sim.run(60);
    expect(migration.state.phase).toBe('completed');
    // 300 ms at 1,000 pages a second are 300 pages; it tests every 64 pages, and never before it has sent a window.
    expect(journal.leftAtStopBytes / pageBytes).toBeLessThan(300);
    expect(journal.leftAtStopBytes / pageBytes).toBeGreaterThan(200);
    expect(journal.syncs).toBe(3);
    expect(sim.now).toBeCloseTo(4, 1);
  });

  it('does not stop for a set that is rewritten faster than it is sent and larger than the threshold', () => {
    const { journal, start, sim } = tinyThread({ restingPages: 1000, hotPages: 400 });
    start();
    sim.run(60);
    expect(journal.stoppedAt).toBeNull();
    expect(journal.nearest!.remainingBytes).toBeGreaterThan(journal.nearest!.thresholdBytes);
  });

  it('stops for one that fits; what the socket holds comes on top', () => {
    const { journal, start, sim } = tinyThread({ restingPages: 1000, hotPages: 250 });
    start();
    sim.run(60);
    // 250 pages at least and less than the 300 allowed, and 30 in the socket.
    const downtime = journal.resumedAt! - journal.stoppedAt!;
    expect(downtime).toBeGreaterThan(0.279);
    expect(downtime).toBeLessThan(0.331);
  });

  it('takes the limit of rate for the bandwidth, and ignores it when the guest stands', () => {
    const o = { restingPages: 1000, hotPages: 90, request: { maxBandwidth: 4104 * 400 } };
    const { journal, start, sim } = tinyThread(o);
    start();
    sim.run(60);
    expect(journal.nearest!.thresholdBytes / pageBytes).toBeCloseTo(120, -1);
    // What the socket held is in the way.
    expect(journal.resumedAt! - journal.stoppedAt!).toBeLessThan(0.125);
  });

  it('asks for the dirty log only when what is left seems to fit', () => {
    const { journal, start, sim } = tinyThread({ restingPages: 5000, hotPages: 250 });
    start();
    sim.run(4.5);
    expect(journal.syncs).toBe(1);
  });
});

it('stops at the very threshold from QEMU 10.2 on, and not before (migration.c, "pending <= threshold" and "<")', () => {
  // 4,096,000 bytes/s for 250 ms are 250 pages, and all that are hot are dirty at every test.
  const constants = { qemu: { switchoverBandwidth: 1000 * pageBytes } };
  const stops = (version: string, hotPages: number): boolean => {
    const request = { downtimeLimitSeconds: 0.25 };
    const { journal, start, sim } = tinyThread({ version, restingPages: 1000, hotPages, constants, request });
    start();
    sim.run(60);
    expect(journal.nearest).toMatchObject({ remainingBytes: hotPages * pageBytes, thresholdBytes: 1024_000 });
    return journal.stoppedAt !== null;
  };
  for (const version of ['8.2', '9.2', '10.2']) {
    const isNew = version === '10.2';
    expect([249, 250, 251].map((pages) => stops(version, pages))).toEqual([true, isNew, false]);
  }
});

it('stops when nothing is left in the first window, before any bandwidth is known', () => {
  // 40 pages are sent in 40 ms, and the guest writes to none of them again.
  const { journal, start, sim } = tinyThread({ restingPages: 40, socketPages: 1 });
  start();
  sim.run(60);
  expect(journal.stoppedAt).toBeLessThan(0.1);
  expect(journal.nearest).toMatchObject({ remainingBytes: 0, thresholdBytes: 0 });
});

it('names the test with the least left where several were made before any bandwidth was known', () => {
  // Each pass takes half as long as the one before, and so dirties half as much.
  const { journal, start, sim } = tinyThread({
    hotPages: 60,
    visitsPerSecond: 500,
    sweepSeconds: 0,
    socketPages: 1,
  });
  start();
  sim.run(60);
  expect(journal.stoppedAt).not.toBeNull();
  expect(journal.nearest!.remainingBytes).toBeLessThanOrEqual(journal.nearest!.thresholdBytes);
});

it('never takes the little that is left of a stretch, which an empty socket takes at once, for the speed of the line', () => {
  // The socket empties while the dirty log is fetched. What it holds and a slice come on top of what the line carries.
  const most = (100 + 30 + 64) / 0.1;
  for (const hotPages of [913, 955, 1003, 1111]) {
    const { journal, start, sim } = tinyThread({ hotPages, costs: { syncPageSeconds: 2e-5 } });
    start();
    sim.run(60);
    expect(journal.stoppedAt).toBeNull();
    for (const { estimateBytesPerSecond } of journal.rounds!) {
      expect(estimateBytesPerSecond / wirePage).toBeLessThan(most);
    }
  }
});

describe('with switchover-ack', () => {
  const request = { capabilities: new Set(['switchover-ack']) };
  const withDevice = { version: '9.2', constants: { switchover: { ackSeconds: 5 } } };

  it('goes on until the devices at the destination are ready, however little is left', () => {
    const late = tinyThread({ restingPages: 1000, hotPages: 100, request, ...withDevice });
    late.start();
    late.sim.run(60);
    expect(late.journal.stoppedAt).toBeGreaterThan(5);
    expect(late.journal.stoppedAt).toBeLessThan(5.2);
    expect(late.journal.syncs).toBeGreaterThan(20);
  });

  it('waits for a round trip where no device asks for it', () => {
    const stoppedAt = (o: object) => {
      const { journal, start, sim } = tinyThread({ restingPages: 1000, version: '9.2', ...o });
      start();
      sim.run(60);
      return journal.stoppedAt;
    };
    expect(stoppedAt({ request })).toBe(stoppedAt({}));
  });

  it('goes over to post-copy no sooner either', () => {
    const goesOver = (kind: 'hybrid' | 'post-copy', version: string) => {
      const late = tinyThread({
        restingPages: 1000,
        hotPages: 100,
        ...withDevice,
        version,
        request: { capabilities: new Set(['switchover-ack', 'postcopy-ram']), kind },
      });
      late.start();
      late.sim.run(60);
      return late.journal.stoppedAt;
    };
    for (const version of ['9.2', '10.2']) {
      expect(goesOver('hybrid', version)).toBeGreaterThan(5);
      expect(goesOver('post-copy', version)).toBeGreaterThan(5);
    }
  });

  it('does not keep a guest waiting that is stopped already', () => {
    const late = tinyThread({
      restingPages: 1000,
      ...withDevice,
      request: { ...request, kind: 'stop-and-copy' },
    });
    late.start();
    late.sim.run(60);
    expect(late.journal.resumedAt! - late.journal.stoppedAt!).toBeLessThan(1.5);
  });
});
