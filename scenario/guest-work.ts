import type { Work } from '../models/guest.js';
import { isThere, turnsOf } from '../models/presence.js';
import type { VmSpec } from './scenario.js';

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
