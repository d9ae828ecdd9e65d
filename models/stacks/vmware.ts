import { pageBytes } from '../migration/migration.js';
import type { Pass, StopRule } from '../migration/pass-migration.js';
import { inWords, migrateInPasses, stopConstants } from './passes.js';
import type { Constant } from './constant.js';
import type { Stack } from './stack.js';
import type { Testbed } from './testbed.js';

/** What both versions share; nothing of it is in a public source. */
const common: Record<string, Constant> = {
  switchoverSeconds: {
    value: 0.5,
    unit: 's',
    about: 'the guest is switched over when sending what is left is estimated to take no longer',
    source: 'from memory (a goal of half a second), in no source that was found',
  },
  convergingShare: {
    value: 0.99,
    unit: '%',
    about: 'a pass that leaves at least this share of what it sent does not converge',
    source: 'interpretation of "the rate of change exceeds the rate of sending": a pass that does not shrink',
  },
  pageHeaderBytes: {
    value: 8,
    unit: 'bytes',
    about: "a page's number before it",
    source: 'order of magnitude, not measured: the protocol is not public',
  },
  zeroPageBytes: {
    value: 9,
    unit: 'bytes',
    about:
      'a page of zeros on the wire: memory that the guest never touched is not backed, so it is but named',
    source: 'interpretation, in no source that was found',
  },
  ...stopConstants,
};

/** vMotion of vSphere 4.1 (2010): no brake; a guest that is too fast moves early or not at all. */
export const vmware41: Stack = {
  name: 'vmware-4.1',
  about: 'vSphere 4.1 vMotion: passes; what does not converge moves early (Quick Resume) or fails',
  versions: ['ESX 4.1'],
  profile: 'server-10g',
  constants: {
    vmware: {
      ...common,
      longestSeconds: {
        value: 100,
        unit: 's',
        about:
          'what does not converge still moves if sending the rest is estimated to take less, and fails otherwise',
        source: 'blogs.vmware.com, February 2011 (vMotion under the covers), as summarised',
      },
      resumesEarly: {
        value: 1,
        unit: '1',
        about:
          '1: such a guest runs at the destination before all is sent (Quick Resume); 0: it stands still until then',
        source:
          'yellow-bricks.com on Quick Resume of vSphere 4.1, 2011; how it waits for pages is not modelled',
      },
    },
  },
  kinds: { lm: 'pre-copy in passes over shared storage (vMotion)' },
  stopRule:
    'when what is left can be sent in 500 ms; where passes do not shrink, if that takes less than 100 s, and gives up if not',
  migrate: (bed) => migrateInPasses(bed, 'vmware', (_, values) => ruleOf41(values)),
};

function ruleOf41(values: Readonly<Record<string, number>>): StopRule {
  const { switchoverSeconds = 0, convergingShare = 1, longestSeconds = 0, resumesEarly = 0 } = values;
  return {
    afterSync(pass, dirtyPages) {
      const seconds = secondsToSend(pass, dirtyPages);
      if (seconds <= switchoverSeconds) return fits(switchoverSeconds);
      if (dirtyPages < convergingShare * pass.pages) return 'go on';
      const rest = `passes did not shrink, and what was left would take ${inWords(seconds)} s`;
      if (seconds >= longestSeconds) return { abort: `The ${rest}, which is not below ${longestSeconds} s` };
      return {
        stop:
          `${rest}, less than ${longestSeconds} s` +
          (resumesEarly > 0
            ? '; it ran at the destination before that was there (Quick Resume), and how it waits for it is not simulated'
            : ''),
        resumesEarly: resumesEarly > 0,
      };
    },
    allowedBytes: ({ bandwidth }) => bandwidth * switchoverSeconds,
  };
}

/** vMotion of vSphere 5.0 (2011) and later: a guest that is too fast is slowed down until it can be moved. */
export const vmware50: Stack = {
  name: 'vmware-5.0',
  about: 'vSphere 5.0 vMotion: passes; SDPS slows down a guest that writes faster than can be sent',
  versions: ['ESXi 5.0'],
  profile: 'server-10g',
  constants: {
    vmware: {
      ...common,
      slowedShare: {
        value: 0.5,
        unit: '%',
        about:
          'SDPS: sleeps are such that no more than this share of what a pass sent should be dirty after the next',
        source:
          'interpretation: yellow-bricks.com (2011) says that vCPUs sleep until they dirty less than is sent, not by how much',
      },
    },
  },
  kinds: { lm: 'pre-copy in passes over shared storage (vMotion)' },
  stopRule:
    'when what is left can be sent in 500 ms; where passes do not shrink, its vCPUs are slowed down (SDPS)',
  migrate: (bed) => migrateInPasses(bed, 'vmware', ruleOf50),
};

function ruleOf50(bed: Testbed, values: Readonly<Record<string, number>>): StopRule {
  const { guest } = bed.migration;
  const { switchoverSeconds = 0, convergingShare = 1, slowedShare = 0 } = values;
  let share = 1;
  return {
    afterSync(pass, dirtyPages) {
      const seconds = secondsToSend(pass, dirtyPages);
      if (seconds <= switchoverSeconds) {
        const slowed = share < 1 ? `, with the vCPUs slowed down to ${inWords(100 * share)} %` : '';
        return { stop: `${fits(switchoverSeconds).stop}${slowed}` };
      }
      // Both rates are over the same pass, so their quotient is that of the pages.
      const dirtiedShare = dirtyPages / pass.pages;
      if (dirtiedShare >= convergingShare) {
        share *= slowedShare / dirtiedShare;
        guest.throttle(share);
      }
      return 'go on';
    },
    allowedBytes: ({ bandwidth }) => bandwidth * switchoverSeconds,
    end: () => guest.throttle(1),
  };
}

function secondsToSend({ bandwidth }: Pass, pages: number): number {
  return (pages * pageBytes) / bandwidth;
}

function fits(switchoverSeconds: number): { stop: string } {
  return { stop: `what was left fits the goal of ${inWords(1000 * switchoverSeconds)} ms` };
}
