import type { Flow, Fluid } from '../sim/fluid.js';
import { delay, type Wait } from '../sim/process.js';

/** A machine's processors and what keeps them busy besides the migration. */
export interface HostParameters {
  /** Logical CPUs (hyper-threads). */
  cpus: number;
  /** Physical cores. */
  cores: number;
  /** Share of the logical CPUs kept busy by other work, 0 to 1. */
  load: number;
  /** Runnable threads besides the load that always want a CPU; there may be more of them than CPUs. Default 0. */
  busyThreads?: number;
  /** Cores' worth of soft interrupts: the network stack at work for traffic that is nobody's on this host. */
  softInterrupts?: number;
  /** The most that these will ever be. Default: what they are. */
  mostSoftInterrupts?: number;
  /** What the second busy hyper-thread of a core adds, in cores: 0.25 means each of two runs at 0.625. */
  hyperThreadGain: number;
}

/** A host whose runnable threads share its cores evenly (processor sharing). */
export interface Host {
  /**
   * A thread on this host. `width` threads that always run together count as one with that weight; `mostWidth` is the
   * most that these will ever be, by default what they are.
   */
  thread(name: string, width?: number, mostWidth?: number): HostThread;
  /** From now on soft interrupts take so many cores' worth, at most as many as was said. */
  setSoftInterrupts(cores: number): void;
  /** The speed that one more runnable thread, or `width` of them, would get now: 0 to 1 (a core of its own). */
  speedOfNext(width?: number): number;
  /** The speed that so many threads would get now if nobody ran but they and the load. */
  speedBesideLoad(width: number): number;
}

export interface HostThread {
  /**
   * Runs for that many seconds of CPU time at full speed, all threads of its width together; longer on the clock when
   * cores are shared.
   */
  work(cpuSeconds: number): Wait;
  /**
   * Whether nobody can slow this thread now, so that its work takes exactly its CPU time. Then `spend` books work
   * whose end nobody waits for, at half the cost of `work`.
   */
  readonly undisturbed: boolean;
  spend(cpuSeconds: number): void;
  /** CPU seconds used so far. */
  used(): number;
  /** Makes the thread runnable for ever (a vCPU) or stops that. */
  setRunning(running: boolean): void;
  /** Lets a runnable thread run for no more than that share of its time, 0 to 1. */
  limit(share: number): void;
  /** From now on it counts as so many threads, at most as many as was said; it must not be at work. */
  setWidth(width: number): void;
}

/**
 * Cores' worth of work per second that `threads` runnable threads get done: one core each while there are cores, then
 * hyper-threads with their smaller gain, then no more.
 *
 * @example
 * hostCapacity(17, { cpus: 24, cores: 12, load: 0, hyperThreadGain: 0.25 }) // => 13.25
 */
export function hostCapacity(threads: number, host: HostParameters): number {
  const { cpus, cores, hyperThreadGain } = host;
  const siblings = Math.min(Math.max(threads - cores, 0), cpus - cores);
  return Math.min(threads, cores) + siblings * hyperThreadGain;
}

/**
 * A host on the fluid solver: its capacity depends on how many threads are runnable. While all threads together could
 * have a core each, work takes exactly its CPU time and the solver is not asked (it costs as much as all the rest).
 *
 * @example
 * const host = createHost(fluid, 'source', { cpus: 4, cores: 2, load: 0.75, hyperThreadGain: 0.5 });
 * host.speedOfNext() // => 0.75
 * const loops = { cpus: 2, cores: 2, load: 0, busyThreads: 8, hyperThreadGain: 0 };
 * createHost(fluid, 'destination', loops).speedOfNext() // => 2 / 9
 */
export function createHost(fluid: Fluid, name: string, parameters: HostParameters): Host {
  const { cpus, load, busyThreads = 0 } = parameters;
  let { softInterrupts = 0 } = parameters;
  const mostSoftInterrupts = Math.max(softInterrupts, parameters.mostSoftInterrupts ?? 0);
  const threadsWith = (interrupts: number): number => cpus * load + busyThreads + interrupts;
  const loadThreads = (): number => threadsWith(softInterrupts);
  const cores = fluid.resource(`${name} cores`, (threads) => hostCapacity(threads, parameters));
  const openLoad = (threads: number): Flow | undefined =>
    threads > 0
      ? fluid.open({ name: `${name} load`, path: [cores], weight: threads, cap: threads, endless: true })
      : undefined;
  let loadFlow = openLoad(loadThreads());
  const speedAmong = (threads: number): number => Math.min(1, hostCapacity(threads, parameters) / threads);
  let runnable = 0;
  let possible = threadsWith(mostSoftInterrupts);
  const workers: { flow: Flow; width: number }[] = [];

  function thread(threadName: string, firstWidth = 1, mostWidth = firstWidth): HostThread {
    let width = firstWidth;
    const options = () => ({ name: `${name} ${threadName}`, path: [cores], weight: width, cap: width });
    possible += mostWidth;
    let worker: Flow | undefined;
    let vcpu: Flow | undefined;
    let usedBefore = 0;
    let share = 1;
    const setRunning = (running: boolean): void => {
      if (running && !vcpu) {
        vcpu = fluid.open({ ...options(), cap: width * share, endless: true });
        runnable += width;
      } else if (!running && vcpu) {
        usedBefore += vcpu.drained();
        vcpu.close();
        vcpu = undefined;
        runnable -= width;
      }
    };
    return {
      get undisturbed() {
        return possible <= parameters.cores;
      },
      spend(cpuSeconds) {
        usedBefore += cpuSeconds;
      },
      work(cpuSeconds) {
        if (possible <= parameters.cores) {
          usedBefore += cpuSeconds;
          return delay(cpuSeconds / width);
        }
        if (!worker) {
          worker = fluid.open(options());
          workers.push({ flow: worker, width });
        }
        worker.push(cpuSeconds);
        return worker.drainedTo(0);
      },
      used: () => usedBefore + (worker?.drained() ?? 0) + (vcpu?.drained() ?? 0),
      setRunning,
      limit(newShare) {
        share = newShare;
        vcpu?.setCap(width * share);
      },
      setWidth(newWidth) {
        if (newWidth > mostWidth) throw new RangeError(`width = ${newWidth}: must be at most ${mostWidth}`);
        if (worker) throw new RangeError(`${threadName} is at work: its width must stay`);
        const isRunning = vcpu !== undefined;
        setRunning(false);
        width = newWidth;
        setRunning(isRunning);
      },
    };
  }

  return {
    thread,
    setSoftInterrupts(interrupts) {
      if (interrupts > mostSoftInterrupts)
        throw new RangeError(`soft interrupts = ${interrupts}: must be at most ${mostSoftInterrupts}`);
      if (interrupts === softInterrupts) return;
      softInterrupts = interrupts;
      loadFlow?.close();
      loadFlow = openLoad(loadThreads());
    },
    speedOfNext(width = 1) {
      let threads = loadThreads() + runnable + width;
      for (const worker of workers) if (worker.flow.backlog() > 0) threads += worker.width;
      return speedAmong(threads);
    },
    speedBesideLoad: (width) => speedAmong(loadThreads() + width),
  };
}
