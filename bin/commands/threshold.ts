import type { Argv } from 'yargs';
import { startProgress } from '../../report/progress.js';
import { readAxis } from '../../studies/threshold-axis.js';
import { findThreshold, thresholdTrial, thresholdWarnings, trialsNeeded } from '../../studies/threshold.js';
import { createExecutor } from '../executor.js';
import { outputPage, printJson, printText } from '../output.js';
import { provenanceOf } from '../provenance.js';
import { readScenarioInput, singleText, type Arguments } from '../scenario-input.js';
import { addScenarioOptions } from '../scenario-options.js';
import { thresholdText } from '../text/threshold-text.js';

export function options(yargs: Argv): Argv {
  const option = { type: 'string', requiresArg: true } as const;
  return addScenarioOptions(yargs)
    .positional('file', { type: 'string', describe: "Scenario, YAML or JSON; '-': standard input" })
    .option('over', {
      ...option,
      demandOption: true,
      describe: 'Field to be varied: its path or the name of its flag',
    })
    .option('from', { ...option, demandOption: true, describe: 'Lower end, with its unit' })
    .option('to', { ...option, demandOption: true, describe: 'Upper end, with its unit' })
    .option('tolerance', {
      ...option,
      describe: 'How near to come, with its unit. Default: 1 % of the range',
    })
    .example('$0 threshold --over stress --from 16MiB --to 256MiB', 'up to which size a migration completes')
    .example(
      '$0 threshold vm.yaml --over downtime-limit --from 1ms --to 1s',
      'from which limit on it completes',
    )
    .example(
      '$0 threshold --stress 80MiB --over net-load --from 0 --to 930',
      'how much traffic it stands, Mbit/s',
    );
}

/** Finds where along one field migrations stop completing. */
export async function run(argv: Arguments): Promise<void> {
  const { layers } = await readScenarioInput(argv.file as string | undefined, argv);
  const asked = (name: string): string => singleText(argv, name)!;
  const tolerance = singleText(argv, 'tolerance');
  const question = { over: asked('over'), from: asked('from'), to: asked('to') };
  const axis = readAxis(tolerance === undefined ? question : { ...question, tolerance }, layers);
  const { scenario } = axis.at(axis.from);

  const executor = createExecutor();
  const progress = startProgress({ label: 'replications' });
  const total = trialsNeeded(axis) * scenario.replications;
  let done = 0;
  const trial = thresholdTrial(axis, executor, (count) => {
    done += count;
    progress.update(done, total);
  });
  try {
    const threshold = await findThreshold(axis, trial);
    progress.stop();
    const provenance = provenanceOf(scenario);
    const warnings = thresholdWarnings(axis);
    if (argv.json) printJson({ ...provenance, ...threshold, warnings });
    else {
      const { replications } = scenario;
      const source = { ...provenance, replications };
      printText(thresholdText(threshold, axis, scenario, warnings, source, outputPage()));
    }
  } finally {
    progress.stop();
    await executor.close();
  }
}
