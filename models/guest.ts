import type { RandomStream } from '../sim/random.js';
import type { Host } from './host.js';
import type { GuestMemory } from './memory/guest-memory.js';

/** Turns the time that the vCPUs have run into the time that their work has come to; it never goes back. */
export type Drift = (seconds: number) => number;

const none: Drift = (seconds) => seconds;

/**
 * A guest does not work evenly: caches, interrupts and the host's scheduler make it faster and slower. Its clock wanders
 * from the even one like a random walk, with a standard deviation of `perSecond` after a second.
 *
 * @example
 * createDrift(0, createRandom('drift'))(2) // => 2
 */
export function createDrift(perSecond: number, random: RandomStream): Drift {
  if (perSecond === 0) return none;
  let even = 0;
  let uneven = 0;
  return (seconds) => {
    const step = seconds - even;
    if (step <= 0) return uneven;
    even = seconds;
    uneven += Math.max(0, step + perSecond * Math.sqrt(step) * random.normal());
    return uneven;
  };
}

/** What a guest has to do. */
export interface Work {
  /** vCPUs that have something to do; of a guest that does nothing but tick (timers, daemons) a small number, never zero. */
  busyVcpus: number;
  /** Share of their time that they need for it, above 0, to 1; a throttle that leaves as much slows nothing. Default: all of it. */
  utilization?: number;
}

/** A running guest: its memory and a clock that advances only while its vCPUs do. */
export interface Guest {
  readonly memory: GuestMemory;
  /** Seconds that the busy vCPUs have run at full speed: the time the writers live in. */
  time(): number;
  /** vCPUs that have something to do now; less than one of an idle guest. */
  readonly busyVcpus: number;
  /** How fast it would run now without any migration, 0 to 1. */
  speedAlone(): number;
  /** It has something else to do from now on. */
  turnTo(work: Work): void;
  pause(): void;
  /** Seconds on the clock so far in which the host kept its vCPUs from running. */
  stalled(): number;
  /** Sets its work back by that much of its time: it was kept from it. */
  lose(seconds: number): void;
  /** Lets the vCPUs run for no more than that share of their time, 0 to 1. */
  throttle(share: number): void;
  /** The vCPUs run again where they last did. */
  resume(): void;
  /** The vCPUs run at the destination from now on. */
  arrive(): void;
}

/** What a guest needs that is not alone on its host. */
export interface GuestCompany {
  /** Of its threads. */
  name?: string;
  /** Its speed now beside the other guests, without any migration. Default: what the host offers at the start. */
  speedAlone?: () => number;
  /** What the clock says, and how much of that its host has kept its vCPUs from running. Default: nothing. */
  hindrance?: () => { seconds: number; stalledSeconds: number };
  /** The most vCPUs that will ever have something to do. Default: as many as now. */
  mostBusyVcpus?: number;
  /** Where it runs after it has arrived. Default: it goes on loading the source, where nobody is left to mind. */
  destination?: Host;
}

/**
 * A guest whose busy vCPUs compete for the host's cores as so many threads.
 *
 * @example
 * const guest = createGuest(host, memory, { busyVcpus: 2 }); // on an idle host
 * sim.at(3, () => guest.pause());
 * sim.at(5, () => guest.resume());
 * sim.run();
 * guest.time() // => 3
 */
export function createGuest(
  host: Host,
  memory: GuestMemory,
  work: Work,
  drift: Drift = none,
  { name = 'vcpus', speedAlone, destination, hindrance, mostBusyVcpus = work.busyVcpus }: GuestCompany = {},
): Guest {
  let { busyVcpus, utilization = 1 } = work;
  const speedAtStart = host.speedOfNext(busyVcpus);
  const here = host.thread(name, busyVcpus, mostBusyVcpus);
  const there = destination?.thread(name, busyVcpus, mostBusyVcpus);
  let vcpus = here;
  here.setRunning(true);
  let allowed = 1;
  let lost = 0;
  let reached = 0;
  const used = (): number => here.used() + (there?.used() ?? 0);
  /** Up to where it turned to its present work: what it could have run, and the threads' CPU seconds. */
  let before = { couldRun: 0, used: 0 };
  const couldRun = (): number => before.couldRun + (used() - before.used) / busyVcpus;
  let seen = { seconds: 0, stalledSeconds: 0 };
  let [couldRunThen, ran] = [0, 0];
  /** Between two looks it is kept from the same share of its work as of the clock's time, however fast it runs. */
  const look = (): void => {
    const now = couldRun();
    const { seconds, stalledSeconds } = hindrance?.() ?? seen;
    const span = seconds - seen.seconds;
    const share = span > 0 ? (stalledSeconds - seen.stalledSeconds) / span : 0;
    // Without a loss nothing is added up, which would round.
    ran = hindrance ? ran + (1 - share) * (now - couldRunThen) : now;
    couldRunThen = now;
    seen = { seconds, stalledSeconds };
  };
  const limit = (): void => vcpus.limit(Math.min(1, allowed / utilization));
  return {
    memory,
    get busyVcpus() {
      return busyVcpus;
    },
    speedAlone: speedAlone ?? (() => speedAtStart),
    turnTo(next) {
      look();
      before = { couldRun: couldRunThen, used: used() };
      ({ busyVcpus, utilization = 1 } = next);
      here.setWidth(busyVcpus);
      there?.setWidth(busyVcpus);
      limit();
    },
    time() {
      look();
      reached = Math.max(reached, drift(ran) - lost);
      return reached;
    },
    stalled() {
      look();
      return seen.stalledSeconds;
    },
    lose: (seconds) => void (lost += seconds),
    // What it loses is of the time since the last look, in which it must have run alike.
    throttle(share) {
      look();
      allowed = share;
      limit();
    },
    pause() {
      look();
      vcpus.setRunning(false);
    },
    resume() {
      look();
      vcpus.setRunning(true);
    },
    arrive() {
      look();
      if (there) {
        here.setRunning(false);
        vcpus = there;
      }
      vcpus.setRunning(true);
    },
  };
}
