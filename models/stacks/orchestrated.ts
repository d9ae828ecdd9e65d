import { delay, type Process } from '../../sim/process.js';
import { createSignal } from '../../sim/signal.js';
import { createControl, type Control } from '../migration/control.js';
import type { ThreadMigration } from '../migration/thread-migration.js';
import { drainAfterwards } from './libvirt-disks.js';
import { runMigration, threadMigration } from './qemu.js';
import type { ConstantValues, MigrationKind } from './stack.js';
import type { Testbed } from './testbed.js';

/** What an orchestrator does beside a migration: looks at it and gives commands, until it has ended or been given up. */
export type Monitor = (control: Control) => Process;

/** How an orchestrator goes about a migration. */
export interface Manner {
  /** When it hears that the source has sent all; by default at once. */
  notices?: 'at once' | 'at a look';
  /** Whether its monitor begins with all of the migration or, after the disks were copied, with RAM. */
  watches?: 'disks and RAM' | 'RAM';
  /** Copies the disk before RAM. */
  copyDisk?: (bed: Testbed, m: ThreadMigration) => Process<unknown>;
}

/**
 * One migration by QEMU's thread with an orchestrator's monitor beside it: the steps before, the transfer, the hand-over
 * to the destination, the steps after. An orchestrator has the destination started paused, so the guest runs there when
 * it is told to: as soon as the source reports its end, or when the monitor finds that out at its next look.
 *
 * @example
 * // steps.handoverSeconds of 0.5 s, a guest of 1,000 pages that are sent in a second, looked at every 0.4 s
 * sim.spawn(orchestrated(bed, 'lm', (control) => kubevirtMonitor(control, rules)));
 */
export function* orchestrated(
  bed: Testbed,
  kind: MigrationKind,
  monitor: Monitor,
  { notices = 'at once', watches = 'disks and RAM', copyDisk }: Manner = {},
): Process {
  const { steps, services, random } = bed;
  const pace = Math.exp(steps.spread * random.normal());
  yield services.work(steps.beforeSeconds * pace);
  if (bed.queueOverflows()) yield delay(steps.retransmissionSeconds * pace);
  const m = threadMigration(bed);
  const { sim, journal } = m;
  const diskDone = createSignal();
  let isDiskDone = kind !== 'blm';
  const running = sim.spawn(runMigration(m, kind, beforeRam()));
  const watching = sim.spawn(watch());
  m.handOver = function* (part) {
    if (notices === 'at a look') yield watching.finished;
    yield* drainAfterwards(m, part);
    yield delay(steps.handoverSeconds * pace);
  };

  function* beforeRam(): Process {
    if (copyDisk) yield* copyDisk(bed, m);
    isDiskDone = true;
    diskDone.fire();
  }

  function* watch(): Process {
    if (watches === 'RAM' && !isDiskDone) yield diskDone.wait;
    yield* monitor(notices === 'at once' ? createControl(m) : sourceOf(m));
  }

  yield running.finished;
  watching.interrupt('the migration is over');
  if (journal.resumedAt === null) return;
  yield services.work(steps.afterSeconds * pace);
  journal.finishedAt = sim.now;
}

/**
 * A migration as one sees it who asks the source only: it is over when the source has sent all, or, in post-copy, what
 * the destination needs to run the guest.
 */
function sourceOf(m: ThreadMigration): Control {
  const control = createControl(m, 'QEMU');
  const { journal } = m;
  const hasSentAll = (): boolean => (journal.postCopy?.handedOverAt ?? journal.transferEnd) !== null;
  return { ...control, isOver: () => control.isOver() || hasSentAll() };
}

/** The same bed with more of QEMU's capabilities switched on, and some of QEMU's numbers set, by their groups. */
export function withQemu(
  bed: Testbed,
  capabilities: readonly string[],
  constants: ConstantValues = {},
): Testbed {
  const set = Object.entries(constants).map(([group, values]) => [
    group,
    { ...bed.constants[group], ...values },
  ]);
  return {
    ...bed,
    constants: { ...bed.constants, ...(Object.fromEntries(set) as ConstantValues) },
    request: {
      ...bed.request,
      capabilities: new Set([...bed.request.capabilities, ...capabilities]),
    },
  };
}
