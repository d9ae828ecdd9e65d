import type { Process } from '../../sim/process.js';
import type { ConstantGroups, ConstantValues } from './constant.js';
import type { MigrationKind, Testbed } from './testbed.js';

export type { Constant, ConstantGroups, ConstantValues } from './constant.js';
export type { MigrationKind } from './testbed.js';

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
  /** QEMU's capabilities that it switches on by itself with these constants. */
  implies?(constants: ConstantValues): readonly string[];
  /** Somebody watches its migrations, and steps limits or ends what takes too long. */
  isWatched?: true;
  /** What migration.timeout is to it, a clause; absent where it has no limit of its own. */
  timeout?: string;
  /** The same product over another QEMU ('2.9'), as NAME/qemu-VERSION; absent where there is no other. */
  over?(qemu: string): Stack;
  /** Group and name of the constant that says how many migrations leave a host at a time; absent: as many as asked. */
  outboundLimit?: readonly [group: string, name: string];
  /** Its disks stand still while they are copied in the stream: what a guest writes to them is not modelled. */
  idleDisks?: true;
  /** What it can do, and what each kind is in this product. */
  kinds: Readonly<Partial<Record<MigrationKind, string>>>;
  /** Why it has none of another kind, a clause; where that is not plain. */
  lacks?: Readonly<Partial<Record<MigrationKind, string>>>;
  /**
   * What stops the guest, where that is another rule than `estimated speed x downtime limit`: the end of a sentence
   * that begins 'It stops the guest'. Such a product copies in passes.
   */
  stopRule?: string;
  /** Runs one migration of that kind on a test bed, from request to finish. */
  migrate(bed: Testbed, kind: MigrationKind): Process;
}

/**
 * What a product lacks that goes over to post-copy by itself, and by which setting it does so.
 *
 * @example
 * byItself('a setting of 1 goes over') // => { hybrid: 'a setting of 1 goes over', 'post-copy': 'a setting of 1 goes over' }
 */
export function byItself(setting: string): Readonly<Partial<Record<MigrationKind, string>>> {
  return { hybrid: setting, 'post-copy': setting };
}
