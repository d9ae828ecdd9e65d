import type { PostCopyRecord, StopTest } from '../models/migration/journal.js';
import { brokenCapabilityRule } from '../models/migration/capabilities.js';
import { pageBytes } from '../models/migration/migration.js';
import { findStack } from '../scenario/catalog.js';
import type { Scenario } from '../scenario/scenario.js';
import { longestDowntimeLimit } from './qemu-abilities.js';
import type { RunResult } from './run.js';

/**
 * One sentence that says why a run ended as it did, with the figures of its stop test: what let it stop, or which
 * inequality failed, by how much, and the downtime limit that would have made it true.
 *
 * @param scenario what was run
 * @param run one replication of it, a typical one
 * @example
 * const nearest = { remainingBytes: 110 * 2 ** 20, thresholdBytes: 100 * 2 ** 20 };
 * reasonFor(scenario, { ...run, verdict: 'non-converging', nearest });
 * // => 'At best 110 MiB were left, 1.1 times the limit of 100 MiB (estimated 3.5 GB/s x downtime limit 30 ms); with a
 * //     downtime limit of 33 ms that test would have passed.'
 */
export function reasonFor(scenario: Scenario, run: RunResult): string {
  const number = run.decisiveVm;
  const vm = number === undefined ? undefined : run.vms?.[number - 1];
  if (vm === undefined) return reasonOf(scenario, run);
  const which = `VM ${number} of ${run.vms!.length}`;
  const { patience } = scenario.migration;
  if (vm.waitedSeconds >= patience) {
    return `${which} still waited for its turn when the patience of ${time(patience)} ended: the product lets only so many leave a host at once.`;
  }
  const role = run.verdict === 'completed' ? 'was the last to finish' : 'did not finish';
  return `${which} ${role}. ${reasonOf(scenario, { ...run, ...vm })}`;
}

function reasonOf(scenario: Scenario, run: RunResult): string {
  switch (run.verdict) {
    case 'completed':
      if (run.decision !== null) return ruleStopped(run, run.decision);
      if (run.postCopy) return wentOver(scenario, run, run.postCopy);
      if (run.stoppedFirst) return sentInOnePass(run);
      return (
        (run.forced === null ? '' : `${run.forced}: nothing became dirty any more. `) +
        testPassed(scenario, run) +
        diskAtStop(scenario, run)
      );
    case 'non-converging':
      if (run.postCopy) return cutShortAfterSwitch(scenario, run.postCopy);
      if (run.stoppedFirst) return cutShort(scenario, run);
      if (run.mirror?.readyAt === null) return neverReady(scenario, run.mirror);
      if (run.decision !== null) return cutOff(scenario, run.decision);
      if (scenario.migration.downtimeLimit === Infinity) return neverRuled(scenario, run);
      return run.nearest === null ? neverTested(scenario, run) : neverStopped(scenario, run, run.nearest);
    case 'aborted':
      return (
        `${run.ended ?? 'The product gave up by a rule of its own'}; the guest runs on at the source.` +
        mirrorNeverReady(run)
      );
    case 'failed':
      return `${run.ended ?? 'The guest was lost on the way'}.`;
  }
}

/**
 * By how much the nearest stop test of a run missed: what was left as a multiple of what was allowed, at most 1 where
 * the test passed; null where none was made.
 *
 * @example
 * shortfallOf({ ...run, nearest: { remainingBytes: 110, thresholdBytes: 100 } }) // => 1.1
 */
export function shortfallOf({ nearest }: Pick<RunResult, 'nearest'>): number | null {
  if (nearest === null) return null;
  // Nothing is never too much, also where nothing is allowed.
  return nearest.remainingBytes === 0 ? 0 : nearest.remainingBytes / nearest.thresholdBytes;
}

function sentInOnePass(run: RunResult): string {
  return (
    'The guest was stopped before the transfer, so nothing became dirty again: ' +
    `one pass of ${wireSize(run.bytesOnWire)} in ${time(run.sourceDowntimeSeconds ?? 0)}.`
  );
}

function cutShort({ migration }: Scenario, run: RunResult): string {
  return (
    `The patience of ${time(migration.patience)} ended when ${wireSize(run.bytesOnWire)} had been sent. ` +
    'The guest stands still, so nothing becomes dirty again: with more patience it completes.'
  );
}

