import { Bench } from 'tinybench';
import { fluid } from './fluid.js';
import { kernel } from './kernel.js';
import { migrations } from './migrations.js';
import type { Suite } from './suite.js';
import { threadMigrations } from './thread-migrations.js';

// Usage: node dist/bench/main.js [--json] [name of a suite ...]
const suites: readonly Suite[] = [kernel, fluid, migrations, threadMigrations];

interface Speed {
  readonly name: string;
  /** Median operations per second. */
  readonly perSecond: number;
  /** Spread of the middle half of the samples, relative to the median. */
  readonly spread: number;
}

interface Outcome {
  readonly suite: string;
  readonly operation: string;
  readonly speeds: readonly Speed[];
  readonly ratios: readonly { readonly name: string; readonly ratio: number }[];
}

async function measure({ name, operation, tasks, ratios = [] }: Suite): Promise<Outcome> {
  const bench = new Bench({ time: 1000, warmupTime: 300, iterations: 10, retainSamples: true });
  for (const task of tasks) bench.add(task.name, task.run);
  await bench.run();
  const speeds = tasks.map((task): Speed => {
    const result = bench.getTask(task.name)?.result;
    if (result?.state === 'errored') throw result.error;
    if (result?.state !== 'completed')
      throw new Error(`'${task.name}' was not measured: ${String(result?.state)}`);
    const { p50, p75, samples } = result.latency;
    const p25 = samples?.[Math.floor(samples.length / 4)] ?? p50;
    return { name: task.name, perSecond: (task.operations * 1000) / p50, spread: (p75 - p25) / p50 };
  });
  const speedOf = (task: string): number => {
    const found = speeds.find((speed) => speed.name === task);
    if (found === undefined) throw new Error(`ratio in suite '${name}': there is no task '${task}'`);
    return found.perSecond;
  };
  return {
    suite: name,
    operation,
    speeds,
    ratios: ratios.map(({ name: label, of, to }) => ({ name: label, ratio: speedOf(of) / speedOf(to) })),
  };
}

function table({ suite, operation, speeds, ratios }: Outcome): string {
  const unit = `${operation}/s`;
  const figures = speeds.map(({ perSecond }) =>
    perSecond.toLocaleString(
      'en',
      perSecond < 1000 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 },
    ),
  );
  const nameWidth = Math.max(
    suite.length,
    ...speeds.map(({ name }) => name.length),
    ...ratios.map((r) => r.name.length),
  );
  const figureWidth = Math.max(unit.length, ...figures.map((figure) => figure.length));
  const lines = [`${suite.padEnd(nameWidth)}  ${unit.padStart(figureWidth)}  spread`];
  speeds.forEach(({ name, spread }, i) => {
    const percent = `${(spread * 100).toFixed(0)} %`;
    lines.push(`${name.padEnd(nameWidth)}  ${figures[i]!.padStart(figureWidth)}  ${percent.padStart(6)}`);
  });
  for (const { name, ratio } of ratios) {
    lines.push(`${name.padEnd(nameWidth)}  ${ratio.toFixed(2).padStart(figureWidth)}`);
  }
  return lines.join('\n');
}

const wanted = process.argv.slice(2).filter((argument) => argument !== '--json');
const unknown = wanted.filter((name) => !suites.some((suite) => suite.name === name));
if (unknown.length > 0) {
  const known = suites.map(({ name }) => name).join(', ');
  process.stderr.write(`bench: no suite '${unknown.join("', '")}'; there are: ${known}\n`);
  process.exitCode = 2;
} else {
  const outcomes: Outcome[] = [];
  for (const suite of suites) {
    if (wanted.length > 0 && !wanted.includes(suite.name)) continue;
    const outcome = await measure(suite);
    outcomes.push(outcome);
    if (!process.argv.includes('--json')) process.stdout.write(`${table(outcome)}\n\n`);
  }
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(outcomes, undefined, 2)}\n`);
}
