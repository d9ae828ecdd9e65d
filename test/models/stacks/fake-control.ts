import { delay, type Process } from '../../../sim/process.js';
import { createSignal } from '../../../sim/signal.js';
import { createSimulation } from '../../../sim/simulation.js';
import type { Control } from '../../../models/migration/control.js';

/** A migration that is nothing but a curve of what is left. */
export interface SawTooth {
  /** Bytes in the first pass. */
  first: number;
  /** Bytes that the k-th fetch of the dirty log finds, k from 0; a guest that is paused dirties nothing. */
  height: (k: number) => number;
  /** Bytes left at which the dirty log is fetched. */
  low: number;
  /** Bytes/s. */
  rate: number;
}

/** A control that writes down what it is told, with the time: '12 downtime 0.2'. */
export function fakeControl({ first, height, low, rate }: SawTooth) {
  const sim = createSimulation();
  const newRound = createSignal();
  const told: string[] = [];
  let level = first;
  let since = 0;
  let syncs = 1;
  let isPaused = false;
  let isOver = false;

  function* rounds(): Process {
    for (let k = 0; ; k++) {
      yield delay((level - low) / rate);
      if (isPaused) return;
      level = height(k);
      since = sim.now;
      syncs++;
      newRound.fire();
    }
  }
  if (rate > 0) sim.spawn(rounds());

  const tell = (what: string): void => {
    told.push(`${Number(sim.now.toFixed(3))} ${what}`);
  };
  const control: Control = {
    sim,
    status: () => ({
      phase: 'active',
      elapsedSeconds: sim.now,
      remainingBytes: Math.max(0, level - rate * (sim.now - since)),
      totalBytes: first,
      transferredBytes: rate * sim.now,
      syncs,
      bandwidth: rate,
      throttle: 0,
    }),
    isOver: () => isOver,
    setDowntimeLimit: (seconds) => {
      tell(`downtime ${seconds}`);
    },
    startPostCopy: () => {
      tell('post-copy');
    },
    pauseGuest: () => {
      isPaused = true;
      tell('pause');
    },
    cancel: (reason) => {
      isOver = true;
      tell(`cancel: ${reason}`);
    },
    newRound: newRound.wait,
  };
  return {
    control,
    /** What it was told by that time, of a monitor that watches it from now on. */
    watchedBy: (monitor: Process, until: number): string[] => {
      sim.spawn(monitor);
      sim.at(until, () => {
        sim.stop();
      });
      sim.run();
      return told;
    },
    /** It completes at that time. */
    endAt: (time: number) => sim.at(time, () => void (isOver = true)),
  };
}
