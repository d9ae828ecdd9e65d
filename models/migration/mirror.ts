import { anyOf, delay, type Process, type Wait } from '../../sim/process.js';
import type { RandomStream } from '../../sim/random.js';
import { createSignal } from '../../sim/signal.js';
import type { Simulation } from '../../sim/simulation.js';
import type { Guest } from '../guest.js';
import type { Stream } from '../stream.js';
import type { DiskImage } from './disk-image.js';
import { guestWrites } from './guest-writes.js';
import type { Journal, MirrorJournal } from './journal.js';

/** How a mirror works, with its constants. */
export interface MirrorRules {
  /** Operations under way at a time, and the bytes of one. */
  inFlight: number;
  operationBytes: number;
  sliceSeconds: number;
  headerBytes: number;
  guestQueueDepth: number;
  /** 1: guest writes wait until the copy has them too, from the start. */
  isWriteBlocking: number;
}

/** What a mirror works on. */
export interface MirrorParts {
  sim: Simulation;
  guest: Guest;
  journal: Journal;
  /** Its own connection to the NBD server at the destination. */
  stream: Stream;
  image: DiskImage;
  /** Bytes/s at which the disk is read. */
  readRate: number;
  rules: MirrorRules;
  /** Bytes/s; Infinity: unlimited. Holds until it is ready. */
  speed: number;
  random: RandomStream;
  /** When it says so, the mirror gives up (a cancelled migration). */
  isCancelled?: () => boolean;
}

/** A running mirror as who started it sees it. */
export interface Mirror {
  readonly isReady: boolean;
  /** It is ready, or was cancelled before; at once if that is so already. */
  readonly settled: Wait;
  status(): { isReady: boolean; remainingBytes: number; transferredBytes: number; totalBytes: number };
  /** From now on guest writes wait until the copy has them too (block-job-change). */
  blockWrites(): void;
  /** Waits until the copy is complete and ends the job (block-job-cancel of a ready one): for a guest that stands. */
  drain(): Process;
  /** Drops the copy. */
  cancel(): void;
}

/**
 * Starts to mirror a disk to an NBD server beside the migration stream (block/mirror.c): chunks of the dirty bitmap in
 * their order, 16 MiB under way, and again what the guest writes meanwhile. It is ready when nothing waits and nothing
 * is under way; from then on it follows the guest without limit of speed. In the background a guest that writes more
 * than the mirror's share of the link keeps it from ever becoming ready; where writes wait for the network nothing
 * becomes dirty, and the guest writes as fast as the network lets it.
 *
 * A moment at which nothing is under way is met by chance, `exp(-chunks written while the last one travelled)`: of a
 * queue that is served faster than it fills, the last one is the only one every now and then.
 *
 * @example
 * const mirror = startMirror(parts); // an idle disk of 10 MiB, 1 MiB/s
 * sim.spawn((function* () { yield mirror.settled; yield* mirror.drain(); })());
 * sim.run();
 * journal.mirror.readyAt // => 10
 */
