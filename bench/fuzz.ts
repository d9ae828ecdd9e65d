import { prepare } from '../studies/prepare.js';
import { runOnce } from '../studies/run.js';
import { findStack } from '../scenario/catalog.js';
import { InputError } from '../scenario/input-error.js';
import { randomScenario } from './random-scenarios.js';

// Usage: node dist/bench/fuzz.js [number of scenarios, default 10000] [first seed]
const count = Number(process.argv[2] ?? 10_000);
const first = Number(process.argv[3] ?? 1);
const took: { seed: number; milliseconds: number }[] = [];
const verdicts: Record<string, number> = {};
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
  took.push({ seed, milliseconds: performance.now() - begun });
  if (seed % 1000 === 0) console.error(`${seed}: ${took.length} ran`);
}
took.sort((a, b) => a.milliseconds - b.milliseconds);
const at = (share: number): string =>
  `${took[Math.floor(share * (took.length - 1))]?.milliseconds.toFixed(1)} ms`;
const slowest = took.slice(-10).reverse();
console.log(
  `${count} scenarios: ${took.length} ran, ${refused} refused by their product; verdicts ${JSON.stringify(verdicts)}`,
);
console.log(`median ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, slowest ${at(1)}`);
console.log(
  `slowest: ${slowest.map(({ seed, milliseconds }) => `seed ${seed} ${(milliseconds / 1000).toFixed(2)} s`).join(', ')}`,
);
