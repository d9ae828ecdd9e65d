/** When Nova asks for which limit of downtime. */
export interface DowntimeStep {
  /** Seconds after the migration's start: the step comes at the first look later than this. */
  atSeconds: number;
  limitMilliseconds: number;
}

/** live_migration_downtime, _downtime_steps and _downtime_delay, in the units of nova.conf. */
export interface DowntimeOptions {
  downtimeMilliseconds: number;
  steps: number;
  delaySecondsPerGib: number;
}

/** What '/' of two whole numbers gives: in Python 2, with which Nova runs to Rocky, a whole number. */
export type Division = (a: number, b: number) => number;
export const python2: Division = (a, b) => Math.floor(a / b);
export const python3: Division = (a, b) => a / b;

/**
 * How large Nova takes a migration to be, GiB: RAM and each disk that it copies count for at least 2
 * (nova/virt/libvirt/driver.py, _live_migration_data_gb).
 *
 * @param diskBytes of each disk's file, which of a qcow2 image holds what is allocated
 * @example
 * dataGib(3.5 * 2 ** 30, [2 ** 30], python3) // => 5.5
 * dataGib(3.5 * 2 ** 30, [2 ** 30], python2) // => 5
 */
export function dataGib(ramBytes: number, diskBytes: readonly number[], divide: Division): number {
  return [ramBytes, ...diskBytes].reduce((sum, bytes) => sum + Math.max(leastGib, divide(bytes, 2 ** 30)), 0);
}

const leastGib = 2;

/**
 * Nova's steps of the limit of downtime since 15.0.0 (nova/virt/libvirt/migration.py, downtime_steps, commit bcd584f2):
 * from a `steps`-th of the limit in even steps to all of it, one each `delay` seconds per GiB.
 *
 * @example
 * linearSteps(16, { downtimeMilliseconds: 500, steps: 10, delaySecondsPerGib: 75 })[1]
 * // => { atSeconds: 1200, limitMilliseconds: 95 }
 */
export function linearSteps(gib: number, options: DowntimeOptions, divide = python3): DowntimeStep[] {
  const { downtimeMilliseconds, steps } = options;
  const base = divide(downtimeMilliseconds, steps);
  const offset = divide(downtimeMilliseconds - base, steps);
  return stepsOf(gib, options, (i) => base + offset * i);
}

/**
 * Nova's steps from 12.0.0 to 14.x (nova/virt/libvirt/driver.py, _migration_downtime_steps): they grow by a factor, so
 * that most of them are near the least limit.
 *
 * @example
 * exponentialSteps(16, { downtimeMilliseconds: 500, steps: 10, delaySecondsPerGib: 75 })[9]
 * // => { atSeconds: 10800, limitMilliseconds: 291 }
 */
export function exponentialSteps(gib: number, options: DowntimeOptions): DowntimeStep[] {
  const { downtimeMilliseconds, steps } = options;
  const offset = downtimeMilliseconds / (steps + 1);
  const base = (downtimeMilliseconds - offset) ** (1 / steps);
  // The last is the limit itself, which a power in floating point may miss by a hair: int() would make it 1 ms less.
  return stepsOf(gib, options, (i) => (i < steps ? offset + base ** i : downtimeMilliseconds));
}

/** Python's int() cuts off what stands behind the point, of the delay as of the limits. */
function stepsOf(
  gib: number,
  { steps, delaySecondsPerGib }: DowntimeOptions,
  limitOf: (i: number) => number,
): DowntimeStep[] {
  const delay = Math.trunc(delaySecondsPerGib * gib);
  return Array.from({ length: steps + 1 }, (_, i) => ({
    atSeconds: delay * i,
    limitMilliseconds: Math.trunc(limitOf(i)),
  }));
}

/**
 * live_migration_completion_timeout for a migration of so many GiB, seconds; 0: none.
 *
 * @example
 * completionTimeout(16, 800) // => 12800
 */
export function completionTimeout(gib: number, secondsPerGib: number): number {
  return Math.trunc(secondsPerGib * gib);
}
