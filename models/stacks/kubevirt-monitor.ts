import { delay, type Process } from '../../sim/process.js';
import type { Control } from '../migration/control.js';

/** What KubeVirt's migration monitor goes by. The settings named allow… are 0 or 1. */
export interface KubevirtRules {
  pollSeconds: number;
  /** After so long without progress it aborts; 0: never. */
  progressTimeout: number;
  /** The acceptable time for the whole migration; 0: any. */
  acceptableSeconds: number;
  /** How that time came about, for the sentence that says it is over. */
  acceptableTerms: string;
  allowPostCopy: number;
  /** Up to 1.3 there is no such setting: only post-copy keeps a slow migration from being aborted. */
  allowWorkloadDisruption?: number;
}

/**
 * KubeVirt's monitor beside a migration (live-migration-source.go, v1.3 to v1.9 without stall detection). At each poll
 * the first rule that holds is carried out. What is left is compared with the poll before, not with the least so far:
 * any poll at which less is left is progress, so a guest that dirties its memory again and again is never stuck.
 *
 * @example
 * // 4 GB at 150 s each, nothing allowed: aborts at the first poll after 601 s
 * sim.spawn(kubevirtMonitor(control, { ...rules, acceptableSeconds: 600 }));
 */
export function* kubevirtMonitor(control: Control, rules: KubevirtRules): Process {
  const { sim } = control;
  const { allowPostCopy, allowWorkloadDisruption = allowPostCopy } = rules;
  const poll = delay(rules.pollSeconds);
  const start = sim.now;
  let acceptable = rules.acceptableSeconds;
  let watermark = 0;
  let progressAt = start;
  let isPaused = false;

  const isLate = (): boolean => acceptable > 0 && wholeSeconds(sim.now - start) > acceptable;

  for (;;) {
    yield poll;
    if (control.isOver()) return;
    const { remainingBytes } = control.status();
    if (watermark === 0 || remainingBytes < watermark) progressAt = sim.now;
    watermark = remainingBytes;
    const stuck = wholeSeconds(sim.now - progressAt);

    if (allowWorkloadDisruption > 0 && !isPaused && isLate()) {
      if (allowPostCopy > 0) {
        control.startPostCopy();
        // From here on an abort would lose the guest: nothing more is watched.
        return;
      }
      control.pauseGuest(`KubeVirt suspended the guest after ${acceptable} s (${rules.acceptableTerms})`);
      isPaused = true;
      acceptable *= 2;
    } else if (rules.progressTimeout > 0 && stuck > rules.progressTimeout) {
      control.cancel(`KubeVirt aborted it after ${stuck} s without progress (progressTimeout)`);
      return;
    } else if (isLate()) {
      const twice = isPaused ? 'twice ' : '';
      const terms = `${twice}${rules.acceptableTerms}`;
      control.cancel(`KubeVirt aborted it: not completed after ${acceptable} s (${terms})`);
      return;
    }
  }
}

/** Times are compared in whole seconds, as integer division leaves them. */
export const wholeSeconds = (seconds: number): number => Math.floor(seconds + 1e-9);
