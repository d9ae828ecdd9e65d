import type { Constant } from '../models/stacks/stack.js';
import { mostDeepPerSecond } from '../models/socket-depth.js';
import { mostStallsPerSecond } from '../models/stalls.js';
import { InputError } from './input-error.js';

/** Seconds. A host that keeps a thread for longer is down. */
const hour = 3600;

/** Of a logarithm: what lies three of these away is three million times as much. Nothing measured spreads like that. */
const mostSpread = 5;

/** Constants that must not be 0: a clock that stands, a sender without weight, a socket that takes nothing. */
const positive = new Set([
  'qemu.windowSeconds',
  'qemu.sliceSeconds',
  'postCopy.discardsPerCommand',
  'postCopy.receiveBufferBytes',
  'libvirt.pollSeconds',
  'nova.pollSeconds',
  'autoConverge.sleepSpacingSeconds',
  'dirtyLimit.ringPages',
  'kubevirt.pollSeconds',
  'kubevirt.ewmaAlpha',
  'ovirt.pollSeconds',
  'ovirt.maxMigrations',
  'proxmox.pollSeconds',
  'proxmox.fastPollSeconds',
  'xen.batchPages',
  'stream.sendBufferBytes',
  'stream.deepBufferBytes',
  'stream.deepChangeSeconds',
  'stream.receiveWindowBytes',
  'queue.migration',
  'queue.icmpFlood',
  'queue.icmpPaced',
  'queue.udp',
  'queue.tcp',
  'guest.touchedShare',
  'guest.visitSeconds',
  'disk.readRate',
  'block.parallelReads',
  'block.buffers',
  'mirror.inFlight',
  'mirror.operationBytes',
  'mirror.granularityBytes',
  'mirror.sliceSeconds',
  'mirror.guestQueueDepth',
  'xbzrle.runBytes',
  'compress.threads',
  'compress.decompressThreads',
  'compress.ratio',
  'compress.restingRatio',
  'zlib.ratio',
  'zlib.restingRatio',
  'zstd.ratio',
  'zstd.restingRatio',
  'multifd.channels',
  'multifd.packetPages',
  'multifd.socketBytes',
]);

/** Constants that are shares of something, and cannot be more than all of it. */
const shares = new Set([
  'cpu.hyperThreadGain',
  'stream.writableShare',
  'stream.deepSpread',
  'stream.fillSpread',
  'guest.touchedShare',
  'qemu.syncsEveryCall',
  'dirtyLimit.linearAbove',
  'dirtyLimit.step',
  'kubevirt.allowAutoConverge',
  'kubevirt.allowPostCopy',
  'kubevirt.allowWorkloadDisruption',
  'kubevirt.ewmaAlpha',
  'kubevirt.stallMargin',
  'kubevirt.patienceDecay',
  'proxmox.xbzrleCacheShare',
  'xen.skipsRewritten',
  'vmware.convergingShare',
  'vmware.slowedShare',
  'vmware.resumesEarly',
  'cloudHypervisor.stopsAtTimeout',
  'xbzrle.keepsFresh',
  'multifd.zerosInChannels',
]);

/** What values a quantity may have within its range. */
export type Grid = 'all' | 'whole numbers' | 'powers of two';

/** Constants that the product takes only within a range; `rule` says which. */
const ranges: Readonly<
  Record<string, { isIn: (value: number) => boolean; rule: string; grid?: Exclude<Grid, 'all'> }>
> = {
  'stream.busyGuestLoss': {
    isIn: (value) => value <= 0.5,
    rule: 'must be at most 50 %: a run may lose twice that',
  },
  'stream.deepPerSecond': atMost(mostDeepPerSecond, 'a second'),
  'stream.deepRunSpread': atMost(mostSpread),
  'stream.deepSeconds': atMost(hour, 's'),
  'guest.stallsPerSecond': atMost(mostStallsPerSecond, 'a second'),
  'guest.stallSeconds': atMost(hour, 's'),
  'cpu.stallsPerSecond': atMost(mostStallsPerSecond, 'a second'),
  'cpu.stallsSpread': atMost(mostSpread),
  'cpu.stallSeconds': atMost(hour, 's'),
  'autoConverge.trigger': percent(1, 100, 'throttle-trigger-threshold'),
  'autoConverge.initial': percent(1, 99, 'cpu-throttle-initial'),
  'autoConverge.increment': percent(1, 99, 'cpu-throttle-increment'),
  'autoConverge.max': percent(1, 99, 'max-cpu-throttle'),
  'autoConverge.tailslow': {
    isIn: (value) => value === 0 || value === 1,
    rule: 'must be 0 or 1',
    grid: 'whole numbers',
  },
  'dirtyLimit.vcpuLimit': {
    isIn: (value) => value >= 2 ** 20,
    rule: "must be at least 1 MiB/s (QEMU's own rule for vcpu-dirty-limit)",
  },
  'dirtyLimit.periodSeconds': {
    isIn: (value) => value >= 0.001 && value <= 1,
    rule: "must be 1 ms to 1000 ms (QEMU's own rule for x-vcpu-dirty-limit-period)",
  },
  'multifd.channels': {
    isIn: (value) => Number.isInteger(value) && value >= 1 && value <= 255,
    rule: "must be a whole number from 1 to 255 (QEMU's own rule for multifd-channels)",
    grid: 'whole numbers',
  },
  'xbzrle.cacheBytes': {
    isIn: (value) => value >= 4096 && Number.isInteger(Math.log2(value)),
    rule: "must be a power of two no less than the page size of 4 KiB (QEMU's own rule for xbzrle-cache-size)",
    grid: 'powers of two',
  },
};

