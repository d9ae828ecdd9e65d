import { formatBytes, formatPercent, formatSeconds } from '../../report/quantity.js';
import { provenance } from '../../report/study-labels.js';
import { fitsPage, renderTable, type Page, type TextTable } from '../../report/table.js';
import { wrapWords } from '../../report/wrap.js';
import type { Prediction } from '../../studies/predict.js';
import type { Summary } from '../../studies/summary.js';
import type { Provenance } from '../provenance.js';
import { pairs } from './pairs.js';
import { scenarioLines } from './scenario-lines.js';
import { verdictColor } from './verdict.js';

/** A line of the comparison: its name, and what stands there for each product. */
type Line = readonly [name: string, cell: (prediction: Prediction) => string];

/**
 * One scenario under several products, side by side: a column a product, or a row where there are more of them than the
 * page holds. Below stands why each ended as it did.
 *
 * @param predictions of the products, at least one; they differ in the stack and its own limits
 * @param source where they come from, and from how many replications each
 * @param page width and colours
 */
export function comparisonText(
  predictions: readonly Prediction[],
  source: Provenance & { replications: number },
  page: Page,
): string {
  const wrapped = (text: string, style: (line: string) => string) =>
    wrapWords(text, page.width).map(style).join('\n');
  // Limits in which the products agree are shown too: they are half of why outcomes differ.
  const lines = [...figures(page), ...limitFields.map(({ name, of }): Line => [name, of])];
  const note =
    `All at one place, that of profile ${source.profile.name}, with the same random numbers. ` +
    'Limits that the scenario does not state are those of each product.';
  const sections = [
    scenarioLines(predictions[0]!.scenario, page, 'stack', ...limitFields.map(({ field }) => field)),
    `${table(predictions, lines, page)}\n`,
    `${pairs(
      predictions.map(({ scenario, reason }) => [scenario.stack, reason] as const),
      page,
    )}\n`,
    warningsOf(predictions)
      .map((warning) => `${wrapped(`warning: ${warning}`, page.palette.yellow)}\n`)
      .join(''),
    `${wrapped(note, page.palette.dim)}\n${wrapped(provenance(source), page.palette.dim)}\n`,
  ];
  return sections.filter((section) => section !== '').join('\n');
}

function figures(page: Page): Line[] {
  return [
    ['outcome', ({ verdict }) => verdictColor(verdict, page)(verdict)],
    ['completed', ({ completedFraction }) => formatPercent(completedFraction)],
    ['in all', ({ totalSeconds }) => median(totalSeconds)],
    ['in all, p10 to p90', ({ totalSeconds }) => interval(totalSeconds)],
    ['downtime', ({ downtimeSeconds }) => median(downtimeSeconds)],
    ['downtime, p10 to p90', ({ downtimeSeconds }) => interval(downtimeSeconds)],
    ['on the wire', ({ bytesOnWire }) => formatBytes(bytesOnWire, 'decimal')],
    ['guest slower by', ({ guestSlowdown }) => formatPercent(guestSlowdown)],
  ];
}

/** Limits that products have defaults of. */
const limitFields: readonly { name: string; field: string; of: (prediction: Prediction) => string }[] = [
  {
    name: 'downtime limit',
    field: 'migration.downtimeLimit',
    of: ({ scenario: { migration } }) =>
      migration.downtimeLimit === Infinity ? 'none' : formatSeconds(migration.downtimeLimit),
  },
  {
    name: 'limit of rate',
    field: 'migration.maxBandwidth',
    of: ({ scenario: { migration } }) =>
      migration.maxBandwidth === Infinity ? 'none' : `${formatBytes(migration.maxBandwidth)}/s`,
  },
];

function median(summary: Summary | null): string {
  return summary === null ? '–' : formatSeconds(summary.p50);
}

function interval(summary: Summary | null): string {
  if (summary === null) return '–';
  const [low, high] = [formatSeconds(summary.p10), formatSeconds(summary.p90)];
  return low === high ? low : `${low} to ${high}`;
}

function table(predictions: readonly Prediction[], lines: readonly Line[], page: Page): string {
  const sideBySide: TextTable = {
    columns: [{ name: '', align: 'left' }, ...predictions.map(({ scenario }) => ({ name: scenario.stack }))],
    rows: lines.map(([name, cell]) => [name, ...predictions.map(cell)]),
  };
  if (fitsPage(sideBySide, page)) return renderTable(sideBySide, page);
  return renderTable(
    {
      columns: [{ name: 'stack', align: 'left' }, ...lines.map(([name]) => ({ name }))],
      rows: predictions.map((prediction) => [
        prediction.scenario.stack,
        ...lines.map(([, cell]) => cell(prediction)),
      ]),
    },
    page,
  );
}

/** What holds for all once, the rest with its product's name. */
function warningsOf(predictions: readonly Prediction[]): string[] {
  const common = predictions[0]!.warnings.filter((warning) =>
    predictions.every(({ warnings }) => warnings.includes(warning)),
  );
  const others = predictions.flatMap(({ scenario, warnings }) =>
    warnings.filter((warning) => !common.includes(warning)).map((warning) => `${scenario.stack}: ${warning}`),
  );
  return [...common, ...others];
}
