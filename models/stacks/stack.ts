import type { Process } from '../../sim/process.js';
import type { Testbed } from './testbed.js';

/** A number of a product or of a test bed, with everything one needs to trust or to change it. */
export interface Constant {
  value: number;
  /** 's', 'bytes', 'bytes/s', '1' (a share or a count), 's/page', 's/byte'. */
  unit: string;
  about: string;
  /** File and version where it was read, or how it was measured or fitted. */
  source: string;
  /** What the product itself takes for it, in the same unit; absent where it does not say. */
  accepts?: { min?: number; max?: number; whole?: true };
}

/** Constants by the part of the product that they belong to. */
export type ConstantGroups = Readonly<Record<string, Readonly<Record<string, Constant>>>>;

/** The bare numbers of constants, by group and name, SI. */
export type ConstantValues = Readonly<Record<string, Readonly<Record<string, number>>>>;

export type MigrationKind = 'lm' | 'blm' | 'stop-and-copy' | 'post-copy' | 'hybrid';

/** A product and version: its constants as data, and the order in which it does things. */
export interface Stack {
  name: string;
  about: string;
  versions: readonly string[];
  /** The profile that a scenario uses when it names none. */
  profile: string;
  constants: ConstantGroups;
  /** The QEMU below it, where it has one whose capabilities can be switched on: '7.2'. */
  qemu?: string;
  /** What migration.timeout is to it, a clause; absent where it has no limit of its own. */
  timeout?: string;
  /** The same product over another QEMU ('2.9'), as NAME/qemu-VERSION; absent where there is no other. */
  over?(qemu: string): Stack;
  /** What it can do, and what each kind is in this product. */
  kinds: Readonly<Partial<Record<MigrationKind, string>>>;
  /** Runs one migration of that kind on a test bed, from request to finish. */
  migrate(bed: Testbed, kind: MigrationKind): Process;
}
