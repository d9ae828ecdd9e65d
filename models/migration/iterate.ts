import type { GuestMemory } from '../memory/guest-memory.js';
import { pageBytes, type PageCosts, type WireFormat } from './migration.js';

/** One call of QEMU's iterate: how far it walked through the bitmap and what that put on the wire. */
export interface Call {
  /** CPU seconds of the call, at full speed. */
  seconds: number;
  /** Bytes written to the socket. */
  bytes: number;
  /** Bytes as the bandwidth estimate counts them: 4096 a data page, next to nothing for a zero page. */
  countedBytes: number;
  dataPages: number;
  zeroPages: number;
  /** Seconds that the destination will need for them. */
  destinationSeconds: number;
  ended: 'budget of bytes' | 'full socket' | 'budget of time' | 'end of stretch' | 'nothing left';
}

/** Where a call must end: when the socket is full or the window's quota is used up, or after a slice of time. */
export interface CallBudget {
  bytes: number;
  seconds: number;
  /** End at the next change of density rather than walk on. */
  oneStretch?: boolean;
  /** End where data gives way to zero pages, or zero pages to data: one waits for the wire, the other for the CPU. */
  oneKind?: boolean;
}

/** What a walk costs, here and at the destination. */
export type WalkCosts = Pick<
  PageCosts,
  'zeroPageSeconds' | 'cleanPageSeconds' | 'destinationZeroPageSeconds' | 'destinationDataPageSeconds'
>;

/**
 * Walks the migration bitmap from where the last call stood: copies waiting data pages at `copyBytesPerSecond`, names
 * waiting zero pages, steps over clean ones, until a budget is used up or nothing waits. QEMU goes page by page; here
 * each homogeneous stretch is one step, so fractions of pages occur.
 *
 * @example
 * // 1,000 pages of data, each 4,096 bytes and 8 before them
 * const call = walkBitmap(memory, { bytes: 10 * 4104, seconds: 0.051 }, 4096e5, costs, wire);
 * [call.dataPages, call.countedBytes, call.ended] // => [10, 40960, 'budget of bytes']
 */
export function walkBitmap(
  memory: GuestMemory,
  budget: CallBudget,
  copyBytesPerSecond: number,
  costs: WalkCosts,
  wire: WireFormat,
): Call {
  const dataSeconds = pageBytes / copyBytesPerSecond;
  const dataBytes = pageBytes + wire.pageHeaderBytes;
  let seconds = 0;
  let bytes = wire.callOverheadBytes;
  let dataPages = 0;
  let zeroPages = 0;
  let ended: Call['ended'] = 'nothing left';
  let kind: 'data' | 'zero' | undefined;
  while (memory.waiting() > leastPages) {
    const { span, data, zero } = memory.stretch();
    if (budget.oneKind && data + zero > 0) {
      const next = data >= zero ? 'data' : 'zero';
      if (next !== (kind ??= next)) {
        ended = 'end of stretch';
        break;
      }
    }
    const secondsEach =
      data * dataSeconds + zero * costs.zeroPageSeconds + (1 - data - zero) * costs.cleanPageSeconds;
    const bytesEach = data * dataBytes + zero * wire.zeroPageBytes;
    const inTime = secondsEach > 0 ? (budget.seconds - seconds) / secondsEach : Infinity;
    const inBytes = bytesEach > 0 ? Math.max(0, budget.bytes - bytes) / bytesEach : Infinity;
    const walked = Math.min(span, inTime, inBytes);
    memory.advance(walked);
    seconds += walked * secondsEach;
    bytes += walked * bytesEach;
    dataPages += walked * data;
    zeroPages += walked * zero;
    if (walked < span) {
      ended = inBytes <= inTime ? 'budget of bytes' : 'budget of time';
      break;
    }
    if (budget.oneStretch) {
      ended = 'end of stretch';
      break;
    }
  }
  // A call that finds nothing more has looked once around the whole bitmap.
  if (ended === 'nothing left') seconds += memory.pages * costs.cleanPageSeconds;
  return {
    seconds,
    bytes,
    countedBytes: dataPages * pageBytes + zeroPages * wire.zeroPageCountedBytes,
    dataPages,
    zeroPages,
    destinationSeconds:
      dataPages * costs.destinationDataPageSeconds + zeroPages * costs.destinationZeroPageSeconds,
    ended,
  };
}

/** Less than this is rounding, not a page. */
const leastPages = 1e-3;
