import { anyOf, delay, value, type Process } from '../../sim/process.js';
import type { Control } from '../migration/control.js';
import { wholeSeconds, type KubevirtRules } from './kubevirt-monitor.js';
import { createStallDetector, type StallRules } from './kubevirt-stall-detector.js';

/** What the monitor with stall detection goes by. */
export interface StallMonitorRules extends KubevirtRules, StallRules {
  allowWorkloadDisruption: number;
  /** The downtime that it begins with, unless maxDowntime is less, s. */
  initialDowntime: number;
  /** The downtime that it may ask for when the guest must not be disrupted, s. */
  maxDowntime: number;
  /** By what the estimated downtime may exceed that one and still be tried. */
  preCopyPossibleFactor: number;
  /** Within this the switchover must have begun, s. */
  switchoverTimeout: number;
  /** By what the acceptable time may be exceeded to finish. */
  completionTimeoutFactor: number;
  /** The longest downtime that QEMU takes, s. */
  longestDowntime: number;
}

/**
 * KubeVirt's monitor with stall detection (VEP 248, alpha in v1.9, gate MigrationStallDetection). At each iteration of
 * QEMU's it asks whether the migration is stalled and, if so, whether now is a good moment; then it goes over to
 * post-copy, forces the stop, asks for a longer downtime or gives up, as the settings allow. At each poll it takes a
 * sample of the bandwidth; an iteration puts that off, so beside short ones it goes by the last sample before them. The
 * acceptable time ends in the same choices.
 *
 * @example
 * // 1 GiB rewritten all the time at 100 MB/s, no disruption allowed: aborted at the first iteration that is 40 s old
 * sim.spawn(kubevirtStallMonitor(control, rules));
 */
export function* kubevirtStallMonitor(control: Control, rules: StallMonitorRules): Process {
  const { sim } = control;
  const { allowPostCopy, allowWorkloadDisruption } = rules;
  const detector = createStallDetector(rules);
  const start = sim.now;
  let acceptable = rules.acceptableSeconds;
  let deadline = acceptable;
  let isInitiated = false as boolean;
  /** What was left when the latest iteration began; while QEMU itself has stopped the guest, what is left now. */
  let remaining = 0;

  const elapsed = (): number => wholeSeconds(sim.now - start);
  const estimate = (): number => (detector.bandwidth() > 0 ? remaining / detector.bandwidth() : 0);
  const canFinish = (): boolean =>
    estimate() <= Math.floor(acceptable * rules.completionTimeoutFactor) - elapsed();

  function forceStop(): void {
    control.setDowntimeLimit(rules.longestDowntime);
    deadline = elapsed() + rules.switchoverTimeout;
    isInitiated = true;
  }

  /** Stalled, and little is left for now: does what is allowed; true if there is nothing more to watch. */
  function act(): boolean {
    if (!canFinish()) return false;
    if (allowWorkloadDisruption > 0 && allowPostCopy > 0) {
      control.startPostCopy();
      return true;
    }
    if (allowWorkloadDisruption > 0) {
      forceStop();
      return false;
    }
    if (estimate() <= rules.maxDowntime * rules.preCopyPossibleFactor) {
      control.setDowntimeLimit(rules.maxDowntime);
      deadline = elapsed() + rules.switchoverTimeout;
      isInitiated = true;
      return false;
    }
    control.cancel(
      `KubeVirt aborted it as stalled: the estimated downtime of ${milliseconds(estimate())} is more than ` +
        `${rules.preCopyPossibleFactor} times the ${milliseconds(rules.maxDowntime)} of maxDowntimeMs`,
    );
    return true;
  }

  /** The acceptable time, or that for a switchover, is over; true if there is nothing more to watch. */
  function timeOut(): boolean {
    if (!isInitiated && detector.bandwidth() > 0 && canFinish()) {
      if (allowWorkloadDisruption > 0 && allowPostCopy > 0) {
        control.startPostCopy();
        return true;
      }
      if (allowWorkloadDisruption > 0) {
        forceStop();
        acceptable = Math.floor(acceptable * rules.completionTimeoutFactor);
        return false;
      }
    }
    const why = isInitiated
      ? `the switchover asked for did not come within ${rules.switchoverTimeout} s`
      : rules.acceptableTerms;
    control.cancel(`KubeVirt aborted it: not completed after ${elapsed()} s (${why})`);
    return true;
  }

  control.setDowntimeLimit(Math.min(rules.maxDowntime, rules.initialDowntime));
  for (;;) {
    // Go's select waits anew: an iteration puts the next poll off, and shorter ones than that leave none.
    const isIteration = (yield* value(anyOf(delay(rules.pollSeconds), control.newRound))) === 1;
    if (control.isOver()) return;
    const status = control.status();
    const isStopped = status.phase === 'switchover';
    if (isIteration || isStopped) remaining = status.remainingBytes;
    else detector.sample(status.bandwidth);
    if (isIteration && !isInitiated) {
      const iteration = { elapsedSeconds: status.elapsedSeconds, remainingBytes: remaining };
      if (detector.isStalled(iteration) && detector.isAtMinimum(iteration) && act()) return;
    }
    const limit = isStopped ? acceptable : deadline;
    if (rules.acceptableSeconds > 0 && elapsed() > limit && timeOut()) return;
  }
}

const milliseconds = (seconds: number): string => `${Math.floor(seconds * 1000)} ms`;
