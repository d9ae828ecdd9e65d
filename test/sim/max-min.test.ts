import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSharingProblem, maxMin } from '../../sim/max-min.js';

type Input = Parameters<typeof maxMin>[0];
type FlowInput = Input['flows'][number];

const flow = (path: number[], rest: Partial<FlowInput> = {}): FlowInput => ({
  weight: 1,
  cap: Infinity,
  priority: 0,
  ...rest,
  path,
});

/** Random sharing problems of up to six resources and ten flows. */
const problems: fc.Arbitrary<Input> = fc
  .array(fc.oneof(fc.double({ min: 0.1, max: 100, noNaN: true }), fc.constantFrom(0, 1, 10, Infinity)), {
    minLength: 1,
    maxLength: 6,
  })
  .chain((capacities) =>
    fc.record({
      capacities: fc.constant(capacities),
      flows: fc.array(
        fc.record({
          weight: fc.oneof(fc.constant(1), fc.double({ min: 0.1, max: 10, noNaN: true })),
          cap: fc.oneof(fc.constantFrom(0, 5, Infinity), fc.double({ min: 0, max: 50, noNaN: true })),
          priority: fc.constantFrom(0, 0, 0, 1, -2),
          path: fc.subarray(capacities.map((_, index) => index)),
        }),
        { maxLength: 10 },
      ),
    }),
  );

/** Raises all flows of a class in small turns instead of jumping to the next full resource: slow, and plainly right. */
function maxMinByHand({ capacities, flows }: Input): number[] {
  const rates = flows.map(() => 0);
  const classes = [...new Set(flows.map(({ priority }) => priority))].sort((a, b) => b - a);
  for (const priority of classes) {
    const growing = new Set(flows.flatMap((f, index) => (f.priority === priority ? [index] : [])));
    while (growing.size > 0) {
      const left = capacities.map((capacity, r) =>
        flows.reduce(
          (rest, f, index) => (f.path.includes(r) && capacity < Infinity ? rest - rates[index]! : rest),
          capacity,
        ),
      );
      const rises = capacities.map((_, r) => {
        const weight = [...growing].reduce(
          (sum, i) => (flows[i]!.path.includes(r) ? sum + flows[i]!.weight : sum),
          0,
        );
        return weight > 0 ? Math.max(0, left[r]!) / weight : Infinity;
      });
      const room = (i: number): number =>
        Math.min((flows[i]!.cap - rates[i]!) / flows[i]!.weight, ...flows[i]!.path.map((r) => rises[r]!));
      const rise = Math.min(...[...growing].map(room));
      if (rise === Infinity) {
        for (const i of growing) rates[i] = Infinity;
        break;
      }
      const full = [...growing].filter((i) => room(i) <= rise * (1 + 1e-12) + 1e-12);
      for (const i of growing) rates[i]! += rise * flows[i]!.weight;
      for (const i of full) growing.delete(i);
    }
  }
  return rates;
}

