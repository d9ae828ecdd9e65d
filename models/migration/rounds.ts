import type { StopTest } from './journal.js';
import { pageBytes, type Migration } from './migration.js';
import type { ThreadMigration } from './thread-migration.js';

/** Keeps the journal of rounds: what was sent between two fetches of the dirty log, and the test that followed. */
export interface Rounds {
  /**
   * A fetch has ended a round; `fits`: what is left is little enough to stop for. The limit of downtime is told where
   * it can change.
   */
  end(
    estimateBytesPerSecond: number,
    thresholdBytes: number,
    fits: boolean,
    downtimeLimitSeconds?: number,
  ): void;
}

/**
 * A migration's rounds, from now on. Each is counted as a sync; the test that came nearest to stopping is kept.
 *
 * @example
 * const rounds = createRounds(migration); // of a guest with 10 pages
 * rounds.end(4096e3, 8 * 4096, false);
 * migration.journal.nearest // => { remainingBytes: 40960, thresholdBytes: 32768 }
 */
export function createRounds(m: Migration & Pick<ThreadMigration, 'disk'>): Rounds {
  const { sim, journal } = m;
  let start = sim.now;
  let carriedBefore = m.stream.carried();
  let stalledBefore = m.guest.stalled();
  let leastLeft = Infinity;
  const standing = () => ({
    time: sim.now,
    sent: journal.dataPagesSent * pageBytes,
    dirtied: journal.dirtiedBytes,
  });
  let firstEnd: ReturnType<typeof standing> | null = null;
  const repeat = (remaining: number): void => {
    if (firstEnd === null) {
      firstEnd = standing();
      return;
    }
    const { time, sent, dirtied } = standing();
    journal.repeats = {
      rounds: (journal.repeats?.rounds ?? 0) + 1,
      seconds: time - firstEnd.time,
      sentBytes: sent - firstEnd.sent,
      dirtiedBytes: dirtied - firstEnd.dirtied,
      leastLeftBytes: Math.min(remaining, journal.repeats?.leastLeftBytes ?? Infinity),
    };
  };
  return {
    end(estimate, threshold, fits, downtimeLimitSeconds) {
      const pending = pendingBytes(m);
      const remaining = pending < leastBytes ? 0 : pending;
      journal.syncs++;
      journal.roundCount++;
      repeat(remaining);
      const seconds = sim.now - start;
      const stalledSeconds = m.guest.stalled() - stalledBefore;
      stalledBefore += stalledSeconds;
      // Only less than any round before has left shows that the stall did something.
      const hasHelped =
        stalledSeconds > seconds / 2 && leastLeft < Infinity && remaining < leastLeft * clearly;
      leastLeft = Math.min(leastLeft, remaining);
      if (isNearer({ remainingBytes: remaining, thresholdBytes: threshold }, journal.nearest)) {
        journal.nearest = {
          remainingBytes: remaining,
          thresholdBytes: threshold,
          ...(m.disk && { diskBytes: m.disk.pendingBytes() }),
          ...(downtimeLimitSeconds !== undefined && { downtimeLimitSeconds }),
          ...(hasHelped && { stalledRound: { seconds, stalledSeconds } }),
        };
      }
      const carried = m.stream.carried();
      journal.rounds?.push({
        start,
        seconds,
        sentBytes: carried - carriedBefore,
        dirtyBytesAtEnd: remaining,
        estimateBytesPerSecond: estimate,
        thresholdBytes: threshold,
        decision: fits ? 'stop: what is left fits the downtime limit' : 'go on: too much is dirty again',
      });
      start = sim.now;
      carriedBefore = carried;
    },
  };
}

/** Below this share of another amount one is less, and not by chance. */
const clearly = 0.9;

/** Less than this is rounding, not a page. */
export const leastBytes = pageBytes / 1000;

/** Whether a test came nearer to stopping than another. Before any estimate nothing is allowed, and less is nearer. */
function isNearer(test: StopTest, other: StopTest | null): boolean {
  if (other === null) return true;
  if (test.remainingBytes === 0) return other.remainingBytes > 0;
  if (test.thresholdBytes === 0 && other.thresholdBytes === 0)
    return test.remainingBytes < other.remainingBytes;
  return test.remainingBytes * other.thresholdBytes < other.remainingBytes * test.thresholdBytes;
}

/** Fetches the dirty log: what was written since the last time waits again. Returns the distinct bytes written. */
export function sync(m: Migration): number {
  const pages = m.guest.memory.sync(m.guest.time());
  // Booked when it is known how many there were: the guest is that much later from now on.
  m.guest.lose(pages * m.costs.firstWriteSeconds);
  const dirtied = pages * pageBytes;
  m.journal.dirtiedBytes += dirtied;
  m.record?.('dirtied', dirtied);
  m.record?.('remaining', remainingBytes(m));
  return dirtied;
}

/** What waits of RAM and, where one is in the stream, of the disk. */
export function pendingBytes(m: Migration & Pick<ThreadMigration, 'disk'>): number {
  return remainingBytes(m) + (m.disk?.pendingBytes() ?? 0);
}

/** What waits in the bitmap, bytes of pages. */
export function remainingBytes(m: Migration): number {
  return m.guest.memory.waiting() * pageBytes;
}
