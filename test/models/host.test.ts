import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHost, hostCapacity, type HostParameters, type HostThread } from '../../models/host.js';
import { createFluid } from '../../sim/fluid.js';
import { createSimulation } from '../../sim/simulation.js';

const study: HostParameters = { cpus: 24, cores: 12, load: 0, hyperThreadGain: 0.25 };

/** A host on a clock of its own, and how long a thread takes for some pieces of work, one after the other. */
function hostOf(parameters: HostParameters) {
  const sim = createSimulation();
  const host = createHost(createFluid(sim), 'host', parameters);
  const secondsFor = (thread: HostThread, ...pieces: readonly number[]): number => {
    const start = sim.now;
    const worker = sim.spawn(
      (function* () {
        for (const piece of pieces) yield thread.work(piece);
        return sim.now - start;
      })(),
    );
    sim.run();
    return worker.result!;
  };
  /** Lets the clock run to that time; without an event there it would stand. */
  const runTo = (time: number): void => {
    sim.at(time, () => undefined);
    sim.run();
  };
  return { host, secondsFor, runTo };
}

describe('soft interrupts', () => {
  const oneCore = { cpus: 1, cores: 1, load: 0, hyperThreadGain: 0, mostSoftInterrupts: 1 };

  it('take CPU from all threads of a host from the moment they are there, and give it back', () => {
    const { host, secondsFor } = hostOf({
      ...{ cpus: 2, cores: 2, load: 0, busyThreads: 2, hyperThreadGain: 0 },
      mostSoftInterrupts: 1,
    });
    const thread = host.thread('worker');
    expect(secondsFor(thread, 2)).toBeCloseTo(3, 12);
    host.setSoftInterrupts(1);
    expect(host.speedOfNext()).toBe(0.5);
    expect(secondsFor(thread, 2)).toBeCloseTo(4, 12);
    host.setSoftInterrupts(0);
    expect(secondsFor(thread, 2)).toBeCloseTo(3, 12);
    expect(() => host.setSoftInterrupts(1.5)).toThrow('soft interrupts = 1.5: must be at most 1');
  });

  it('slow work that is under way, and for no longer than they are there', () => {
    const sim = createSimulation();
    const host = createHost(createFluid(sim), 'host', oneCore);
    const thread = host.thread('worker');
    expect(thread.undisturbed).toBe(false);
    let end = NaN;
    thread.work(10)(sim, () => void (end = sim.now));
    sim.at(1, () => host.setSoftInterrupts(1));
    sim.at(5, () => host.setSoftInterrupts(0));
    sim.run();
    // Of four seconds it had half.
    expect(end).toBeCloseTo(12, 12);
  });

  it('begin on a host that had nothing else to do', () => {
    const { host, secondsFor } = hostOf(oneCore);
    const thread = host.thread('worker');
    expect(secondsFor(thread, 2)).toBe(2);
    host.setSoftInterrupts(1);
    expect(secondsFor(thread, 2)).toBeCloseTo(4, 12);
    host.setSoftInterrupts(0);
    expect(secondsFor(thread, 2)).toBe(2);
  });

  it('count for what threads would get beside the load, and whoever else runs does not', () => {
    const { host } = hostOf({ cpus: 2, cores: 2, load: 0.5, hyperThreadGain: 0, mostSoftInterrupts: 2 });
    host.thread('guest').setRunning(true);
    const speeds = [0, 2, 0].map((cores) => {
      host.setSoftInterrupts(cores);
      return [host.speedBesideLoad(1), host.speedOfNext(1)];
    });
    expect(speeds).toEqual([
      [1, 2 / 3],
      [0.5, 0.4],
      [1, 2 / 3],
    ]);
  });
});

describe('the capacity of a host', () => {
  it('is a core for each thread while there are cores', () => {
    expect(hostCapacity(1, study)).toBe(1);
    expect(hostCapacity(12, study)).toBe(12);
    expect(hostCapacity(0.5, study)).toBe(0.5);
  });

  it('grows by the gain of the second hyper-thread beyond that', () => {
    expect(hostCapacity(17, study)).toBe(13.25);
    expect(hostCapacity(24, study)).toBe(15);
  });

  it('grows no more when every hyper-thread is busy', () => {
    expect(hostCapacity(25, study)).toBe(15);
    expect(hostCapacity(1000, study)).toBe(15);
  });

  it('has no second hyper-threads to offer where there is one a core', () => {
    expect(hostCapacity(7, { cpus: 4, cores: 4, load: 0, hyperThreadGain: 0.25 })).toBe(4);
  });
});

