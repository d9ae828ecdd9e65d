import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGuestMemory, type LayerOptions } from '../../models/memory/guest-memory.js';
import { layOutMemory } from '../../scenario/memory-layout.js';
import type { VmSpec, WorkloadSpec } from '../../scenario/scenario.js';
import { createRandom } from '../../sim/random.js';

const page = 4096;
const values = {
  residentBase: 0,
  residentPerRam: 0,
  lowZeroBytes: 0,
  touchedShare: 1,
  idleBytes: 0,
  idleVisitsPerSecond: 10,
  visitSeconds: 1e-6,
  drift: 0,
  stallsPerSecond: 0,
  stallSeconds: 0,
};

const hot = (pages: number, rest: Partial<WorkloadSpec> = {}): WorkloadSpec => ({
  size: pages * page,
  rate: Infinity,
  period: 0.1,
  pattern: { kind: 'sequential' },
  incompressible: 1,
  changes: page,
  busy: 1,
  from: 0,
  until: Infinity,
  ...rest,
});

const vm = (rest: Partial<VmSpec>): VmSpec => ({
  vcpus: 1,
  ram: 1000 * page,
  resident: 0,
  layout: 'bottom',
  disk: { size: 0, allocated: 0, writes: [] },
  workload: [],
  ...rest,
});

const layOut = (spec: VmSpec, guest = values, seed = 'layout') =>
  layOutMemory(spec, guest, { layout: createRandom(`${seed}/layout`), writer: createRandom(seed) });
const kinds = (layers: readonly LayerOptions[]) =>
  layers.map(({ start, end, dataFraction, writer }) => [
    Math.round(end - start),
    writer ? 'written' : dataFraction === 1 ? 'rest' : 'zero',
  ]);

describe('the layout of RAM', () => {
  const spec = { resident: 200 * page, workload: [hot(100)] };

  it('from the bottom: what is written, what rests, zero pages', () => {
    const { pages, layers } = layOut(vm({ ...spec, layout: 'bottom' }));
    expect(pages).toBe(1000);
    expect(kinds(layers)).toEqual([
      [100, 'written'],
      [200, 'rest'],
      [700, 'zero'],
    ]);
  });

  it('from the bottom, above zero pages that lie below all data where there are such', () => {
    const above = { ...values, lowZeroBytes: 50 * page };
    expect(kinds(layOut(vm({ ...spec, layout: 'bottom' }), above).layers)).toEqual([
      [50, 'zero'],
      [100, 'written'],
      [200, 'rest'],
      [650, 'zero'],
    ]);
    expect(kinds(layOut(vm({ resident: 980 * page }), above).layers)).toEqual([
      [20, 'zero'],
      [980, 'rest'],
    ]);
  });

  it('from the top: the other way round', () => {
    expect(kinds(layOut(vm({ ...spec, layout: 'top' })).layers)).toEqual([
      [700, 'zero'],
      [200, 'rest'],
      [100, 'written'],
    ]);
  });

  it('spread: zero pages and data in turns of random lengths, the workload in the middle, data last', () => {
    const spread = vm({ ...spec, resident: 80 * page, layout: 'spread' });
    const layers = layOut(spread).layers;
    const kindOf = ({ writer, dataFraction }: LayerOptions) =>
      writer ? 'w' : dataFraction === 1 ? 'd' : '0';
    expect(layers.map(kindOf).join('')).toBe('0d0d0d0dw0d0d0d0d');
    const pagesOf = (kind: string) =>
      layers.filter((layer) => kindOf(layer) === kind).reduce((sum, { start, end }) => sum + end - start, 0);
    expect([pagesOf('0'), pagesOf('d'), pagesOf('w')].map(Math.round)).toEqual([820, 80, 100]);
    expect(kinds(layOut(spread).layers)).toEqual(kinds(layers));
    expect(kinds(layOut(spread, values, 'another run').layers)).not.toEqual(kinds(layers));
  });

  it('leaves out what there is none of', () => {
    expect(kinds(layOut(vm({})).layers)).toEqual([[1000, 'zero']]);
    expect(kinds(layOut(vm({ resident: 1000 * page })).layers)).toEqual([[1000, 'rest']]);
  });

  it('holds the share of a workload that is touched at a time; the rest of it is zero pages', () => {
    const layers = layOut(vm(spec), { ...values, touchedShare: 0.75 }).layers;
    expect(kinds(layers)).toEqual([
      [75, 'written'],
      [200, 'rest'],
      [725, 'zero'],
    ]);
  });

  it('has what an idle guest rewrites, of its resident memory', () => {
    expect(kinds(layOut(vm(spec), { ...values, idleBytes: 50 * page }).layers)).toEqual([
      [100, 'written'],
      [50, 'written'],
      [150, 'rest'],
      [700, 'zero'],
    ]);
    const all = layOut(vm({ ...spec, resident: 20 * page }), { ...values, idleBytes: 50 * page });
    expect(kinds(all.layers)[1]).toEqual([20, 'written']);
  });
});

