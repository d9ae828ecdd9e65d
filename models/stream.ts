import type { Flow } from '../sim/fluid.js';
import { createSignal } from '../sim/signal.js';
import type { Process, Wait } from '../sim/process.js';
import { delay } from '../sim/process.js';
import type { Simulation } from '../sim/simulation.js';
import type { SocketDepth } from './socket-depth.js';

/** The socket between the two hypervisors, and how fast the destination takes in what arrives. */
export interface StreamParameters {
  /** Payload bytes the sending socket holds before it says EAGAIN (Linux: tcp_wmem's maximum once autotuned). */
  sendBufferBytes: number;
  /** Share of the buffer that must be free before a full socket is writable again (Linux, sk_stream_write_space: 1/3). */
  writableShare: number;
  /** How much one fill differs from another, as a share of it: uniform within plus or minus this. */
  fillSpread: number;
  /** There and back. */
  roundTripSeconds: number;
  /**
   * The buffer may grow to so many bytes; with the round trip that limits the rate, because what is under way must be
   * kept until it is answered for. Default: it does not grow.
   */
  mostBufferBytes?: number;
  /** Bytes that may lie unread at the destination before the source stops sending. */
  receiveWindowBytes: number;
}

/** One migration's byte stream: socket buffer, link, destination, in this order. */
export interface Stream {
  /** Payload bytes that the socket holds when full. */
  readonly capacity: number;
  /** The most that it may ever hold. */
  readonly mostCapacity: number;
  /** There and back, seconds. */
  readonly roundTripSeconds: number;
  /** Payload bytes that the socket takes now; how its buffers are packed makes it a little more or less each time. */
  free(): number;
  /** Bytes/s that leave the source now. */
  rate(): number;
  /** Nothing is in the socket. */
  idle(): boolean;
  /** Bytes handed over that have not left yet. */
  queued(): number;
  /** Bytes handed over that the socket has not taken yet. */
  outside(): number;
  /** Hands over bytes that cost the destination `destinationSeconds` to take in. */
  push(bytes: number, destinationSeconds: number): void;
  /** The socket has taken all that was handed over: a blocking write returns. */
  readonly taken: Wait;
  /** A socket that said EAGAIN can be written to again. */
  readonly writable: Wait;
  /** At most so many of the bytes handed over have not left yet. */
  drainedTo(bytes: number): Wait;
  /**
   * Waits until the hypervisor may close the socket; the kernel sends the rest. A socket that said EAGAIN is waited for
   * once more after it took the last byte (QEMU 1.2.1, buffered_close: only a put clears freeze_output), so a third of
   * it is free by then.
   */
  accepted(): Process;
  /** Waits until the destination has taken in everything. */
  received(): Process;
  /** Waits until the destination has taken in what was handed over by now, whatever comes behind it. */
  delivered(): Process;
  /** Payload bytes put on the wire so far. */
  carried(): number;
  /** Before anything is sent: so many connections instead of one, with sockets that hold so many bytes each. */
  connect(count: number, socketBytes: number): void;
  /** Back to one connection, as at the beginning; it gets no more than so many bytes/s of a link that others widened. */
  connectAlone(bytesPerSecond: number): void;
  /** Limits the rate at which the stream is fed (a slow disk), bytes/s. */
  limitRate(bytesPerSecond: number): void;
  close(): void;
}

/**
 * A stream over `flow`. The destination takes chunks in order and spends the seconds they cost; while more than the
 * receive window lies there unread, nothing more leaves the source. A destination without cost is transparent. With
 * `depth` the socket holds now more, now less; it is asked whenever somebody writes.
 *
 * @example
 * const stream = createStream(sim, flow, parameters); // a socket of 300 bytes, a link of 100 bytes/s
 * stream.push(500, 0);
 * stream.outside() // => 200
 * sim.spawn(stream.received());
 * sim.run();
 * sim.now // => 5
 */
