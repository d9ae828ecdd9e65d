import { formatPercent } from '../../report/quantity.js';
import { provenance } from '../../report/study-labels.js';
import { renderTable, type Page } from '../../report/table.js';
import { wrapWords } from '../../report/wrap.js';
import { isMost } from '../../studies/verdicts.js';
import type { Scenario } from '../../scenario/scenario.js';
import type { ThresholdAxis } from '../../studies/threshold-axis.js';
import type { Threshold } from '../../studies/threshold.js';
import type { Provenance } from '../provenance.js';
import { axisFormat } from './axis-values.js';
import { scenarioLines } from './scenario-lines.js';

/** Length of the bar of a value at which all replications complete. */
const BAR = 20;

/**
 * A threshold for people: the answer, and the values that were tried.
 *
 * @param threshold what was found
 * @param axis along what
 * @param scenario the one at the axis' lower end
 * @param warnings what to know before believing it
 * @param source where it comes from
 * @param page width and colours
 */
export function thresholdText(
  threshold: Threshold,
  axis: Pick<ThresholdAxis, 'dimension' | 'to' | 'tolerance'>,
  scenario: Scenario,
  warnings: readonly string[],
  source: Provenance & { replications: number },
  page: Page,
): string {
  const { palette, width } = page;
  const show = axisFormat(axis);
  const { lastCompleting, firstFailing, curve } = threshold;
  const table = {
    columns: [
      { name: threshold.over },
      { name: 'completed' },
      { name: 'of' },
      { name: '', align: 'left' as const },
    ],
    rows: curve.map(({ value, completedFraction, replications }) => [
      show(value) + (value === lastCompleting ? ' ✓' : value === firstFailing ? ' ✗' : '  '),
      formatPercent(completedFraction),
      String(replications),
      (isMost(completedFraction) ? palette.green : palette.red)(
        '█'.repeat(Math.round(BAR * completedFraction)),
      ),
    ]),
  };
  return [
    scenarioLines(scenario, page, threshold.over),
    ...wrapWords(answer(threshold, show), width).map(palette.bold),
    '',
    renderTable(table, page),
    '',
    ...wrapWords(
      'Completes where more than half of the replications do; a value is left as soon as that is certain.',
      width,
    ),
    ...(warnings.length > 0 ? [''] : []),
    ...warnings.flatMap((warning) => wrapWords(`warning: ${warning}`, width)).map(palette.yellow),
    ...(warnings.length > 0 ? [''] : []),
    ...wrapWords(provenance(source), width).map(palette.dim),
    '',
  ].join('\n');
}

function answer(
  { over, lastCompleting, firstFailing, curve }: Threshold,
  show: (value: number) => string,
): string {
  const ends = [curve[0]!, curve.at(-1)!].map(({ value }) => show(value)).join(' to ');
  if (lastCompleting === null) return `Does not complete anywhere from ${ends} of ${over}.`;
  if (firstFailing === null) return `Completes everywhere from ${ends} of ${over}.`;
  const [completes, fails] = [show(lastCompleting), show(firstFailing)];
  return lastCompleting < firstFailing
    ? `Completes up to ${completes} of ${over}, not at ${fails}.`
    : `Completes from ${completes} of ${over} on, not at ${fails}.`;
}
