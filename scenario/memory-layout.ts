import type { RandomStream } from '../sim/random.js';
import type { LayerOptions, PageContent } from '../models/memory/guest-memory.js';
import {
  intermittentWriter,
  measuredWriter,
  sequentialWriter,
  uniformWriter,
  zipfClasses,
  type WorkedTime,
  type Writer,
} from '../models/memory/writer.js';
import { pageBytes } from '../models/migration/migration.js';
import type { ProfileValues } from './profile.js';
import type { VmSpec, WorkloadSpec } from './scenario.js';

/** A part of the line of RAM: zero pages, data at rest, or a region that is written. */
interface Part {
  pages: number;
  dataShare: number;
  writers: { share: number; writer?: Writer }[];
  content?: PageContent;
}

/**
 * Lays a VM's memory out on the line of RAM, for `createGuestMemory`. 'bottom': the profile's zero pages below all data,
 * what is written, then what rests, then the other zero pages; 'top': what rests and what is written behind all zero
 * pages; 'spread': data and zero pages in turns of random lengths, data last (Linux keeps its page array at the top of
 * RAM), the workloads in the middle. Where a sequential writer stands in its sweep is random too. `worked` is of the
 * workloads that come and go, by their numbers.
 *
 * @example
 * // 16 MiB, 4 MiB of it data at rest, from the bottom
 * const { pages, layers } = layOutMemory(vm, values, { layout: createRandom('layout'), writer: createRandom('writer') });
 * pages // => 4096
 * layers // => [{ start: 0, end: 1024, dataFraction: 1 }, { start: 1024, end: 4096, dataFraction: 0 }]
 */
export function layOutMemory(
  vm: VmSpec,
  values: ProfileValues['guest'],
  random: Record<'layout' | 'writer', RandomStream>,
  worked: readonly (WorkedTime | undefined)[] = [],
) {
  const pages = vm.ram / pageBytes;
  const written = vm.workload.map((workload, index) =>
    atTimes(workloadPart(workload, values, random.writer), worked[index]),
  );
  const idlePages = Math.min(values.idleBytes, vm.resident) / pageBytes;
  if (idlePages > 0) written.push(idlePart(idlePages, values));
  const restingPages = vm.resident / pageBytes - idlePages;
  const zeroPages = pages - restingPages - written.reduce((sum, part) => sum + part.pages, 0);

  const rest = (share: number): Part => ({ pages: restingPages * share, dataShare: 1, writers: [] });
  const zeros = (share: number): Part => ({ pages: zeroPages * share, dataShare: 0, writers: [] });
  const line: Part[] = [];
  if (vm.layout === 'bottom') {
    const low = zeroPages > 0 ? Math.min(1, values.lowZeroBytes / pageBytes / zeroPages) : 0;
    line.push(zeros(low), ...written, rest(1), zeros(1 - low));
  } else if (vm.layout === 'top') line.push(zeros(1), rest(1), ...written);
  else {
    const freeShares = randomShares(clumps, random.layout);
    const dataShares = randomShares(clumps, random.layout);
    for (let clump = 0; clump < clumps; clump++) {
      line.push(zeros(freeShares[clump]!), rest(dataShares[clump]!));
      if (clump === clumps / 2 - 1) line.push(...written);
    }
  }
  return { pages, layers: stack(line, pages) };
}

/** A part that is written at times only; its memory is there always. */
function atTimes(part: Part, worked: WorkedTime | undefined): Part {
  if (!worked) return part;
  const writers = part.writers.map(({ share, writer }) => ({
    share,
    ...(writer && { writer: intermittentWriter(writer, worked) }),
  }));
  return { ...part, writers };
}

/** How many times data and zero pages take turns in a 'spread' layout: free memory comes in large blocks. */
const clumps = 8;

/** So many shares that add up to one, every division as likely as another. */
function randomShares(count: number, random: RandomStream): number[] {
  const sizes = Array.from({ length: count }, () => random.exponential(1));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return sizes.map((size) => size / total);
}

/**
 * Less than this, or than this share of RAM, is what rounding leaves where data fills RAM; no position lies behind so
 * little.
 */
const leastPages = 1e-6;
const leastShare = 1e-12;

function stack(line: readonly Part[], ramPages: number): LayerOptions[] {
  const layers: LayerOptions[] = [];
  let start = 0;
  for (const { pages, dataShare, writers, content } of line) {
    if (pages <= Math.max(leastPages, leastShare * ramPages)) continue;
    const span = { start, end: start + pages, dataFraction: dataShare, ...(content && { content }) };
    if (writers.length === 0) layers.push(span);
    for (const { share, writer } of writers) {
      layers.push({ ...span, pagesPerPosition: share, ...(writer && { writer }) });
    }
    start += pages;
  }
  // Rounding must not leave a sliver of RAM uncovered.
  return layers.map((layer) => (layer.end === start ? { ...layer, end: ramPages } : layer));
}

function workloadPart(workload: WorkloadSpec, values: ProfileValues['guest'], random: RandomStream): Part {
  const pages = (workload.size * values.touchedShare) / pageBytes;
  const visitsPerSecond = Math.min(workload.rate, 1 / values.visitSeconds);
  return {
    pages,
    dataShare: 1,
    writers: writersOf(workload, pages, visitsPerSecond, random),
    content: { changedBytes: workload.changes, incompressible: workload.incompressible },
  };
}

function writersOf(workload: WorkloadSpec, pages: number, visitsPerSecond: number, random: RandomStream) {
  const { pattern, period } = workload;
  switch (pattern.kind) {
    case 'sequential': {
      // Where in its sweep the writer is when the migration begins, nobody knows.
      const phaseSeconds = random.uniform() * Math.max(period, pages / visitsPerSecond);
      const periodSeconds = period;
      return [
        { share: 1, writer: sequentialWriter({ pages, visitsPerSecond, periodSeconds, phaseSeconds }) },
      ];
    }
    case 'uniform':
      return [{ share: 1, writer: uniformWriter({ pages, visitsPerSecond }) }];
    case 'zipf':
      // Within a page there are no ranks.
      if (pages < 1) return [{ share: 1, writer: uniformWriter({ pages, visitsPerSecond }) }];
      return zipfClasses({ pages, visitsPerSecond, exponent: pattern.exponent }).map((rank) => ({
        share: rank.pages / pages,
        writer: uniformWriter(rank),
      }));
    case 'measured': {
      // No more than is in memory at a time, where that is less than the stated size.
      const points = pattern.points.map(
        ([seconds, bytes]) => [seconds, Math.min(pages, bytes / pageBytes)] as const,
      );
      return [{ share: 1, writer: measuredWriter({ pages, points }) }];
    }
  }
}

function idlePart(pages: number, values: ProfileValues['guest']): Part {
  const visitsPerSecond = values.idleVisitsPerSecond;
  return { pages, dataShare: 1, writers: [{ share: 1, writer: uniformWriter({ pages, visitsPerSecond }) }] };
}
