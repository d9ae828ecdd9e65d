import { prepare } from '../studies/prepare.js';
import { runOnce } from '../studies/run.js';
import { findStack } from '../scenario/catalog.js';
import { InputError } from '../scenario/input-error.js';
import { randomScenario } from './random-scenarios.js';

// Usage: node dist/bench/fuzz.js [number of scenarios, default 10000] [first seed]
const count = Number(process.argv[2] ?? 10_000);
const first = Number(process.argv[3] ?? 1);
const milliseconds: number[] = [];
const verdicts: Record<string, number> = {};
const slowest = { seed: 0, milliseconds: 0 };
let refused = 0;
for (let seed = first; seed < first + count; seed++) {
  const begun = performance.now();
  try {
    const { scenario, parameters } = prepare([randomScenario(seed)]);
    const { verdict } = runOnce(findStack(scenario.stack), scenario, parameters, 1);
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  } catch (error) {
    if (!(error instanceof InputError)) {
      console.error(`seed ${seed}:`, error);
      process.exitCode = 1;
    }
    refused++;
    continue;
  }
  const took = performance.now() - begun;
  milliseconds.push(took);
  if (took > slowest.milliseconds) Object.assign(slowest, { seed, milliseconds: took });
  if (seed % 1000 === 0) console.error(`${seed}: slowest so far ${JSON.stringify(slowest)}`);
}
milliseconds.sort((a, b) => a - b);
const at = (share: number): string =>
  `${milliseconds[Math.floor(share * (milliseconds.length - 1))]?.toFixed(1)} ms`;
console.log(
  `${count} scenarios: ${milliseconds.length} ran, ${refused} refused by their product; verdicts ${JSON.stringify(verdicts)}`,
);
console.log(`median ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, slowest ${at(1)} (seed ${slowest.seed})`);
