import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Argv } from 'yargs';
import { ownQemu72Runs, ownRuns, parseRuns, type MeasuredRuns } from '../../calibration/measured-runs.js';
import { validateQemu72, type ValidatedConfiguration } from '../../calibration/qemu-7.2-validate.js';
import { validate, type ValidatedRun } from '../../calibration/validate.js';
import { startProgress } from '../../report/progress.js';
import { predictionOf } from '../../studies/predict.js';
import { createExecutor } from '../executor.js';
import { outputPage, printJson, printText } from '../output.js';
import { provenanceOf } from '../provenance.js';
import { readText } from '../read-text.js';
import { singleText, type Arguments } from '../scenario-input.js';
import { qemu72ValidationText } from '../text/qemu-7.2-validation-text.js';
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
      describe:
        'Measured runs of QEMU 1.2.1 or 7.2, one JSON object a line, or a folder with runs.jsonl in it. Default: the runs that come with migsim.',
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
  const measured: MeasuredRuns =
    file === undefined ? { qemu121: ownRuns(), qemu72: ownQemu72Runs() } : await readRuns(runsFile(file));
  const executor = createExecutor();
  const progress = startProgress({ label: 'replications' });
  const onProgress = (done: number, total: number): void => progress.update(done, total);
  try {
    const { qemu121, qemu72 } = measured;
    const old = qemu121.length > 0 && (await validate(qemu121, replications, seed, executor, onProgress));
    const later =
      qemu72.length > 0 && (await validateQemu72(qemu72, replications, seed, executor, onProgress));
    progress.stop();
    const provenances = {
      old: { ...provenanceOf({ seed, profile: 'qemu-1.2.1-bench' }), replications },
      later: { ...provenanceOf({ seed, profile: 'qemu-7.2-bench' }), replications },
    };
    if (argv.json) {
      const goals = [...(old ? old.goals : []), ...(later ? later.goals : [])];
      const classes = [...(old ? old.classes : []), ...(later ? later.classes : [])];
      const runs = [...(old ? old.runs.map(runJson) : []), ...(later ? later.configurations.flatMap(repeatsJson) : [])]; // prettier-ignore
      const provenance = old ? provenances.old : provenances.later;
      printJson({
        ...provenance,
        classes,
        ...(old && { extraSweepsInside: old.extraSweepsInside }),
        goals,
        runs,
      });
    } else {
      const page = outputPage();
      if (old) printText(validationText(old, provenances.old, page));
      if (old && later) printText('\n');
      if (later) printText(qemu72ValidationText(later, provenances.later, page));
    }
    const goals = [...(old ? old.goals : []), ...(later ? later.goals : [])];
    if (goals.some(({ met }) => !met)) process.exitCode = 1;
  } finally {
    progress.stop();
    await executor.close();
  }
}

async function readRuns(file: string): Promise<MeasuredRuns> {
  return parseRuns(await readText(file, mostBytes), file);
}

/** A campaign's folder stands for the file of runs in it. */
function runsFile(path: string): string {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? join(path, 'runs.jsonl') : path;
}

/** The repeats of a configuration, each beside its prediction. */
function repeatsJson({ repeats, load, isFar, verdictIsRight }: ValidatedConfiguration): object[] {
  return repeats.map(({ run, job, results }) => {
    const { id, cls, outcome, totalMs, downtimeMs, stopToResumeMs, syncs, transferredBytes } = run;
    const measured = { cls, outcome, totalMs, downtimeMs, stopToResumeMs, syncs, transferredBytes };
    const predicted = predictionOf(job, results, 1);
    return { id, measured, shareOfThreshold: load, isFar, verdictIsRight, predicted };
  });
}

function runJson({ run, condition, load, job, results, verdictIsRight, extraSweeps }: ValidatedRun): object {
  const { id, cls, outcome, totalS, stopToResumeS, burst } = run;
  const measured = { cls, outcome, totalS, stopToResumeS, extraSweeps: burst.extra_sweeps ?? null };
  const predicted = { ...predictionOf(job, results, 1), extraSweeps };
  return { id, measured, condition, shareOfLimit: load, verdictIsRight, predicted };
}
