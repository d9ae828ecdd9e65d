import type { Assignment } from '../scenario/merge.js';
import bench from '../scenario/profiles/qemu-1.2.1-bench.json' with { type: 'json' };
import { isPaced, quantilesOfCondition, runsOfCondition } from './qemu-1.2.1-conditions.js';
import { isRateLimited, linkMbits, type MeasuredRun } from './qemu-1.2.1-run.js';

const { constants, hosts } = bench;

/**
 * A measured run as a scenario on stack qemu-1.2.1. Nothing in it depends on how the run ended: the writer and the
 * link are the campaign's, the bursts are those of the run's condition, the costs are the profile's.
 *
 * @example
 * scenarioOf(ownRuns()[0])[0] // => { origin: 'run dist-00-r0', path: 'stack', value: 'qemu-1.2.1' }
 */
export function scenarioOf(run: MeasuredRun): Assignment[] {
  const { config } = run;
  const fields: Record<string, unknown> = {
    stack: 'qemu-1.2.1',
    'migration.kind': config.live ? 'lm' : 'stop-and-copy',
    'migration.maxBandwidth': isRateLimited(run) ? `${config.speed} B/s` : 'unlimited',
    'migration.patience': `${config.limit_s} s`,
    ...guestFields(run),
    ...networkFields(run),
    ...burstFields(run),
    ...zeroPageFields(run),
  };
  if (config.downtime !== null) fields['migration.downtimeLimit'] = `${config.downtime} s`;
  if (config.accel === 'tcg') fields['parameters.qemu.syncsEveryCall'] = 1;
  return Object.entries(fields).map(([path, value]) => ({ origin: `run ${run.id}`, path, value }));
}

function guestFields({ config }: MeasuredRun): Record<string, unknown> {
  const { ram, ticks } = config;
  const hot = Math.min(config.W, ram);
  const resting = Math.max(0, Math.min(config.A - hot + ownPages / 256, ram - hot));
  return {
    'vm.vcpus': 1,
    'vm.ram': `${ram} MiB`,
    'vm.resident': `${resting} MiB`,
    ...(hot > 0 && { 'vm.workload[0].size': `${hot} MiB`, 'vm.workload[0].period': `${1 / ticks} s` }),
  };
}

/** Pages of data that are not the guest program's: BIOS and tables (class a sends 4,175 pages for A = 16 MiB). */
const ownPages = 79;

function networkFields({ config }: MeasuredRun): Record<string, unknown> {
  const frames = linkMbits(config.link);
  const senders = config.load.flatMap((load) => {
    const count = Math.max(1, Math.round(load.n ?? 1));
    const rate = `${(load.mbit ?? 930) / count} Mbit/s`;
    return Array.from({ length: count }, () => ({ kind: isPaced(load) ? 'icmp-paced' : 'icmp-flood', rate }));
  });
  const queue = config.qlimit / measuredQueue;
  const window = constants.stream.receiveWindowBytes.value * queue;
  return {
    'link.rate': `${frames} Mbit/s`,
    'link.goodput': `${(frames * payloadShare).toFixed(6)} Mbit/s`,
    ...(senders.length > 0 && { background: senders }),
    'parameters.queue.migration': constants.queue.migration.value * queue,
    'parameters.stream.receiveWindowBytes': config.rmem > 0 ? Math.min(window, config.rmem / 2) : window,
    'parameters.stream.sendBufferBytes': socketBytes(config.wmem, frames),
  };
}

/** The campaign's shaper lets 974 Mbit/s of frames through, which is 930 Mbit/s of TCP. */
const payloadShare = 930 / 974;
/** The campaign's queue before the shaper, bytes. */
const measuredQueue = 1_514_000;

/**
 * What the socket holds, three times a call. With a limit: that and two packets of 64 KiB as the stack cuts them, and a
 * call is never less than two (384 KiB a call at 1 MiB, 128 KiB at 208 and at 64 KiB). Without: 4 MiB, to which the
 * kernel lets it grow with the congestion window; on 300 Mbit/s three of four connections stopped at 2.6 to 3.0 MB.
 */
function socketBytes(limit: number, frames: number): number {
  if (limit > 0) return Math.max(3 * twoPackets, limit + twoPackets);
  return frames < slowLink ? 2.7e6 : constants.stream.sendBufferBytes.value;
}

const twoPackets = 2 * 65_536;
/** Between the measured 300 and 974 Mbit/s. */
const slowLink = 540;

function burstFields(run: MeasuredRun): Record<string, unknown> {
  const { level, spread, cold } = runsOfCondition(run);
  return {
    'parameters.burst.quantiles': quantilesOfCondition(run).map(([percent, speed]) => [
      percent,
      level * speed,
    ]),
    'parameters.burst.unit': 'B/s',
    'parameters.burst.runSpread': spread,
    'parameters.burst.cold': cold,
    // The speeds measured under traffic have the soft interrupts that it costs in them.
    'parameters.cpu.softInterruptByteSeconds': 0,
  };
}

function zeroPageFields({ config }: MeasuredRun): Record<string, unknown> {
  const others = Math.max(0, config.cpuload) + Math.max(0, config.memload);
  const atSource = config.src_prealloc ? touchedZeroPage : constants.cpu.zeroPageSeconds.value;
  const atDestination = config.prealloc ? constants.destination.zeroPageSeconds.value : freshZeroPage;
  return {
    'parameters.cpu.zeroPageSeconds': crowding(2 + others) * atSource,
    'parameters.destination.zeroPageSeconds':
      config.dst === 'sink' ? 0 : crowding(1.5 + others) * atDestination,
  };
}

/** A zero page that the source has touched before, s (class a2, two runs). */
const touchedZeroPage = 0.344e-6;
/** Taking in a zero page where the destination's memory is not preallocated, s (class a2, five runs). */
const freshZeroPage = 5.8e-6;

/**
 * Both hypervisors of the campaign ran on one machine of two cores, beside busy loops and memory hogs, a thread each.
 * While the source scans zero pages the destination works all the time; the source does so half of the time, so the
 * destination meets half a thread. Each thread gets its fair share; bursts are too short for the scheduler to cut them.
 */
function crowding(threads: number): number {
  return Math.max(1, threads / hosts.cores);
}
