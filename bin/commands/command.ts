import type { Argv } from 'yargs';
import type { Arguments } from '../scenario-input.js';

/** What each file of this folder exports. It is loaded when its command is called. */
export interface CommandCode {
  /** Declares the command's arguments and examples. */
  options(yargs: Argv): Argv;
  /** Reads, calls and prints. */
  run(argv: Arguments): Promise<void> | void;
}
