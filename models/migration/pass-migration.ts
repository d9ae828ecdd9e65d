import type { Migration, WireFormat } from './migration.js';

/** The constants of a product that copies in passes. */
export interface PassRules extends WireFormat {
  /** Pages that are looked at and sent together. */
  batchPages: number;
  /** 1: a page that was written again since the last sync is left to a later pass; 0: it is sent. */
  skipsRewritten: number;
  /** Device state sent after the guest stopped, bytes. */
  deviceStateBytes: number;
  /** From the start to the first page: the dirty log is switched on. */
  setupSeconds: number;
  stopSeconds: number;
  loadSeconds: number;
  /** Starting the vCPUs at the destination. */
  resumeSeconds: number;
}

/** A migration by a product that copies in passes. */
export interface PassMigration extends Migration {
  rules: PassRules;
}

/** A pass that has been sent. Counts are pages, zero pages included. */
export interface Pass {
  /** 1 for the first, which is over all of RAM. */
  number: number;
  /** What was dirty when it began: sent, or skipped because it was written again meanwhile. */
  pages: number;
  sentPages: number;
  seconds: number;
  /** Bytes/s on the wire while it was sent. */
  bandwidth: number;
  /** In this pass and all before it. */
  totalSentPages: number;
  ramPages: number;
  /** Since the first pass began. */
  elapsedSeconds: number;
}

/** What a product does next; a sentence without subject's capital or full stop says by which rule. */
export type Decision =
  | 'go on'
  | {
      stop: string;
      /** The guest runs at the destination before what is left has been sent. */
      resumesEarly?: boolean;
    }
  | { abort: string };

/** When a product stops the guest. */
export interface StopRule {
  /** A pass has been sent; the dirty log is fetched after this. */
  afterPass?(pass: Pass): Decision;
  /** The dirty log has been fetched: so many pages are dirty again. */
  afterSync?(pass: Pass, dirtyPages: number): Decision;
  /** What may be left by the rule that looks at what is left, bytes. */
  allowedBytes(pass: Pass): number;
  /** The guest is stopped, or the product gave up: what was done to the guest is undone. */
  end?(): void;
}
