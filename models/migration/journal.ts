/** One round: what happened between two syncs of the dirty bitmap. */
export interface Round {
  /** When it began, seconds after the request. */
  start: number;
  seconds: number;
  sentBytes: number;
  /** Pages set in the bitmap right after the sync that ended it, in bytes. */
  dirtyBytesAtEnd: number;
  /** The product's estimate of bandwidth at that test, bytes/s. */
  estimateBytesPerSecond: number;
  /** estimate x downtime limit. */
  thresholdBytes: number;
  decision: string;
}

/** What had been used by a moment. */
export interface Sample {
  time: number;
  /** CPU seconds of the migration at the source. */
  cpuSeconds: number;
  /** Bytes that other traffic had got through the link. */
  backgroundBytes: number;
}

/** The parts of a downtime in their order, seconds. */
export interface DowntimeParts {
  /** Stopping the vCPUs. */
  stop: number;
  /** Flushing the disks and handing them over. */
  flush: number;
  /** Copying what a disk was behind: the rest of a mirror, or dirty chunks in the stream. */
  disk: number;
  /** The last fetch of the dirty log. */
  finalSync: number;
  /** Telling the destination which of its pages are stale; of post-copy. */
  discard: number;
  /** Writing what is left into the socket. */
  lastCopy: number;
  /** Writing the state of the devices. */
  deviceState: number;
  /** Until the destination has read what still lay in the socket and the queues. */
  queued: number;
  /** Loading the state at the destination. */
  load: number;
  /** Telling the switches where the guest is now. */
  announce: number;
  /** Starting the vCPUs there, and until who starts them has heard that he may. */
  resume: number;
}

/** From a moment on, the share of their time that the vCPUs are kept asleep. */
export interface ThrottleStep {
  time: number;
  share: number;
}

/** How a disk mirror fared. */
export interface MirrorJournal {
  startedAt: number;
  /** When the copy had caught up for the first time. */
  readyAt: number | null;
  /** The least that was left to copy at any look, and what was when the guest had stopped; bytes. */
  leastLeftBytes: number;
  leftAtStopBytes: number;
  /** What the guest wanted to write while its writes waited for the network, and what it could; bytes. */
  wantedBytes: number;
  writtenBytes: number;
}

/** What happened while the guest ran at the destination and some of its memory was still at the source. */
export interface PostCopyRecord {
  startedAt: number;
  /** The source has handed over what the destination needs to run the guest: where the source's own downtime ends. */
  handedOverAt: number | null;
  /** Pages that the destination asked for (postcopy-requests), expected. */
  requests: number;
  /** Seconds that a busy vCPU waited for pages, on average. */
  stallSeconds: number;
  /** Pages of data that came before the guest asked for them, and that it waited for. */
  pagesPushed: number;
  pagesFaulted: number;
}

/** What XBZRLE made of the pages sent after the first pass; as QEMU's xbzrle-cache counters. */
export interface XbzrleCounts {
  /** Pages found in the cache, whatever became of them. */
  pages: number;
  /** Sent as deltas, headers included. */
  bytes: number;
  /** Pages that were not in the cache. */
  cacheMisses: number;
  /** Pages that changed too much for a delta. */
  overflows: number;
  /** Pages that were as they had been sent: nothing goes on the wire. */
  unchanged: number;
}

/** What the rounds after the first came to: whether a guest rewrites memory faster than it is sent. */
export interface Repeats {
  rounds: number;
  seconds: number;
  /** Memory sent, and memory that the fetches of the dirty log found written; bytes of pages. */
  sentBytes: number;
  dirtiedBytes: number;
  /** The least that was left after any fetch of them. */
  leastLeftBytes: number;
}

