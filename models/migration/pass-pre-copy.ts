import { delay, type Process } from '../../sim/process.js';
import type { Decision, Pass, PassMigration, StopRule } from './pass-migration.js';
import { fetchDirtyLog, sendPass } from './pass-send.js';
import { passStop } from './pass-stop.js';
import { remainingBytes, sync } from './rounds.js';

/**
 * Pre-copy in passes, as hypervisors other than QEMU do it: send all that was dirty at the last fetch of the dirty log
 * and only then look at the log again; the product's rule says after a pass, or after the fetch, whether the next pass
 * is the one with the guest stopped. Where nothing is dirty any more, all of them stop.
 *
 * @example
 * // 4,000 pages of data at 1,000 a second, of which 500 a second are written again, to be stopped after 3 passes
 * sim.spawn(passPreCopy(migration, { afterPass: ({ number }) => (number < 3 ? 'go on' : { stop: 'enough' }), … }));
 * sim.run();
 * migration.journal.leftAtStopBytes / pageBytes // => 500
 */
export function* passPreCopy(m: PassMigration, rule: StopRule): Process {
  const { sim, journal, guest } = m;
  journal.sampler = () => m.sample();
  journal.transferStart ??= m.sample();
  sync(m);
  yield delay(m.rules.setupSeconds);
  const startedAt = sim.now;
  let totalSentPages = 0;
  let bandwidth = 0;
  for (;;) {
    const roundStart = sim.now;
    const sent = yield* sendPass(m);
    const seconds = sim.now - roundStart;
    if (seconds > 0) bandwidth = sent.bytes / seconds;
    totalSentPages += sent.sentPages;
    journal.passes++;
    const pass: Pass = {
      number: journal.passes,
      pages: sent.pages,
      sentPages: sent.sentPages,
      seconds,
      bandwidth,
      totalSentPages,
      ramPages: guest.memory.pages,
      elapsedSeconds: sim.now - startedAt,
    };
    let decision: Decision = rule.afterPass?.(pass) ?? 'go on';
    if (decision === 'go on') {
      yield* fetchDirtyLog(m);
      journal.syncs++;
      decision = afterSync(m, pass, rule);
    }
    const close = (): void => closeRound(m, pass, roundStart, sent.bytes, rule.allowedBytes(pass), decision);
    if (decision === 'go on') {
      close();
    } else if ('abort' in decision) {
      close();
      rule.end?.();
      journal.aborted = decision.abort;
      journal.transferEnd = m.sample();
      journal.finishedAt = sim.now;
      return;
    } else {
      journal.decision = decision.stop;
      yield* passStop(m, decision.resumesEarly ?? false, () => {
        close();
        rule.end?.();
      });
      journal.finishedAt = sim.now;
      return;
    }
  }
}

function afterSync(m: PassMigration, pass: Pass, rule: StopRule): Decision {
  const dirtyPages = m.guest.memory.waiting();
  if (dirtyPages < leastDirty) return { stop: 'nothing was dirty any more' };
  return rule.afterSync?.(pass, dirtyPages) ?? 'go on';
}

/** Counts of pages are expectations here: less than half a page is none. */
const leastDirty = 0.5;

/** Writes a round into the journal when its dirty log has been fetched, be it with the guest stopped. */
function closeRound(
  m: PassMigration,
  { seconds, bandwidth }: Pass,
  start: number,
  sentBytes: number,
  thresholdBytes: number,
  decision: Decision,
): void {
  const { journal } = m;
  const left = remainingBytes(m);
  const { nearest } = journal;
  if (thresholdBytes > 0) {
    if (!nearest || left * nearest.thresholdBytes < nearest.remainingBytes * thresholdBytes) {
      journal.nearest = { remainingBytes: left, thresholdBytes };
    }
  }
  journal.rounds?.push({
    start,
    seconds,
    sentBytes,
    dirtyBytesAtEnd: left,
    estimateBytesPerSecond: bandwidth,
    thresholdBytes,
    decision: wordsFor(decision),
  });
}

function wordsFor(decision: Decision): string {
  if (decision === 'go on') return 'go on: too much is dirty again';
  return 'stop' in decision ? `stop: ${decision.stop}` : `give up: ${decision.abort}`;
}
