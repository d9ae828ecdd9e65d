import type { RandomStream } from '../sim/random.js';

/** Something that comes and goes. */
export interface Spells {
  /** Whether it is there now. */
  readonly isOn: boolean;
  /** Seconds of the last `pass` since it came or went, or all of them. */
  readonly sinceTurn: number;
  /** So many more seconds pass; returns in how many of them it was there, and tells each turn. */
  pass(seconds: number, onTurn?: (isOn: boolean) => void): number;
}

/**
 * Spells of something that comes at random (Poisson) times and stays exponentially long; or is there for ever.
 *
 * @param perSecond times that it comes per second in which it is not there
 * @param meanSeconds how long it stays on average
 * @example
 * createSpells({ perSecond: 0, meanSeconds: 1 }, createRandom('spells')).pass(100) // => 0
 * createSpells({ perSecond: 0, meanSeconds: 1 }, createRandom('spells'), true).pass(100) // => 100
 */
export function createSpells(
  { perSecond, meanSeconds }: { perSecond: number; meanSeconds: number },
  random: RandomStream,
  isAlways = false,
): Spells {
  let isOn = isAlways;
  let untilTurn = isAlways ? Infinity : untilNext(perSecond, random);
  let sinceTurn = 0;
  return {
    get isOn() {
      return isOn;
    },
    get sinceTurn() {
      return sinceTurn;
    },
    pass(seconds, onTurn) {
      let on = 0;
      sinceTurn = seconds;
      while (untilTurn <= sinceTurn) {
        if (isOn) on += untilTurn;
        sinceTurn -= untilTurn;
        isOn = !isOn;
        untilTurn = isOn ? random.exponential(meanSeconds) : untilNext(perSecond, random);
        onTurn?.(isOn);
      }
      untilTurn -= sinceTurn;
      return isOn ? on + sinceTurn : on;
    },
  };
}

/**
 * Seconds until the next of events that come at random times; Infinity if they are too seldom for that to be a number.
 *
 * @example
 * untilNext(0, createRandom('events')) // => Infinity
 */
export function untilNext(perSecond: number, random: RandomStream): number {
  const mean = 1 / perSecond;
  return mean < Infinity ? random.exponential(mean) : Infinity;
}
