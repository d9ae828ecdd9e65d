import type { StopRule } from '../migration/pass-migration.js';
import { pageBytes } from '../migration/migration.js';
import { migrateInPasses, stopConstants } from './passes.js';
import type { Constant } from './constant.js';
import type { Stack } from './stack.js';

/**
 * Xen 4.2 (xl, libxc, September 2012): up to 30 passes, of which the last with the domain suspended. A page that has
 * been written again since the pass began is left to a later one, so a hot set costs little until the last pass.
 */
export const xen42: Stack = {
  name: 'xen-4.2',
  about: 'Xen 4.2 by xl: passes, no downtime target, so it always ends',
  versions: ['Xen 4.2'],
  profile: 'server-10g',
  constants: {
    xen: {
      maxPasses: {
        value: 29,
        unit: '1',
        about: 'passes after which the next is the last, with the domain suspended',
        source: 'xc_domain_save.c, DEF_MAX_ITERS, Xen 3.0 to 4.5; read at 4.2',
      },
      fewPages: {
        value: 50,
        unit: '1',
        about: 'a pass over fewer pages is followed by the last',
        source: 'xc_domain_save.c, sent_this_iter + skip_this_iter, Xen 4.2',
      },
      maxFactor: {
        value: 3,
        unit: '1',
        about: 'when more than so many times RAM has been sent, the next pass is the last',
        source: 'xc_domain_save.c, DEF_MAX_FACTOR, Xen 4.2',
      },
      skipsRewritten: {
        value: 1,
        unit: '1',
        about: '1: a page that was written again since the last sync is not sent in this pass',
        source: 'xc_domain_save.c, to_skip (a look at the dirty log before each batch), Xen 4.2',
      },
      ...wire('xc_domain_save.c, Xen 4.2'),
      batchPages: {
        value: 1024,
        unit: '1',
        about: 'pages between two looks at the dirty log',
        source: 'xg_save_restore.h, MAX_BATCH_SIZE, Xen 4.2',
      },
      ...stopConstants,
    },
  },
  kinds: { lm: 'pre-copy in passes over shared storage (xl migrate)' },
  stopRule:
    'after 29 passes, after a pass over fewer than 50 pages, or when more than 3 times RAM has been sent',
  migrate: (bed) => migrateInPasses(bed, 'xen', (_, values) => xenRule(values)),
};

/** Xen with the migration stream of version 2 (4.6 and later), at its present policy. */
export const xen420: Stack = {
  name: 'xen-4.20',
  about: 'Xen 4.20 by xl: five passes at most, no downtime target, so it always ends',
  versions: ['Xen 4.20'],
  profile: 'server-10g',
  constants: {
    xen: {
      maxPasses: {
        value: 5,
        unit: '1',
        about: 'passes after which the domain is suspended (SPP_MAX_ITERATIONS)',
        source: 'xg_sr_save.c, simple_precopy_policy, commit 4d69b349 (2017) and later',
      },
      fewPages: {
        value: 50,
        unit: '1',
        about: 'a pass over fewer pages is followed by the last (SPP_TARGET_DIRTY_COUNT)',
        source: 'xg_sr_save.c, simple_precopy_policy, commit 4d69b349 (2017) and later',
      },
      ...wire('xg_sr_save.c, PAGE_DATA records, Xen 4.20'),
      ...stopConstants,
    },
  },
  kinds: { lm: 'pre-copy in passes over shared storage (xl migrate)' },
  stopRule: 'after 5 passes, or after a pass over fewer than 50 pages',
  migrate: (bed) => migrateInPasses(bed, 'xen', (_, values) => xenRule(values)),
};

/** Pages on the wire, alike in both streams. */
function wire(source: string): Record<'pageHeaderBytes' | 'zeroPageBytes', Constant> {
  return {
    pageHeaderBytes: {
      value: 8,
      unit: 'bytes',
      about: "a page's number and type, in a list before each batch of pages",
      source,
    },
    zeroPageBytes: {
      value: pageBytes + 8,
      unit: 'bytes',
      about: 'a page of zeros on the wire: nobody looks whether it is one',
      source,
    },
  };
}

/**
 * The test comes after a pass and before the dirty log is fetched: what it calls few is what the pass began with. (4.20
 * tests after the fetch too, but sends what that found before it stops, which comes to the same.)
 */
function xenRule(values: Readonly<Record<string, number>>): StopRule {
  const { maxPasses = Infinity, fewPages = 0, maxFactor = Infinity } = values;
  return {
    afterPass({ number, pages, totalSentPages, ramPages }) {
      if (pages < fewPages) return { stop: `a pass was over fewer than ${fewPages} pages` };
      if (totalSentPages > maxFactor * ramPages) {
        return { stop: `the rule of sending no more than ${maxFactor} times RAM ended it` };
      }
      if (number >= maxPasses) return { stop: `the rule of ${maxPasses} passes ended it` };
      return 'go on';
    },
    allowedBytes: () => fewPages * pageBytes,
  };
}
