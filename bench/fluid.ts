import { createFluid, type Flow, type Fluid } from '../sim/fluid.js';
import { createRandom } from '../sim/random.js';
import { createSimulation } from '../sim/simulation.js';
import type { Suite, Task } from './suite.js';

const SIZES = [10, 1000, 10_000];

/** All flows on one link, some of them capped. */
function oneLink(fluid: Fluid, count: number): Flow[] {
  const link = fluid.resource('link', 1e9);
  return Array.from({ length: count }, (_, i) =>
    fluid.open({ name: `f${i}`, path: [link], endless: true, cap: i % 3 === 0 ? 1e8 : Infinity }),
  );
}

/** Flows over three random ones of count / 5 links: nearly all of them hang together. */
function randomTopology(fluid: Fluid, count: number): Flow[] {
  const random = createRandom(`topology/${count}`);
  const links = Array.from({ length: Math.max(3, count / 5) }, (_, i) =>
    fluid.resource(`l${i}`, 1e9 * (1 + random.uniform())),
  );
  return Array.from({ length: count }, (_, i) => {
    const path = new Set<(typeof links)[number]>();
    while (path.size < 3) path.add(links[random.integer(links.length)]!);
    return fluid.open({ name: `f${i}`, path: [...path], endless: true, weight: 1 + random.integer(4) });
  });
}

/** Changes the weight of one flow after another; reading the rate makes the fluid share anew each time. */
function reshare(flows: readonly Flow[], operations: number): () => void {
  let turn = 0;
  return () => {
    for (let i = 0; i < operations; i++) {
      const flow = flows[turn++ % flows.length]!;
      flow.setWeight(5 + (turn % 7));
      if (!(flow.rate >= 0)) throw new Error(`flow '${flow.name}' has no rate`);
    }
  };
}

function task(name: string, build: (fluid: Fluid, count: number) => Flow[], count: number): Task {
  const operations = Math.max(1, 1000 / count);
  return {
    name: `${count.toLocaleString('en')} flows, ${name}`,
    operations,
    run: reshare(build(createFluid(createSimulation()), count), operations),
  };
}

export const fluid: Suite = {
  name: 'fluid',
  operation: 're-shares',
  tasks: SIZES.flatMap((count) => [
    task('one link', oneLink, count),
    task('random topology', randomTopology, count),
  ]),
};
