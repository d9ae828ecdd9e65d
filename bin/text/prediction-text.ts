import { formatBytes, formatNumber, formatPercent, formatSeconds } from '../../report/quantity.js';
import { provenance } from '../../report/study-labels.js';
import { renderTable, type Page } from '../../report/table.js';
import { wrapWords } from '../../report/wrap.js';
import type { Prediction, VmPrediction } from '../../studies/predict.js';
import type { Summary } from '../../studies/summary.js';
import type { Provenance } from '../provenance.js';
import { diskFacts } from './disk-text.js';
import { partNames, type DowntimeParts } from './downtime-parts.js';
import { pairs } from './pairs.js';
import { scenarioLines } from './scenario-lines.js';
import { verdictColor } from './verdict.js';

/**
 * A prediction for people.
 *
 * @param prediction what was predicted
 * @param source where it comes from, and from how many replications
 * @param page width and colours
 * @param name of the scenario, where there are several
 * @returns lines, the last one empty where a name was given, so that several stand apart
 */
export function predictionText(
  prediction: Prediction,
  source: Provenance & { replications: number },
  page: Page,
  name = '',
): string {
  const sections = [
    (name === '' ? '' : `${page.palette.bold(name)}\n`) + scenarioLines(prediction.scenario, page),
    [outcome(prediction, source.replications, page), ...wrapWords(prediction.reason, page.width), ''].join(
      '\n',
    ),
    times(prediction, page),
    `${pairs(facts(prediction, source.replications), page)}\n`,
    prediction.warnings
      .flatMap((warning) => wrapWords(`warning: ${warning}`, page.width))
      .map((line) => `${page.palette.yellow(line)}\n`)
      .join(''),
    `${wrapWords(provenance(source), page.width).map(page.palette.dim).join('\n')}\n`,
  ];
  return `${sections.filter((section) => section !== '').join('\n')}${name === '' ? '' : '\n'}`;
}

function outcome(
  { verdict, completedFraction, outcomes, totalSeconds, downtimeSeconds }: Prediction,
  replications: number,
  page: Page,
): string {
  const completed = Math.round(completedFraction * replications);
  const others = (['aborted', 'failed'] as const).flatMap((other) =>
    other !== verdict && (outcomes[other] ?? 0) > 0 ? [`, ${outcomes[other]} ${other}`] : [],
  );
  const share =
    replications === 1 ? '' : ` (${completed} of ${replications} replications completed${others.join('')})`;
  const figures =
    verdict === 'completed' && totalSeconds && downtimeSeconds
      ? ` in ${formatSeconds(totalSeconds.p50)}, ${formatSeconds(downtimeSeconds.p50)} of downtime`
      : '';
  return wrapWords(`${verdict}${figures}${share}`, page.width)
    .map((line) => page.palette.bold(verdictColor(verdict, page)(line)))
    .join('\n');
}

function times({ totalSeconds, downtimeSeconds, sourceDowntimeSeconds }: Prediction, page: Page): string {
  const rows = Object.entries({
    'in all': totalSeconds,
    downtime: downtimeSeconds,
    'of it at the source': sourceDowntimeSeconds,
  }).flatMap(([name, summary]) => (summary === null ? [] : [timeRow(name, summary)]));
  if (rows.length === 0) return '';
  const columns = [
    { name: 'time', align: 'left' as const },
    ...['p50', 'p10', 'p90', 'mean'].map((column) => ({ name: column })),
  ];
  return `${renderTable({ columns, rows }, page)}\n`;
}

/** What several guests at once have between them, by their medians. */
function eachVm({ vms }: Prediction): [string, string][] {
  if (!vms) return [];
  const shares = vms.map(({ completedFraction }) => completedFraction);
  const medians = (of: (vm: VmPrediction) => Summary | null) => vms.flatMap((vm) => of(vm)?.p50 ?? []);
  const totals = rangeText(
    medians((vm) => vm.totalSeconds),
    formatSeconds,
  );
  const downtimes = rangeText(
    medians((vm) => vm.downtimeSeconds),
    formatSeconds,
  );
  const longest = Math.max(...vms.map(({ waitedSeconds }) => waitedSeconds?.p50 ?? 0));
  const parts = [
    Math.min(...shares) < 1 && `completed in ${rangeText(shares, formatPercent)} of the replications`,
    totals !== undefined && `in all ${totals}`,
    downtimes !== undefined && `downtime ${downtimes}`,
    longest > 0 && `waited for its turn up to ${formatSeconds(longest)}`,
  ];
  return [[`each of ${vms.length} VMs`, parts.filter(Boolean).join(', ')]];
}

/** From the least to the most, undefined where there is none. */
function rangeText(values: readonly number[], format: (value: number) => string): string | undefined {
  if (values.length === 0) return undefined;
  const [least, most] = [format(Math.min(...values)), format(Math.max(...values))];
  return least === most ? least : `${least} to ${most}`;
}

function timeRow(name: string, { p10, p50, p90, mean }: Summary): string[] {
  const isShort = p50 < 0.1;
  const [factor, unit] = isShort ? [1000, 'ms'] : [1, 's'];
  const decimals = p50 * factor < 10 ? 2 : p50 * factor < 100 ? 1 : 0;
  const show = (seconds: number) =>
    seconds === 0 ? `0 ${unit}` : `${(seconds * factor).toFixed(decimals)} ${unit}`;
  return [name, ...[p50, p10, p90, mean].map(show)];
}

function facts(prediction: Prediction, replications: number): [string, string][] {
  const { setupSeconds, rounds, bytesOnWire, backgroundMbits, guestSlowdown, convergence } = prediction;
  const { alone, during } = backgroundMbits;
  const rows: [string, string | false][] = [
    ...eachVm(prediction),
    ['set-up', setupSeconds !== null && formatSeconds(setupSeconds)],
    ['dirty log fetched', `${formatNumber(rounds)} times`],
    ['on the wire', formatBytes(bytesOnWire, 'decimal')],
    ...diskFacts(prediction),
    [
      'CPU',
      `${formatSeconds(prediction.migrationCpuSeconds)}, ${formatPercent(prediction.migrationCpuShare)} of a core` +
        (prediction.cpuBesides === undefined ? '' : `, with that of ${prediction.cpuBesides}`),
    ],
    ['other traffic', alone > 0 && `${formatNumber(during)} Mbit/s, alone ${formatNumber(alone)} Mbit/s`],
    ['guest slower by', guestSlowdown < 0.001 ? 'less than 0.1 %' : formatPercent(guestSlowdown)],
    ['downtime made of', prediction.downtimeParts !== undefined && partsText(prediction.downtimeParts)],
    [
      'stop test',
      convergence !== null &&
        `${convergence.remainingBytesAtBest < 1 ? 'nothing' : formatBytes(convergence.remainingBytesAtBest)} left, ${formatBytes(convergence.thresholdBytes)} allowed`,
    ],
    [
      'typical run',
      replications > 1 &&
        `replication ${prediction.typicalReplication} (migsim explain --replication ${prediction.typicalReplication} tells it)`,
    ],
  ];
  return rows.filter((row): row is [string, string] => row[1] !== false);
}

/** Parts below this share of the whole are left out. */
const LEAST_PART = 0.005;

function partsText(parts: DowntimeParts): string {
  const whole = partNames.reduce((sum, [part]) => sum + parts[part], 0);
  return partNames
    .filter(([part]) => parts[part] > LEAST_PART * whole)
    .map(([part, name]) => `${name} ${formatSeconds(parts[part])}`)
    .join(', ');
}
