import { describe, expect, it } from 'vitest';
import { readsAlone, sharedReads } from '../../../models/disk-reads.js';
import { mirrorConstants } from '../../../models/stacks/disk-constants.js';
import { mirrorDisk } from '../../../models/stacks/disk-copy.js';
import { orchestrated, type Manner, type Monitor } from '../../../models/stacks/orchestrated.js';
import { createFluid } from '../../../sim/fluid.js';
import { delay } from '../../../sim/process.js';
import { createSimulation } from '../../../sim/simulation.js';
import { bare, tinyThread } from '../../models/migration/tiny-thread.js';
import { wirePage } from '../../models/migration/tiny.js';

const MIB = 2 ** 20;

/** A disk of 100 MiB, 8 of 10 MiB/s rewritten, and 20 MiB of RAM: the mirror is behind when the guest stops. */
function world() {
  return tinyThread({
    restingPages: 5120,
    pagesPerSecond: (10 * MIB) / wirePage,
    disk: {
      allocatedBytes: 100 * MIB,
      writes: [
        { sizeBytes: 50 * MIB, bytesPerSecond: 8 * MIB, requestBytes: 65536, pattern: 'uniform' as const },
      ],
    },
    constants: { mirror: { ...bare(mirrorConstants()), headerBytes: 0 } },
  });
}

/** Runs a block migration whose monitor gives up as soon as that holds. */
function cancelled(
  when: (look: { phase: string; isMirrorReady: boolean }) => boolean,
  manner: Pick<Manner, 'notices'> & { isCompletedFirst?: boolean } = {},
) {
  const { bed, sim, journal } = world();
  const monitor: Monitor = function* (control) {
    for (; !control.isOver(); yield delay(0.05)) {
      const isMirrorReady = journal.mirror !== null && journal.mirror.readyAt !== null;
      if (!when({ phase: control.status().phase, isMirrorReady })) continue;
      control.cancel('enough');
      return;
    }
  };
  const { isCompletedFirst = false, ...rest } = manner;
  sim.spawn(
    orchestrated(bed, 'blm', monitor, {
      ...rest,
      copyDisk: (one, m) => mirrorDisk(one, m, isCompletedFirst),
    }),
  );
  const end = sim.run(600);
  return { journal, end };
}

describe('an abort of a migration that mirrors its disk', () => {
  it('before the mirror is ready drops it, and no RAM is sent', () => {
    const { journal, end } = cancelled(({ phase }) => phase === 'setup');
    expect(journal.aborted).toBe('enough');
    expect(journal.mirror!.readyAt).toBeNull();
    expect(journal.dataPagesSent).toBe(0);
    expect(end).toBe('idle');
  });

  it('while RAM is sent ends both', () => {
    const { journal, end } = cancelled(({ phase, isMirrorReady }) => phase === 'active' && isMirrorReady);
    expect(journal.aborted).toBe('enough');
    expect(journal.resumedAt).toBeNull();
    expect(end).toBe('idle');
  });

  it.each([false, true])(
    'in the switchover comes too late: the copy is completed and the guest arrives (drained last: %s)',
    (isCompletedFirst) => {
      const { journal, end } = cancelled(({ phase }) => phase === 'switchover', { isCompletedFirst });
      const undisturbed = cancelled(() => false, { isCompletedFirst });
      expect(journal.aborted).toBeNull();
      expect(journal.mirror!.leftAtStopBytes).toBeGreaterThan(MIB);
      expect(journal.downtimeParts.disk).toBeCloseTo(journal.mirror!.leftAtStopBytes / (10 * MIB), 1);
      expect(journal.resumedAt).toBe(undisturbed.journal.resumedAt);
      expect(journal.diskBytes).toBe(undisturbed.journal.diskBytes);
      expect(end).toBe('idle');
    },
  );
});

describe('reads of a disk', () => {
  it('go on while nobody waits, as the example says', () => {
    const sim = createSimulation();
    const reads = readsAlone(sim, 0.5);
    reads.ask(4);
    sim.at(1, () => undefined);
    sim.run(1);
    expect(reads.pending()).toBe(2);
  });

  it('of two take turns, as the example says', () => {
    const fluid = createFluid(createSimulation());
    const disk = fluid.resource('disk', 100);
    const reads = sharedReads(fluid.open({ name: 'a', path: [disk] }), 50);
    fluid.open({ name: 'b', path: [disk] }).push(1000);
    reads.ask(2);
    expect(reads.secondsFor(1)).toBe(1);
  });

  it('take as long through a resource that nobody else uses', () => {
    const ends = [true, false].map((isShared) => {
      const sim = createSimulation();
      const fluid = createFluid(sim);
      const disk = fluid.resource('disk', 100);
      const reads = isShared
        ? sharedReads(fluid.open({ name: 'a', path: [disk] }), 50)
        : readsAlone(sim, 0.5);
      sim.spawn(
        (function* () {
          reads.ask(3);
          yield delay(0.25);
          yield* reads.finished();
          yield* reads.read(2);
        })(),
      );
      sim.run();
      return sim.now;
    });
    expect(ends[0]).toBeCloseTo(2.5, 9);
    expect(ends[1]).toBeCloseTo(2.5, 9);
  });
});
