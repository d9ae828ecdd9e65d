import { profiles } from '../../scenario/catalog.js';
import type { ErrorSummary, Profile } from '../../scenario/profile.js';

/** Tables that pages hold between `<!-- table NAME -->` and `<!-- end -->`, made from the profile that the fit wrote. */
const tables: Record<string, (profile: Profile) => string> = {
  'fit-score': scoreTable,
  'fit-parameters': parameterTable,
};

/** A page with those tables made anew. */
export function withFreshTables(markdown: string): string {
  const profile = profiles.find(({ name }) => name === 'icclab-2014')!;
  return markdown.replaceAll(
    /(<!-- table (?<name>[\w-]+) -->\n)[^]*?(<!-- end -->)/gu,
    (_whole, begin: string, name: string, end: string) => {
      const table = tables[name];
      if (!table)
        throw new Error(`a page asks for the table '${name}'; known: ${Object.keys(tables).join(', ')}`);
      return `${begin}\n${table(profile)}\n\n${end}`;
    },
  );
}

/** How the study's tables are called in prose. */
const titles: Record<string, string> = {
  'cpu-load': 'CPU load on both hosts',
  'network-load': 'network load (table 1)',
  'blm-stress': 'BLM of a stressed guest (table 2)',
  'lm-stress': 'LM of a stressed guest (table 3)',
  flavours: 'sizes of idle guests',
};

function scoreTable({ fit }: Profile): string {
  const both = ({ meanPercent, worstPercent }: ErrorSummary): string => `${meanPercent} %, ${worstPercent} %`;
  const rows = Object.entries(fit?.tables ?? {}).map(([table, { calibration, prediction }]) =>
    [`| ${titles[table]!}`, calibration.figures, both(calibration), `${both(prediction)} |`].join(' | '),
  );
  const figures = Object.values(fit?.tables ?? {}).reduce(
    (sum, { calibration }) => sum + calibration.figures,
    0,
  );
  const all = [fit?.meanAbsolutePercentError, fit?.worstCellPercent].map((value) => `${value} %`).join(', ');
  const left = [fit?.leaveOneOutPercent, fit?.leaveOneOutWorstPercent]
    .map((value) => `${value} %`)
    .join(', ');
  return [
    '| absolute error, mean and worst | figures | calibration: the fit has seen the figure | **prediction**: it was left out of the fit |',
    '| --- | ---: | ---: | ---: |',
    ...rows,
    `| **all measured times** | **${figures}** | **${all}** | **${left}** |`,
  ].join('\n');
}

/** What the fit's free parameters mean; a parameter without a meaning has no business in it. */
const meanings: Record<string, string> = {
  'steps.beforeSeconds':
    'checks and set-up by Nova and libvirt before the transfer; a quarter as much follows after it',
  'cpu.zeroPageSeconds': 'finding that a page is zero',
  'guest.residentBase': 'non-zero memory of an idle guest',
  'guest.residentPerRam': 'the same per byte of RAM (page array, page cache)',
  'guest.touchedShare': 'of the stressed size, what is in memory at a time',
  'queue.icmpFlood':
    'what the ping flood keeps queued before the link: its weight against 128 KiB of the migration',
  'steps.retransmissionSeconds': 'timeouts that lost packets cost while that queue overflows',
  'steps.blockSeconds': 'more set-up before a block migration: disk and network, not CPU',
  'cpu.hyperThreadGain': 'what the second busy thread of a core adds',
  'disk.allocatedBytes': 'what the image of 5 GB holds and block migration sends',
  'burst.callsPerFast': 'calls until one is not slowed, or only partly, by interrupts',
  'burst.slowEnd': 'the fastest of the slowed calls',
  'burst.callsPerUndisturbed': 'calls until nothing slows one',
  'campaign.offsetSeconds': 'longer steps in the campaign of table 1: a nuisance, not physics',
  'campaign.hiddenTraffic': 'more traffic in the campaign of table 1: a nuisance, not physics',
};

/** Units in which the numbers of a test bed have few digits. */
const readableUnits: Record<string, readonly [scale: number, name: string]> = {
  bytes: [1e6, 'MB'],
  'bytes/s': [1e6, 'MB/s'],
  's/page': [1e-6, 'µs/page'],
};

function parameterTable({ fitted = {} }: Profile): string {
  const rows = Object.entries(fitted).map(([name, { value, unit, interval, bounds }]) => {
    const meaning = meanings[name];
    if (meaning === undefined)
      throw new Error(`the fitted parameter '${name}' has no meaning in ${import.meta.url}`);
    const [scale, readable] = readableUnits[unit] ?? [1, unit];
    const show = (number: number): string => String(Number((number / scale).toPrecision(3)));
    const range = (ends: readonly [number, number]): string => ends.map(show).join(' to ');
    return `| \`${name}\` | ${show(value)} | ${readable} | ${range(interval)} | ${range(bounds)} | ${meaning} |`;
  });
  return [
    '| parameter | value | unit | 80 % interval | bounds | meaning |',
    '| --- | ---: | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
