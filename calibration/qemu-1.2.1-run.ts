import { z } from 'zod';
import { InputError } from '../scenario/input-error.js';
import type { Assignment } from '../scenario/merge.js';
import bursts from './tables/qemu-1.2.1-bursts.json' with { type: 'json' };

/** One measured migration of QEMU 1.2.1: what was run, and what came of it. Unknown fields are left alone. */
const runSchema = z.object({
  id: z.string(),
  cls: z.string(),
  outcome: z.enum(['completed', 'non_converging']),
  /** Seconds from the migrate command to the closed socket at the source; null if it did not complete. */
  totalS: z.number().nullable(),
  /** Seconds from the guest's stop to its resumption at the destination, where that was seen. */
  stopToResumeS: z.number().nullable(),
  burst: z.object({
    /** Pages sent between the end of the first pass and the stop, in hot sets. */
    extra_sweeps: z.number().nullish(),
  }),
  config: z.object({
    /** MiB: RAM, all data, and of that what is rewritten. */
    ram: z.number().positive(),
    A: z.number().nonnegative(),
    W: z.number().nonnegative(),
    /** Sweeps of the writer per second. */
    ticks: z.number().positive().default(10),
    accel: z.string().default('kvm'),
    /** Frames on the wire, '974mbit'. */
    link: z.string().regex(/^\d+(\.\d+)?mbit$/u),
    wmem: z.number().default(0),
    tsq: z.number().default(0),
    qburst: z.number().default(200_000),
    live: z.boolean(),
    prealloc: z.boolean().default(true),
    src_prealloc: z.boolean().default(false),
    limit_s: z.number().positive(),
    /** Seconds; null: QEMU's own. */
    downtime: z.number().positive().nullable(),
    cpuload: z.number().default(0),
    memload: z.number().default(0),
    load: z.object({ kind: z.string(), mbit: z.number().optional(), n: z.number().optional() }).nullable(),
    env: z.record(z.string(), z.string()).nullable(),
  }),
});

export type MeasuredRun = z.infer<typeof runSchema>;

/**
 * Reads one measured run.
 *
 * @throws InputError that names the field and the rule, after `place` (file:line).
 * @example
 * readRun({ id: 'b-00-r0' }, 'runs.jsonl:1')
 * // throws: runs.jsonl:1: cls: Invalid input: expected string, received undefined
 */
export function readRun(value: unknown, place: string): MeasuredRun {
  const read = runSchema.safeParse(value);
  if (read.success) return read.data;
  const issue = read.error.issues[0]!;
  const path = issue.path.join('.') || 'the run';
  throw new InputError(`${place}: ${path}: ${issue.message}`);
}

/**
 * The condition under which a run copied, as the burst distributions name it.
 *
 * @example
 * burstCondition(ownRuns()[0]) // => 'base'
 */
export function burstCondition({ config }: MeasuredRun): string {
  const { accel, env, load, cpuload, memload, qburst, wmem, tsq } = config;
  const background = load?.kind === 'blast' ? 'blast load' : load ? 'ping load' : undefined;
  const busy = cpuload > 0 ? '2 busy loops' : memload > 0 ? 'memory hog' : undefined;
  const load1 = background ?? busy;
  if (env?.MIGSLOW !== undefined) {
    const slow = 'slow+600ns/page';
    const both = `${slow}, ${load1 ?? ''}`;
    return both in bursts.conditions ? both : slow;
  }
  if (accel === 'tcg') return 'tcg';
  if (qburst < 200_000) return 'per-packet timers';
  if (wmem > 0) return `wmem ${wmem}`;
  if (tsq > 0) return `tsq ${tsq}`;
  return load1 ?? 'base';
}

type Conditions = Record<string, { quantiles: number[][] }>;

function quantilesOf(run: MeasuredRun): number[][] {
  const conditions: Conditions = bursts.conditions;
  return (conditions[burstCondition(run)] ?? bursts.conditions.base).quantiles;
}

/**
 * The limit of a run's condition, bytes: what 99 % of the calls are too slow for within the downtime limit. Above it a
 * rewritten set stops only by luck.
 *
 * @example
 * limitOfCondition(ownRuns()[0]) // => 211071000
 */
export function limitOfCondition(run: MeasuredRun): number {
  const p99 = quantilesOf(run).find(([percent]) => percent === 99)!;
  return p99[1]! * 1e9 * (run.config.downtime ?? defaultLimitSeconds);
}

const defaultLimitSeconds = 0.03;

/** The campaign's shaper lets 974 Mbit/s of frames through, which is 930 Mbit/s of TCP. */
const payloadShare = 930 / 974;

/**
 * A measured run as a scenario on stack qemu-1.2.1. Nothing in it depends on how the run ended: the writer and the
 * link are the campaign's, the bursts are those of the run's condition, the costs are the profile's.
 *
 * @example
 * scenarioOf(ownRuns()[0])[0] // => { origin: 'run dist-00-r0', path: 'stack', value: 'qemu-1.2.1' }
 */
export function scenarioOf(run: MeasuredRun): Assignment[] {
  const { config } = run;
  const link = (Number.parseFloat(config.link) * payloadShare).toFixed(6);
  const fields: Record<string, unknown> = {
    stack: 'qemu-1.2.1',
    'migration.kind': config.live ? 'lm' : 'stop-and-copy',
    'migration.maxBandwidth': 'unlimited',
    'migration.patience': `${config.limit_s} s`,
    'vm.vcpus': 1,
    'vm.ram': `${config.ram} MiB`,
    'vm.resident': `${config.A - config.W} MiB`,
    'link.rate': `${Number.parseFloat(config.link)} Mbit/s`,
    'link.goodput': `${link} Mbit/s`,
    'parameters.burst.quantiles': quantilesOf(run),
    'parameters.burst.unit': 'GB/s',
  };
  if (config.W > 0) {
    fields['vm.workload[0].size'] = `${config.W} MiB`;
    fields['vm.workload[0].period'] = `${1 / config.ticks} s`;
  }
  if (config.downtime !== null) fields['migration.downtimeLimit'] = `${config.downtime} s`;
  if (config.load) {
    const senders = config.load.kind === 'ping' ? (config.load.n ?? 1) : 1;
    const rate = `${(config.load.mbit ?? 930) / senders} Mbit/s`;
    const kind = config.load.kind === 'blast' ? 'icmp-paced' : 'icmp-flood';
    fields.background = Array.from({ length: senders }, () => ({ kind, rate }));
  }
  if (config.src_prealloc) fields['parameters.cpu.zeroPageSeconds'] = touchedZeroPageSeconds;
  if (!config.prealloc) fields['parameters.destination.zeroPageSeconds'] = freshZeroPageSeconds;
  if (config.accel === 'tcg') fields['parameters.qemu.syncsEveryCall'] = 1;
  if (config.wmem > 0) fields['parameters.stream.sendBufferBytes'] = config.wmem;
  return Object.entries(fields).map(([path, value]) => ({ origin: `run ${run.id}`, path, value }));
}

/** A zero page that the source has touched before, s (class a2, two runs). */
const touchedZeroPageSeconds = 0.344e-6;
/** Taking in a zero page where the destination's memory is not preallocated, s (class a2). */
const freshZeroPageSeconds = 5.8e-6;