/** What a migration writes down as it goes; times are simulated seconds. */
export interface Journal {
  /** Kept only when somebody will read them: a migration that does not converge has thousands. */
  readonly rounds?: Round[];
  /** Kept with the rounds. */
  readonly throttleSteps?: ThrottleStep[];
  /** The largest share of their time that the vCPUs were kept asleep. */
  mostThrottled: number;
  /** Null before the second round has ended. */
  repeats: Repeats | null;
  /** Of memory, as the fetches of the dirty log found it; a page counts once a fetch. */
  dirtiedBytes: number;
  syncs: number;
  /** Rounds: each ended with a fetch of the dirty log and the test after it. */
  roundCount: number;
  /** Iterate calls made one by one (a stretch where no test could succeed counts once). */
  calls: number;
  /** When the first byte was sent. */
  transferStart: Sample | null;
  /** Whoever sends knows what he has used by now; null before he begins. */
  sampler: (() => Sample) | null;
  /** Whose CPU time the samples have besides the hypervisor's; null: nobody's. */
  cpuBesides: string | null;
  firstPassAt: number | null;
  /** Data pages sent so far, of these in the first pass, and before what was left was sent without a limit. */
  dataPagesSent: number;
  dataPagesInFirstPass: number;
  dataPagesBeforeStop: number | null;
  stoppedAt: number | null;
  /** Pages left in the bitmap when the guest stopped, bytes. */
  leftAtStopBytes: number;
  /** The source's socket is empty: where the source's own downtime ends. */
  transferEnd: Sample | null;
  resumedAt: number | null;
  finishedAt: number | null;
  /** Bytes sent for disks, headers included. */
  diskBytes: number;
  mirror: MirrorJournal | null;
  /** Where the downtime went; of stacks that tell. */
  downtimeParts: DowntimeParts;
  /** Passes over what was dirty, of products that make them one after another. */
  passes: number;
  /** Which rule of such a product stopped the guest; null where none has, and where no rule needs a name. */
  decision: string | null;
  /** Null where there was no post-copy. */
  postCopy: PostCopyRecord | null;
  /** Kept where XBZRLE is on. */
  xbzrle?: XbzrleCounts;
  /** Why the product gave up; null: it did not. */
  aborted: string | null;
  /** What stopped the guest before the stop test passed, a sentence without full stop; null: nothing did. */
  forced: string | null;
  /** Why the guest is lost or paused; null: it is not. */
  failed: string | null;
  /** The test that came nearest to stopping. */
  nearest: StopTest | null;
}

/** A stop test: what was left, and what would have been allowed. */
export interface StopTest {
  remainingBytes: number;
  thresholdBytes: number;
  /** Of what was left, what is of a disk in the stream. */
  diskBytes?: number;
  /** The limit of downtime that it was made with, where that changes as a migration goes on. */
  downtimeLimitSeconds?: number;
  /** The round before it, where the host kept the guest from running for most of it and less was left than ever. */
  stalledRound?: { seconds: number; stalledSeconds: number };
}

/**
 * An empty journal; with `withRounds` it keeps each round.
 *
 * @example
 * createJournal(true).rounds // => []
 */
export function createJournal(withRounds: boolean): Journal {
  return {
    ...(withRounds && { rounds: [], throttleSteps: [] }),
    mostThrottled: 0,
    repeats: null,
    dirtiedBytes: 0,
    syncs: 0,
    roundCount: 0,
    calls: 0,
    transferStart: null,
    sampler: null,
    cpuBesides: null,
    firstPassAt: null,
    dataPagesSent: 0,
    dataPagesInFirstPass: 0,
    dataPagesBeforeStop: null,
    stoppedAt: null,
    leftAtStopBytes: 0,
    transferEnd: null,
    resumedAt: null,
    finishedAt: null,
    diskBytes: 0,
    mirror: null,
    downtimeParts: {
      stop: 0,
      flush: 0,
      disk: 0,
      finalSync: 0,
      discard: 0,
      lastCopy: 0,
      deviceState: 0,
      queued: 0,
      load: 0,
      announce: 0,
      resume: 0,
    },
    passes: 0,
    decision: null,
    postCopy: null,
    aborted: null,
    forced: null,
    failed: null,
    nearest: null,
  };
}
