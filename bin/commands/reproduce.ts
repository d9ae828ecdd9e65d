import type { Argv } from 'yargs';
import { reproduce, type Reproduction } from '../../calibration/reproduce.js';
import { drawChart } from '../../report/canvas.js';
import { writeFiles } from '../../report/files.js';
import { startProgress } from '../../report/progress.js';
import { studyCharts } from '../../report/study-charts.js';
import type { StudyResult } from '../../report/study-result.js';
import { studyText } from '../../report/study-table.js';
import { InputError } from '../../scenario/input-error.js';
import { createExecutor } from '../executor.js';
import { outputPage, printJson, printText } from '../output.js';
import { provenanceOf } from '../provenance.js';
import { singleText, type Arguments } from '../scenario-input.js';
import { mostReplications, readWholeNumber } from '../whole-number.js';

/** The medians of fewer replications are too noisy to be judged by a few percent. */
const STANDARD_REPLICATIONS = 1000;

export function options(yargs: Argv): Argv {
  return yargs
    .option('out', { type: 'string', requiresArg: true, describe: 'Folder for charts and results.json' })
    .option('replications', {
      type: 'string',
      requiresArg: true,
      describe: `Replications of each figure. Default: ${STANDARD_REPLICATIONS}.`,
    })
    .option('seed', {
      type: 'string',
      requiresArg: true,
      describe: 'Seed of all random numbers. Default: 1.',
    })
    .example('$0 reproduce --out out', 'tables here, four charts and results.json into out/')
    .example('$0 reproduce --json --replications 100', 'a quick look, for a script');
}

/** Predicts every figure of the study; tables, limits and statements here, charts and all figures into a folder. */
export async function run(argv: Arguments): Promise<void> {
  const replications = readWholeNumber(
    '--replications',
    singleText(argv, 'replications') ?? `${STANDARD_REPLICATIONS}`,
    1,
    mostReplications,
  );
  const seed = readWholeNumber('--seed', singleText(argv, 'seed') ?? '1', 0, Number.MAX_SAFE_INTEGER);
  const out = singleText(argv, 'out');
  if (out === '') throw new InputError('--out is empty: must name a folder');
  // An unwritable folder is found out before the work, not after it.
  if (out !== undefined) await writeFiles(out, []);

  const executor = createExecutor();
  const progress = startProgress({ label: 'replications' });
  try {
    const found = await reproduce(replications, seed, executor, (done, total) =>
      progress.update(done, total),
    );
    const result = resultOf(found, seed, replications);
    progress.stop();
    const files = out === undefined ? [] : await writeFiles(out, await filesOf(result));
    if (argv.json) printJson(result);
    else {
      printText(studyText(result, outputPage()));
      if (files.length > 0) printText(`\n${files.join('\n')}\n`);
    }
  } finally {
    progress.stop();
    await executor.close();
  }
}

function resultOf(found: Reproduction, seed: number, replications: number): StudyResult {
  const { version, profile } = provenanceOf({ seed, profile: found.profile.name });
  return {
    version,
    seed,
    profile,
    replications,
    cells: found.cells.map(({ table, row, column, measured, predicted, completedFraction }) => ({
      table,
      row,
      column,
      measured,
      predicted,
      completedFraction,
    })),
    limits: found.limits,
    score: found.score,
    statements: found.statements,
    ...(found.warnings.length > 0 && { warnings: found.warnings }),
  };
}

/** The four charts, each as picture and as drawing, and all figures. */
async function filesOf(result: StudyResult): Promise<{ name: string; content: string | Uint8Array }[]> {
  const files: { name: string; content: string | Uint8Array }[] = [];
  for (const { name, configuration } of studyCharts(result)) {
    for (const format of ['png', 'svg'] as const) {
      files.push({ name: `${name}.${format}`, content: await drawChart(configuration, { format }) });
    }
  }
  files.push({ name: 'results.json', content: `${JSON.stringify(result, null, 2)}\n` });
  return files;
}
