import type { Argv } from 'yargs';
import { ownRuns, parseRuns } from '../../calibration/measured-runs.js';
import { validate, type ValidatedRun } from '../../calibration/validate.js';
import { startProgress } from '../../report/progress.js';
import { predictionOf } from '../../studies/predict.js';
import { createExecutor } from '../executor.js';
import { outputPage, printJson, printText } from '../output.js';
import { provenanceOf } from '../provenance.js';
import { readText } from '../read-text.js';
import { singleText, type Arguments } from '../scenario-input.js';
import { validationText } from '../text/validation-text.js';
import { mostReplications, readWholeNumber } from '../whole-number.js';

const STANDARD_REPLICATIONS = 100;
/** Some hundred thousand runs. */
const mostBytes = 256 * 2 ** 20;

export function options(yargs: Argv): Argv {
  return yargs
    .option('data', {
      type: 'string',
      requiresArg: true,
      describe: 'Measured QEMU 1.2.1 runs, one JSON object a line. Default: the runs that come with migsim.',
    })
    .option('replications', {
      type: 'string',
      requiresArg: true,
      describe: `Replications of each run. Default: ${STANDARD_REPLICATIONS}.`,
    })
    .option('seed', {
      type: 'string',
      requiresArg: true,
      describe: 'Seed of all random numbers. Default: 1.',
    })
    .example(
      '$0 validate',
      'predictions against real migrations: a table a class, and whether the goals are met',
    )
    .example('$0 validate --data runs.jsonl --json', 'every run of a file, measured and predicted');
}

/** Predicts measured runs and compares; exit code 1 if a goal is missed. */
export async function run(argv: Arguments): Promise<void> {
  const replications = readWholeNumber(
    '--replications',
    singleText(argv, 'replications') ?? `${STANDARD_REPLICATIONS}`,
    1,
    mostReplications,
  );
  const seed = readWholeNumber('--seed', singleText(argv, 'seed') ?? '1', 0, Number.MAX_SAFE_INTEGER);
  const file = singleText(argv, 'data');
  const measured = file === undefined ? ownRuns() : parseRuns(await readText(file, mostBytes), file);
  const executor = createExecutor();
  const progress = startProgress({ label: 'replications' });
  try {
    const validation = await validate(measured, replications, seed, executor, (done, total) =>
      progress.update(done, total),
    );
    progress.stop();
    const provenance = provenanceOf({ seed, profile: 'qemu-1.2.1-bench' });
    if (argv.json) {
      const { runs, ...summary } = validation;
      printJson({ ...provenance, replications, ...summary, runs: runs.map(runJson) });
    } else printText(validationText(validation, { ...provenance, replications }, outputPage()));
    if (validation.goals.some(({ met }) => !met)) process.exitCode = 1;
  } finally {
    progress.stop();
    await executor.close();
  }
}

function runJson({ run, condition, load, job, results, verdictIsRight, extraSweeps }: ValidatedRun): object {
  const { id, cls, outcome, totalS, stopToResumeS, burst } = run;
  const measured = { cls, outcome, totalS, stopToResumeS, extraSweeps: burst.extra_sweeps ?? null };
  const predicted = { ...predictionOf(job, results, 1), extraSweeps };
  return { id, measured, condition, shareOfLimit: load, verdictIsRight, predicted };
}
