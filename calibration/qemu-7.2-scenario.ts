import type { Assignment } from '../scenario/merge.js';
import bench from '../scenario/profiles/qemu-7.2-bench.json' with { type: 'json' };
import type { Qemu72Run } from './qemu-7.2-run.js';
import { trafficFields } from './qemu-7.2-traffic.js';

/**
 * A measured run as a scenario on stack qemu-7.2. Nothing in it depends on how the run ended: the guest, the load, the
 * settings and how busy the machine was before are the campaign's, the costs are the profile's.
 *
 * @example
 * const [run] = ownQemu72Runs().filter(({ id }) => id === 'a-13-r0');
 * qemu72Scenario(run)[0] // => { origin: 'run a-13-r0', path: 'stack', value: 'qemu-7.2' }
 */
export function qemu72Scenario(run: Qemu72Run): Assignment[] {
  const { config } = run;
  const fields: Record<string, unknown> = {
    stack: 'qemu-7.2',
    'migration.downtimeLimit': `${config.downtimeLimitMs} ms`,
    'migration.maxBandwidth':
      config.maxBandwidthMiBps > 0 ? `${config.maxBandwidthMiBps} MiB/s` : 'unlimited',
    'migration.patience': `${config.cancelAfterS} s`,
    ...guestFields(run),
    ...disturbanceFields(run),
    ...trafficFields(run, otherThreads(run) > 0),
    ...capabilityFields(run),
    ...diskFields(run),
    ...hostFields(run),
  };
  return Object.entries(fields).map(([path, value]) => ({ origin: `run ${run.id}`, path, value }));
}

function guestFields({ config, guestPagesPerS, accel }: Qemu72Run): Record<string, unknown> {
  const { ramMiB, allocatedMiB, hotMiB, busyLoop, visitRateMiBps, order } = config;
  const hot = Math.min(hotMiB, ramMiB);
  const resting = Math.max(0, Math.min(allocatedMiB - hot + ownPages / 256, ramMiB - hot));
  const visits = busyLoop ? (guestPagesPerS ?? 0) : visitRateMiBps * 256;
  return {
    'vm.vcpus': 1,
    'vm.ram': `${ramMiB} MiB`,
    'vm.resident': `${resting} MiB`,
    ...(hot > 0 && {
      'vm.workload[0].size': `${hot} MiB`,
      'vm.workload[0].pattern': order === 'rnd' ? 'uniform' : 'sequential',
      'vm.workload[0].rate': visits > 0 ? `${visits} pages/s` : 'max',
      'vm.workload[0].period': '0 s',
      'vm.workload[0].busy': busyLoop ? 1 : Math.min(1, Math.max(0.01, visits * visitSeconds)),
      'vm.workload[0].changes': `${Math.min(4096, 4 * config.wordsPerVisit)} B`,
    }),
    ...(busyLoop && accel === 'kvm' && { 'parameters.cpu.firstWriteSeconds': writeFault }),
    ...(busyLoop && visits > 0 && { 'parameters.guest.visitSeconds': 1 / visits }),
  };
}

/**
 * Class k ran on a KVM that emulates this guest, 20 us a visit; a write fault is a few of its exits. A paced writer makes
 * up for its faults, a busy loop cannot. Order of magnitude.
 */
const writeFault = 5e-6;

/** CPU of the paced writer: 0.18 of a core for 1.05 million visits a second. */
const { value: visitSeconds } = bench.constants.guest.visitSeconds;

/** Pages of data that are not the guest program's: BIOS and tables (normalPages of idle guests less what they fill). */
const ownPages = 100;

function capabilityFields({ config }: Qemu72Run): Record<string, unknown> {
  const { capabilities, multifdChannels, parameters, postcopyAfterS } = config;
  const settings = Object.entries(parameters).flatMap(([name, value]): [string, number][] => {
    const { path, scale } = parameterPaths[name] ?? {};
    if (path === undefined) return [];
    return [[path, typeof value === 'number' ? value * (scale ?? 1) : Number(value)]];
  });
  return {
    ...(capabilities.length > 0 && { 'migration.capabilities': capabilities }),
    ...(capabilities.includes('multifd') && { 'parameters.multifd.channels': multifdChannels }),
    ...(postcopyAfterS !== null && { 'migration.postCopyAfter': `${postcopyAfterS} s` }),
    ...Object.fromEntries(settings),
  };
}

/** QEMU's migration parameters that matter here; percent are shares. */
const parameterPaths: Readonly<Record<string, { path: string; scale?: number }>> = {
  'xbzrle-cache-size': { path: 'parameters.xbzrle.cacheBytes' },
  'cpu-throttle-initial': { path: 'parameters.autoConverge.initial', scale: 0.01 },
  'cpu-throttle-increment': { path: 'parameters.autoConverge.increment', scale: 0.01 },
  'max-cpu-throttle': { path: 'parameters.autoConverge.max', scale: 0.01 },
  'throttle-trigger-threshold': { path: 'parameters.autoConverge.trigger', scale: 0.01 },
  'cpu-throttle-tailslow': { path: 'parameters.autoConverge.tailslow' },
};

/** The campaign's disks are full of data; they are copied whole, ahead of RAM (migrate -b). */
function diskFields({ config: { diskMiB } }: Qemu72Run): Record<string, unknown> {
  if (diskMiB === 0) return {};
  const size = `${diskMiB} MiB`;
  return { 'migration.kind': 'blm', 'vm.disk.size': size, 'vm.disk.allocated': size };
}

function hostFields({ config: { cpuHogs } }: Qemu72Run): Record<string, unknown> {
  // Both hypervisors ran on the same two cores: beside busy loops the destination's thread is one more.
  return cpuHogs > 0 ? { 'source.busyThreads': cpuHogs + 1 } : {};
}

/**
 * In a part of the campaign the two cores had other work too, which came and went: the load average before those runs
 * was 3 to 5.8, where runs one after the other make 0.7 to 2.7. Such work keeps threads from running. Where the campaign
 * ran busy loops itself, these are what the load average shows, and they are simulated as what they are.
 */
function disturbanceFields(run: Qemu72Run): Record<string, unknown> {
  const others = otherThreads(run);
  if (others === 0) return {};
  const { cpu, stream, guest } = bench.constants;
  return {
    'parameters.cpu.stallsPerSecond': cpu.stallsPerSecond.value + stallsPerThread * others,
    'parameters.guest.stallsPerSecond': guest.stallsPerSecond.value + guestStallsPerThread * others,
    'parameters.stream.deepPerSecond': stream.deepPerSecond.value + deepPerThread * others,
  };
}

/** Threads of other work before a run, beside the campaign's own. */
function otherThreads({ loadavg: [before = 0], config: { cpuHogs } }: Qemu72Run): number {
  return cpuHogs > 0 ? 0 : Math.max(0, before - ownLoad);
}

/** What the campaign's own runs leave of a load average. */
const ownLoad = 2.5;
/**
 * Per second and thread of other work. Where the load average is below 3, the median run takes 0.2 % longer than without
 * stalls, from 3.5 on 1.5 to 3 %. Of deep sockets it is the most likely slope, as the profile's constants.
 */
const stallsPerThread = 2;
/** The same of a vCPU, from the guest's own counter, as the profile's constants. */
const guestStallsPerThread = 0.12;
const deepPerThread = 0.03;
