import { z } from 'zod';
import { runIssue } from './run-issue.js';

/** Other traffic: paced ICMP ('blast'), or `n` ping floods. */
const loadSchema = z.object({ kind: z.string(), mbit: z.number().nullish(), n: z.number().nullish() });

/** A field that a run need not have; null is as good as absent. */
const optional = <T>(read: z.ZodType<T>, otherwise: T) =>
  read.nullish().transform((value) => value ?? otherwise);

/** QEMU's speed is unlimited from here on, bytes/s. */
const unlimited = 1e15;

/** One measured migration of QEMU 1.2.1: what was run, and what came of it. Unknown fields are left alone. */
const runSchema = z.object({
  id: z.string(),
  cls: z.string(),
  outcome: z.enum(['completed', 'non_converging']),
  /** Seconds from the migrate command to the closed socket at the source; null if it did not complete. */
  totalS: optional<number | null>(z.number(), null),
  /** Seconds from the guest's stop to its resumption at the destination, where that was seen. */
  stopToResumeS: optional<number | null>(z.number(), null),
  burst: optional(
    z.object({
      /** Pages sent between the end of the first pass and the stop, in hot sets. */
      extra_sweeps: z.number().nullish(),
    }),
    {},
  ),
  config: z.object({
    /** MiB: RAM, all data, and of that what is rewritten. */
    ram: z.number().positive(),
    A: z.number().nonnegative(),
    W: z.number().nonnegative(),
    /** Sweeps of the writer per second. */
    ticks: optional(z.number().positive(), 10),
    accel: optional(z.string(), 'kvm'),
    /** Frames on the wire, '974mbit'. */
    link: optional(z.string().regex(/^\d+(\.\d+)?[kmg]bit$/u, 'must look like 974mbit'), '974mbit'),
    /** Bytes: the queue and the burst of the shaper; limits of socket buffers and small queues, 0: the kernel's. */
    qlimit: optional(z.number().positive(), 1_514_000),
    qburst: optional(z.number(), 200_000),
    wmem: optional(z.number(), 0),
    rmem: optional(z.number(), 0),
    tsq: optional(z.number(), 0),
    /** Bytes/s. */
    speed: optional(z.number().positive(), unlimited),
    live: optional(z.boolean(), true),
    /** 'qemu', or 'sink': a program that throws away what arrives. */
    dst: optional(z.string(), 'qemu'),
    prealloc: optional(z.boolean(), true),
    src_prealloc: optional(z.boolean(), false),
    limit_s: optional(z.number().positive(), 30),
    /** Seconds; null: QEMU's own. */
    downtime: optional<number | null>(z.number().positive(), null),
    cpuload: optional(z.number(), 0),
    memload: optional(z.number(), 0),
    /** One kind of traffic, or several. */
    load: z.preprocess((load) => (load ? [load].flat() : []), z.array(loadSchema)),
    env: optional(z.record(z.string(), z.union([z.string(), z.number()])), {}),
  }),
});

export type MeasuredRun = z.infer<typeof runSchema>;

/**
 * Reads one measured run.
 *
 * @throws InputError that names the field and the rule, after `place` (file:line).
 * @example
 * readRun({ id: 'b-00-r0' }, 'runs.jsonl:1')
 * // throws: runs.jsonl:1: cls is missing
 */
export function readRun(value: unknown, place: string): MeasuredRun {
  const read = runSchema.safeParse(value);
  if (read.success) return read.data;
  throw runIssue(place, value, read.error);
}

/**
 * What a run's link carries, Mbit/s of frames.
 *
 * @example
 * linkMbits('1.5gbit') // => 1500
 */
export function linkMbits(link: string): number {
  const scale = link.endsWith('gbit') ? 1000 : link.endsWith('kbit') ? 0.001 : 1;
  return Number.parseFloat(link) * scale;
}

/** Whether QEMU was given a limit of rate. */
export const isRateLimited = ({ config }: MeasuredRun): boolean => config.speed < unlimited;
