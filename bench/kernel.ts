import { createFluid } from '../sim/fluid.js';
import { delay, type Process } from '../sim/process.js';
import { createSimulation } from '../sim/simulation.js';
import type { Suite } from './suite.js';

const PROCESSES = 100;
const EVENTS = 100_000;

/** Delays that differ, so that the heap has something to sort. */
const delayOf = (index: number): number => 1 + ((index * 37) % 101) / 103;

function* loop(index: number): Process {
  const pause = delayOf(index);
  for (let i = 0; i < EVENTS / PROCESSES; i++) yield delay(pause);
}

function processes(): void {
  const sim = createSimulation();
  for (let index = 0; index < PROCESSES; index++) sim.spawn(loop(index));
  sim.run();
}

function callbacks(): void {
  const sim = createSimulation();
  let left = EVENTS;
  for (let index = 0; index < PROCESSES; index++) {
    const pause = delayOf(index);
    const again = (): void => {
      if (--left > 0) sim.after(pause, again);
    };
    sim.after(pause, again);
  }
  sim.run();
}

interface Entry {
  time: number;
  readonly pause: number;
}

/** The least a discrete-event loop can do: a binary heap of times, no ties, no moving, no processes, nothing executed. */
function bareHeap(): void {
  const heap: Entry[] = [];
  const push = (entry: Entry): void => {
    let place = heap.length;
    heap.push(entry);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (heap[parent]!.time <= entry.time) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = entry;
  };
  const pop = (): Entry => {
    const top = heap[0]!;
    const last = heap.pop()!;
    const size = heap.length;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      if (child + 1 < size && heap[child + 1]!.time < heap[child]!.time) child++;
      if (last.time <= heap[child]!.time) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = last;
    return top;
  };
  for (let index = 0; index < PROCESSES; index++) push({ time: delayOf(index), pause: delayOf(index) });
  for (let i = 0; i < EVENTS; i++) {
    const { time, pause } = pop();
    push({ time: time + pause, pause });
  }
}

/** One sender that works in chunks, alone or beside background traffic: the inner loop of a migration. */
function chunks(background: boolean): () => void {
  return () => {
    const sim = createSimulation();
    const fluid = createFluid(sim);
    const link = fluid.resource('link', 1e8);
    if (background) fluid.open({ name: 'background', path: [link], endless: true });
    const flow = fluid.open({ name: 'sender', path: [link] });
    const sender = function* (): Process {
      for (let i = 0; i < EVENTS; i++) {
        flow.push(1e6);
        yield flow.drainedTo(0);
      }
    };
    sim.spawn(sender());
    sim.run();
  };
}

export const kernel: Suite = {
  name: 'kernel',
  operation: 'events',
  tasks: [
    { name: 'bare binary heap of 100', operations: EVENTS, run: bareHeap },
    { name: '100 callbacks', operations: EVENTS, run: callbacks },
    { name: '100 processes, each a delay loop', operations: EVENTS, run: processes },
    { name: 'push and drain on one link', operations: EVENTS, run: chunks(false) },
    { name: 'push and drain beside background', operations: EVENTS, run: chunks(true) },
  ],
  ratios: [
    { name: 'callbacks / bare heap', of: '100 callbacks', to: 'bare binary heap of 100' },
    { name: 'processes / bare heap', of: '100 processes, each a delay loop', to: 'bare binary heap of 100' },
  ],
};