/** Of a product that stops by another rule than that of the downtime limit. */
function ruleStopped(run: RunResult, decision: string): string {
  const after = `After ${passes(run)}`;
  // Expected pages come in fractions: less than one is nothing to a product.
  if (decision.startsWith('nothing')) return `${after} ${decision}.`;
  const left = run.leftAtStopBytes >= leastBytes ? `${size(run.leftAtStopBytes)} were` : 'nothing was';
  return `${after} ${left} left: ${decision}.`;
}

function cutOff({ migration }: Scenario, decision: string): string {
  return (
    `The guest was to be stopped (${decision}), but the patience of ${time(migration.patience)} ended ` +
    'before it ran at the destination.'
  );
}

function neverRuled({ migration }: Scenario, run: RunResult): string {
  const after = run.passes === 0 ? 'in the first pass' : `after ${passes(run)}`;
  return (
    `The patience of ${time(migration.patience)} ended ${after}, before any rule stopped the guest: ` +
    `${wireSize(run.bytesOnWire)} had been sent.`
  );
}

function passes(run: RunResult): string {
  return run.passes === 1 ? 'one pass' : `${run.passes} passes`;
}

function wentOver({ migration }: Scenario, run: RunResult, postCopy: PostCopyRecord): string {
  const rounds = run.roundCount;
  const whole =
    rounds === 1 ? 'After one round' : rounds > 1 ? `After ${rounds} rounds` : 'In the first pass';
  const when = migration.kind === 'post-copy' ? 'At once' : whole;
  const { requests, stallSeconds, pagesPushed, pagesFaulted } = postCopy;
  const waited =
    requests < 0.5
      ? 'it missed none of them'
      : `it asked for ${Math.round(requests)} pages and waited ${time(stallSeconds)} for them`;
  const sent = size((pagesPushed + pagesFaulted) * pageBytes);
  return (
    `${when} it went over to post-copy with ${size(run.leftAtStopBytes)} left: the guest stood still for ` +
    `${time(run.downtimeSeconds ?? 0)}, then ran at the destination while ${sent} of data followed; ${waited}.`
  );
}

function cutShortAfterSwitch({ migration }: Scenario, postCopy: PostCopyRecord): string {
  const sent = size((postCopy.pagesPushed + postCopy.pagesFaulted) * pageBytes);
  return (
    `The patience of ${time(migration.patience)} ended in post-copy, with ${sent} of data sent after the switch. ` +
    'Nothing becomes dirty any more and nobody can call it off: with more patience it completes.'
  );
}

function testPassed(scenario: Scenario, run: RunResult): string {
  const rounds = run.roundCount === 1 ? 'one round' : `${run.roundCount} rounds`;
  if (run.nearest === null) return `It stopped after ${rounds}.`;
  if (run.nearest.thresholdBytes === 0) return `After ${rounds} nothing was left.`;
  const { remainingBytes, thresholdBytes, stalledRound } = run.nearest;
  const why = stalledRound
    ? `, for the host had kept the guest from running for ${time(stalledRound.stalledSeconds)} of the last round's ${time(stalledRound.seconds)}`
    : '';
  if (remainingBytes < leastBytes) {
    return (
      `After ${rounds} nothing was left${why}; ${size(thresholdBytes)} would have been allowed ` +
      `(${limitTerms(scenario, run.nearest)}).`
    );
  }
  return (
    `After ${rounds} ${size(remainingBytes)} were left${why}, within the limit of ` +
    `${size(thresholdBytes)} (${limitTerms(scenario, run.nearest)}).`
  );
}

/** A disk that was behind when the guest was stopped: of a mirror, the stop test does not count that. */
function diskAtStop({ migration }: Scenario, { downtimeParts, mirror }: RunResult): string {
  const seconds = downtimeParts?.disk ?? 0;
  if (seconds <= migration.downtimeLimit) return '';
  if (mirror === null)
    return ` The disk took ${time(seconds)} of the downtime: it is read more slowly than that estimate.`;
  return ` ${size(mirror.leftAtStopBytes)} of the disk were still to be copied then: ${time(seconds)} of the downtime, which that test does not count.`;
}

