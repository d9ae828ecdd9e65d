import { findStack } from '../scenario/catalog.js';
import type { Assignment } from '../scenario/merge.js';
import { prepare } from '../studies/prepare.js';
import { runOnce, type Verdict } from '../studies/run.js';
import type { Task } from './suite.js';

/**
 * So many replications of a migration, all of which must come to that verdict. Every sample runs the same ones, so
 * samples differ by the machine alone.
 */
export function migrationTask(
  name: string,
  expected: readonly Verdict[],
  replications: number,
  fields: Record<string, unknown>,
): Task {
  const settings = Object.entries(fields).map(([path, value]): Assignment => ({
    origin: 'bench',
    path,
    value,
  }));
  const { scenario, parameters } = prepare(settings);
  const stack = findStack(scenario.stack);
  return {
    name,
    operations: replications,
    run() {
      for (let replication = 1; replication <= replications; replication++) {
        const { verdict } = runOnce(stack, scenario, parameters, replication);
        if (!expected.includes(verdict)) throw new Error(`'${name}', replication ${replication}: ${verdict}`);
      }
    },
  };
}
