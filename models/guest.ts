import type { Host } from './host.js';
import type { GuestMemory } from './memory/guest-memory.js';

/** A running guest: its memory and a clock that advances only while its vCPUs do. */
export interface Guest {
  readonly memory: GuestMemory;
  /** Seconds that the busy vCPUs have run at full speed: the time the writers live in. */
  time(): number;
  /** How fast it would run here without any migration, 0 to 1. */
  readonly speedAlone: number;
  pause(): void;
  /** Lets the vCPUs run for no more than that share of their time, 0 to 1. */
  throttle(share: number): void;
  resume(): void;
}

/**
 * A guest whose `busyVcpus` threads compete for the host's cores. A guest without work still ticks (timers, daemons):
 * give it a small number, never zero.
 *
 * @example
 * const guest = createGuest(host, memory, 2); // on an idle host
 * sim.at(3, () => guest.pause());
 * sim.at(5, () => guest.resume());
 * sim.run();
 * guest.time() // => 3
 */
export function createGuest(host: Host, memory: GuestMemory, busyVcpus: number): Guest {
  const speedAlone = host.speedOfNext(busyVcpus);
  const vcpus = host.thread('vcpus', busyVcpus);
  vcpus.setRunning(true);
  return {
    memory,
    speedAlone,
    time: () => vcpus.used() / busyVcpus,
    throttle: (share) => vcpus.limit(share),
    pause: () => vcpus.setRunning(false),
    resume: () => vcpus.setRunning(true),
  };
}