function mirrorNeverReady({ mirror }: RunResult): string {
  if (mirror?.readyAt !== null) return '';
  return ` The mirror of the disk was never ready: at best ${size(mirror.leastLeftBytes)} of it were left to copy.`;
}

function neverReady(scenario: Scenario, mirror: NonNullable<RunResult['mirror']>): string {
  const { migration } = scenario;
  const rate = diskWritesAtEnd(scenario);
  const left =
    `The patience of ${time(migration.patience)} ended before the mirror of the disk was ready: ` +
    `at best ${size(mirror.leastLeftBytes)} of it were left to copy`;
  if (rate === 0 || mirror.wantedBytes > 0) return `${left}.`;
  return `${left}; the guest goes on writing ${wireSize(rate)} a second, and what it writes is copied again.`;
}

function neverTested(scenario: Scenario, run: RunResult): string {
  const { patience } = scenario.migration;
  const ofDisk = run.diskBytes > 0 ? `, ${wireSize(run.diskBytes)} of it of the disk` : '';
  return (
    `The patience of ${time(patience)} ended before so little was left that the stop test could be made: ` +
    `${wireSize(run.bytesOnWire)} had been sent${ofDisk}${heldBack(scenario, onWire(scenario, run))}.`
  );
}

/** Bytes a second on the wire, over all of a run that patience ended. */
function onWire({ migration }: Scenario, { bytesOnWire, setupSeconds }: RunResult): number {
  return bytesOnWire / (migration.patience - (setupSeconds ?? 0));
}

/** That max-bandwidth is what holds a rate on the wire down, if so. */
function heldBack({ migration, link }: Scenario, rateOnWire: number): string {
  const { maxBandwidth } = migration;
  return maxBandwidth < link.goodput && rateOnWire > (1 - ALIKE) * maxBandwidth
    ? `, which max-bandwidth holds it to (${speed(maxBandwidth)}; the link carries ${speed(link.goodput)})`
    : '';
}

function neverStopped(scenario: Scenario, run: RunResult, nearest: StopTest): string {
  const { patience } = scenario.migration;
  const downtimeLimit = limitOf(scenario, nearest);
  const shortfall = shortfallOf(run)!;
  if (shortfall <= 1) {
    return `The stop test passed, but the patience of ${time(patience)} ended before the guest ran at the destination.`;
  }
  const { diskBytes = 0 } = nearest;
  const ofDisk = diskBytes >= leastBytes ? `, ${size(diskBytes)} of it of the disk` : '';
  const left = `At best ${size(nearest.remainingBytes)} were left${ofDisk}`;
  if (downtimeLimit === 0) return `${left}, and a downtime limit of 0 allows nothing to be left.`;
  if (nearest.thresholdBytes === 0)
    return `${left}, before any bandwidth was measured that allows some to be left.`;
  return (
    `${left}, ${digits(shortfall)} times the limit of ${size(nearest.thresholdBytes)} ` +
    `(${limitTerms(scenario, nearest)}); ${whatPasses(scenario, downtimeLimit, shortfall)}.` +
    (2 * diskBytes > nearest.remainingBytes ? diskIsWritten(scenario) : whyNotLess(scenario, run))
  );
}

/** Which limit would have let the nearest test pass. */
function whatPasses({ stack, migration }: Scenario, limit: number, shortfall: number): string {
  // Rounded up, so that the limit named is one that does.
  const enough = roundUp(limit * shortfall);
  // A step that an orchestrator has set is not the scenario's field.
  if (Math.abs(limit / migration.downtimeLimit - 1) > ROUNDING)
    return `the product had asked for ${time(limit)} by then, and ${time(enough)} would have been enough`;
  const longest = longestDowntimeLimit(findStack(stack));
  return enough > longest
    ? `no downtime limit that it takes would have been enough, of ${time(longest)} at most`
    : `with a downtime limit of ${time(enough)} that test would have passed`;
}

function diskIsWritten(scenario: Scenario): string {
  const rate = diskWritesAtEnd(scenario);
  return rate > 0
    ? ` The guest goes on writing ${wireSize(rate)} a second to the disk, and what it writes is copied again.`
    : '';
}

/** Bytes a second that the guest writes to its disk when patience ends. */
function diskWritesAtEnd({ vm, migration }: Scenario): number {
  const { patience } = migration;
  return vm.disk.writes
    .filter(({ from, until }) => from < patience && until >= patience)
    .reduce((sum, { rate }) => sum + rate, 0);
}