export function createStream(
  sim: Simulation,
  flow: Flow,
  parameters: StreamParameters,
  packing = sim.random('socket'),
  depth?: SocketDepth,
): Stream {
  const { writableShare, fillSpread, roundTripSeconds } = parameters;
  const pieceBytes = parameters.receiveWindowBytes / 16;
  let { sendBufferBytes, receiveWindowBytes } = parameters;
  const mostOfOne = parameters.mostBufferBytes ?? sendBufferBytes;
  let mostBufferBytes = mostOfOne;
  const rateOfBuffer = (): number =>
    roundTripSeconds > 0 ? Math.max(sendBufferBytes, mostBufferBytes) / roundTripSeconds : Infinity;
  let limit = Infinity;
  let mostOfConnection = Infinity;
  const limitFlow = (): void => {
    flow.setCap(Math.min(limit, mostOfConnection, rateOfBuffer()));
  };
  limitFlow();
  let changingDepth = depth;
  let deepenedAt = sim.now;
  const arrivals: { end: number; seconds: number }[] = [];
  const progress = createSignal();
  const onFeed = new Set<() => void>();
  let pushed = 0; // bytes handed over by the hypervisor
  let onFlow = 0; // of these, given to the link; the rest is held back by the receive window
  let taken = 0; // bytes that the destination has taken in
  let busy = false;
  let owed = 0; // seconds that what has not been taken in will cost the destination

  const feed = (): void => {
    const allowed = Math.min(pushed, taken + receiveWindowBytes);
    if (allowed > onFlow) {
      flow.push(allowed - onFlow);
      onFlow = allowed;
      for (const look of onFeed) look();
    }
  };
  const occupied = (): number => pushed - flow.drained();

  function* destination(): Process {
    for (let chunk = arrivals.shift(); chunk && owed > leastOwed; chunk = arrivals.shift()) {
      yield reached(chunk.end);
      if (chunk.seconds > 0) yield delay(chunk.seconds);
      owed -= chunk.seconds;
      taken = chunk.end;
      feed();
      progress.fire();
    }
    // What is still to come costs nothing: the destination is transparent again.
    arrivals.length = 0;
    owed = 0;
    busy = false;
    taken = pushed;
    feed();
    progress.fire();
  }

  /** Waits until so many bytes have left. A flow knows only what is still to go, so it is asked anew when more comes. */
  const reached =
    (total: number): Wait =>
    (simulation, resume) => {
      let cancel = (): void => undefined;
      const look = (): void => {
        cancel();
        cancel = flow.drainedTo(Math.max(0, onFlow - total))(simulation, () => {
          onFeed.delete(look);
          resume();
        });
      };
      onFeed.add(look);
      look();
      return () => {
        onFeed.delete(look);
        cancel();
      };
    };

  const whenOccupied = (level: number): Wait => {
    const drained = flow.drainedTo(level);
    return (simulation, resume) => {
      // The usual case, and a hot one: all is on its way, and who waits here pushes nothing meanwhile.
      if (pushed === onFlow) return drained(simulation, resume);
      // What the receive window holds back leaves only when the destination makes progress; look again then.
      let cancel = (): void => undefined;
      const look = (): void => {
        cancel =
          pushed - level > onFlow
            ? progress.wait(simulation, look)
            : reached(pushed - level)(simulation, resume);
      };
      look();
      return () => cancel();
    };
  };

  let accepting = whenOccupied(sendBufferBytes);
  let writable = whenOccupied(sendBufferBytes * (1 - writableShare));

  const hold = (bytes: number): void => {
    sendBufferBytes = bytes;
    limitFlow();
    accepting = whenOccupied(sendBufferBytes);
    writable = whenOccupied(sendBufferBytes * (1 - writableShare));
  };
  const deepen = (): void => {
    if (!changingDepth) return;
    const bytes = changingDepth(sim.now - deepenedAt);
    deepenedAt = sim.now;
    if (bytes !== sendBufferBytes) hold(bytes);
  };

  return {
    get capacity() {
      return sendBufferBytes;
    },
    roundTripSeconds,
    free() {
      deepen();
      const packed = 1 + fillSpread * (2 * packing.uniform() - 1);
      return Math.max(0, sendBufferBytes - occupied()) * packed;
    },
    rate: () => flow.rate,
    idle: () => occupied() === 0,
    queued: occupied,
    outside: () => Math.max(0, occupied() - sendBufferBytes),
    push(bytes, destinationSeconds) {
      deepen();
      if (destinationSeconds === 0 && !busy) {
        pushed += bytes;
        taken = pushed;
      } else {
        // In pieces well below the window, so that the destination can begin before the last byte has arrived.
        const pieces = destinationSeconds > 0 ? Math.ceil(bytes / pieceBytes) : 1;
        owed += destinationSeconds;
        for (let i = 1; i <= pieces; i++) {
          arrivals.push({ end: pushed + (bytes * i) / pieces, seconds: destinationSeconds / pieces });
        }
        pushed += bytes;
        if (!busy) {
          busy = true;
          sim.spawn(destination());
        }
      }
      feed();
    },
    get taken() {
      return accepting;
    },
    get writable() {
      return writable;
    },
    drainedTo: whenOccupied,
    *accepted() {
      if (occupied() > sendBufferBytes) yield writable;
    },
    *received() {
      yield whenOccupied(0);
      while (busy) yield progress.wait;
      yield delay(roundTripSeconds / 2);
    },
    *delivered() {
      const total = pushed;
      while (onFlow < total) yield progress.wait;
      yield reached(total);
      while (busy && taken < total) yield progress.wait;
      yield delay(roundTripSeconds / 2);
    },
    carried: () => flow.drained(),
    connect(count, socketBytes) {
      receiveWindowBytes = count * parameters.receiveWindowBytes;
      mostBufferBytes = count * mostOfOne;
      changingDepth = undefined;
      hold(count * socketBytes);
    },
    connectAlone(bytesPerSecond) {
      mostOfConnection = bytesPerSecond;
      receiveWindowBytes = parameters.receiveWindowBytes;
      mostBufferBytes = mostOfOne;
      changingDepth = depth;
      deepenedAt = sim.now;
      limit = Infinity;
      hold(parameters.sendBufferBytes);
    },
    get mostCapacity() {
      return Math.max(sendBufferBytes, mostBufferBytes);
    },
    limitRate(bytesPerSecond) {
      limit = bytesPerSecond;
      limitFlow();
    },
    close: () => flow.close(),
  };
}

/** Less than this is what rounding leaves, s. */
const leastOwed = 1e-12;
