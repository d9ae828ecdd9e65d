import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SocketDepth } from '../../models/socket-depth.js';
import { createStream, type StreamParameters } from '../../models/stream.js';
import { createFluid } from '../../sim/fluid.js';
import { delay, type Process } from '../../sim/process.js';
import { createSimulation } from '../../sim/simulation.js';

const plain: StreamParameters = {
  sendBufferBytes: 300,
  writableShare: 1 / 3,
  fillSpread: 0,
  receiveWindowBytes: 1600,
  roundTripSeconds: 0,
};

/** A stream over a link of 100 bytes/s. */
function streamOf(parameters: Partial<StreamParameters> = {}, depth?: SocketDepth) {
  const sim = createSimulation();
  const fluid = createFluid(sim);
  const flow = fluid.open({ name: 'migration', path: [fluid.resource('link', 100)] });
  const stream = createStream(sim, flow, { ...plain, ...parameters }, undefined, depth);
  /** When that process ends. */
  const timeOf = (process: Process): number => {
    const worker = sim.spawn(
      (function* () {
        yield* process;
        return sim.now;
      })(),
    );
    sim.run();
    return worker.result!;
  };
  /** What has been put on the wire by that time. */
  const carriedAt = (time: number): number => {
    sim.at(time, () => undefined);
    sim.run(time);
    return stream.carried();
  };
  return { sim, stream, timeOf, carriedAt };
}

describe('the socket', () => {
  it('is idle and wholly free at first', () => {
    const { stream } = streamOf();
    expect([stream.idle(), stream.free(), stream.outside(), stream.rate()]).toEqual([true, 300, 0, 0]);
  });

  it('has no room when full, and is not yet writable when a byte has left', () => {
    const { stream, carriedAt } = streamOf();
    stream.push(300, 0);
    expect([stream.idle(), stream.free(), stream.rate()]).toEqual([false, 0, 100]);
    expect(carriedAt(0.5)).toBe(50);
    expect(stream.free()).toBe(50);
  });

  it('is writable when a third of it is free', () => {
    const { stream, timeOf } = streamOf();
    stream.push(300, 0);
    expect(timeOf(wait())).toBeCloseTo(1, 12);
    function* wait(): Process {
      yield stream.writable;
    }
  });

  it('is writable at once if it is so already', () => {
    const { stream, timeOf } = streamOf();
    stream.push(100, 0);
    expect(timeOf(wait())).toBe(0);
    function* wait(): Process {
      yield stream.writable;
    }
  });

  it('takes what is more than its size as it drains, and may be closed when a third of it is free again', () => {
    const { stream, timeOf } = streamOf();
    stream.push(500, 0);
    expect(stream.outside()).toBe(200);
    expect(timeOf(stream.accepted())).toBeCloseTo(3, 12);
    expect(stream.outside()).toBeCloseTo(0, 9);
  });

  it('may be closed at once when it took all without being full', () => {
    const { stream, timeOf } = streamOf();
    stream.push(300, 0);
    expect(timeOf(stream.accepted())).toBe(0);
  });

  it('takes a little more or less each time where packets are packed differently', () => {
    const { stream } = streamOf({ fillSpread: 0.1 });
    const fills = Array.from({ length: 500 }, () => stream.free());
    expect(Math.min(...fills)).toBeGreaterThanOrEqual(270);
    expect(Math.max(...fills)).toBeLessThanOrEqual(330);
    expect(Math.max(...fills) - Math.min(...fills)).toBeGreaterThan(55);
    expect(fills.reduce((sum, fill) => sum + fill, 0) / 500).toBeCloseTo(300, -1);
  });

  it('drains at the rate of what feeds it, where that is slower than the link', () => {
    const { stream, timeOf } = streamOf();
    stream.limitRate(10);
    stream.push(50, 0);
    expect(timeOf(stream.received())).toBeCloseTo(5, 12);
  });

  it('that becomes deeper takes more at once, and one that becomes shallow nothing until that has drained', () => {
    const depths = [300, 500, 100];
    const { stream, timeOf } = streamOf({}, () => depths.shift()!);
    stream.push(300, 0);
    expect(stream.free()).toBe(200);
    stream.push(0, 0);
    expect([stream.capacity, stream.outside()]).toEqual([100, 200]);
    expect(timeOf(taken())).toBeCloseTo(2, 12);
    function* taken(): Process {
      yield stream.taken;
    }
  });

  it('holds as much as its connections together, and after them as much as one again, without their limit', () => {
    const { stream } = streamOf({ roundTripSeconds: 3, mostBufferBytes: 600 });
    expect([stream.capacity, stream.mostCapacity]).toEqual([300, 600]);
    stream.connect(4, 200);
    stream.limitRate(10);
    stream.push(100, 0);
    expect([stream.capacity, stream.mostCapacity, stream.rate()]).toEqual([800, 2400, 10]);
    stream.connectAlone(Infinity);
    expect([stream.capacity, stream.mostCapacity, stream.rate()]).toEqual([300, 600, 100]);
    stream.connectAlone(60);
    stream.limitRate(Infinity);
    expect(stream.rate()).toBe(60);
  });

  it('stays as slow as what feeds it when its depth changes', () => {
    let bytes = 300;
    const { stream } = streamOf({}, () => (bytes += 50));
    stream.limitRate(10);
    stream.push(100, 0);
    expect(stream.rate()).toBe(10);
    stream.limitRate(0);
    stream.push(100, 0);
    expect(stream.rate()).toBe(0);
  });
});

