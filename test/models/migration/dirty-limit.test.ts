import { describe, expect, it } from 'vitest';
import { adjust, type DirtyLimitRules } from '../../../models/migration/dirty-limit.js';
import { tinyThread } from './tiny-thread.js';

const MiB = 2 ** 20;
const rules: DirtyLimitRules = {
  vcpuLimit: 100 * MiB,
  periodSeconds: 1,
  toleranceRate: 25 * MiB,
  linearAbove: 0.5,
  step: 0.1,
  max: 99,
  ringPages: 4096,
};

describe("a vCPU's sleep per full ring", () => {
  it('is lengthened in proportion where it dirties more than twice its limit', () => {
    // A ring of 16 MiB fills in 32 ms; 80 % too much, so four times that.
    expect(adjust({ sleepSeconds: 0, fastest: 0 }, 500, rules).sleepSeconds).toBeCloseTo(0.128, 12);
  });

  it('is shortened in proportion where it dirties less than half of it', () => {
    // 40 of 100 MiB/s: 60 % too little, 1.5 times the 32 ms.
    const { sleepSeconds, fastest } = adjust({ sleepSeconds: 0.128, fastest: 500 }, 40, rules);
    expect(sleepSeconds).toBeCloseTo(0.128 - 0.048, 12);
    expect(fastest).toBe(500);
  });

  it('changes by a tenth of the time in which the ring fills where the error is smaller', () => {
    expect(adjust({ sleepSeconds: 0.1, fastest: 500 }, 150, rules).sleepSeconds).toBeCloseTo(0.1032, 12);
    expect(adjust({ sleepSeconds: 0.1, fastest: 500 }, 70, rules).sleepSeconds).toBeCloseTo(0.0968, 12);
  });

  it('stays as it is within 25 MiB/s of the limit', () => {
    for (const rate of [75, 100, 125]) {
      expect(adjust({ sleepSeconds: 0.1, fastest: 500 }, rate, rules).sleepSeconds).toBe(0.1);
    }
  });

  it('is at most 99 times the time in which the ring fills, at least none, and none for one that dirties nothing', () => {
    const strict = { ...rules, vcpuLimit: MiB };
    expect(adjust({ sleepSeconds: 3, fastest: 500 }, 500, strict).sleepSeconds).toBeCloseTo(99 * 0.032, 12);
    expect(adjust({ sleepSeconds: 0.01, fastest: 500 }, 40, rules).sleepSeconds).toBe(0);
    expect(adjust({ sleepSeconds: 0.1, fastest: 500 }, 0, rules).sleepSeconds).toBe(0);
  });
});

describe('dirty-limit', () => {
  /** 500 MiB rewritten in a guest second; the link carries 400 MiB/s, and 300 ms of that may be left. */
  const busy = (vcpuLimit: number) => ({
    version: '8.2',
    hotPages: 128_000,
    visitsPerSecond: 128_000,
    pagesPerSecond: 102_400,
    request: { capabilities: new Set(['dirty-limit']) },
    constants: { dirtyLimit: { vcpuLimit } },
  });

  it('measures once a period from the second strike on, and brings the rate to the quota', () => {
    const { migration, journal, runTo, guest } = tinyThread(busy(100 * MiB));
    journal.transferStart = migration.sample();
    const bad = (time: number, sentBytes: number) => {
      runTo(time);
      for (const aid of migration.aids) aid.afterSync({ dirtiedBytes: 1e9, newlyDirtyBytes: 1e9, sentBytes });
    };
    bad(2, 1e9);
    bad(4, 2e9);
    expect(migration.state.throttle).toBe(0);
    runTo(5.5);
    expect(migration.state.throttle).toBeCloseTo(0.8, 9);
    const before = guest.time();
    runTo(6.5);
    expect((guest.time() - before) * 500).toBeCloseTo(100, 6);
  });

  it('lets a guest converge that does not by itself, and ends with it', () => {
    const plain = tinyThread({ ...busy(MiB), request: {} });
    plain.start();
    plain.sim.run(120);
    expect(plain.journal.stoppedAt).toBeNull();

    const { start, sim, migration, journal } = tinyThread(busy(MiB));
    start();
    // Nothing is left to be done when it has ended.
    expect(sim.run(1000)).toBe('idle');
    expect(sim.now).toBeCloseTo(journal.resumedAt!, 9);
    expect(migration.state).toMatchObject({ phase: 'completed', throttle: 0 });
    expect(Math.max(...journal.throttleSteps!.map(({ share }) => share))).toBeCloseTo(0.99, 9);
  });
});

it('sees what was written whether or not the log has been fetched', () => {
  const { memory } = tinyThread({ hotPages: 1000, visitsPerSecond: 500 }).guest;
  expect(memory.written(0, 1)).toBeCloseTo(500, 9);
  memory.sync(1);
  expect(memory.written(0, 1)).toBeCloseTo(500, 9);
  expect(memory.written(0, 20)).toBe(1000);
  expect(memory.written(1, 1)).toBe(0);
});
