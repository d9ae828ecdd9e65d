import { createRandom } from '../sim/random.js';
import type { Executor, Job } from '../studies/executor.js';
import { prepare } from '../studies/prepare.js';
import {
  compareRepeats,
  isFarFromThreshold,
  loadOf,
  measurable,
  predictedOf,
  type Errors,
  type Measured,
  type Predicted,
  type ValidatedRepeat,
} from './qemu-7.2-compare.js';
import { goalsOf, summarizeClass, type Compared, type Goal, type Qemu72Class } from './qemu-7.2-goals.js';
import type { Qemu72Run } from './qemu-7.2-run.js';
import { qemu72Scenario } from './qemu-7.2-scenario.js';

/** The repeats of one configuration, beside what is predicted of them. */
export interface ValidatedConfiguration extends Errors {
  cls: string;
  repeats: readonly ValidatedRepeat[];
  predicted: Predicted;
  /** Hot set / threshold, or dirty rate / bandwidth where that is less; 0 for an idle guest. */
  load: number;
  /** At least 20 % away from where it would just converge. */
  isFar: boolean;
}

/** A goal, and how good one could be. */
export interface Qemu72Goal extends Goal {
  /**
   * How often a prediction that is exactly right would meet it, 0 to 1: with measurements drawn from the replications
   * themselves. Luck may end a run either way, and there are few repeats.
   */
  chance: number;
}

export interface Qemu72Validation {
  configurations: ValidatedConfiguration[];
  classes: Qemu72Class[];
  goals: Qemu72Goal[];
}

/**
 * Predicts measured QEMU 7.2 migrations and compares, configuration by configuration: the p50 of the replications of all
 * its repeats against the median of these. Nothing is fitted here.
 *
 * @example
 * const runs = ownQemu72Runs().filter(({ id }) => id === 'a-13-r0');
 * (await validateQemu72(runs, 5, 1, createInlineExecutor())).classes[0].right // => 1
 */
export async function validateQemu72(
  measured: readonly Qemu72Run[],
  replications: number,
  seed: number,
  executor: Executor,
  onProgress?: (done: number, total: number) => void,
): Promise<Qemu72Validation> {
  const jobs = measured.map((run): Job => {
    const settings = [{ origin: 'validate', values: { seed, replications } }, ...qemu72Scenario(run)];
    return { ...prepare(settings), first: 1, count: replications };
  });
  const results = await executor.run(jobs, (done) => onProgress?.(done, jobs.length * replications));
  const repeats = measured.map((run, i): ValidatedRepeat => ({ run, job: jobs[i]!, results: results[i]! }));
  const configurations = [
    ...groupBy(repeats, ({ run }) => JSON.stringify([run.cls, run.config])).values(),
  ].map(validated);
  const { classes, goals } = judge(
    configurations,
    configurations.map((one) => one.repeats.map(({ run }) => run)),
  );
  const chances = chancesOf(configurations, seed);
  return { configurations, classes, goals: goals.map((goal) => ({ ...goal, chance: chances(goal.id) })) };
}

function validated(repeats: readonly ValidatedRepeat[]): ValidatedConfiguration {
  const runs = repeats.map(({ run }) => run);
  const predicted = predictedOf(repeats);
  const load = loadOf(runs);
  return {
    cls: runs[0]!.cls,
    repeats,
    predicted,
    load,
    isFar: isFarFromThreshold(load),
    ...compareRepeats(predicted, runs),
  };
}

/** Classes and goals, if these had been measured: of each configuration its repeats. */
function judge(
  configurations: readonly ValidatedConfiguration[],
  measured: readonly (readonly Measured[])[],
): { classes: Qemu72Class[]; goals: Goal[] } {
  const compared = configurations.map(({ cls, isFar, repeats, predicted }, i): Compared => {
    const runs = measured[i]!;
    return {
      cls,
      name: repeats[0]!.run.id.replace(/-r\d+$/u, ''),
      isFar,
      repeatCount: runs.length,
      completedCount: runs.filter(({ outcome }) => outcome === 'completed').length,
      ...compareRepeats(predicted, runs),
    };
  });
  const classes = [...groupBy(compared, ({ cls }) => cls)]
    .map(([cls, of]) => summarizeClass(cls, of))
    .toSorted((one, other) => (one.cls < other.cls ? -1 : 1));
  return { classes, goals: goalsOf(compared, classes) };
}

/** How often each goal is met by measurements that are drawn from the replications. */
function chancesOf(configurations: readonly ValidatedConfiguration[], seed: number): (id: string) => number {
  const random = createRandom(`${seed}/measurements`);
  const possible = configurations.map(({ repeats }) => repeats.map(({ results }) => results.map(measurable)));
  const met = new Map<string, number>();
  for (let i = 0; i < campaigns; i++) {
    const drawn = possible.map((repeats) => repeats.map((of) => of[random.integer(of.length)]!));
    for (const goal of judge(configurations, drawn).goals)
      if (goal.met) met.set(goal.id, (met.get(goal.id) ?? 0) + 1);
  }
  return (id) => (met.get(id) ?? 0) / campaigns;
}

/** Enough for the chance of a goal to two percent. */
const campaigns = 500;

/** In the order of their first members. */
function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
