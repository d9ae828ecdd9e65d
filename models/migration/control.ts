import type { Simulation } from '../../sim/kernel.js';
import type { Wait } from '../../sim/process.js';
import { pageBytes, type Migration } from './migration.js';
import { pendingBytes } from './rounds.js';
import type { Phase, ThreadMigration } from './thread-migration.js';

/** What query-migrate says. */
export interface Status {
  phase: Phase;
  /** Seconds since the transfer began. */
  elapsedSeconds: number;
  /** Bytes that are still to go, of disks that are copied too, and bytes of RAM in all. */
  remainingBytes: number;
  totalBytes: number;
  transferredBytes: number;
  /** Fetches of the dirty log so far (dirty-sync-count). */
  syncs: number;
  /** The latest window's estimate, bytes/s. */
  bandwidth: number;
  /** Share of their time that the vCPUs are kept asleep. */
  throttle: number;
}

/** A running migration as an orchestrator sees it: what it can ask and what it can command. */
export interface Control {
  readonly sim: Simulation;
  status(): Status;
  /** Whether it has ended, however. */
  isOver(): boolean;
  setDowntimeLimit(seconds: number): void;
  /** Post-copy from the next test on (migrate-start-postcopy). */
  startPostCopy(): void;
  /**
   * Stops the guest where it is while the migration goes on (virDomainSuspend): nothing becomes dirty any more.
   * `reason` is a sentence without full stop: which rule did it.
   */
  pauseGuest(reason?: string): void;
  /** Gives up; the guest runs on at the source. `reason` is a sentence without full stop: which rule ended it. */
  cancel(reason: string): void;
  /** The next fetch of the dirty log (the event MIGRATION_PASS). */
  readonly newRound: Wait;
}

/**
 * The handle on a running migration.
 *
 * @example
 * const control = createControl(migration); // half of 1,000 pages sent
 * control.status().remainingBytes // => 2048000
 *
 * @param asks libvirt adds up RAM and disks (domjobinfo); query-migrate knows nothing of a mirror
 */
export function createControl(m: ThreadMigration, asks: 'libvirt' | 'QEMU' = 'libvirt'): Control {
  const { sim, limits, requests, state, journal, guest } = m;
  const mirrorBytes = (): number => (asks === 'libvirt' ? (m.mirror?.status().remainingBytes ?? 0) : 0);
  return {
    sim,
    status: () => ({
      phase: state.phase,
      elapsedSeconds: sim.now - (journal.transferStart?.time ?? sim.now),
      // Before the first byte nothing is known. What a leap has handed over and the socket has not taken yet is not sent.
      remainingBytes:
        journal.transferStart === null ? 0 : pendingBytes(m) + mirrorBytes() + m.stream.outside(),
      totalBytes: guest.memory.pages * pageBytes,
      transferredBytes: state.sentBytes - m.stream.outside(),
      syncs: journal.syncs,
      bandwidth: state.estimateBytesPerSecond,
      throttle: state.throttle,
    }),
    isOver: () => state.phase === 'completed' || state.phase === 'cancelled' || state.phase === 'failed',
    setDowntimeLimit: (seconds) => void (limits.downtimeLimitSeconds = seconds),
    startPostCopy: () => void (requests.postCopy = true),
    pauseGuest: (reason) => {
      suspend(m, reason);
    },
    cancel: (reason) => void (requests.cancel ??= reason),
    newRound: m.onSync.wait,
  };
}

/**
 * Stops a guest that still runs, from outside of QEMU, and keeps the reason.
 *
 * @example
 * suspend(migration, 'somebody lost patience');
 * migration.journal.forced // => 'somebody lost patience'
 */
export function suspend({ sim, guest, journal }: Migration, reason?: string): void {
  if (journal.stoppedAt !== null) return;
  journal.stoppedAt = sim.now;
  journal.forced = reason ?? null;
  guest.pause();
}
