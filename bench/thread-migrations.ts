import type { Verdict } from '../studies/run.js';
import { migrationTask } from './migration-task.js';
import type { Suite } from './suite.js';

/** Replications of each migration: enough that lucky and unlucky ones are there in their proportion. */
const REPLICATIONS = 10;

const migration = (name: string, expected: Verdict, fields: Record<string, unknown>) =>
  migrationTask(name, [expected], REPLICATIONS, fields);

/** The default line carries 116 MB/s, so that a limit of 300 ms allows 33 MiB. */
const thread = { stack: 'qemu-9.2', 'migration.maxBandwidth': 'unlimited' };

const baseline = 'QEMU 1.2.1, idle guest';
const idle = 'idle guest';
const hot = '1 GiB hot, far above the threshold, 120 s';
const near = '56 MiB hot, near the threshold, 120 s';
const slowed = 'auto-converge, until it fits';
const postCopy = 'post-copy of 1 GiB hot';

/** What a migration by QEMU's thread costs; a run that does not converge is simulated until patience ends. */
export const threadMigrations: Suite = {
  name: 'thread-migrations',
  operation: 'migrations',
  tasks: [
    migration(baseline, 'completed', { stack: 'qemu-1.2.1' }),
    migration(idle, 'completed', thread),
    migration(hot, 'non-converging', { ...thread, 'vm.workload[0].size': '1 GiB' }),
    migration(near, 'non-converging', { ...thread, 'vm.workload[0].size': '56 MiB' }),
    migration(slowed, 'completed', {
      ...thread,
      'vm.workload[0].size': '1 GiB',
      'vm.workload[0].rate': '150 MB/s',
      'migration.capabilities': ['auto-converge'],
      'migration.patience': '600 s',
    }),
    migration(postCopy, 'completed', {
      ...thread,
      'migration.kind': 'hybrid',
      'vm.workload[0].size': '1 GiB',
    }),
  ],
  ratios: [idle, hot, near, slowed, postCopy].map((of) => ({ name: `${of} / 1.2.1`, of, to: baseline })),
};
