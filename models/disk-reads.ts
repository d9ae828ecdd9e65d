import type { Flow } from '../sim/fluid.js';
import { delay, type Process } from '../sim/process.js';
import type { Simulation } from '../sim/simulation.js';

/** Chunks of a disk that are being read, one behind the other. */
export interface DiskReads {
  /** Asks for so many more. */
  ask(chunks: number): void;
  /** Those that have not been read yet. */
  pending(): number;
  /** Seconds that the first so many of them take, at the present rate. */
  secondsFor(chunks: number): number;
  /** Waits until all that was asked for has been read. */
  finished(): Process;
  /** Reads so many and waits for them. */
  read(chunks: number): Process;
}

/**
 * Reads of a disk that nobody else reads.
 *
 * @param chunkSeconds what one takes; 0: a disk without limit
 * @example
 * const reads = readsAlone(sim, 0.5);
 * reads.ask(4);
 * sim.run(1);
 * reads.pending() // => 2
 */
export function readsAlone(sim: Simulation, chunkSeconds: number): DiskReads {
  let busyUntil = sim.now;
  const pending = (): number => (chunkSeconds > 0 ? Math.max(0, busyUntil - sim.now) / chunkSeconds : 0);
  return {
    ask: (chunks) => void (busyUntil = Math.max(busyUntil, sim.now) + chunks * chunkSeconds),
    pending,
    secondsFor: (chunks) => chunks * chunkSeconds,
    *finished() {
      if (pending() > 0) yield delay(busyUntil - sim.now);
    },
    *read(chunks) {
      if (chunks > 0) yield delay(chunks * chunkSeconds);
    },
  };
}

/**
 * Reads of a disk that others read too, at the rate that they leave.
 *
 * @param flow through the disk, bytes
 * @example
 * const disk = fluid.resource('disk', 100);
 * const reads = sharedReads(fluid.open({ name: 'a', path: [disk] }), 50);
 * fluid.open({ name: 'b', path: [disk] }).push(1000);
 * reads.ask(2);
 * reads.secondsFor(1) // => 1
 */
export function sharedReads(flow: Flow, chunkBytes: number): DiskReads {
  const finished = function* (): Process {
    if (flow.backlog() > 0) yield flow.drainedTo(0);
  };
  return {
    ask: (chunks) => {
      if (chunks > 0) flow.push(chunks * chunkBytes);
    },
    pending: () => flow.backlog() / chunkBytes,
    secondsFor: (chunks) => (flow.rate > 0 ? (chunks * chunkBytes) / flow.rate : 0),
    finished,
    *read(chunks) {
      if (chunks > 0) flow.push(chunks * chunkBytes);
      yield* finished();
    },
  };
}
