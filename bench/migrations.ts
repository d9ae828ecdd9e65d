import { migrationTask } from './migration-task.js';
import type { Suite } from './suite.js';

const RAM_PAGES = (16 * 2 ** 30) / 4096;

/** Replications of each migration: enough that lucky and unlucky ones are there in their proportion. */
const REPLICATIONS = 20;

const migration = (name: string, fields: Record<string, unknown>) =>
  migrationTask(name, ['completed', 'non-converging', 'aborted'], REPLICATIONS, fields);

/**
 * One look at each of the 4,194,304 pages of a 16 GiB guest: what a simulator that keeps a flag a page pays at least
 * for every pass over its bitmap, and so the speed that no such simulator of this guest reaches.
 */
function onePassPageByPage(): () => void {
  const bitmap = new Uint8Array(RAM_PAGES);
  return () => {
    bitmap.fill(1);
    let sent = 0;
    for (let page = 0; page < RAM_PAGES; page++) {
      if (bitmap[page] === 0) continue;
      bitmap[page] = 0;
      sent++;
    }
    if (sent !== RAM_PAGES) throw new Error(`${sent} pages were sent, should be ${RAM_PAGES}`);
  };
}

const idle = 'LM of the idle guest';
const atTheLimit = 'LM with 96 MiB stressed';
const large = 'BLM with 7168 MiB stressed';
const baseline = 'one pass over 16 GiB, page by page';

export const migrations: Suite = {
  name: 'migrations',
  operation: 'migrations',
  tasks: [
    { name: baseline, operations: 1, run: onePassPageByPage() },
    migration(idle, {}),
    migration(atTheLimit, { 'vm.workload[0].size': '96 MiB' }),
    migration(large, {
      'migration.kind': 'blm',
      'migration.patience': '600 s',
      'vm.workload[0].size': '7168 MiB',
    }),
  ],
  ratios: [
    { name: 'idle LM / page by page', of: idle, to: baseline },
    { name: 'LM at the limit / page by page', of: atTheLimit, to: baseline },
    { name: 'large BLM / page by page', of: large, to: baseline },
  ],
};
