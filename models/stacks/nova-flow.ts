import { delay, type Process } from '../../sim/process.js';
import type { MigrationKind } from './stack.js';
import type { Testbed } from './testbed.js';

/**
 * What Nova does around a transfer, in all releases: checks and set-up at the destination before it, clean-up and
 * set-up of the network after it. `transfer` gets the pace of this run's steps, 1 the usual. An aborted transfer has no
 * steps after it: the guest never left.
 *
 * @example
 * // 3 s of steps before, 1 s after, a transfer of 10 s
 * sim.spawn(migrateByNova(bed, 'lm', () => transfer));
 * sim.run();
 * bed.migration.journal.finishedAt // => 14
 */
export function* migrateByNova(
  bed: Testbed,
  kind: MigrationKind,
  transfer: (pace: number) => Process,
): Process {
  const { migration, steps, random } = bed;
  const pace = Math.exp(steps.spread * random.normal());
  const { journal, sim } = migration;

  yield bed.services.work(steps.beforeSeconds * pace);
  // Images are made and fetched at the destination meanwhile: disk and network, which a busy CPU does not hold up.
  if (kind === 'blm') yield delay(steps.blockSeconds * pace);

  yield* transfer(pace);
  if (journal.aborted !== null || journal.failed !== null) return;
  yield bed.services.work(steps.afterSeconds * pace);
  journal.finishedAt = sim.now;
}
