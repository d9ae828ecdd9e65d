import { createRandom } from '../sim/random.js';
import type { Executor, Job } from '../studies/executor.js';
import { prepare } from '../studies/prepare.js';
import {
  compareRepeats,
  asMeasured,
  isFarFromThreshold,
  loadOf,
  measuredOf,
  possibleOf,
  predictedOf,
  type Measured,
  type Predicted,
  type ValidatedRepeat,
} from './qemu-7.2-compare.js';
import { goalsOf, summarizeClass, type Compared, type Goal, type Qemu72Class } from './qemu-7.2-goals.js';
import type { Qemu72Run } from './qemu-7.2-run.js';
import { qemu72Scenario } from './qemu-7.2-scenario.js';

/** The repeats of one configuration, beside what is predicted of them. */
export interface ValidatedConfiguration extends Compared {
  repeats: readonly ValidatedRepeat[];
  predicted: Predicted;
  /** Hot set / threshold, or dirty rate / bandwidth where that is less; 0 for an idle guest. */
  load: number;
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
  const chances = chancesOf(configurations, seed);
  const { classes, goals } = judge(configurations);
  return { configurations, classes, goals: goals.map((goal) => ({ ...goal, chance: chances(goal.id) })) };
}

function validated(repeats: readonly ValidatedRepeat[]): ValidatedConfiguration {
  const runs = repeats.map(({ run }) => run);
  const { cls, id } = runs[0]!;
  const predicted = predictedOf(repeats);
  const load = loadOf(runs);
  const which = { cls, name: id.replace(/-r\d+$/u, ''), isFar: isFarFromThreshold(load) };
  return { repeats, predicted, load, ...compared(which, predicted, runs.map(measuredOf)) };
}

function compared(
  { cls, name, isFar }: Pick<Compared, 'cls' | 'name' | 'isFar'>,
  predicted: Predicted,
  measured: readonly Measured[],
): Compared {
  const completedCount = measured.filter(({ completed }) => completed).length;
  return {
    cls,
    name,
    isFar,
    repeatCount: measured.length,
    completedCount,
    ...compareRepeats(predicted, measured),
  };
}

function judge(configurations: readonly Compared[]): { classes: Qemu72Class[]; goals: Goal[] } {
  const classes = [...groupBy(configurations, ({ cls }) => cls)]
    .map(([cls, of]) => summarizeClass(cls, of))
    .toSorted((one, other) => (one.cls < other.cls ? -1 : 1));
  return { classes, goals: goalsOf(configurations, classes) };
}

/** How often each goal is met by measurements drawn from the replications, of the times that it can be asked for. */
function chancesOf(configurations: readonly ValidatedConfiguration[], seed: number): (id: string) => number {
  const random = createRandom(`${seed}/measurements`);
  const possible = configurations.map(({ repeats }) => repeats.map(({ results }) => results.map(asMeasured)));
  const counts = new Map<string, { met: number; of: number }>();
  for (let i = 0; i < campaigns; i++) {
    const drawn = configurations.map((one, index) => {
      const picks = one.repeats.map(({ results }) => random.integer(results.length));
      const runs = picks.map((pick, repeat) => possible[index]![repeat]![pick]!);
      // Bounds of the time must not know the one that is held against them.
      const bounds = (): Predicted['repeats'] =>
        one.repeats.map(({ results }, repeat) => possibleOf(results.toSpliced(picks[repeat]!, 1)));
      return compared(one, one.isFar ? one.predicted : { ...one.predicted, repeats: bounds() }, runs);
    });
    for (const { id, met } of judge(drawn).goals) {
      const before = counts.get(id) ?? { met: 0, of: 0 };
      counts.set(id, { met: before.met + (met ? 1 : 0), of: before.of + 1 });
    }
  }
  return (id) => {
    const { met, of } = counts.get(id) ?? { met: 0, of: 0 };
    return of > 0 ? met / of : 0;
  };
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
