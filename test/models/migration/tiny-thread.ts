import { qemuConstantGroups } from '../../../models/stacks/qemu-constants.js';
import { runMigration, threadMigration } from '../../../models/stacks/qemu.js';
import type { Constant, ConstantValues, MigrationKind } from '../../../models/stacks/stack.js';
import type { Testbed } from '../../../models/stacks/testbed.js';
import { tiny, type Tiny } from './tiny.js';

/** Of post-copy, what takes time by itself, for nothing. */
const freePostCopy = {
  discardCommandBytes: 0,
  discardRangeBytes: 0,
  discardRangeSeconds: 0,
  faultSeconds: 0,
};

/** The tiny world with a migration thread of QEMU's in it; limits and capabilities are what the request says. */
export function tinyThread(
  o: Tiny & {
    version?: string;
    constants?: ConstantValues;
    request?: Partial<Testbed['request']>;
    faults?: Testbed['faults'];
  } = {},
) {
  const world = tiny(o);
  const groups: Record<string, Record<string, number>> = {};
  for (const [group, constants] of Object.entries(qemuConstantGroups(o.version ?? '7.2'))) {
    groups[group] = {};
    for (const [name, { value }] of Object.entries(constants)) groups[group][name] = value;
    Object.assign(groups[group], group === 'postCopy' && freePostCopy, o.constants?.[group]);
  }
  const bed: Testbed = {
    ...world.bed,
    ...(o.faults && { faults: o.faults }),
    constants: {
      ...o.constants,
      ...groups,
      qemu: {
        ...groups.qemu,
        callOverheadBytes: 0,
        deviceStateBytes: 0,
        resumeSeconds: 0,
        ...o.constants?.qemu,
      },
    },
    request: { ...world.bed.request, downtimeLimitSeconds: 0.3, maxBandwidth: Infinity, ...o.request },
  };
  const migration = threadMigration(bed);
  return {
    ...world,
    bed,
    migration,
    start: (kind: MigrationKind = 'lm') => world.sim.spawn(runMigration(migration, kind)),
  };
}

/** The bare numbers of constants. */
export const bare = (constants: Record<string, Constant>): Record<string, number> =>
  Object.fromEntries(Object.entries(constants).map(([name, { value }]) => [name, value]));
