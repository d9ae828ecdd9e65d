import type { Argv } from 'yargs';
import { InputError } from '../../scenario/input-error.js';
import { explain } from '../../studies/explain.js';
import { prepare } from '../../studies/prepare.js';
import { outputPage, printJson, printText } from '../output.js';
import { provenanceOf } from '../provenance.js';
import { mostReplications, readWholeNumber } from '../whole-number.js';
import { readScenarioInput, singleText, type Arguments } from '../scenario-input.js';
import { addScenarioOptions } from '../scenario-options.js';
import { explanationText } from '../text/explanation-text.js';

export function options(yargs: Argv): Argv {
  return addScenarioOptions(yargs)
    .positional('file', { type: 'string', describe: "Scenario, YAML or JSON; '-': standard input" })
    .option('replication', {
      type: 'string',
      requiresArg: true,
      describe: 'Number of the replication. Default: 1',
    })
    .option('curves', {
      type: 'boolean',
      describe: 'With --json: link use by class, remaining and dirtied memory and CPU time over time',
    })
    .example('$0 explain --stress 96MiB', 'one migration, round by round')
    .example('$0 explain vm.yaml --replication 7 --json', 'the seventh replication, for a program');
}

/** Tells one replication round by round. */
export async function run(argv: Arguments): Promise<void> {
  const { layers } = await readScenarioInput(argv.file as string | undefined, argv);
  const replication = readWholeNumber(
    '--replication',
    singleText(argv, 'replication') ?? '1',
    1,
    mostReplications,
  );
  if (argv.curves === true && !argv.json)
    throw new InputError('--curves is given without --json: goes with it');
  const explanation = explain(prepare(layers), replication);
  const provenance = provenanceOf(explanation.scenario);
  const { curves, ...story } = explanation;
  if (argv.json) printJson({ ...provenance, ...story, ...(argv.curves === true && { curves }) });
  else printText(explanationText(explanation, provenance, outputPage()));
}
