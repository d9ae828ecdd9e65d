/** A value that changes in steps: from times[i] on it is values[i]. */
export interface StepFunction {
  readonly times: readonly number[];
  readonly values: readonly number[];
  /** Sets the value from the present time on. */
  set(value: number): void;
  /** The value at a time; 0 before the first one was set. */
  at(time: number): number;
  /** The integral over time; negative if `to` is before `from`. */
  integral(from: number, to: number): number;
  /** The mean over a span of time; over an empty span, the value there. */
  mean(from: number, to: number): number;
}

/**
 * A step function that is recorded as time goes by; `clock` gives the present time, which must not go back. Equal values
 * are stored once, and of several values set at one time only the last is kept. `at` is O(log n), `integral` and `mean`
 * are that and O(steps in the span). `set` throws a RangeError for NaN.
 *
 * @example
 * let now = 0;
 * const busy = createStepFunction(() => now);
 * busy.set(1);
 * now = 4;
 * busy.set(3);
 * busy.at(3.9); // => 1
 * busy.integral(2, 5); // => 5
 * busy.mean(3, 5); // => 2
 */
export function createStepFunction(clock: () => number): StepFunction {
  const times: number[] = [];
  const values: number[] = [];

  /** Index of the step that holds at `time`, -1 before the first. */
  function stepAt(time: number): number {
    let low = 0;
    let high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle]! <= time) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  function at(time: number): number {
    return values[stepAt(time)] ?? 0;
  }

  function integral(from: number, to: number): number {
    if (to < from) return 0 - integral(to, from);
    let sum = 0;
    let start = from;
    let step = stepAt(from);
    while (start < to) {
      const end = Math.min(times[step + 1] ?? Infinity, to);
      // An empty stretch and a value of 0 count nothing, whatever infinity stands on the other side.
      const value = values[step] ?? 0;
      if (value !== 0) sum += value * (end - start);
      start = end;
      step++;
    }
    return sum;
  }

  return {
    times,
    values,
    set(value) {
      const now = clock();
      if (Number.isNaN(value)) throw new RangeError(`value = ${value}: must be a number (time ${now})`);
      if (times[times.length - 1] === now) {
        times.pop();
        values.pop();
      }
      if (values[values.length - 1] === value) return;
      times.push(now);
      values.push(value);
    },
    at,
    integral,
    mean: (from, to) => (from === to ? at(from) : integral(from, to) / (to - from)),
  };
}