export function startMirror(parts: MirrorParts): Mirror {
  const { sim, guest, journal, stream, image, rules, speed, random } = parts;
  const { inFlight, operationBytes, sliceSeconds, headerBytes } = rules;
  const bufferBytes = Math.max(inFlight * operationBytes, 2 * image.chunkBytes);
  const perByte = 1 + headerBytes / operationBytes;
  const writes = guestWrites({ guest, stream, image, rules });
  const settled = createSignal();
  const kick = createSignal();
  const mirror: MirrorJournal = {
    startedAt: sim.now,
    readyAt: null,
    leastLeftBytes: image.totalBytes,
    leftAtStopBytes: 0,
    wantedBytes: 0,
    writtenBytes: 0,
  };
  journal.mirror = mirror;
  let isOver = false;
  const diskBefore = journal.diskBytes;
  let isDraining = false;
  let copied = 0; // bytes handed over that are copies
  let lastCopyEnd = 0; // where the last of them ends in the stream
  let sliceStart = sim.now;
  let usedInSlice = 0;
  if (rules.isWriteBlocking > 0) writes.block();
  // No more than the buffer travels at a time.
  const windowRate = stream.roundTripSeconds > 0 ? bufferBytes / stream.roundTripSeconds : Infinity;
  stream.limitRate(Math.min(parts.readRate, windowRate));

  const waitingBytes = (): number => writes.waitingChunks() * image.chunkBytes;
  const underWay = (): number => writes.pushed() - stream.carried();
  const left = (): number => waitingBytes() + Math.max(0, lastCopyEnd - stream.carried());

  /** What the limit of speed leaves of this slice; what went beyond it, the next ones lack. */
  function quota(): number {
    const slices = Math.floor((sim.now - sliceStart) / sliceSeconds + rounding);
    if (slices > 0) {
      sliceStart += slices * sliceSeconds;
      usedInSlice = Math.max(0, usedInSlice - slices * speed * sliceSeconds);
    }
    return mirror.readyAt === null ? speed * sliceSeconds - usedInSlice : Infinity;
  }

  const hasRoom = (): boolean => bufferBytes - underWay() >= image.chunkBytes;

  /** Puts chunks on their way, as many as there is room for and the limit of speed allows. */
  function copy(): void {
    while (waitingBytes() > 0 && quota() > 0 && hasRoom()) {
      const most = Math.max(image.chunkBytes, Math.min(bufferBytes - underWay(), quota()));
      const { data, zero } = image.take(most / image.chunkBytes);
      const bytes = (data + zero) * image.chunkBytes;
      usedInSlice += bytes;
      copied += bytes;
      writes.push(data * image.chunkBytes * perByte + zero * headerBytes);
      lastCopyEnd = writes.pushed();
    }
  }

  /** Chunks written, in the mean, while the last of those that were under way travelled. */
  function chunksOnTheLastTrip(o: {
    step: number;
    journey: number;
    rate: number;
    guestBegun: number;
  }): number {
    const { step, journey, rate, guestBegun } = o;
    const fresh = writes.waitingChunks();
    if (fresh === 0 || step === 0) return 0;
    const load = image.dirtied(guestBegun, guest.time()) / (rate * step);
    // Faster than the guest, and no longer behind: each step is as short as the round trip allows.
    const shortest = Math.max(leastStep, (2 * stream.roundTripSeconds) / (1 - load));
    const hasCaughtUp = load < 1 && (fresh * image.chunkBytes) / rate <= shortest;
    const exposed = hasCaughtUp ? stream.roundTripSeconds + image.chunkBytes / rate : journey;
    return fresh * Math.min(1, exposed / step);
  }

  function becomeReady(): void {
    mirror.readyAt ??= sim.now;
    settled.fire();
  }

  function* run(): Process {
    while (!isOver) {
      if (parts.isCancelled?.()) {
        drop();
        return;
      }
      const begun = sim.now;
      const guestBegun = guest.time();
      writes.look(mirror);
      copy();
      journal.diskBytes = diskBefore + stream.carried();
      const rate = Math.min(speed, stream.rate());
      mirror.leastLeftBytes = Math.min(mirror.leastLeftBytes, left());
      const soon = delay(sliceSeconds);
      if (waitingBytes() > 0) {
        // Behind: more when half of the buffer is free, or the next slice allows it.
        yield quota() > 0 ? anyOf(stream.drainedTo(bufferBytes / 2), soon) : delay(untilNextSlice());
        continue;
      }
      if (stream.carried() >= lastCopyEnd - 1 && writes.isBlocking) becomeReady();
      if (writes.isLimited) {
        // The guest goes on writing when it has been answered.
        yield stream.drainedTo(0);
        yield delay(Math.max(stream.roundTripSeconds, leastTurn));
        continue;
      }
      yield stream.drainedTo(0);
      yield delay(stream.roundTripSeconds);
      const journey = sim.now - begun;
      if (isDraining && waitingBytes() === 0) {
        finish();
        return;
      }
      const least = image.requestBytes > 0 ? leastStep : mirror.readyAt === null ? 0 : sliceSeconds;
      if (journey < least) yield anyOf(delay(least - journey), kick.wait);
      if (mirror.readyAt !== null) continue;
      const step = sim.now - begun;
      const written = chunksOnTheLastTrip({ step, journey, rate, guestBegun });
      if (random.uniform() < Math.exp(-written)) becomeReady();
    }
  }

  const untilNextSlice = (): number => Math.max(leastTurn, sliceStart + sliceSeconds - sim.now);

  function finish(): void {
    isOver = true;
    journal.diskBytes = diskBefore + stream.carried();
    stream.close();
  }

  function drop(): void {
    if (isOver) return;
    finish();
    settled.fire();
  }

  const running = sim.spawn(run());
  return {
    get isReady() {
      return mirror.readyAt !== null;
    },
    settled: (simulation, resume) =>
      (isOver || mirror.readyAt !== null ? delay(0) : settled.wait)(simulation, resume),
    status: () => ({
      isReady: mirror.readyAt !== null,
      remainingBytes: left(),
      transferredBytes: copied,
      totalBytes: image.totalBytes,
    }),
    blockWrites: () => {
      writes.block();
    },
    *drain() {
      mirror.leftAtStopBytes = left();
      isDraining = true;
      kick.fire();
      if (!isOver) yield running.finished;
    },
    cancel() {
      running.interrupt('the mirror is cancelled');
      drop();
    },
  };
}

/**
 * What management does before it starts the migration of RAM: waits until the mirror is ready, or until it was
 * cancelled. `pollSeconds` is how often it asks (libvirt 1.2.12: 500 ms); 0: an event tells. Returns whether the
 * migration may go on. After it: `m.beforeSwitchover = () => mirror.drain()` where the product pauses before the
 * switchover, or `yield* mirror.drain()` after the last page where it does not.
 *
 * @example
 * // idle, ready after 10 s
 * const isReady = yield* mirrorUntilReady(mirror, sim, 0.75);
 * [isReady, sim.now] // => [true, 10.5]
 */
export function* mirrorUntilReady(mirror: Mirror, sim: Simulation, pollSeconds: number): Process<boolean> {
  const startedAt = sim.now;
  yield mirror.settled;
  if (pollSeconds > 0) {
    const elapsed = sim.now - startedAt;
    yield delay(Math.ceil(elapsed / pollSeconds - rounding) * pollSeconds - elapsed);
  }
  return mirror.isReady;
}

const rounding = 1e-9;

/** A mirror that has caught up with a guest that writes looks no more often, s. */
const leastStep = 0.01;

/** No turn takes no time, s. */
const leastTurn = 1e-5;
