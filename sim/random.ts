import alea from 'seedrandom/lib/alea.js';
import { normalQuantile } from './normal.js';

/** A stream of random numbers that depends on nothing but its name. */
export interface RandomStream {
  /** Uniform in [0, 1), all 53 bits random. */
  uniform(): number;
  /** Standard normal; one uniform draw each, so that streams stay in step under common random numbers. */
  normal(): number;
  /** Exponential with this mean. */
  exponential(mean: number): number;
  /** A whole number 0, 1, ... below - 1, each as likely. */
  integer(below: number): number;
}

/**
 * The random stream of that full name. Streams of different names are independent for all practical purposes, so what
 * one model draws never shifts what another one gets. The generator is Alea (J. Baagøe), which passes BigCrush; its
 * `double` combines two 32-bit draws into the 53 bits of a double.
 *
 * `integer` throws a RangeError unless `below` is a whole number from 1 to 2^53; `exponential` unless the mean is a
 * finite number of at least 0.
 *
 * @example
 * createRandom('7/vm3/dirtying').uniform() === createRandom('7/vm3/dirtying').uniform(); // => true
 * createRandom('7/vm3/dirtying').uniform(); // => 0.49499658106833844
 */
export function createRandom(seed: string): RandomStream {
  const uniform = alea(seed).double;
  return {
    uniform,
    normal() {
      // Zero, one draw in 2^53, stands for the lower half of the first step.
      return normalQuantile(uniform() || 2 ** -54);
    },
    exponential(mean) {
      if (!(mean >= 0 && mean < Infinity))
        throw new RangeError(`mean = ${mean}: must be finite and at least 0`);
      return mean * -Math.log1p(-uniform());
    },
    integer(below) {
      if (!(Number.isInteger(below) && below >= 1 && below <= 2 ** 53))
        throw new RangeError(`below = ${below}: must be a whole number from 1 to 2^53`);
      return Math.floor(uniform() * below);
    },
  };
}