describe('the destination', () => {
  it('has everything when the wire has carried it, if taking it in costs nothing', () => {
    const { stream, timeOf } = streamOf();
    stream.push(500, 0);
    expect(timeOf(stream.received())).toBeCloseTo(5, 12);
    expect(stream.idle()).toBe(true);
  });

  it('takes things in while more arrives: the slower of the two counts', () => {
    // 1600 bytes are 16 pieces of 100, one a second; each costs half a second, the last one after its arrival.
    const { stream, timeOf } = streamOf();
    stream.push(1600, 8);
    expect(timeOf(stream.received())).toBeCloseTo(16.5, 9);
  });

  it('holds the source back when more than the receive window lies there unread', () => {
    // Pieces of 50 bytes, the first after half a second, then one every 2 s: a window ahead of what is taken in.
    const { stream, timeOf, carriedAt } = streamOf({ receiveWindowBytes: 800 });
    stream.push(1600, 64);
    expect(carriedAt(4)).toBeCloseTo(400, 9);
    expect(carriedAt(20)).toBeCloseTo(800 + 9 * 50, 9);
    expect(stream.rate()).toBe(0);
    expect(carriedAt(22.4)).toBeCloseTo(800 + 10 * 50, 9);
    expect(timeOf(stream.received())).toBeCloseTo(64.5, 9);
    expect(stream.carried()).toBeCloseTo(1600, 9);
  });

  it('makes a full socket wait for it: writable only when the window lets bytes go', () => {
    const { stream, timeOf } = streamOf({ receiveWindowBytes: 160 });
    // 10-byte pieces, each 1 s: 160 + 10 k bytes have left at 0.1 + k seconds or a little later; 300 - 200 at once.
    stream.push(500, 50);
    expect(timeOf(wait())).toBeCloseTo(14.1 + 0.1, 9);
    function* wait(): Process {
      yield stream.writable;
    }
  });

  it('takes chunks in their order', () => {
    const { stream, timeOf } = streamOf();
    stream.push(100, 16);
    stream.push(100, 0);
    expect(timeOf(stream.received())).toBeCloseTo(1 + 16, 9);
  });

  it('begins with what has arrived, however much is pushed meanwhile', () => {
    // Four pieces arrive at 1, 2, 3 and 4 s and are taken in by 2, 3, 4 and 5 s; what comes after costs nothing.
    const { sim, stream, timeOf } = streamOf();
    stream.push(400, 4);
    sim.at(0.5, () => {
      stream.push(400, 0);
    });
    expect(timeOf(stream.received())).toBeCloseTo(8, 9);
  });
});

describe('what is handed over', () => {
  it('arrives: no byte is lost or made, and nothing is faster than the wire or the destination', () => {
    const chunk = fc.record({
      bytes: fc.integer({ min: 1, max: 3000 }),
      seconds: fc.constantFrom(0, 0, 0.5, 7),
      pause: fc.constantFrom(0, 1, 20),
    });
    fc.assert(
      fc.property(
        fc.array(chunk, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(50, 400, 5000),
        (chunks, receiveWindowBytes) => {
          const { sim, stream, timeOf } = streamOf({ receiveWindowBytes });
          let pushedBy = 0;
          function* hand(): Process {
            for (const { bytes, seconds, pause } of chunks) {
              yield delay(pause);
              stream.push(bytes, seconds);
              pushedBy = sim.now;
            }
            yield* stream.received();
          }
          const end = timeOf(hand());
          const bytes = chunks.reduce((sum, one) => sum + one.bytes, 0);
          const seconds = chunks.reduce((sum, one) => sum + one.seconds, 0);
          const pauses = chunks.reduce((sum, one) => sum + one.pause, 0);
          expect(stream.carried()).toBeCloseTo(bytes, 6);
          expect(stream.outside()).toBe(0);
          expect(end).toBeGreaterThanOrEqual(Math.max(bytes / 100, seconds) - 1e-9);
          expect(end).toBeLessThanOrEqual(pauses + bytes / 100 + seconds + 1e-9);
          expect(end).toBeGreaterThanOrEqual(pushedBy);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a long way', () => {
  it('limits the rate to a full socket each round trip', () => {
    const { stream, timeOf } = streamOf({ roundTripSeconds: 6 });
    stream.push(500, 0);
    expect(stream.rate()).toBe(50);
    expect(timeOf(stream.received())).toBeCloseTo(10 + 3, 9);
  });

  it('delays the last byte by half a round trip', () => {
    const { stream, timeOf } = streamOf({ roundTripSeconds: 1 });
    stream.push(500, 0);
    expect(timeOf(stream.received())).toBeCloseTo(5.5, 9);
  });
});