describe('a workload', () => {
  const written = (workload: WorkloadSpec, seconds: number, seed?: string) => {
    const memory = createGuestMemory(layOut(vm({ workload: [workload] }), values, seed));
    memory.sync(0);
    return memory.sync(seconds);
  };

  it('is rewritten once a period, if a sweep is done by then', () => {
    expect(written(hot(500), 0.1)).toBeCloseTo(500, 6);
    // 500 pages of 1 us: a sweep takes 0.5 ms, and the writer idles until the next one.
    expect(written(hot(500), 0.0002)).toBeLessThan(201);
  });

  it('is visited no faster than the memory lets it, nor faster than it says', () => {
    const uniform = hot(500, { pattern: { kind: 'uniform' } });
    expect(written(uniform, 1e-6)).toBeCloseTo(1, 1);
    expect(written({ ...uniform, rate: 1000 }, 0.01)).toBeCloseTo(500 * -Math.expm1(-10 / 500), 9);
  });

  it('begins anywhere in its sweep: where, the random stream says', () => {
    const early = ['a', 'b', 'c', 'd', 'e', 'f'].map((seed) =>
      written(hot(900, { rate: 18_000 }), 0.025, seed),
    );
    expect(new Set(early.map(Math.round)).size).toBeGreaterThan(1);
    expect(written(hot(900, { rate: 18_000 }), 0.025, 'a')).toBe(early[0]);
  });

  it('may hit some pages more than others', () => {
    const zipf = written(hot(500, { rate: 1000, pattern: { kind: 'zipf', exponent: 1 } }), 0.5);
    const uniform = written(hot(500, { rate: 1000, pattern: { kind: 'uniform' } }), 0.5);
    expect(zipf).toBeLessThan(0.8 * uniform);
  });

  it('may be what was measured', () => {
    const points: [number, number][] = [
      [0.1, 100 * page],
      [1, 300 * page],
    ];
    const measured = hot(500, { pattern: { kind: 'measured', points } });
    expect(written(measured, 0.1)).toBeCloseTo(100, 9);
    expect(written(measured, 5)).toBeCloseTo(300, 9);
  });
});

describe('examples', () => {
  it('give the values that stand in the docstrings', () => {
    const { pages, layers } = layOut(vm({ ram: 16 * 2 ** 20, resident: 4 * 2 ** 20 }));
    expect(pages).toBe(4096);
    expect(layers).toEqual([
      { start: 0, end: 1024, dataFraction: 1 },
      { start: 1024, end: 4096, dataFraction: 0 },
    ]);
  });
});

describe('a workload of which not all is in memory', () => {
  const part = (workload: WorkloadSpec) => {
    const memory = createGuestMemory(layOut(vm({ workload: [workload] }), { ...values, touchedShare: 0.8 }));
    memory.sync(0);
    return memory.sync(10);
  };

  it('is measured as at most what is there', () => {
    expect(part(hot(500, { pattern: { kind: 'measured', points: [[1, 500 * page]] } }))).toBeCloseTo(400, 9);
  });

  it('has no ranks within a page', () => {
    expect(part(hot(1, { pattern: { kind: 'zipf', exponent: 1 } }))).toBeCloseTo(0.8, 9);
  });
});

describe('any layout', () => {
  it('covers RAM exactly, with all the data and nothing else, whatever the sizes', () => {
    const share = fc.double({ min: 0, max: 0.3, noNaN: true });
    const pattern = fc.constantFrom<WorkloadSpec['pattern']>(
      { kind: 'sequential' },
      { kind: 'uniform' },
      { kind: 'zipf', exponent: 0.9 },
      { kind: 'measured', points: [[1, 2 * page]] },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 40 }),
        // Now and then all that the workload leaves.
        fc.oneof(share, fc.constant('the rest' as const)),
        fc.array(fc.record({ size: share, pattern }), { maxLength: 2 }),
        fc.constantFrom<VmSpec['layout']>('spread', 'bottom', 'top'),
        fc.record({
          touchedShare: fc.constantFrom(0.1, 0.87, 1),
          idleBytes: fc.integer({ min: 0, max: 2 ** 28 }),
        }),
        (ram, resident, workload, layout, guest) => {
          const workloads = workload
            .filter(({ size }) => size * ram > 2 * page)
            .map(({ size, pattern: kind }) => hot((size * ram) / page, { pattern: kind }));
          const left = workloads.reduce((sum, { size }) => sum - size, ram);
          const data = resident === 'the rest' ? left : ram * resident;
          const spec = vm({ ram, resident: data, layout, workload: workloads });
          // It throws unless the layers cover RAM.
          const memory = createGuestMemory(layOut(spec, { ...values, ...guest }));
          expect(memory.pages).toBe(ram / page);
          expect(memory.waiting()).toBeCloseTo(ram / page, 3);
          const workloadBytes = spec.workload.reduce((sum, { size }) => sum + size * guest.touchedShare, 0);
          const dataPages = (data + workloadBytes) / page;
          expect(Math.abs(memory.waitingData() - dataPages)).toBeLessThan(1e-9 * memory.pages + 1e-6);
        },
      ),
    );
  });
});
