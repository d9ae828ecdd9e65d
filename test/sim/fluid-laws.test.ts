import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFluid } from '../../sim/fluid.js';
import { maxMin } from '../../sim/max-min.js';
import { createSimulation } from '../../sim/simulation.js';
import { createStepFunction } from '../../sim/step-function.js';

const amount = fc.oneof(fc.constantFrom(1, 10, 100), fc.double({ min: 0.01, max: 200, noNaN: true }));
const cap = fc.oneof(fc.constantFrom(0, 5, Infinity), fc.double({ min: 0, max: 50, noNaN: true }));
const weight = fc.constantFrom(0.5, 1, 1, 2, 5);
const capacity = fc.oneof(fc.constantFrom(0, 10), fc.double({ min: 0.1, max: 100, noNaN: true }));

/** A random network of five resources and six flows, and a random list of things that happen to it. */
const stories = fc.record({
  capacities: fc.array(capacity, { minLength: 5, maxLength: 5 }),
  elastic: fc.boolean(),
  flows: fc.array(
    fc.record({
      path: fc.subarray([0, 1, 2, 3, 4], { minLength: 1, maxLength: 3 }),
      weight,
      cap,
      priority: fc.constantFrom(0, 0, 0, 1),
      endless: fc.constantFrom(false, false, false, true),
    }),
    { minLength: 6, maxLength: 6 },
  ),
  actions: fc.array(
    fc.record({
      time: fc.oneof(fc.nat(20), fc.double({ min: 0, max: 20, noNaN: true })),
      flow: fc.nat(5),
      resource: fc.nat(4),
      kind: fc.constantFrom('push', 'push', 'push', 'cap', 'weight', 'capacity', 'close', 'wait'),
      amount,
      cap,
      weight,
      capacity,
    }),
    { maxLength: 40 },
  ),
});

/** A capacity that falls with the active weight, as that of a crowded switch might. */
const crowded = (total: number) => (active: number) => total / (1 + active / 10);

describe('the laws of the fluid', () => {
  it('hold in any network whatever happens: rates as if shared anew, nothing lost, no capacity exceeded', () => {
    fc.assert(
      fc.property(stories, ({ capacities: initial, elastic, flows: wanted, actions }) => {
        const sim = createSimulation();
        const fluid = createFluid(sim);
        const capacities = [...initial];
        const resources = capacities.map((c, r) =>
          fluid.resource(`r${r}`, elastic && r === 0 ? crowded(c) : c),
        );
        const present = wanted.map((options) => ({ ...options, open: true, pushed: 0 }));
        const flows = wanted.map(({ path, ...rest }, i) =>
          fluid.open({ ...rest, name: `f${i}`, path: path.map((r) => resources[r]!) }),
        );
        const rates = flows.map(() => createStepFunction(() => sim.now));
        fluid.onChange((flow) => {
          rates[flows.indexOf(flow)]!.set(flow.rate);
        });

        /** Compares all rates with a solution from scratch, and what has flowed with what was pushed. */
        const check = (): void => {
          const active = flows.map((flow, i) => present[i]!.open && flow.backlog() > 0);
          const now = capacities.map((c, r) => {
            if (!elastic || r !== 0) return c;
            return crowded(c)(
              present.reduce((sum, f, i) => (active[i] && f.path.includes(0) ? sum + f.weight : sum), 0),
            );
          });
          const shares = maxMin({ capacities: now, flows: present.filter((_, i) => active[i]) });
          let next = 0;
          const expected = flows.map((_, i) => (active[i] ? shares[next++]! : 0));
          flows.forEach((flow, i) => {
            expect(Math.abs(flow.rate - expected[i]!)).toBeLessThanOrEqual(1e-9 * Math.max(1, expected[i]!));
            const { endless, pushed, open } = present[i]!;
            if (!endless && open) expect(flow.drained() + flow.backlog()).toBeCloseTo(pushed, 9);
            if (sim.now > 0) expect(flow.drained()).toBeCloseTo(rates[i]!.integral(0, sim.now), 6);
          });
          resources.forEach((resource, r) => {
            expect(fluid.used(resource)).toBeLessThanOrEqual(now[r]! * (1 + 1e-9) + 1e-12);
          });
        };

        let waiting = 0;
        for (const action of actions) {
          sim.at(action.time, () => {
            const flow = flows[action.flow]!;
            const state = present[action.flow]!;
            if (action.kind === 'push' && state.open) {
              flow.push(action.amount);
              state.pushed += action.amount;
            } else if (action.kind === 'cap') {
              flow.setCap(action.cap);
              state.cap = action.cap;
            } else if (action.kind === 'weight') {
              flow.setWeight(action.weight);
              state.weight = action.weight;
            } else if (action.kind === 'capacity') {
              capacities[action.resource] = action.capacity;
              const shrinks = elastic && action.resource === 0;
              fluid.setCapacity(
                resources[action.resource]!,
                shrinks ? crowded(action.capacity) : action.capacity,
              );
            } else if (action.kind === 'close') {
              flow.close();
              state.open = false;
            } else if (action.kind === 'wait' && state.open && !state.endless) {
              waiting++;
              flow.drainedTo(action.amount)(sim, () => waiting--);
            }
            if (action.kind !== 'wait') check();
          });
        }
        for (let time = 0.5; time < 30; time += 2.3) sim.at(time, check);
        sim.run(1000);
        check();
        // Everybody who waits does so for a flow that rests or was closed.
        flows.forEach((flow, i) => {
          if (present[i]!.open && flow.rate > 0 && !present[i]!.endless)
            expect(flow.backlog()).toBeGreaterThan(0);
        });
        const resting = flows.some((flow, i) => !present[i]!.open || flow.backlog() > 0);
        if (!resting) expect(waiting).toBe(0);
      }),
      { numRuns: 90 },
    );
  });

  it('conserve work: a shared link finishes when one queue would, however it is shared', () => {
    const jobs = fc.array(fc.record({ time: fc.double({ min: 0, max: 10, noNaN: true }), amount, weight }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(jobs, fc.double({ min: 1, max: 50, noNaN: true }), (work, speed) => {
        const sim = createSimulation();
        const fluid = createFluid(sim);
        const link = fluid.resource('link', speed);
        work.forEach((job, i) => {
          const flow = fluid.open({ name: `f${i}`, path: [link], weight: job.weight, priority: i % 2 });
          sim.at(job.time, () => {
            flow.push(job.amount);
          });
        });
        let free = 0;
        for (const job of [...work].sort((a, b) => a.time - b.time))
          free = Math.max(free, job.time) + job.amount / speed;
        sim.run();
        expect(sim.now).toBeCloseTo(free, 7);
      }),
      { numRuns: 150 },
    );
  });
});
