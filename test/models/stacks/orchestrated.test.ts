import { describe, expect, it } from 'vitest';
import { delay } from '../../../sim/process.js';
import { orchestrated, withQemu, type Monitor } from '../../../models/stacks/orchestrated.js';
import { tinyThread } from '../migration/tiny-thread.js';

/** A guest of 1,000 pages at 1,000 a second, whose hand-over takes half a second. */
const world = () => {
  const tiny = tinyThread({ restingPages: 1000 });
  const steps = { ...tiny.bed.steps, handoverSeconds: 0.5, afterSeconds: 0.25 };
  return { ...tiny, bed: { ...tiny.bed, steps } };
};

/** Looks every 0.4 s, and does nothing. */
const onlooker: Monitor = function* (control) {
  for (;;) {
    yield delay(0.4);
    if (control.isOver()) return;
  }
};

describe('a migration under an orchestrator', () => {
  it('ends with the hand-over and the steps after it, and so does its monitor', () => {
    const { bed, sim, journal } = world();
    const running = sim.spawn(orchestrated(bed, 'lm', onlooker));
    sim.run(60);
    expect(running.done).toBe(true);
    expect(journal.downtimeParts.resume).toBeCloseTo(0.5, 6);
    expect(journal.finishedAt! - journal.resumedAt!).toBeCloseTo(0.25, 6);
    expect(sim.run()).toBe('idle');
  });

  it('has its guest stand still until a monitor that asks the source finds that it is over', () => {
    const { bed, sim, journal } = world();
    sim.spawn(orchestrated(bed, 'lm', onlooker, { notices: 'at a look' }));
    sim.run(60);
    const noticed = Math.ceil(journal.transferEnd!.time / 0.4) * 0.4;
    expect(journal.resumedAt).toBeCloseTo(noticed + 0.5, 6);
  });

  it('has no steps after an abort', () => {
    const { bed, sim, journal } = world();
    const monitor: Monitor = function* (control) {
      yield delay(0.4);
      control.cancel('enough');
    };
    sim.spawn(orchestrated(bed, 'lm', monitor));
    sim.run(60);
    expect(journal.aborted).toBe('enough');
    expect(journal.finishedAt).toBeLessThan(0.6);
  });
});

describe('a bed with more of QEMU', () => {
  it('has the capabilities besides those asked for, and leaves the other bed as it was', () => {
    const { bed } = tinyThread({ restingPages: 1, request: { capabilities: new Set(['multifd']) } });
    const more = withQemu(bed, ['auto-converge'], { multifd: { channels: 8 } });
    expect([...more.request.capabilities]).toEqual(['multifd', 'auto-converge']);
    expect(more.constants.multifd).toMatchObject({ channels: 8 });
    expect(more.constants.qemu).toEqual(bed.constants.qemu);
    expect([...bed.request.capabilities]).toEqual(['multifd']);
    expect(bed.constants.multifd?.channels).not.toBe(8);
  });
});
