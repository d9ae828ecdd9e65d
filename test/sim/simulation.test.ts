import { describe, expect, it } from 'vitest';
import { createSimulation } from '../../sim/simulation.js';

describe('a simulation', () => {
  it('executes events in order of time, priority and scheduling', () => {
    const sim = createSimulation();
    const heard: string[] = [];
    sim.at(1, () => heard.push('b'));
    sim.at(1, () => heard.push('c'));
    sim.at(1, () => heard.push('a'), -1);
    sim.after(0.5, () => heard.push('start'));
    expect(sim.run()).toBe('idle');
    expect(heard).toEqual(['start', 'a', 'b', 'c']);
    expect(sim.now).toBe(1);
    expect(sim.events).toBe(4);
  });

  it('stops the clock at `until`, after the events of that very time', () => {
    const sim = createSimulation();
    const heard: number[] = [];
    for (const time of [1, 2, 3]) sim.at(time, () => heard.push(time));
    expect(sim.run(2)).toBe('until');
    expect(heard).toEqual([1, 2]);
    expect(sim.run(2.5)).toBe('until');
    expect(sim.now).toBe(2.5);
    expect(sim.run(10)).toBe('idle');
    expect(sim.now).toBe(3);
  });

  it('stops after the present event and can go on', () => {
    const sim = createSimulation();
    const heard: string[] = [];
    sim.at(1, () => {
      heard.push('one');
      sim.stop();
    });
    sim.at(1, () => heard.push('two'));
    expect(sim.run()).toBe('stopped');
    expect(heard).toEqual(['one']);
    expect(sim.run()).toBe('idle');
    expect(heard).toEqual(['one', 'two']);
  });

  it('never executes an event at Infinity, until it is moved', () => {
    const sim = createSimulation();
    let happened = false;
    const id = sim.at(Infinity, () => (happened = true));
    expect(sim.run()).toBe('idle');
    expect(sim.now).toBe(0);
    sim.reschedule(id, 4);
    sim.run();
    expect(happened).toBe(true);
    expect(sim.now).toBe(4);
  });

  it('cancels an event once', () => {
    const sim = createSimulation();
    const id = sim.after(1, () => {
      throw new Error('cancelled all the same');
    });
    expect(sim.cancel(id)).toBe(true);
    expect(sim.cancel(id)).toBe(false);
    expect(sim.run()).toBe('idle');
  });

  it('closes an instant once, after all its events and before the clock moves on', () => {
    const sim = createSimulation();
    const heard: string[] = [];
    sim.at(1, () => {
      sim.endOfInstant(() => {
        heard.push(`close at ${sim.now}`);
        sim.after(0, () => {
          heard.push('still the same instant');
          sim.endOfInstant(() => heard.push(`close again at ${sim.now}`));
        });
      });
      heard.push('first');
    });
    sim.at(1, () => heard.push('second'), 9);
    sim.at(2, () => heard.push('later'));
    sim.run();
    expect(heard).toEqual([
      'first',
      'second',
      'close at 1',
      'still the same instant',
      'close again at 1',
      'later',
    ]);
    expect(sim.events).toBe(4);
  });

  it('closes the last instant before it is idle', () => {
    const sim = createSimulation();
    sim.endOfInstant(() => sim.after(3, () => undefined));
    expect(sim.run()).toBe('idle');
    expect(sim.now).toBe(3);
  });

  it('lets an error of an action out of run, and runs on when asked to', () => {
    const sim = createSimulation();
    const error = new Error('broken');
    sim.at(1, () => {
      throw error;
    });
    sim.at(2, () => undefined);
    expect(() => sim.run()).toThrow(error);
    expect(sim.now).toBe(1);
    expect(sim.run()).toBe('idle');
    expect(sim.now).toBe(2);
  });

  it('refuses to run inside run', () => {
    const sim = createSimulation();
    sim.at(1, () => sim.run());
    expect(() => sim.run()).toThrow('run() was called from inside run()');
  });

  it('names a wrong time and the present one', () => {
    const sim = createSimulation();
    const id = sim.at(3, () => undefined);
    const other = sim.at(5, () => undefined);
    sim.run(3);
    const past = 'time = 2: must not be before the present time 3';
    expect(() => sim.at(2, () => undefined)).toThrow(new RangeError(past));
    expect(() => {
      sim.reschedule(other, 2);
    }).toThrow(new RangeError(past));
    expect(() => sim.at(NaN, () => undefined)).toThrow('time = NaN: must not be before the present time 3');
    expect(() => sim.after(-1, () => undefined)).toThrow('delay = -1: must be at least 0 (present time 3)');
    expect(() => sim.after(NaN, () => undefined)).toThrow('delay = NaN: must be at least 0');
    expect(() => sim.run(1)).toThrow('until = 1: must not be before the present time 3');
    expect(() => {
      sim.reschedule(id, 9);
    }).toThrow('no such event is pending');
  });

  it('hands out one random stream for each name, apart by seed', () => {
    const draws = (seed: string | number | undefined, name: string): number[] => {
      const sim = createSimulation(seed === undefined ? {} : { seed });
      return [sim.random(name).uniform(), sim.random(name).uniform()];
    };
    const sim = createSimulation({ seed: 7 });
    expect(sim.random('a')).toBe(sim.random('a'));
    expect(draws(7, 'a')).toEqual(draws('7', 'a'));
    expect(draws(7, 'a')).not.toEqual(draws(8, 'a'));
    expect(draws(7, 'a')).not.toEqual(draws(7, 'b'));
    expect(draws(undefined, 'a')).toEqual(draws(0, 'a'));
    expect(draws(7, 'a')[0]).not.toBe(draws(7, 'a')[1]);
  });

  it('does what its example says', () => {
    const sim = createSimulation({ seed: 7 });
    const heard: number[] = [];
    sim.at(2, () => heard.push(sim.now));
    sim.after(1, () => heard.push(sim.now));
    expect(sim.run(5)).toBe('idle');
    expect(heard).toEqual([1, 2]);
  });
});
