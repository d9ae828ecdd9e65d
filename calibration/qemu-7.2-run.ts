import { z } from 'zod';
import { runIssue } from './run-issue.js';

/** Other traffic: paced ICMP ('blast'), or `n` ping floods of packets of `size` bytes. */
const backgroundSchema = z.object({
  kind: z.string(),
  mbit: z.number().positive().nullish(),
  n: z.number().int().positive().nullish(),
  size: z.number().positive().nullish(),
});

/** A field that a run need not have; null is as good as absent. */
const optional = <T>(read: z.ZodType<T>, otherwise: T) =>
  read.nullish().transform((value) => value ?? otherwise);

const known = optional<number | null>(z.number().nonnegative(), null);

/** One measured migration of QEMU 7.2: what was run, and what came of it. Unknown fields are left alone. */
const runSchema = z.object({
  id: z.string(),
  cls: z.string(),
  accel: optional(z.string(), 'tcg'),
  /** cancelled: not completed within cancelAfterS. */
  outcome: z.enum(['completed', 'cancelled']),
  /** From the command to the end at the source. */
  totalMs: known,
  /** QEMU's own, at the source. */
  downtimeMs: known,
  /** From STOP at the source to RESUME at the destination. */
  stopToResumeMs: known,
  /** Fetches of the dirty log. */
  syncs: known,
  transferredBytes: known,
  /** Page visits a second, before the migration began. */
  guestPagesPerS: known,
  /** The machine's load averages over a minute, just before and just after. */
  loadavg: optional(z.array(z.number().nonnegative()), []),
  config: z.object({
    /** All memory; of it not zero, from 16 MiB up; of that rewritten, from there up too. */
    ramMiB: z.number().positive(),
    allocatedMiB: z.number().nonnegative(),
    hotMiB: optional(z.number().nonnegative(), 0),
    order: optional(z.enum(['seq', 'rnd']), 'seq'),
    /** Words of 4 bytes that a visit writes to a page. */
    wordsPerVisit: optional(z.number().int().positive(), 1),
    visitRateMiBps: optional(z.number().nonnegative(), 0),
    /** Visits as fast as the CPU goes. */
    busyLoop: optional(z.boolean(), false),
    downtimeLimitMs: optional(z.number().nonnegative(), 300),
    /** 0: unlimited. */
    maxBandwidthMiBps: optional(z.number().nonnegative(), 0),
    capabilities: optional(z.array(z.string()), []),
    parameters: optional(z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])), {}),
    multifdChannels: optional(z.number().int().positive(), 2),
    postcopyAfterS: optional<number | null>(z.number().nonnegative(), null),
    background: optional<z.infer<typeof backgroundSchema> | null>(backgroundSchema, null),
    /** Busy loops on the two CPUs. */
    cpuHogs: optional(z.number().int().nonnegative(), 0),
    diskMiB: optional(z.number().nonnegative(), 0),
    /** Frames on the wire, '974mbit'. */
    link: optional(z.string().regex(/^\d+(\.\d+)?[kmg]bit$/u, 'must look like 974mbit'), '974mbit'),
    /** 0: the kernel's own, 4 MiB. */
    tcpLimitOutputBytes: optional(z.number().nonnegative(), 0),
    cancelAfterS: optional(z.number().positive(), 30),
  }),
});

export type Qemu72Run = z.infer<typeof runSchema>;

/**
 * Reads one measured run of QEMU 7.2.
 *
 * @throws InputError that names the field and the rule, after `place` (file:line).
 * @example
 * readQemu72Run({ id: 'b-00-r0', cls: 'b', outcome: 'lost' }, 'runs.jsonl:1')
 * // throws: runs.jsonl:1: outcome is lost: must be one of completed, cancelled
 */
export function readQemu72Run(value: unknown, place: string): Qemu72Run {
  const read = runSchema.safeParse(value);
  if (read.success) return read.data;
  throw runIssue(place, value, read.error);
}
