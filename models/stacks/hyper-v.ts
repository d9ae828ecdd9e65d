import type { Process } from '../../sim/process.js';
import { pageBytes } from '../migration/migration.js';
import { inWords, migrateInPasses, stopConstants } from './passes.js';
import type { Stack } from './stack.js';
import type { Testbed } from './testbed.js';

/** Hyper-V as it was when it got live migration (Windows Server 2008 R2, 2009). */
export const hyperV2008R2 = hyperV('2008 R2', 10, {
  about: 'passes over memory after which the guest is suspended',
  source: 'chart of the live migration of Windows Server 2008 R2, directionsonmicrosoft.com, June 2009',
});

/** Hyper-V of Windows Server 2012 R2 and later. */
export const hyperV2012R2 = hyperV('2012 R2', 5, {
  about: 'passes over memory after which the guest is suspended',
  source:
    'a book on Hyper-V of Windows Server 2016 (its figure 7.33): five with 2012 R2 and later; not from Microsoft',
});

function hyperV(
  version: string,
  maxPasses: number,
  { about, source }: { about: string; source: string },
): Stack {
  return {
    name: `hyper-v-${version.toLowerCase().replace(' ', '-')}`,
    about: `Hyper-V of Windows Server ${version}: ${maxPasses} passes at most, then it suspends the guest`,
    versions: [`Windows Server ${version}`],
    profile: 'server-10g',
    constants: {
      hyperv: {
        maxPasses: { value: maxPasses, unit: '1', about, source },
        tcpReconnectSeconds: {
          value: 9.3,
          unit: 's',
          about:
            'a suspension must be shorter, or peers give their connections up: a warning, no rule of the product',
          source:
            'order of magnitude, not measured: 5 retransmissions of Windows, doubling from 300 ms (from memory)',
        },
        pageHeaderBytes: {
          value: 8,
          unit: 'bytes',
          about: "a page's number before it",
          source: 'order of magnitude, not measured: the protocol is not public',
        },
        zeroPageBytes: {
          value: pageBytes + 8,
          unit: 'bytes',
          about: 'a page of zeros on the wire: sent as any other, as no source speaks of them',
          source: 'interpretation: the whole memory is copied (directionsonmicrosoft.com, 2009)',
        },
        ...stopConstants,
      },
    },
    kinds: { lm: 'pre-copy in passes over shared storage (live migration)' },
    stopRule: `after ${maxPasses} passes, or when nothing is dirty any more`,
    migrate: migrateByHyperV,
  };
}

function* migrateByHyperV(bed: Testbed): Process {
  yield* migrateInPasses(bed, 'hyperv', (_, values) => ({
    afterPass: ({ number }) =>
      number < values.maxPasses! ? 'go on' : { stop: `the rule of ${values.maxPasses} passes ended it` },
    allowedBytes: () => 0,
  }));
  const { journal } = bed.migration;
  const { tcpReconnectSeconds = Infinity } = bed.constants.hyperv!;
  const suspended = journal.resumedAt! - journal.stoppedAt!;
  if (suspended > tcpReconnectSeconds) {
    const warning =
      `the suspension of ${inWords(suspended)} s is longer than the ${tcpReconnectSeconds} s ` +
      'in which TCP connections survive it';
    journal.decision = `${journal.decision}; ${warning}`;
  }
}
