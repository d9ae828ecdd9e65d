import type { Argv } from 'yargs';
import { describeFlag, FLAGS } from '../scenario/flags.js';

/** Gives a command the scenario's flags and --set. */
export function addScenarioOptions<T>(yargs: Argv<T>): Argv<T> {
  for (const flag of FLAGS) {
    yargs.option(flag.name, {
      ...(flag.entry === undefined ? { type: 'string', requiresArg: true } : { type: 'boolean' }),
      group: 'Scenario:',
      describe: describeFlag(flag),
    });
  }
  return yargs.option('set', {
    type: 'string',
    array: true,
    requiresArg: true,
    group: 'Scenario:',
    describe: 'Any field, as PATH=VALUE; may be repeated. migsim schema lists the fields.',
  });
}
