import type { Stack } from './stack.js';

/**
 * A product's own value of a limit that users may set, from whichever group holds it; undefined where the product has
 * no such limit.
 *
 * @example
 * ownLimit(findStack('qemu-7.2'), 'downtimeLimitSeconds') // => 0.3
 */
export function ownLimit(
  { constants }: Pick<Stack, 'constants'>,
  name: 'downtimeLimitSeconds' | 'maxBandwidth',
): number | undefined {
  return Object.values(constants).find((group) => Object.hasOwn(group, name))?.[name]?.value;
}