describe('max-min fair sharing', () => {
  it('splits one link by weight', () => {
    expect(
      maxMin({ capacities: [12], flows: [flow([0]), flow([0], { weight: 2 }), flow([0], { weight: 3 })] }),
    ).toEqual([2, 4, 6]);
  });

  it('gives what a capped flow leaves to the others', () => {
    expect(
      maxMin({ capacities: [10], flows: [flow([0], { cap: 1 }), flow([0]), flow([0], { weight: 2 })] }),
    ).toEqual([1, 3, 6]);
  });

  it('gives each flow the share of its narrowest link', () => {
    expect(maxMin({ capacities: [10, 4], flows: [flow([0]), flow([0, 1]), flow([1])] })).toEqual([8, 2, 2]);
  });

  it('serves higher priorities strictly first', () => {
    const flows = [
      flow([0], { priority: 0 }),
      flow([0], { priority: 5, cap: 7 }),
      flow([0], { priority: -1 }),
    ];
    expect(maxMin({ capacities: [10], flows })).toEqual([3, 7, 0]);
    expect(maxMin({ capacities: [10], flows: [flow([0]), flow([0], { priority: 1 })] })).toEqual([0, 10]);
  });

  it('leaves a lower class nothing at all, not a crumb of rounding', () => {
    const flows = [...Array.from({ length: 3 }, () => flow([0], { cap: 0.1, priority: 1 })), flow([0])];
    expect(maxMin({ capacities: [0.3], flows })[3]).toBe(0);
  });

  it('knows unlimited flows and links, and links that are down', () => {
    expect(maxMin({ capacities: [Infinity], flows: [flow([0]), flow([]), flow([], { cap: 3 })] })).toEqual([
      Infinity,
      Infinity,
      3,
    ]);
    expect(maxMin({ capacities: [0, 5], flows: [flow([0, 1]), flow([1])] })).toEqual([0, 5]);
    expect(maxMin({ capacities: [1], flows: [] })).toEqual([]);
  });

  it('meets a cap and a capacity exactly, whatever the weight', () => {
    expect(maxMin({ capacities: [1], flows: [flow([0], { weight: 0.3, cap: 0.7 })] })).toEqual([0.7]);
    expect(maxMin({ capacities: [0.7], flows: [flow([0], { weight: 0.3 })] })).toEqual([0.7]);
  });

  it('comes with a certificate: who has not all he may take crosses a full link where none has more', () => {
    fc.assert(
      fc.property(problems, ({ capacities, flows }) => {
        const rates = maxMin({ capacities, flows });
        const used = capacities.map((_, r) =>
          flows.reduce((sum, f, i) => (f.path.includes(r) ? sum + rates[i]! : sum), 0),
        );
        capacities.forEach((capacity, r) => {
          if (capacity < Infinity) expect(used[r]).toBeLessThanOrEqual(capacity * (1 + 1e-9) + 1e-12);
        });
        flows.forEach((f, i) => {
          const rate = rates[i]!;
          expect(rate).toBeGreaterThanOrEqual(0);
          expect(rate).toBeLessThanOrEqual(f.cap);
          if (rate >= f.cap * (1 - 1e-9)) return;
          const level = (rate / f.weight) * (1 + 1e-9) + 1e-12;
          const bottleneck = f.path.some(
            (r) =>
              used[r]! >= capacities[r]! * (1 - 1e-9) - 1e-12 &&
              flows.every((other, j) => {
                if (!other.path.includes(r) || other.priority > f.priority) return true;
                return other.priority < f.priority ? rates[j]! <= 1e-9 : rates[j]! / other.weight <= level;
              }),
          );
          expect(bottleneck).toBe(true);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('agrees with slow filling by hand', () => {
    fc.assert(
      fc.property(problems, (input) => {
        const expected = maxMinByHand(input);
        maxMin(input).forEach((rate, i) => {
          if (expected[i] === Infinity) expect(rate).toBe(Infinity);
          else expect(Math.abs(rate - expected[i]!)).toBeLessThan(1e-9);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('names the field, the value and the rule that is broken', () => {
    const share = (f: Partial<FlowInput>): (() => number[]) => {
      return () => maxMin({ capacities: [1, 2], flows: [flow([0]), { ...flow([0]), ...f }] });
    };
    expect(() => maxMin({ capacities: [1, -2], flows: [] })).toThrow(
      'capacities[1] = -2: must be at least 0',
    );
    expect(share({ weight: 0 })).toThrow('flows[1].weight = 0: must be above 0, finite');
    expect(share({ cap: NaN })).toThrow('flows[1].cap = NaN: must be at least 0');
    expect(share({ priority: Infinity })).toThrow('flows[1].priority = Infinity: must be finite');
    expect(share({ path: [0, 0] })).toThrow('flows[1].path = [0, 0]: a resource is named twice');
    expect(share({ path: [0, 7] })).toThrow('flows[1].path = [0, 7]: there is no resource 7');
  });

  it('does what its examples say', () => {
    const problem = createSharingProblem();
    const link = problem.resource(10);
    problem.flow(1, 2, 0);
    problem.crosses(link);
    problem.flow(1, Infinity, 0);
    problem.crosses(link);
    problem.solve();
    expect([problem.rate(0), problem.rate(1)]).toEqual([2, 8]);
    const f = { weight: 1, cap: Infinity, priority: 0 };
    expect(
      maxMin({
        capacities: [10, 4],
        flows: [
          { ...f, path: [0] },
          { ...f, path: [0, 1] },
          { ...f, path: [1] },
        ],
      }),
    ).toEqual([8, 2, 2]);
  });
});
