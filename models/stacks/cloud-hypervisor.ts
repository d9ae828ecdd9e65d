import { pageBytes } from '../migration/migration.js';
import type { StopRule } from '../migration/pass-migration.js';
import { inWords, migrateInPasses, stopConstants } from './passes.js';
import type { Constant } from './constant.js';
import type { Stack } from './stack.js';
import type { Testbed } from './testbed.js';

/** Ranges of guest memory are sent whole: their table first, then the pages, zero or not. */
const wire: Record<'pageHeaderBytes' | 'zeroPageBytes', Constant> = {
  pageHeaderBytes: {
    value: 0,
    unit: 'bytes',
    about: 'before a page: a table names whole ranges, 16 bytes each',
    source: 'vm-migration/src/protocol.rs, MemoryRangeTable',
  },
  zeroPageBytes: {
    value: pageBytes,
    unit: 'bytes',
    about: 'a page of zeros on the wire: nobody looks whether it is one',
    source: 'pull request 7799: the first iteration of a guest of 6 GiB sends 6,144 MiB',
  },
};

/** Cloud Hypervisor until v51: all of memory, five more passes, no downtime target. */
export const cloudHypervisor51: Stack = {
  name: 'cloud-hypervisor-51',
  about: 'Cloud Hypervisor until v51: five passes over what is dirty, no downtime target, so it always ends',
  versions: ['Cloud Hypervisor v51'],
  profile: 'server-10g',
  constants: {
    cloudHypervisor: {
      maxDirtyPasses: {
        value: 5,
        unit: '1',
        about: 'passes after the first, which is over all of memory',
        source: 'vmm/src/lib.rs, MAX_DIRTY_MIGRATIONS, pull request 1968 (2020) to v51',
      },
      ...wire,
      ...stopConstants,
    },
  },
  kinds: { lm: 'pre-copy in passes over shared storage (send-migration)' },
  stopRule: 'after five passes over what was dirty, or when nothing is dirty any more',
  migrate: (bed) => migrateInPasses(bed, 'cloudHypervisor', (_, values) => ruleOf51(values)),
};

function ruleOf51({ maxDirtyPasses = 0 }: Readonly<Record<string, number>>): StopRule {
  return {
    afterPass: ({ number }) =>
      number < 1 + maxDirtyPasses
        ? 'go on'
        : { stop: `the rule of ${maxDirtyPasses} passes over dirty memory ended it` },
    allowedBytes: () => 0,
  };
}

/** Cloud Hypervisor from v52: passes until what is left fits a downtime, or until a timeout. */
export const cloudHypervisor52: Stack = {
  name: 'cloud-hypervisor-52',
  about: 'Cloud Hypervisor v52 and later: passes until what is left fits the downtime, or a timeout',
  versions: ['Cloud Hypervisor v52'],
  profile: 'server-10g',
  constants: {
    cloudHypervisor: {
      downtimeLimitSeconds: {
        value: 0.3,
        unit: 's',
        about: 'longest estimated sending of what is left (downtime_ms)',
        source: 'vmm/src/lib.rs, is_precopy_converged, pull request 7835 (March 2026)',
      },
      timeoutSeconds: {
        value: 3600,
        unit: 's',
        about: 'from the start of the first pass; looked at after each fetch of the dirty log (timeout_s)',
        source: 'vmm/src/lib.rs, is_precopy_converged, pull request 7835 (March 2026)',
      },
      stopsAtTimeout: {
        value: 0,
        unit: '1',
        about: '0: the timeout ends the migration (timeout_strategy Cancel); 1: it stops the guest (Ignore)',
        source: 'vmm/src/api/mod.rs, TimeoutStrategy, pull request 7835 (March 2026)',
      },
      ...wire,
      ...stopConstants,
    },
  },
  kinds: { lm: 'pre-copy in passes over shared storage (send-migration)' },
  timeout:
    'when it has passed and what is left does not fit the downtime limit, the migration is given up (timeout_s)',
  stopRule: "when what is left can be sent within the downtime limit at the last pass's speed",
  migrate: (bed) => migrateInPasses(bed, 'cloudHypervisor', ruleOf52),
};

function ruleOf52({ request }: Testbed, values: Readonly<Record<string, number>>): StopRule {
  const { downtimeLimitSeconds } = request;
  const timeoutSeconds = request.timeoutSeconds ?? values.timeoutSeconds!;
  return {
    afterSync({ bandwidth, elapsedSeconds }, dirtyPages) {
      const seconds = (dirtyPages * pageBytes) / bandwidth;
      const limit = `the downtime limit of ${inWords(1000 * downtimeLimitSeconds)} ms`;
      if (seconds <= downtimeLimitSeconds) return { stop: `what was left fits ${limit}` };
      if (elapsedSeconds < timeoutSeconds) return 'go on';
      const timeout = `timeout of ${inWords(timeoutSeconds)} s`;
      if (values.stopsAtTimeout! > 0) return { stop: `the ${timeout} ended it` };
      return { abort: `The ${timeout} ended when what was left would take ${inWords(seconds)} s` };
    },
    allowedBytes: ({ bandwidth }) => bandwidth * downtimeLimitSeconds,
  };
}
