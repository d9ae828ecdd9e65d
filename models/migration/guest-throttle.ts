import type { ThreadMigration } from './thread-migration.js';

/** How much of its time a guest is kept asleep by whoever wants its migration to converge. */
export interface GuestThrottle {
  /** Keeps the vCPUs asleep for that share of their time, 0 to 1. */
  set(share: number): void;
  /** The share at present. */
  share(): number;
}

/**
 * The throttle of a migration's guest, open at first. Each change is written down.
 *
 * @example
 * const throttle = createGuestThrottle(migration);
 * throttle.set(0.2);
 * migration.state.throttle // => 0.2
 */
export function createGuestThrottle({ sim, guest, state, journal }: ThreadMigration): GuestThrottle {
  return {
    set(share) {
      if (share === state.throttle) return;
      state.throttle = share;
      guest.throttle(1 - share);
      journal.mostThrottled = Math.max(journal.mostThrottled, share);
      journal.throttleSteps?.push({ time: sim.now, share });
    },
    share: () => state.throttle,
  };
}
