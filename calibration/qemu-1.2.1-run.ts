import { z } from 'zod';
import { InputError } from '../scenario/input-error.js';
import type { Assignment } from '../scenario/merge.js';
import bench from '../scenario/profiles/qemu-1.2.1-bench.json' with { type: 'json' };
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
  const { level, spread } = runsOf[burstCondition(run)] ?? otherRuns;
  const fields: Record<string, unknown> = {
    stack: 'qemu-1.2.1',
    'migration.kind': config.live ? 'lm' : 'stop-and-copy',
    'migration.maxBandwidth': 'unlimited',
    'migration.patience': `${config.limit_s} s`,
    'vm.vcpus': 1,
    'vm.ram': `${config.ram} MiB`,
    'vm.resident': `${Math.min(config.A - config.W + ownPages / 256, config.ram - config.W)} MiB`,
    'link.rate': `${Number.parseFloat(config.link)} Mbit/s`,
    'link.goodput': `${link} Mbit/s`,
    'parameters.burst.quantiles': quantilesOf(run).map(([percent, speed]) => [percent, speed! * level]),
    'parameters.burst.unit': 'GB/s',
    'parameters.burst.runSpread': spread,
  };
  if (burstCondition(run) === 'per-packet timers') {
    for (const [name, value] of Object.entries(coldUnderTimers)) fields[`parameters.burst.cold.${name}`] = value;
  }
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
  const others = config.cpuload + config.memload;
  fields['parameters.cpu.zeroPageSeconds'] =
    crowding(2 + others) * (config.src_prealloc ? touchedZeroPage : zeroPage);
  fields['parameters.destination.zeroPageSeconds'] =
    crowding(1.5 + others) * (config.prealloc ? takenZeroPage : takenFreshZeroPage);
  if (config.accel === 'tcg') fields['parameters.qemu.syncsEveryCall'] = 1;
  if (config.wmem > 0) fields['parameters.stream.sendBufferBytes'] = config.wmem;
  return Object.entries(fields).map(([path, value]) => ({ origin: `run ${run.id}`, path, value }));
}

/**
 * Cold bursts where the shaper's timers interrupt the CPU that copies: a burst into an idle socket starts the wire, and
 * with it the interrupts. The first calls of the 14 runs lie at the 5th to 22nd percentile, the median of the first
 * three to nine at the 10th to 12th.
 */
const coldUnderTimers = { secondsPerByte: 0, shift: 1.3, recovery: 0.1 };

/**
 * How the runs of a condition differ, read off the mean burst of each run's first pass. Where one long run made nearly all
 * calls of a distribution, `level` is the geometric mean over the runs beside that one run; `spread` is the standard
 * deviation of its logarithm. TCG's runs differ by 0.21, more than the distribution itself: not to be had by a shift.
 */
const runsOf: Readonly<Record<string, { level: number; spread: number }>> = {
  '2 busy loops': { level: 0.89, spread: 0.078 },
  'memory hog': { level: 0.93, spread: 0.07 },
  'ping load': { level: 0.99, spread: 0.045 },
  'blast load': { level: 1.03, spread: 0.045 },
  'per-packet timers': { level: 1, spread: 0.4 },
};
const otherRuns = { level: 1, spread: bench.burst.runSpread };

/** Pages of data that are not the guest program's: BIOS and tables (class a sends 4,175 pages for A = 16 MiB). */
const ownPages = 79;
/** Seconds that a zero page costs: at the source, untouched and touched before (class a2, two runs) ... */
const zeroPage = bench.constants.cpu.zeroPageSeconds.value;
const touchedZeroPage = 0.344e-6;
/** ... and at the destination, into memory that is there and into memory that is not yet (class a2, five runs). */
const takenZeroPage = bench.constants.destination.zeroPageSeconds.value;
const takenFreshZeroPage = 5.8e-6;

/**
 * Both hypervisors of the campaign ran on one machine of two cores, beside busy loops and memory hogs, a thread each.
 * While the source scans zero pages the destination works all the time; the source does so half of the time, so the
 * destination meets half a thread. Each thread gets its fair share; bursts are too short for the scheduler to cut them.
 */
function crowding(threads: number): number {
  return Math.max(1, threads / bench.hosts.cores);
}
