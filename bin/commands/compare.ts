import type { Argv } from 'yargs';
import { startProgress } from '../../report/progress.js';
import { InputError } from '../../scenario/input-error.js';
import { prepareComparison } from '../../studies/compare.js';
import { predictionOf } from '../../studies/predict.js';
import { createExecutor } from '../executor.js';
import { outputPage, printJson, printText } from '../output.js';
import { provenanceOf } from '../provenance.js';
import { readScenarioInput, singleText, type Arguments } from '../scenario-input.js';
import { addScenarioOptions } from '../scenario-options.js';
import { comparisonText } from '../text/comparison-text.js';

export function options(yargs: Argv): Argv {
  return addScenarioOptions(yargs)
    .positional('file', { type: 'string', describe: "Scenario, YAML or JSON; '-': standard input" })
    .option('stacks', {
      type: 'string',
      requiresArg: true,
      demandOption: true,
      describe:
        'Products to be compared, with commas between them; all at the place of one profile: --profile, ' +
        "the scenario's, or that of the first product",
    })
    .example('$0 compare --stacks qemu-2.0,qemu-7.2 --stress 24MiB', 'what the newer rules are worth')
    .example(
      '$0 compare vm.yaml --stacks openstack-icehouse,qemu-7.2 --json',
      'an array of what predict says, for a program',
    );
}

/** Predicts one scenario under several products, side by side. All are checked before the first is run. */
export async function run(argv: Arguments): Promise<void> {
  const { layers } = await readScenarioInput(argv.file as string | undefined, argv);
  const names = singleText(argv, 'stacks') ?? '';
  const single = singleText(argv, 'stack');
  if (single !== undefined)
    throw new InputError(`--stack is ${single}: a comparison takes its products from --stacks`);
  const cases = prepareComparison(layers, names);
  const jobs = cases.map((prepared) => ({ ...prepared, first: 1, count: prepared.scenario.replications }));

  const executor = createExecutor();
  const progress = startProgress({ label: 'replications' });
  const total = jobs.reduce((sum, { count }) => sum + count, 0);
  try {
    const results = await executor.run(jobs, (done) => progress.update(done, total));
    progress.stop();
    const predictions = cases.map((prepared, index) => predictionOf(prepared, results[index]!));
    if (argv.json) {
      printJson(predictions.map((prediction) => ({ ...provenanceOf(prediction.scenario), ...prediction })));
    } else {
      const source = { ...provenanceOf(cases[0]!.scenario), replications: jobs[0]!.count };
      printText(comparisonText(predictions, source, outputPage()));
    }
  } finally {
    progress.stop();
    await executor.close();
  }
}