/**
 * What kept so much left, as far as the run's own figures prove it: that memory was written at least as fast as it was
 * sent, in spite of throttling; and whether this product has a kind that would end it. Only of migration threads: a main
 * loop's estimate is no rate of sending.
 */
function whyNotLess(scenario: Scenario, run: RunResult): string {
  const { migration } = scenario;
  const { repeats, mostThrottled } = run;
  const stack = findStack(scenario.stack);
  if (stack.qemu === undefined || repeats === null || repeats.dirtiedBytes < repeats.sentBytes) return '';
  const rounds = repeats.rounds === 1 ? 'After another round' : `After each of ${repeats.rounds} more rounds`;
  const throttled =
    mostThrottled > 0
      ? `, though its vCPUs were kept asleep for up to ${digits(100 * mostThrottled)} % of the time`
      : '';
  const hybrid = new Set([...migration.capabilities, 'postcopy-ram']);
  const takesHybrid =
    stack.kinds.hybrid !== undefined && brokenCapabilityRule(hybrid, stack.qemu) === undefined;
  const knob =
    takesHybrid && migration.kind === 'lm'
      ? '; as kind hybrid it would end, for post-copy sends what is left once'
      : '';
  const sentRate = repeats.sentBytes / repeats.seconds;
  // What is encoded is more in memory than on the wire.
  const isEncoded =
    migration.multifdCompression !== 'none' ||
    migration.capabilities.some((name) => name === 'xbzrle' || name === 'compress');
  const rate = speed(sentRate);
  const faster = isEncoded
    ? `faster than they can be sent, encoded, at ${rate} of memory`
    : `faster than ${rate} can send them`;
  const held = heldBack(scenario, isEncoded ? onWire(scenario, run) : sentRate);
  return (
    ` ${rounds} at least ${size(repeats.leastLeftBytes)} were dirty again: ` +
    `it rewrites them ${faster}${held}${throttled}${knob}.`
  );
}

/** How the limit of the stop test came about. */
function limitTerms(scenario: Scenario, test: StopTest): string {
  const { thresholdBytes } = test;
  const downtimeLimit = limitOf(scenario, test);
  const estimate = downtimeLimit > 0 ? speed(thresholdBytes / downtimeLimit) : 'speed';
  return `estimated ${estimate} x downtime limit ${time(downtimeLimit)}`;
}

/** An orchestrator changes the limit of downtime as a migration goes on. */
function limitOf({ migration }: Scenario, test: StopTest): number {
  return test.downtimeLimitSeconds ?? migration.downtimeLimit;
}

function digits(value: number): string {
  return Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

function roundUp(value: number): number {
  const step = 10 ** (Math.floor(Math.log10(value)) - 2);
  return Number((Math.ceil(value / step - 1e-9) * step).toPrecision(3));
}

/** Rates within this share of each other are one. */
const ALIKE = 0.03;
/** Limits within this share of each other are the same. */
const ROUNDING = 1e-6;

/** Less than this is rounding, not a page. */
const leastBytes = 1;

/** Memory is counted in binary multiples. */
function size(bytes: number): string {
  if (bytes < 2 ** 20) return `${digits(bytes / 2 ** 10)} KiB`;
  return bytes < 10 * 2 ** 30 ? `${digits(bytes / 2 ** 20)} MiB` : `${digits(bytes / 2 ** 30)} GiB`;
}

/** What went over a wire is counted in decimal multiples. */
function wireSize(bytes: number): string {
  return bytes < 10e9 ? `${digits(bytes / 1e6)} MB` : `${digits(bytes / 1e9)} GB`;
}

function speed(bytesPerSecond: number): string {
  if (bytesPerSecond >= 999.5e6) return `${digits(bytesPerSecond / 1e9)} GB/s`;
  return bytesPerSecond >= 999.5e3
    ? `${digits(bytesPerSecond / 1e6)} MB/s`
    : `${digits(bytesPerSecond / 1e3)} kB/s`;
}

function time(seconds: number): string {
  return seconds < 1 && seconds > 0 ? `${digits(seconds * 1000)} ms` : `${digits(seconds)} s`;
}
