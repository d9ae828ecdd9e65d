import type { Link } from '../models/link.js';
import type { MemorySeries, Migration } from '../models/migration/migration.js';
import type { Stream } from '../models/stream.js';
import type { Fluid } from '../sim/fluid.js';
import { createRecorder, type Recorder } from '../sim/recorder.js';
import type { Simulation } from '../sim/simulation.js';

/** Names of a run's curves, with their units. */
export const curves = {
  'link: migration': 'bytes/s',
  'link: background': 'bytes/s',
  'memory: remaining': 'bytes',
  'memory: dirtied': 'bytes',
  'CPU: migration': 's',
} as const;

/**
 * Records a run: what the link carries by class, what waits and what the syncs find, and the CPU time that the migration
 * has used; of several migrations, the sums. Rates are exact steps; memory and CPU change at the calls and syncs in
 * which they are looked at.
 */
export function recordRun(
  { sim, fluid, link }: { sim: Simulation; fluid: Fluid; link: Link },
  vms: readonly { bed: { migration: Migration }; streams: readonly Stream[] }[],
): Recorder {
  const recorder = createRecorder(sim);
  const set = (name: keyof typeof curves, value: number): void => recorder.series(name).set(value);
  const migrations = vms.map(({ bed }) => bed.migration);
  const sum = (of: (migration: Migration) => number): number =>
    migrations.reduce((total, migration) => total + of(migration), 0);
  set('link: migration', 0);
  set('link: background', link.backgroundRate());
  fluid.onChange(() => {
    set(
      'link: migration',
      vms.reduce((total, { streams }) => streams.reduce((rate, one) => rate + one.rate(), total), 0),
    );
    set('link: background', link.backgroundRate());
  });
  const latest = { remaining: new Map<Migration, number>(), dirtied: new Map<Migration, number>() };
  for (const migration of migrations) {
    migration.record = (series: MemorySeries, bytes: number) => {
      latest[series].set(migration, bytes);
      set(
        `memory: ${series}`,
        sum((one) => latest[series].get(one) ?? 0),
      );
      set(
        'CPU: migration',
        sum((one) => one.sample().cpuSeconds),
      );
    };
  }
  return recorder;
}
