import type { StopRule } from '../../../models/migration/pass-migration.js';
import { passPreCopy } from '../../../models/migration/pass-pre-copy.js';
import { passMigration } from '../../../models/stacks/passes.js';
import type { Stack } from '../../../models/stacks/stack.js';
import { tiny, type Tiny } from './tiny.js';

/** What the products' constants are in the tiny world where a test says nothing else. */
export const plain = {
  pageHeaderBytes: 8,
  zeroPageBytes: 9,
  deviceStateBytes: 0,
  resumeSeconds: 0,
};

/** Never stops by itself, but where nothing is dirty. */
export const never: StopRule = { allowedBytes: () => 0 };

/** Stops after so many passes. */
export const after = (passes: number): StopRule => ({
  ...never,
  afterPass: ({ number }) => (number < passes ? 'go on' : { stop: 'enough' }),
});

/** The tiny world with a migration in passes in it. */
export function tinyPass(o: Tiny & { rules?: Record<string, number> } = {}) {
  const world = tiny({ socketPages: 1, ...o, rules: {} });
  const migration = passMigration(world.bed, { ...plain, ...o.rules });
  return {
    ...world,
    migration,
    start: (rule: StopRule) => world.sim.spawn(passPreCopy(migration, rule)),
  };
}

/** The tiny world with a product in it that copies in passes; its constants are its own but for what is said. */
export function tinyProduct(stack: Stack, o: Tiny & { values?: Record<string, number> } = {}) {
  const world = tiny({ socketPages: 1, ...o });
  const [group, constants] = Object.entries(stack.constants)[0]!;
  const values: Record<string, number> = {};
  for (const [name, { value }] of Object.entries(constants)) values[name] = value;
  const bed = {
    ...world.bed,
    constants: { [group]: { ...values, deviceStateBytes: 0, resumeSeconds: 0, ...o.values } },
  };
  return { ...world, bed, start: () => world.sim.spawn(stack.migrate(bed, 'lm')) };
}