describe('a thread', () => {
  it('takes exactly its CPU time on an idle host', () => {
    const { host, secondsFor } = hostOf(study);
    const thread = host.thread('migration');
    expect(thread.undisturbed).toBe(true);
    expect(host.speedOfNext()).toBe(1);
    expect(secondsFor(thread, 2)).toBe(2);
    expect(thread.used()).toBe(2);
  });

  it('is slowed by other work as the hyper-threads say: 17 threads on 12 cores have 13.25 cores', () => {
    const { host, secondsFor } = hostOf({ ...study, load: 16 / 24 });
    const thread = host.thread('migration');
    expect(thread.undisturbed).toBe(false);
    expect(host.speedOfNext()).toBeCloseTo(13.25 / 17, 12);
    expect(secondsFor(thread, 1)).toBeCloseTo(17 / 13.25, 9);
    expect(thread.used()).toBeCloseTo(1, 9);
  });

  it('that stands for several does their work together, as many cores as there are for them', () => {
    const idle = hostOf(study);
    expect(idle.secondsFor(idle.host.thread('four', 4), 2)).toBeCloseTo(0.5, 9);
    const small = hostOf({ cpus: 2, cores: 2, load: 0, hyperThreadGain: 0 });
    expect(small.secondsFor(small.host.thread('four', 4), 2)).toBeCloseTo(1, 9);
  });

  it('is not slowed by other work that leaves it a core', () => {
    const { host, secondsFor } = hostOf({ ...study, load: 11 / 24 });
    expect(secondsFor(host.thread('migration'), 1)).toBe(1);
  });

  it('gets an even part beside busy threads, also where these are more than the CPUs', () => {
    const small: HostParameters = { cpus: 2, cores: 2, load: 0, hyperThreadGain: 0 };
    for (const [busyThreads, seconds] of [
      [1, 1],
      [2, 3 / 2],
      [8, 9 / 2],
    ] as const) {
      const { host, secondsFor } = hostOf({ ...small, busyThreads });
      const thread = host.thread('migration');
      expect(host.speedOfNext()).toBeCloseTo(1 / seconds, 12);
      expect(secondsFor(thread, 1)).toBeCloseTo(seconds, 9);
    }
    // They come on top of the load.
    const loaded = hostOf({ ...small, load: 0.5, busyThreads: 2 });
    expect(loaded.secondsFor(loaded.host.thread('migration'), 1)).toBeCloseTo(4 / 2, 9);
  });

  it('is slowed by soft interrupts of other traffic where they leave it less than a core', () => {
    const small: HostParameters = { cpus: 2, cores: 2, load: 0.5, hyperThreadGain: 0 };
    const idle = hostOf(small);
    expect(idle.secondsFor(idle.host.thread('migration'), 1)).toBe(1);
    const flooded = hostOf({ ...small, softInterrupts: 0.5 });
    expect(flooded.secondsFor(flooded.host.thread('migration'), 1)).toBeCloseTo(2.5 / 2, 9);
    const large = hostOf({ ...study, softInterrupts: 0.5 });
    expect(large.secondsFor(large.host.thread('migration'), 1)).toBe(1);
  });

  it('makes room for running vCPUs, until they stop', () => {
    const { host, secondsFor, runTo } = hostOf({ cpus: 1, cores: 1, load: 0, hyperThreadGain: 0 });
    const thread = host.thread('migration');
    const vcpus = host.thread('vcpus', 3);
    vcpus.setRunning(true);
    expect(secondsFor(thread, 1)).toBeCloseTo(4, 9);
    expect(vcpus.used()).toBeCloseTo(3, 9);
    runTo(10);
    expect(vcpus.used()).toBeCloseTo(3 + 6, 9);
    vcpus.setRunning(false);
    expect(secondsFor(thread, 1)).toBeCloseTo(1, 9);
    expect(vcpus.used()).toBeCloseTo(9, 9);
  });

  it('is promised what those at work now leave it', () => {
    const { host, secondsFor } = hostOf({ cpus: 1, cores: 1, load: 0, hyperThreadGain: 0 });
    const [first, second] = [host.thread('first'), host.thread('second')];
    expect(host.speedOfNext()).toBe(1);
    const promised: number[] = [];
    expect(
      secondsFor(
        {
          ...first,
          work: (seconds) => (simulation, resume) => {
            const cancel = first.work(seconds)(simulation, resume);
            promised.push(host.speedOfNext());
            return cancel;
          },
        },
        1,
      ),
    ).toBeCloseTo(1, 9);
    expect(promised).toEqual([0.5]);
    expect([second.used(), host.speedOfNext()]).toEqual([0, 1]);
  });

  it('counts CPU time that nobody waits for', () => {
    const thread = hostOf(study).host.thread('migration');
    thread.spend(0.25);
    thread.spend(0.5);
    expect(thread.used()).toBe(0.75);
  });

  it('counts a thread as wide as it is now, and the CPU time of both', () => {
    const { host, runTo } = hostOf({ cpus: 4, cores: 4, load: 0, hyperThreadGain: 0 });
    const vcpus = host.thread('vcpus', 1, 5);
    vcpus.setWidth(2);
    expect([vcpus.used(), host.speedOfNext()]).toEqual([0, 1]);
    vcpus.setRunning(true);
    runTo(1);
    vcpus.setWidth(5);
    expect(host.speedOfNext()).toBeCloseTo(4 / 6, 12);
    runTo(2);
    expect(vcpus.used()).toBeCloseTo(2 + 4, 12);
    vcpus.limit(0.4);
    runTo(3);
    vcpus.setWidth(1);
    runTo(4);
    expect(vcpus.used()).toBeCloseTo(6 + 2 + 0.4, 12);
    expect(() => vcpus.setWidth(6)).toThrow('width = 6: must be at most 5');
  });

  it('knows from the start how wide a thread will be: what is undisturbed stays so', () => {
    const { host } = hostOf({ cpus: 4, cores: 4, load: 0, hyperThreadGain: 0 });
    const thread = host.thread('migration');
    expect(thread.undisturbed).toBe(true);
    host.thread('vcpus', 1, 4);
    expect(thread.undisturbed).toBe(false);
  });

  it('does not change the width of a thread that has work', () => {
    const { host } = hostOf(study);
    const thread = host.thread('workers', 1, 100);
    thread.work(1);
    expect(() => thread.setWidth(2)).toThrow('workers is at work');
  });

  it('can be told twice to run or to stop', () => {
    const { host, runTo } = hostOf(study);
    const vcpus = host.thread('vcpus', 2);
    vcpus.setRunning(true);
    vcpus.setRunning(true);
    runTo(3);
    vcpus.setRunning(false);
    vcpus.setRunning(false);
    runTo(5);
    expect(vcpus.used()).toBeCloseTo(6, 12);
    expect(host.speedOfNext()).toBe(1);
  });
});

describe('the short cut of an undisturbed thread', () => {
  it('gives what the solver gives', () => {
    const pieces = fc.array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(pieces, fc.integer({ min: 0, max: 22 }), (work, loadThreads) => {
        const parameters = { cpus: 48, cores: 24, load: loadThreads / 48, hyperThreadGain: 0.25 };
        const short = hostOf(parameters);
        const shortCut = short.host.thread('migration');
        const long = hostOf(parameters);
        const solved = long.host.thread('migration');
        // So wide a thread could disturb, so the solver is asked; but it never runs.
        long.host.thread('never', 100);
        expect([shortCut.undisturbed, solved.undisturbed]).toEqual([true, false]);
        expect(long.secondsFor(solved, ...work)).toBeCloseTo(short.secondsFor(shortCut, ...work), 9);
        expect(solved.used()).toBeCloseTo(shortCut.used(), 9);
      }),
      { numRuns: 50 },
    );
  });
});
