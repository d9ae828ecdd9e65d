import { describe, expect, it } from 'vitest';
import { createRandom } from '../../sim/random.js';

describe('a random stream', () => {
  it('gives the same numbers for the same name for ever', () => {
    const stream = createRandom('7/vm3/dirtying');
    expect([stream.uniform(), stream.uniform()]).toEqual([0.49499658106833844, 0.2765929221999457]);
    expect(stream.normal()).toBeCloseTo(1.3142211586703068, 12);
    expect(stream.exponential(2)).toBeCloseTo(1.2882116501755445, 12);
    expect(stream.integer(100)).toBe(39);
  });

  it('has its moments', () => {
    const stream = createRandom('moments');
    const n = 20_000;
    const mean = (draw: () => number): number => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += draw();
      return sum / n;
    };
    // Five standard errors each: the numbers are fixed, so this cannot fail by chance.
    const error = 5 / Math.sqrt(n);
    expect(Math.abs(mean(() => stream.uniform()) - 0.5)).toBeLessThan(error * 0.29);
    expect(Math.abs(mean(() => stream.normal()))).toBeLessThan(error);
    expect(Math.abs(mean(() => stream.normal() ** 2) - 1)).toBeLessThan(error * 1.42);
    expect(Math.abs(mean(() => stream.exponential(3)) - 3)).toBeLessThan(error * 3);
    expect(Math.abs(mean(() => stream.integer(10)) - 4.5)).toBeLessThan(error * 2.88);
  });

  it('is uncorrelated with the streams of neighbouring names', () => {
    const n = 5000;
    for (const [a, b] of [
      ['1/vm1', '1/vm2'],
      ['1/vm1', '2/vm1'],
      ['a', 'b'],
    ] as const) {
      const one = createRandom(a);
      const other = createRandom(b);
      let sum = 0;
      for (let i = 0; i < n; i++) sum += (one.uniform() - 0.5) * (other.uniform() - 0.5) * 12;
      expect(Math.abs(sum / n)).toBeLessThan(4 / Math.sqrt(n));
    }
  });

  it('stays in its bounds', () => {
    const stream = createRandom('bounds');
    const seen = new Set<number>();
    for (let i = 0; i < 2000; i++) {
      const u = stream.uniform();
      if (!(u >= 0 && u < 1 && stream.exponential(1) >= 0)) throw new Error(`draw ${i} is out of bounds`);
      seen.add(stream.integer(5));
    }
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(stream.integer(1)).toBe(0);
    expect(stream.exponential(0)).toBe(0);
  });

  it('draws one uniform number for a normal one, so that streams stay in step', () => {
    const a = createRandom('step');
    const b = createRandom('step');
    a.normal();
    b.uniform();
    expect(a.uniform()).toBe(b.uniform());
  });

  it('names what is wrong', () => {
    const stream = createRandom('wrong');
    expect(() => stream.integer(0)).toThrow(
      new RangeError('below = 0: must be a whole number from 1 to 2^53'),
    );
    expect(() => stream.integer(2.5)).toThrow('below = 2.5');
    expect(() => stream.exponential(-1)).toThrow(new RangeError('mean = -1: must be finite and at least 0'));
    expect(() => stream.exponential(NaN)).toThrow('mean = NaN');
  });

  it('does what its example says', () => {
    expect(createRandom('7/vm3/dirtying').uniform()).toBe(createRandom('7/vm3/dirtying').uniform());
    expect(createRandom('7/vm3/dirtying').uniform()).toBe(0.49499658106833844);
  });
});
