import type { Process, Simulation } from '../../sim/kernel.js';
import type { Guest } from '../guest.js';
import { createSemaphore } from '../../sim/semaphore.js';
import type { ConstantValues, MigrationKind, Stack } from './stack.js';
import type { Testbed } from './testbed.js';

/** One of several migrations that were asked for at the same time. Times in simulated seconds. */
export interface Outbound {
  /** When the product began with it; null: it waits for its turn. */
  startedAt: number | null;
  /** When the product was done with it, whatever came of it; null: it is not. */
  endedAt: number | null;
  /** What the guest's clock said then. */
  guestAtEnd: GuestClock | null;
}

/** What a guest's clock says, and how many seconds its host has kept it from running. */
export interface GuestClock {
  seconds: number;
  stalledSeconds: number;
}

/** Both, now. */
export function clockOf(guest: Guest): GuestClock {
  return { seconds: guest.time(), stalledSeconds: guest.stalled() };
}

/**
 * How many migrations a product lets leave a host at a time, by its constant for that, of which 0 is no limit; Infinity
 * where there is none.
 *
 * @param constants the stack's, after all overrides
 * @example
 * mostOutbound({ outboundLimit: ['nova', 'maxConcurrentMigrations'] }, { nova: { maxConcurrentMigrations: 1 } }) // => 1
 * mostOutbound({}, {}) // => Infinity
 */
export function mostOutbound(
  { outboundLimit }: Pick<Stack, 'outboundLimit'>,
  constants: ConstantValues,
): number {
  if (outboundLimit === undefined) return Infinity;
  const [group, name] = outboundLimit;
  const most = constants[group]?.[name] ?? 0;
  return most > 0 ? Math.max(1, Math.floor(most)) : Infinity;
}

/**
 * Asks a product for one migration on each of several beds, all at the present time. It works on `atOnce` of them;
 * those beyond wait in the order in which they were asked for, and the next begins when one has ended, however it ended.
 * With the last of them the simulation's run ends, whatever others would still do.
 *
 * @example
 * const [first, second] = askForAll(sim, stack, beds, 'lm', 1);
 * sim.run();
 * second.startedAt === first.endedAt // => true
 */
export function askForAll(
  sim: Simulation,
  stack: Stack,
  beds: readonly Testbed[],
  kind: MigrationKind,
  atOnce = Infinity,
): Outbound[] {
  const turns = atOnce < beds.length ? createSemaphore(atOnce) : undefined;
  let left = beds.length;
  return beds.map((bed) => {
    const one: Outbound = { startedAt: null, endedAt: null, guestAtEnd: null };
    function* inTurn(): Process {
      if (turns) yield turns.acquire;
      one.startedAt = sim.now;
      yield* stack.migrate(bed, kind);
      one.endedAt = sim.now;
      one.guestAtEnd = clockOf(bed.migration.guest);
      turns?.release();
      left--;
      // What the last one did at this instant is to be settled first.
      if (left === 0) sim.endOfInstant(() => sim.stop());
    }
    sim.spawn(inTurn());
    return one;
  });
}
