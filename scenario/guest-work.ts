import type { Work } from '../models/guest.js';
import type { WorkedTime } from '../models/memory/writer.js';
import { isThere, turnsOf } from '../models/presence.js';
import { createStepFunction, type StepFunction } from '../sim/step-function.js';
import type { PresenceSpec, VmSpec } from './scenario.js';

/** What a scenario's guest has to do as its workloads come and go; times are seconds after the request. */
export interface GuestWork {
  at(time: number): Work;
  /** Share of its time that the busiest vCPU then works for the workloads; 0 without any. */
  busyShareAt(time: number): number;
  /** When a workload comes or goes, ascending. */
  turns: readonly number[];
  /** The most vCPUs that ever have something to do. */
  mostBusyVcpus: number;
}

/** Busy vCPUs of a guest that does nothing but tick; any small number. */
const idleVcpus = 0.01;

/**
 * The work of a guest each of whose workloads keeps a vCPU busy while it is there.
 *
 * @example
 * const guest = { ...vm, vcpus: 4, workload: [{ ...sweep, from: 0, until: Infinity }, { ...sweep, from: 60, until: 90 }] };
 * guestWork(guest).at(0).busyVcpus // => 1
 * guestWork(guest).at(60).busyVcpus // => 2
 * guestWork(guest).turns // => [60, 90]
 */
export function guestWork({ workload, vcpus }: VmSpec): GuestWork {
  const turns = turnsOf(workload, 0);
  const busyVcpusAt = (time: number): number =>
    Math.max(idleVcpus, Math.min(workload.filter((one) => isThere(one, time)).length, vcpus));
  const busyShareAt = (time: number): number =>
    workload.reduce((most, one) => (isThere(one, time) ? Math.max(most, one.busy) : most), 0);
  return {
    at: (time) => ({ busyVcpus: busyVcpusAt(time), utilization: busyShareAt(time) || 1 }),
    busyShareAt,
    turns,
    mostBusyVcpus: [0, ...turns].map(busyVcpusAt).reduce((most, one) => Math.max(most, one)),
  };
}

/** What a guest does at times only, in its own time: the clock says when it comes and goes, but a guest may stand still. */
export interface Shifts {
  /** The time that this work has been there, by the guest's time; undefined of what is always there. */
  workedIn(one: PresenceSpec): WorkedTime | undefined;
  /** When one of them comes or goes, ascending. */
  turns(): number[];
  /** Notes which are there from now on. */
  comeAndGo(now: number): void;
}

/**
 * Keeps the times of what comes and goes in the time of a guest.
 *
 * @param guestTime the guest's time now; not asked before the first `comeAndGo`
 * @example
 * const shifts = createShifts(() => sim.now / 2); // a guest at half speed
 * const worked = shifts.workedIn({ from: 4, until: Infinity })!;
 * shifts.comeAndGo(0);
 * sim.at(4, () => shifts.comeAndGo(4));
 * // at 10 s
 * worked(guestTime()) // => 3
 */
export function createShifts(guestTime: () => number): Shifts {
  const shifts = new Map<PresenceSpec, StepFunction>();
  return {
    workedIn(one) {
      if (one.from === 0 && one.until === Infinity) return undefined;
      const shift = createStepFunction(guestTime);
      shifts.set(one, shift);
      return (time) => shift.integral(0, time);
    },
    turns: () => turnsOf([...shifts.keys()], 0),
    comeAndGo(now) {
      for (const [one, shift] of shifts) shift.set(isThere(one, now) ? 1 : 0);
    },
  };
}
