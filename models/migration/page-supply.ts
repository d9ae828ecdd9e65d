import { allOf, delay, type Process } from '../../sim/process.js';
import { createSignal, type Signal } from '../../sim/signal.js';
import { walkBitmap } from './iterate.js';
import { pageBytes } from './migration.js';
import { remainingBytes } from './rounds.js';
import type { PostCopyRecord } from './journal.js';
import type { PostCopyRules, ThreadMigration } from './thread-migration.js';

/** The source in post-copy, as the two who use it know it: who sends what is left, and who asks for pages. */
export interface PageSupply {
  rules: PostCopyRules;
  record: PostCopyRecord;
  /** A page of data on the wire, bytes. */
  dataBytes: number;
  /** What is sent between two looks at what was asked for, bytes. */
  chunkBytes: number;
  /** Bytes/s at which pages are sent that nobody asked for; Infinity: unlimited. */
  pushRate: number;
  /** Bytes/s that the link gave when last looked at. */
  linkRate: number;
  /** CPU seconds that pages asked for have cost and that are still to be spent. */
  owedSeconds: number;
  /** Fires when a chunk has been sent. */
  onChunk: Signal;
}

/** What is left is sent in so many chunks: events cost time, and a request waits for a chunk at most. */
const chunks = 2000;

/** The supply of all that waits now. */
export function createPageSupply(
  m: ThreadMigration,
  rules: PostCopyRules,
  record: PostCopyRecord,
): PageSupply {
  const dataBytes = m.plainEncoding.dataBytes();
  return {
    rules,
    record,
    dataBytes,
    chunkBytes: Math.max(dataBytes, (m.guest.memory.waitingData() * dataBytes) / chunks),
    pushRate: rules.maxBandwidth > 0 ? rules.maxBandwidth : Infinity,
    linkRate: Infinity,
    owedSeconds: 0,
    onChunk: createSignal(),
  };
}

/** Sends all that waits, from the cursor on, which a request may move. */
export function* pushPages(m: ThreadMigration, supply: PageSupply): Process {
  const { sim, guest, rules, costs, plainEncoding } = m;
  const wire = { ...rules, callOverheadBytes: 0, pageHeaderBytes: supply.dataBytes - pageBytes };
  const pageCosts = { ...costs, zeroPageSeconds: plainEncoding.zeroSeconds() };
  while (guest.memory.waiting() > leastPages) {
    const begun = sim.now;
    const budget = { bytes: supply.chunkBytes, seconds: rules.sliceSeconds };
    const call = walkBitmap(guest.memory, budget, pageBytes / plainEncoding.dataSeconds(), pageCosts, wire);
    handToStream(m, supply, call);
    const seconds = call.seconds + supply.owedSeconds;
    supply.owedSeconds = 0;
    yield allOf(m.thread.work(seconds), m.stream.taken);
    const pause = call.bytes / supply.pushRate - (sim.now - begun);
    if (pause > 0) yield delay(pause);
    supply.onChunk.fire();
  }
}

/** Sends pages that were asked for and that lie alone; they have left the bitmap. */
export function sendRequested(m: ThreadMigration, supply: PageSupply, pages: number): void {
  handToStream(m, supply, {
    bytes: pages * supply.dataBytes,
    dataPages: pages,
    destinationSeconds: pages * m.costs.destinationDataPageSeconds,
  });
  supply.owedSeconds += pages * m.plainEncoding.dataSeconds();
}

function handToStream(
  m: ThreadMigration,
  supply: PageSupply,
  sent: { bytes: number; dataPages: number; destinationSeconds: number },
): void {
  m.stream.push(sent.bytes, sent.destinationSeconds);
  m.state.sentBytes += sent.bytes;
  m.journal.dataPagesSent += sent.dataPages;
  const inPostCopy = m.journal.dataPagesSent - m.journal.dataPagesBeforeStop!;
  supply.record.pagesPushed = Math.max(0, inPostCopy - supply.record.pagesFaulted);
  m.record?.('remaining', remainingBytes(m));
  const rate = m.stream.rate();
  if (rate > 0) supply.linkRate = rate;
}

/** Less than this is rounding, not a page. */
const leastPages = 1e-3;
