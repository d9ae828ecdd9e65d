import { describe, expect, it } from 'vitest';
import { createSpells, untilNext } from '../../models/spells.js';
import { createRandom } from '../../sim/random.js';

describe('spells', () => {
  it('come and go by turns, and say so', () => {
    const spells = createSpells({ perSecond: 1, meanSeconds: 1 }, createRandom('spells'));
    const turns: boolean[] = [];
    const on = spells.pass(1000, (isOn) => void turns.push(isOn));
    expect(turns.length).toBeGreaterThan(800);
    expect(turns.every((isOn, i) => isOn === (i % 2 === 0))).toBe(true);
    expect(spells.isOn).toBe(turns.at(-1));
    expect(on).toBeGreaterThan(400);
    expect(on).toBeLessThan(600);
  });

  it('know how long ago the last turn was, of what has just passed', () => {
    const spells = createSpells({ perSecond: 1e-3, meanSeconds: 1 }, createRandom('spells'));
    spells.pass(0.5);
    expect(spells.sinceTurn).toBe(0.5);
  });

  it('are never there, or for ever', () => {
    const never = { perSecond: 0, meanSeconds: 1 };
    expect(createSpells(never, createRandom('spells')).pass(100)).toBe(0);
    expect(createSpells(never, createRandom('spells'), true).pass(100)).toBe(100);
    expect(untilNext(0, createRandom('events'))).toBe(Infinity);
  });

  it('of no length are over at once', () => {
    expect(createSpells({ perSecond: 10, meanSeconds: 0 }, createRandom('spells')).pass(100)).toBe(0);
  });

  it('that are too seldom never come', () => {
    expect(untilNext(1e-320, createRandom('spells'))).toBe(Infinity);
    expect(createSpells({ perSecond: 1e-320, meanSeconds: 1 }, createRandom('spells')).pass(1e9)).toBe(0);
  });
});
