// Fits the study anew, from estimates and not from what is stored, scores the fit and writes it into its profile:
// `npm run fit`, some 40 minutes on two cores. `-- --starts=0` goes on from what is stored, `-- --score` only scores it.
// Two more write nothing: `-- --quick` shows the way, `-- --nuisance=hiddenTraffic` tries the other way to account for
// the odd campaign.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createRandom } from '../sim/random.js';
import { findProfile } from '../scenario/catalog.js';
import type { Profile } from '../scenario/profile.js';
import type { Executor } from '../studies/executor.js';
import { createThreadExecutor } from '../studies/thread-executor.js';
import { fitInputs } from './fit-inputs.js';
import { cellErrors, fitStudy, fittedCells, linearize, withValues } from './study-fit.js';
import { studyParameters, type StudyParameter } from './study-parameters.js';
import { bootstrapIntervals, leaveOneOut, scoresOf } from './study-scores.js';

const options = {
  quick: { type: 'boolean', default: false },
  starts: { type: 'string', default: '3' },
  score: { type: 'boolean', default: false },
  nuisance: { type: 'string', default: 'offsetSeconds' },
} as const;
const { quick, ...flags } = parseArgs({ options }).values;
const starts = quick ? 1 : Number(flags.starts);
const isStandard = flags.nuisance === options.nuisance.default;
const writes = !quick && isStandard;

/**
 * Enough to find the way: with 200 of the figures in which chance decides, searches end at twice the cost. In the end
 * so many that what is fitted is the model and not its draws.
 */
const searching = quick ? { steady: 5, chancy: 20 } : { steady: 100, chancy: 1000 };
const polishing = quick ? { steady: 5, chancy: 20 } : { steady: 300, chancy: 3000 };
const scoring = quick ? 20 : 1000;
const draws = quick ? 20 : 300;
const maxIterations = quick ? 1 : 8;
const polishingIterations = quick ? 1 : 3;
/** Standard deviation of the starts around the estimates, in steps of each parameter. */
const startSteps = 5;

const file = new URL('../../scenario/profiles/icclab-2014.json', import.meta.url);
const parameters = studyParameters.filter(
  ({ name }) => !name.startsWith('campaign.') || name === `campaign.${flags.nuisance}`,
);

// What is stored has the standard nuisance, so another one has to be searched for.
const isSearch = starts > 0 && !flags.score;
if (!Number.isInteger(starts) || starts < 0 || !(flags.nuisance in findProfile('icclab-2014').campaign)) {
  say('--starts must be a whole number of at least 0, --nuisance offsetSeconds or hiddenTraffic');
  process.exit(2);
}
if (!isStandard && !isSearch) {
  say('--nuisance of another kind goes with a search: without --score, and with --starts of at least 1');
  process.exit(2);
}

const executor = createThreadExecutor(2);
try {
  const stored = findProfile('icclab-2014');
  const found = isSearch ? await search(stored, executor) : structuredClone(stored);
  const fitted = flags.score ? found : await polish(found, executor);
  store(fitted);
  say('slopes at the optimum');
  const linear = await linearize(fitted, parameters, searching, executor);
  const intervals = bootstrapIntervals(fitted, parameters, linear, draws);
  fitted.fitted = Object.fromEntries(
    parameters.map((parameter, j) => [parameter.name, entryOf(parameter, fitted, intervals[j]!)]),
  );
  say('leave-one-out');
  const left = await leaveOneOut(fitted, parameters, linear, scoring, executor);
  say('errors');
  const all = await cellErrors(fitted, { steady: scoring, chancy: scoring }, executor);
  delete fitted.fit;
  fitted.fit = {
    ...scoresOf(fittedCells(fitted), all, left),
    replications: scoring,
    inputs: fitInputs(fitted),
  };
  say(JSON.stringify(fitted.fit));
  store(fitted);
} finally {
  await executor.close();
}

/** The best of fits from the estimates and from points around them. */
async function search(profile: Profile, on: Executor): Promise<Profile> {
  const random = createRandom('fit/starts');
  const blank = withoutNuisance(profile);
  let best = { cost: Infinity, values: [] as readonly number[] };
  for (let start = 1; start <= starts; start++) {
    const values = parameters.map((parameter) => startOf(parameter, start === 1 ? 0 : random.normal()));
    const onIteration = (cost: number): void => say(`start ${start} of ${starts}: cost ${cost.toFixed(1)}`);
    const found = await fitStudy(withValues(blank, parameters, values), parameters, on, {
      replications: searching,
      maxIterations,
      onIteration,
    });
    if (found.cost < best.cost) best = found;
  }
  return withValues(blank, parameters, best.values.map(significant));
}

/** Goes on from the best end with more replications. */
async function polish(profile: Profile, on: Executor): Promise<Profile> {
  const { values } = await fitStudy(profile, parameters, on, {
    replications: polishing,
    maxIterations: polishingIterations,
    onIteration: (cost) => say(`polishing: cost ${cost.toFixed(1)}`),
  });
  return withValues(profile, parameters, values.map(significant));
}

/** The estimate, or a point around it: a few steps away, within the bounds. */
function startOf({ start, step, bounds: [low, high] }: StudyParameter, score: number): number {
  return Math.min(high, Math.max(low, start + startSteps * step * score));
}

/** One number accounts for the odd campaign: the one that is not fitted is none. */
function withoutNuisance(profile: Profile): Profile {
  const blank = structuredClone(profile);
  for (const constant of Object.values(blank.campaign)) constant.value = 0;
  return blank;
}

/** Writes the profile; what a later step cannot finish is not lost then. */
function store(profile: Profile): void {
  if (writes) writeFileSync(file, `${JSON.stringify(profile, null, 2)}\n`);
}

function entryOf(parameter: StudyParameter, profile: Profile, interval: [number, number]) {
  const { unit, bounds } = parameter;
  return {
    value: significant(parameter.get(profile)),
    unit,
    bounds,
    interval: interval.map(significant) as [number, number],
  };
}

function significant(value: number): number {
  return Number(value.toPrecision(4));
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
