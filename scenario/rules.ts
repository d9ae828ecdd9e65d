import type { InputError } from './input-error.js';
import type { Merged } from './merge.js';
import { formatPath, type Path } from './path-syntax.js';
import type { HostSpec, PresenceSpec, Scenario } from './scenario.js';
import { formatQuantity, type Dimension } from './units.js';

/** Today's processors run one or two threads a core; the study's ran two. */
const THREADS_MAX = 2;

/**
 * Checks what no field can know by itself: that parts fit into wholes. The error stands at the field of those involved
 * that was stated with the highest precedence, because that is the one just changed.
 *
 * @throws InputError naming both values and the rule.
 */
export function checkRules(scenario: Scenario, merged: Merged): void {
  const { vm, link } = scenario;
  checkHost('source', scenario.source, merged);
  checkHost('destination', scenario.destination, merged);
  checkAtMost(merged, ['link', 'goodput'], link.goodput, ['link', 'rate'], link.rate, 'rate');
  checkAtMost(
    merged,
    ['vm', 'disk', 'allocated'],
    vm.disk.allocated,
    ['vm', 'disk', 'size'],
    vm.disk.size,
    'bytes',
  );
  checkDiskWrites(scenario, merged);
  checkMemory(scenario, merged);
  for (const index of vm.workload.keys()) checkPoints(index, scenario, merged);
}

/**
 * Checks that what comes and goes ends after it has begun, in the list at a path as it was written.
 *
 * @throws InputError as checkRules does.
 */
export function checkTimes(list: readonly PresenceSpec[], path: Path, merged: Merged): void {
  for (const [index, { from, until }] of list.entries()) {
    if (from < until) continue;
    const field = (name: string): Path => [...path, index, name];
    throw contradiction(merged, [field('from'), from], [field('until'), until], 'seconds', [
      'before',
      'after',
    ]);
  }
}

function checkHost(which: 'source' | 'destination', host: HostSpec, merged: Merged): void {
  const { cpus, cores } = host;
  if (cpus >= cores && cpus <= THREADS_MAX * cores) return;
  const rule = `${cpus} logical CPUs on ${cores} cores: a core has one or ${THREADS_MAX} of them`;
  throw merged.error(
    latest(merged, [
      [which, 'cpus'],
      [which, 'cores'],
    ]),
    rule,
  );
}

function checkAtMost(
  merged: Merged,
  part: Path,
  partValue: number,
  whole: Path,
  wholeValue: number,
  dimension: Dimension,
): void {
  if (partValue <= wholeValue) return;
  throw contradiction(merged, [part, partValue], [whole, wholeValue], dimension, ['at most', 'at least']);
}

/** Two values of which one is too small for the other; `words` say what the lower must be to the upper, and it to that. */
function contradiction(
  merged: Merged,
  [lower, lowerValue]: readonly [Path, number],
  [upper, upperValue]: readonly [Path, number],
  dimension: Dimension,
  words: readonly [string, string],
): InputError {
  const at = latest(merged, [lower, upper]);
  const [word, other, value] = at === lower ? [words[0], upper, upperValue] : [words[1], lower, lowerValue];
  return merged.error(
    at,
    `must be ${word} ${formatPath(other)}, which is ${formatQuantity(value, dimension)}`,
  );
}

function checkDiskWrites({ vm: { disk } }: Scenario, merged: Merged): void {
  const rewritten = disk.writes.reduce((sum, { size }) => sum + size, 0);
  if (rewritten <= disk.allocated) return;
  const show = (bytes: number) => formatQuantity(bytes, 'bytes');
  const rule =
    `disk writes > allocated (${show(rewritten)} > ${show(disk.allocated)}): ` +
    'what a guest rewrites must fit into vm.disk.allocated';
  const sizePaths = disk.writes.map((_, index) => ['vm', 'disk', 'writes', index, 'size']);
  throw merged.error(
    latest(merged, [...sizePaths, ['vm', 'disk', 'allocated'], ['vm', 'disk', 'size']]),
    rule,
  );
}

function checkMemory(scenario: Scenario, merged: Merged): void {
  const { ram, resident, workload } = scenario.vm;
  const ramPath = ['vm', 'ram'];
  const residentPath = ['vm', 'resident'];
  const sizePaths = workload.map((_, index) => ['vm', 'workload', index, 'size']);
  const stress = workload.reduce((sum, { size }) => sum + size, 0);
  if (resident + stress <= ram) return;
  const show = (bytes: number) => formatQuantity(bytes, 'bytes');
  const fit = 'what a guest holds must fit into vm.ram';
  const profiles = merged.states('vm.resident') ? '' : ", where resident is the profile's";
  const rule =
    resident > ram
      ? `resident > RAM (${show(resident)} > ${show(ram)}): ${fit}`
      : stress > ram
        ? `stress > RAM (${show(stress)} > ${show(ram)}): ${fit}`
        : `resident + stress > RAM (${show(resident)} + ${show(stress)} > ${show(ram)}${profiles}): ${fit}`;
  throw merged.error(
    latest(merged, resident > ram ? [residentPath, ramPath] : [...sizePaths, residentPath, ramPath]),
    rule,
  );
}

function checkPoints(index: number, scenario: Scenario, merged: Merged): void {
  const { pattern, size } = scenario.vm.workload[index]!;
  if (pattern.kind !== 'measured') return;
  const path = ['vm', 'workload', index, 'points'];
  for (const [at, [seconds, bytes]] of pattern.points.entries()) {
    const [before, dirtied] = at === 0 ? [0, 0] : pattern.points[at - 1]!;
    if (seconds <= before) throw merged.error([...path, at, 0], 'windows must rise from point to point');
    if (bytes < dirtied) throw merged.error([...path, at, 1], 'a longer window cannot dirty fewer pages');
    if (bytes > size)
      throw merged.error(
        [...path, at, 1],
        `must be at most the workload's size, ${formatQuantity(size, 'bytes')}`,
      );
  }
}

/** Of these fields, the one stated with the highest precedence; the first where several were, or none. */
function latest(merged: Merged, paths: readonly Path[]): Path {
  return paths.reduce((best, path) => (merged.rankOf(path) > merged.rankOf(best) ? path : best));
}
