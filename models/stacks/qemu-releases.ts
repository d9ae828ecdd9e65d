import { firstThreaded, isSince } from './qemu-constants.js';

/** The last minor number of each major one: 1.7 was followed by 2.0. */
const lastMinors: Readonly<Record<number, number>> = {
  1: 7,
  2: 12,
  3: 1,
  4: 2,
  5: 2,
  6: 2,
  7: 2,
  8: 2,
  9: 2,
  10: 2,
};

/** Every release of QEMU whose constants are known, from the first with a migration thread on, oldest first. */
export const qemuReleases: readonly string[] = Object.entries(lastMinors)
  .flatMap(([major, last]) => Array.from({ length: last + 1 }, (_, minor) => `${major}.${minor}`))
  .filter((version) => isSince(version, firstThreaded));
