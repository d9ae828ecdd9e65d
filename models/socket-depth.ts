import type { RandomStream } from '../sim/random.js';
import { createSpells } from './spells.js';

/**
 * How many bytes a sending socket holds. Linux lets it hold more as it goes: a sender that was held up finds the queue
 * before the link drained, sends faster than the link until it is full again, and its buffer grows up to tcp_wmem's
 * maximum; when all is under way it is shallow again.
 */
export interface DepthParameters {
  /** What it holds most of the time. */
  sendBufferBytes: number;
  /** What it holds on average while it is deep, and by what share of that it is at most more or less. */
  deepBufferBytes: number;
  deepSpread: number;
  /** How long a depth lasts on average, s. */
  deepChangeSeconds: number;
  /** Times a second that it becomes deep in a typical run; standard deviation of ln(that) from run to run. */
  deepPerSecond: number;
  deepRunSpread: number;
  /** How long it stays deep on average, s. */
  deepSeconds: number;
}

/** What becomes deep more often than this is deep all the time. */
export const mostDeepPerSecond = 1000;

/** What the socket holds after so many more seconds, bytes. */
export type SocketDepth = (seconds: number) => number;

/**
 * A socket that becomes deep at random (Poisson) times, for exponentially long; and is so all the time while
 * `isAlwaysDeep`, as beside traffic that keeps the queue before the link full. Each depth is as likely as another within
 * its bounds.
 *
 * @example
 * const never = { ...parameters, deepPerSecond: 0 };
 * createSocketDepth(never, () => false, createRandom('depth'))(100) === never.sendBufferBytes // => true
 */
export function createSocketDepth(
  parameters: DepthParameters,
  isAlwaysDeep: () => boolean,
  random: RandomStream,
): SocketDepth {
  const { sendBufferBytes, deepBufferBytes, deepSpread, deepChangeSeconds, deepSeconds } = parameters;
  const ofRun = parameters.deepPerSecond * Math.exp(parameters.deepRunSpread * random.normal());
  const perSecond = Math.min(mostDeepPerSecond, ofRun);
  const drawDepth = (): number => deepBufferBytes * (1 + deepSpread * (2 * random.uniform() - 1));
  let isAlways = isAlwaysDeep();
  const spells = () => createSpells({ perSecond, meanSeconds: deepSeconds }, random, isAlways);
  const drawOf = (isDeep: boolean): number => (isDeep ? drawDepth() : sendBufferBytes);
  let deep = spells();
  let depth = drawOf(isAlways);
  return (seconds) => {
    if (isAlways !== isAlwaysDeep()) {
      isAlways = !isAlways;
      deep = spells();
      depth = drawOf(isAlways);
      return depth;
    }
    deep.pass(seconds, (isDeep) => void (depth = drawOf(isDeep)));
    // Of the changes since then, however many, only the last matters.
    const hasChanged =
      deepSpread > 0 && deep.isOn && random.uniform() >= Math.exp(-deep.sinceTurn / deepChangeSeconds);
    if (hasChanged) depth = drawDepth();
    return depth;
  };
}
