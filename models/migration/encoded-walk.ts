import { allOf, type Wait } from '../../sim/process.js';
import { walkBitmap, type Call, type CallBudget } from './iterate.js';
import { pageBytes } from './migration.js';
import type { ThreadMigration } from './thread-migration.js';

/** A call of iterate by a migration thread: `seconds` are its own, `workerSeconds` those of its workers together. */
export interface EncodedCall extends Call {
  workerSeconds: number;
}

/**
 * Walks the bitmap as the migration's encoding has it: where a page does not become the same bytes everywhere, stretch
 * by stretch, and the encoding is told what was sent.
 *
 * @example
 * // 1,000 pages of data, each 4,096 bytes and 8 before them
 * walkEncoded(migration, { bytes: 10 * 4104, seconds: Infinity }).dataPages // => 10
 */
export function walkEncoded(m: ThreadMigration, budget: CallBudget): EncodedCall {
  const { encoding, rules } = m;
  if (!encoding.differsByPlace) return walkAlike(m, budget, rules.callOverheadBytes).call;
  const { memory } = m.guest;
  let bytesLeft = budget.bytes;
  let secondsLeft = budget.seconds;
  let sum: EncodedCall | undefined;
  let kind: 'data' | 'zero' | undefined;
  for (;;) {
    const { data, zero } = memory.stretch();
    if (budget.oneKind && data + zero > 0) {
      const next = data >= zero ? 'data' : 'zero';
      if (sum && next !== (kind ?? next)) return sum;
      kind = next;
    }
    const place = memory.place();
    const from = memory.cursor;
    const { call, seconds } = walkAlike(
      m,
      { bytes: bytesLeft, seconds: secondsLeft, oneStretch: true },
      sum ? 0 : rules.callOverheadBytes,
    );
    bytesLeft -= call.bytes;
    secondsLeft -= seconds;
    sum = sum ? add(sum, call) : call;
    if (call.dataPages > 0) encoding.sent?.(call.dataPages, place);
    if (call.ended !== 'end of stretch') return sum;
    if (memory.cursor <= from) encoding.wrapped?.();
    if (budget.oneStretch) return sum;
  }
}

/** The work of a call: who shares in it works at the same time, and the slowest counts. */
export function workOf(m: ThreadMigration, call: EncodedCall): Wait {
  const { workers } = m.encoding;
  const own = m.thread.work(call.seconds);
  return workers ? allOf(own, workers.thread.work(call.workerSeconds)) : own;
}

/**
 * CPU seconds of the migration thread from one page to the next, of data and of zeros: its own work, or that in which
 * its workers, who may have less of the cores each, come as far.
 */
export function pagePace({ encoding, source }: ThreadMigration): { data: number; zero: number } {
  const { workers } = encoding;
  const data = encoding.dataSeconds();
  const zero = encoding.zeroSeconds();
  if (!workers) return { data, zero };
  const share = source.speedOfNext() / (workers.count * source.speedOfNext(workers.count));
  return {
    data: Math.max(data, workers.dataSeconds() * share),
    zero: Math.max(zero, workers.zeroSeconds() * share),
  };
}

/** A walk through pages that are all encoded alike, and the seconds it takes at the pace of the slower. */
function walkAlike(m: ThreadMigration, budget: CallBudget, overheadBytes: number) {
  const { encoding, costs, rules } = m;
  const { workers } = encoding;
  const pace = pagePace(m);
  // Named one by one: with all of costs and rules spread into new objects, a tenth of a run's time went here.
  const call = walkBitmap(
    m.guest.memory,
    budget,
    pageBytes / pace.data,
    {
      zeroPageSeconds: pace.zero,
      cleanPageSeconds: costs.cleanPageSeconds,
      destinationZeroPageSeconds: costs.destinationZeroPageSeconds,
      destinationDataPageSeconds: costs.destinationDataPageSeconds + (encoding.destinationSeconds?.() ?? 0),
    },
    {
      callOverheadBytes: overheadBytes,
      pageHeaderBytes: encoding.dataBytes() - pageBytes,
      zeroPageBytes: encoding.zeroBytes(),
      zeroPageCountedBytes: rules.zeroPageCountedBytes,
    },
  );
  if (!workers) return { call: { ...call, workerSeconds: 0 }, seconds: call.seconds };
  const { dataPages, zeroPages, seconds } = call;
  const waits =
    dataPages * (pace.data - encoding.dataSeconds()) + zeroPages * (pace.zero - encoding.zeroSeconds());
  const workerSeconds = dataPages * workers.dataSeconds() + zeroPages * workers.zeroSeconds();
  return { call: { ...call, seconds: Math.max(0, seconds - waits), workerSeconds }, seconds };
}

function add(sum: EncodedCall, call: EncodedCall): EncodedCall {
  return {
    seconds: sum.seconds + call.seconds,
    workerSeconds: sum.workerSeconds + call.workerSeconds,
    bytes: sum.bytes + call.bytes,
    countedBytes: sum.countedBytes + call.countedBytes,
    dataPages: sum.dataPages + call.dataPages,
    zeroPages: sum.zeroPages + call.zeroPages,
    destinationSeconds: sum.destinationSeconds + call.destinationSeconds,
    ended: call.ended,
  };
}
