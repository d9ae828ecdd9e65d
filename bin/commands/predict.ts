import type { Argv } from 'yargs';
import { startProgress } from '../../report/progress.js';
import { predictionOf, type Prediction } from '../../studies/predict.js';
import { prepare } from '../../studies/prepare.js';
import { createExecutor } from '../executor.js';
import { outputPage, printJson, printText } from '../output.js';
import { provenanceOf } from '../provenance.js';
import { mostReplications, readWholeNumber } from '../whole-number.js';
import { readScenarioInputs, singleText, type Arguments } from '../scenario-input.js';
import { addScenarioOptions } from '../scenario-options.js';
import { predictionText } from '../text/prediction-text.js';

/** Replications that are run before the next answers are printed: enough to keep all threads busy. */
const GROUP_REPLICATIONS = 2000;

export function options(yargs: Argv): Argv {
  return addScenarioOptions(yargs)
    .positional('files', {
      type: 'string',
      array: true,
      describe: "Scenarios, YAML or JSON; '-': standard input",
    })
    .option('replication', {
      type: 'string',
      requiresArg: true,
      describe: 'Run only the replication of this number',
    })
    .example('$0 predict', "the study's idle guest")
    .example('$0 predict --stress 96MiB --net-load 930', 'a busy guest on a busy network')
    .example('$0 predict vm.yaml --kind blm --json', 'a scenario file, one field replaced')
    .example("$0 predict --set 'hosts.load=66 %' --cpu-load 33%", '--set stands over flags, flags over files')
    .example('$0 predict - < fleet.ndjson', 'a scenario a line, an answer a line');
}

/** Predicts every scenario of the command line, in its order. All are checked before the first is run. */
export async function run(argv: Arguments): Promise<void> {
  const { inputs, isMany } = await readScenarioInputs((argv.files ?? []) as string[], argv);
  const only = singleText(argv, 'replication');
  const replication =
    only === undefined ? undefined : readWholeNumber('--replication', only, 1, mostReplications);
  const cases = inputs.map(({ name, layers }) => {
    const prepared = prepare(layers);
    const { replications } = prepared.scenario;
    const job = { ...prepared, first: replication ?? 1, count: replication === undefined ? replications : 1 };
    return { name, prepared, job };
  });

  const print = (name: string, prediction: Prediction, replications: number): void => {
    const provenance = provenanceOf(prediction.scenario);
    if (argv.json) printJson({ ...provenance, ...prediction }, isMany);
    else
      printText(
        predictionText(prediction, { ...provenance, replications }, outputPage(), isMany ? name : ''),
      );
  };

  const executor = createExecutor();
  const progress = startProgress({ label: 'replications' });
  const total = cases.reduce((sum, { job }) => sum + job.count, 0);
  let before = 0;
  try {
    for (const group of groupsOf(cases)) {
      const jobs = group.map(({ job }) => job);
      const results = await executor.run(jobs, (done) => progress.update(before + done, total));
      before += jobs.reduce((sum, { count }) => sum + count, 0);
      if (before === total) progress.stop();
      for (const [index, { name, prepared, job }] of group.entries()) {
        print(name, predictionOf(prepared, results[index]!, job.first), job.count);
      }
    }
  } finally {
    progress.stop();
    await executor.close();
  }
}

/** Splits cases into runs of neighbours with some thousand replications each. */
function groupsOf<T extends { job: { count: number } }>(cases: readonly T[]): T[][] {
  const groups: T[][] = [];
  let replications = Infinity;
  for (const one of cases) {
    if (replications >= GROUP_REPLICATIONS) {
      groups.push([]);
      replications = 0;
    }
    groups.at(-1)!.push(one);
    replications += one.job.count;
  }
  return groups;
}
