import { allOf, delay, type Process } from '../../sim/process.js';
import { chunkHeaderBytes } from '../disk.js';
import type { DiskReads } from '../disk-reads.js';
import type { DiskImage, Taken } from './disk-image.js';
import type { DiskSection, Quota, ThreadMigration } from './thread-migration.js';

/** How a QEMU copies disks in the migration stream, with its constants. */
export interface DiskSectionRules {
  /** Chunks that are read at a time. */
  parallelReads: number;
  /** Chunks that are read or wait to be sent. */
  buffers: number;
  /** 1: no RAM is sent before every chunk was; 0: in turns. */
  ramWaitsForBulk: number;
  /** 1: RAM alone decides when to fetch its dirty log; 0: with what is left of the disk. */
  ramSyncsAlone: number;
  /** Of a chunk of zeros only the header is sent (zero-blocks). */
  skipsZeros: boolean;
}

/**
 * A disk as a section of the migration stream (migration/block.c of QEMU 1.4 to 9.0): first every chunk once, the bulk
 * phase, then those that the guest has written since. Each call of iterate sends what was read from the disk and asks
 * for more, ahead of RAM and on the same thread, socket, quota and estimate; the guest is not stopped in the bulk
 * phase. What is dirty when it stops is read and sent chunk by chunk.
 *
 * @example
 * // three chunks, a disk without limit
 * migration.disk = createDiskSection(migration, image, readsAlone(sim, 0), rules);
 * migration.disk.pendingBytes() // => 3145728
 */
export function createDiskSection(
  m: ThreadMigration,
  image: DiskImage,
  reads: DiskReads,
  rules: DiskSectionRules,
): DiskSection {
  const { stream, thread, journal, state, encoding, guest } = m;
  const { parallelReads, buffers } = rules;
  /** Asked for and not sent yet. */
  const held: Taken = { data: 0, zero: 0 };
  state.diskBulk = true;

  const reading = (): number => reads.pending();
  const holding = (): number => held.data + held.zero;
  /** Whole chunks that can be sent. */
  const ready = (): number => {
    const under = reading();
    return under < rounding ? holding() : Math.max(0, Math.floor(holding() - under + rounding));
  };

  /** Asks the disk for more; the end of the bulk phase is noticed where nothing is left to ask for. */
  function askForMore(quotaBytes: number): void {
    const most = Math.min(buffers, Math.max(1, quotaBytes / image.chunkBytes));
    // However fast the disk, none of a call's reads is over before the call has asked for the last.
    let room = Math.min(parallelReads - reading(), most - holding());
    while (room >= rounding) {
      const { data, zero } = image.waiting(guest.time()) > 0 ? image.take(room) : nothing;
      reads.ask(data);
      held.data += data;
      held.zero += zero;
      room -= data + zero;
      if (state.diskBulk && image.atStart()) state.diskBulk = false;
      else if (data + zero === 0) return;
    }
  }

  /** Writes so many of the chunks that were read. */
  function* send(chunks: number, quota?: Quota): Process {
    const share = chunks / holding();
    const data = held.data * share;
    const zero = held.zero * share;
    held.data -= data;
    held.zero -= zero;
    const bytes = chunks * chunkHeaderBytes + (data + (rules.skipsZeros ? 0 : zero)) * image.chunkBytes;
    stream.push(bytes, 0);
    quota?.use(bytes);
    journal.diskBytes += bytes;
    const secondsPerByte = encoding.dataSeconds() / encoding.dataBytes();
    yield allOf(thread.work(bytes * secondsPerByte), stream.taken);
  }

  /** Sends what was read; the quota is looked at before each chunk. */
  function* flush(quota: Quota): Process<boolean> {
    let sent = false;
    for (let chunks = ready(); chunks > 0 && quota.left() > 0; chunks = ready()) {
      yield* send(Math.min(chunks, Math.max(1, Math.ceil(quota.left() / image.chunkBytes))), quota);
      sent = true;
    }
    return sent;
  }

  return {
    pendingBytes() {
      const pending = (image.waiting(guest.time()) + holding()) * image.chunkBytes;
      return state.diskBulk ? Math.max(pending, state.thresholdBytes + image.chunkBytes) : pending;
    },
    letsRamGo: () => !(state.diskBulk && rules.ramWaitsForBulk > 0),
    ramSyncsAlone: rules.ramSyncsAlone > 0,
    *iterate(quota, isRamWaiting) {
      const before = yield* flush(quota);
      askForMore(quota.each());
      const after = yield* flush(quota);
      if (before || after || isRamWaiting || quota.left() <= 0) return;
      // The thread goes round and round until the next chunk has been read.
      const whole = Math.floor(holding() - reading() + rounding);
      const untilNext = reads.secondsFor(reading() - Math.max(0, holding() - whole - 1));
      yield delay(
        reading() > 0 ? Math.max(leastWait, Math.min(untilNext, m.rules.windowSeconds)) : leastWait,
      );
    },
    *complete() {
      // Stopping the guest waits for what is being read.
      yield* reads.finished();
      if (holding() > 0) yield* send(holding());
      state.diskBulk = false;
      while (image.waiting(guest.time()) > 0) {
        const { data, zero } = image.take(1);
        yield* reads.read(data);
        held.data += data;
        held.zero += zero;
        if (holding() > 0) yield* send(holding());
      }
    },
  };
}

const nothing: Taken = { data: 0, zero: 0 };

/** A thousandth of a chunk, and a wait that lets no loop stand still, s. */
const rounding = 1e-3;
const leastWait = 1e-4;
