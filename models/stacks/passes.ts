import type { PassMigration, PassRules, StopRule } from '../migration/pass-migration.js';
import { passPreCopy } from '../migration/pass-pre-copy.js';
import type { Process } from '../../sim/process.js';
import type { Constant } from './constant.js';
import type { Testbed } from './testbed.js';

/** What a product that copies in passes stands for: its rules as numbers, and when it stops, made anew for each run. */
export type MakeStopRule = (bed: Testbed, values: Readonly<Record<string, number>>) => StopRule;

/**
 * Runs a migration in passes on a test bed, with the constants of the product's group.
 *
 * @param group name of the product's constants
 * @param makeRule its stop rule, made for this run
 */
export function* migrateInPasses(bed: Testbed, group: string, makeRule: MakeStopRule): Process {
  const values = bed.constants[group]!;
  yield* passPreCopy(passMigration(bed, values), makeRule(bed, values));
}

/** A test bed's migration with the rules of a product that copies in passes. */
export function passMigration(
  { migration, switchover }: Testbed,
  values: Readonly<Record<string, number>>,
): PassMigration {
  const { thread } = migration;
  return {
    ...migration,
    sample: () => ({ ...migration.sample(), cpuSeconds: thread.used() }),
    rules: { ...standard, ...values, ...switchover } as unknown as PassRules,
  };
}

/** What a product has no constant for. */
const standard = {
  batchPages: 1024,
  skipsRewritten: 0,
  zeroPageCountedBytes: 0,
  callOverheadBytes: 0,
};

/** Steps of the stop that no product tells of. */
export const stopConstants: Readonly<Record<'deviceStateBytes' | 'resumeSeconds', Constant>> = {
  deviceStateBytes: {
    value: 65536,
    unit: 'bytes',
    about: 'state of the vCPUs and of a few devices',
    source: 'order of magnitude, not measured',
  },
  resumeSeconds: {
    value: 0.0005,
    unit: 's',
    about: 'starting the vCPUs at the destination',
    source: 'not measured: as QEMU 7.2, less than 1 ms',
  },
};

/** Whole numbers and two digits behind the point are enough in a reason. */
export function inWords(value: number): string {
  return String(value >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}