function atMost(most: number, unit = '') {
  return { isIn: (value: number) => value <= most, rule: `must be at most ${most} ${unit}`.trimEnd() };
}

function percent(min: number, max: number, name: string) {
  return {
    isIn: (share: number) => share >= min / 100 && share <= max / 100,
    rule: `must be ${min} % to ${max} % (QEMU's own rule for ${name})`,
  };
}

/** Constants that are but the defaults of a field of the scenario; an override of one would do nothing. */
const defaultsOf: Readonly<Record<string, string>> = {
  'qemu.downtimeLimitSeconds': 'migration.downtimeLimit',
  'qemu.maxBandwidth': 'migration.maxBandwidth',
  'cloudHypervisor.downtimeLimitSeconds': 'migration.downtimeLimit',
  'cloudHypervisor.timeoutSeconds': 'migration.timeout',
  'guest.residentBase': 'vm.resident',
  'guest.residentPerRam': 'vm.resident',
  'disk.allocatedBytes': 'vm.disk.allocated',
};

/**
 * The rule that a value breaks as an override of a constant, undefined if it breaks none.
 *
 * @param constant group and name, such as 'stream.writableShare'
 * @param value SI
 * @example
 * brokenConstantRule('stream.writableShare', 1.5) // => 'must be at most 1'
 */
export function brokenConstantRule(constant: string, value: number): string | undefined {
  if (!(value >= 0 && value < Infinity)) return 'must be at least 0 and finite';
  if (value === 0 && positive.has(constant)) return 'must be greater than 0';
  if (value > 1 && shares.has(constant)) return 'must be at most 1';
  const range = Object.hasOwn(ranges, constant) ? ranges[constant] : undefined;
  if (range && !range.isIn(value)) return range.rule;
  return undefined;
}

/**
 * What values an override of a constant may have within its range.
 *
 * @param constant group and name
 * @example
 * gridOfConstant('multifd.channels', undefined) // => 'whole numbers'
 * gridOfConstant('stream.writableShare', undefined) // => 'all'
 */
export function gridOfConstant(constant: string, accepts: Constant['accepts']): Grid {
  const range = Object.hasOwn(ranges, constant) ? ranges[constant] : undefined;
  return range?.grid ?? (accepts?.whole ? 'whole numbers' : 'all');
}

/**
 * The rule of the product that a value breaks, undefined if it breaks none.
 *
 * @param value SI
 * @param show writes a bound with its unit
 * @example
 * brokenProductRule(0.05, { min: 0.1 }, (seconds) => `${1000 * seconds} ms`) // => 'must be at least 100 ms'
 */
export function brokenProductRule(
  value: number,
  { min = -Infinity, max = Infinity, whole }: NonNullable<Constant['accepts']>,
  show: (bound: number) => string = String,
): string | undefined {
  if (value < min) return `must be at least ${show(min)}`;
  if (value > max) return `must be at most ${show(max)}`;
  return whole && !Number.isInteger(value) ? 'must be a whole number' : undefined;
}

/**
 * Refuses the override of a constant that is set by a field of the scenario.
 *
 * @param constant group and name, such as 'qemu.maxBandwidth'
 * @throws InputError that names the field.
 * @example
 * refuseDefault('qemu.maxBandwidth')
 * // throws: parameters.qemu.maxBandwidth: only the default of migration.maxBandwidth; set migration.maxBandwidth itself
 */
export function refuseDefault(constant: string): void {
  const field = Object.hasOwn(defaultsOf, constant) ? defaultsOf[constant] : undefined;
  if (field === undefined) return;
  const path = `parameters.${constant}`;
  throw new InputError(`${path}: only the default of ${field}; set ${field} itself`, path);
}
