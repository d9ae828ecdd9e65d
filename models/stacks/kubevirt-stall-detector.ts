/** The figures of KubeVirt's stall detector. */
export interface StallRules {
  /** Weight of the newest sample of the bandwidth. */
  ewmaAlpha: number;
  /** By what share less must be left than before to be progress, and more than the best to be still near it. */
  stallMargin: number;
  /** What is as old as this is compared with; and the first patience with the best. */
  stallProgressSeconds: number;
  /** By what the patience shrinks each time the best is given up. */
  patienceDecay: number;
}

/** An iteration as it began: when, seconds after the transfer's start, and what was left, bytes. */
export interface Iteration {
  elapsedSeconds: number;
  remainingBytes: number;
}

/** Finds out whether iterations still bring less, and when is a good moment among those that do not. */
export interface StallDetector {
  /** Takes in a sample of the bandwidth, bytes/s. */
  sample(bandwidth: number): void;
  /** The smoothed bandwidth, bytes/s; 0 before the first sample. */
  bandwidth(): number;
  /** Takes in an iteration; true if the migration is stalled. */
  isStalled(iteration: Iteration): boolean;
  /** Whether what is left is about the best that may be hoped for. */
  isAtMinimum(iteration: Iteration): boolean;
}

/**
 * KubeVirt's stall detector (VEP 248, live-migration-source.go, v1.9). Stalled: not less is left, by a margin, than at
 * some iteration of at least `stallProgressSeconds` ago. Then the least so far is the best; whoever waits in vain for it
 * to come again takes, after a patience that halves, the least since.
 *
 * @example
 * const detector = createStallDetector({ ewmaAlpha: 0.4, stallMargin: 0.04, stallProgressSeconds: 40, patienceDecay: 0.5 });
 * detector.sample(100e6);
 * detector.isStalled({ elapsedSeconds: 0, remainingBytes: 1000 }); // => false
 * detector.isStalled({ elapsedSeconds: 40, remainingBytes: 970 }); // => true: less than 4 % less in 40 s
 */
export function createStallDetector(rules: StallRules): StallDetector {
  let bandwidth = 0;
  /** The least of the iterations that are old enough. */
  let leastOld = Infinity;
  /** Younger ones that may become so: each with less left than the one before. */
  const candidates: Iteration[] = [];
  let isStalled = false;
  let best = 0;
  let patience = 0;
  let deadline = 0;
  /** What was left at each iteration since the stall, ascending; those that were best once are taken out. */
  const since: number[] = [];

  function remember(iteration: Iteration): void {
    while (candidates.length > 0) {
      const oldest = candidates[0]!;
      if (iteration.elapsedSeconds - oldest.elapsedSeconds < rules.stallProgressSeconds) break;
      leastOld = Math.min(leastOld, oldest.remainingBytes);
      candidates.shift();
    }
    const least = candidates.at(-1)?.remainingBytes ?? Infinity;
    if (iteration.remainingBytes <= leastOld && iteration.remainingBytes < least) candidates.push(iteration);
  }

  function relax({ elapsedSeconds, remainingBytes }: Iteration): void {
    insert(since, remainingBytes);
    if (elapsedSeconds < deadline) return;
    best = since.shift()!;
    patience *= rules.patienceDecay;
    deadline = elapsedSeconds + patience;
  }

  return {
    sample(now) {
      bandwidth = bandwidth === 0 ? now : rules.ewmaAlpha * now + (1 - rules.ewmaAlpha) * bandwidth;
    },
    bandwidth: () => bandwidth,
    isStalled(iteration) {
      if (bandwidth === 0) return false;
      remember(iteration);
      if (isStalled) {
        relax(iteration);
      } else if (leastOld < Infinity && iteration.remainingBytes >= leastOld * (1 - rules.stallMargin)) {
        isStalled = true;
        best = Math.min(leastOld, candidates.at(-1)?.remainingBytes ?? Infinity);
        patience = rules.stallProgressSeconds;
        deadline = iteration.elapsedSeconds + patience;
      }
      return isStalled;
    },
    isAtMinimum: ({ remainingBytes }) => remainingBytes <= best * (1 + rules.stallMargin),
  };
}

function insert(ascending: number[], value: number): void {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  ascending.splice(low, 0, value);
}
