import { formatNumber, formatPercent } from './quantity.js';
import { provenance, studyLabel } from './study-labels.js';
import { errorPercent, predictedToFail, type Cell, type Limit, type StudyResult } from './study-result.js';
import { studyWarnings } from './study-warnings.js';
import { fitsPage, renderTable, type Page, type TextTable } from './table.js';
import { wrapWords } from './wrap.js';

/** Errors up to this many percent are shown as good, up to the second as fair; the study's times vary by about as much. */
const GOOD_PERCENT = 5;
const FAIR_PERCENT = 10;

/**
 * The study beside its predictions as text: a table for each of the study's, limits, statements, score and warnings.
 *
 * @param result a reproduction
 * @param page width in characters and colours; on a narrow page tables of two series are split, then stacked
 * @returns text of several lines, ending in a line break
 * @example
 * studyText(result, { width: 80, palette: createColors(false) }).split('\n')[0];
 * // => 'migsim 0.1.0 · profile icclab-2014 (3f2a9c) · 100 replications · seed 1'
 */
export function studyText(result: StudyResult, page: Page): string {
  const tables = [...new Set(result.cells.map((cell) => cell.table))];
  const sections = [
    wrapWords(provenance(result), page.width).join('\n'),
    ...tables.map((table) => {
      const cells = result.cells.filter((cell) => cell.table === table);
      return [heading(studyLabel(table), page), ...comparison(cells, page)].join('\n');
    }),
    limits(result, page),
    statements(result, page),
    score(result, page),
    studyWarnings(result)
      .flatMap((warning) => wrapWords(`warning: ${warning}`, page.width))
      .map((line) => page.palette.yellow(line))
      .join('\n'),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function heading(text: string, page: Page): string {
  return wrapWords(text, page.width).map(page.palette.bold).join('\n');
}

/** All columns of one table side by side, or one under another where the page is too narrow for that. */
function comparison(cells: readonly Cell[], page: Page): string[] {
  const columns = [...new Set(cells.map((cell) => cell.column))];
  const together = sideBySide(cells, columns, page);
  const shares = cells.some((cell) => cell.completedFraction < 1 || cell.measured === null)
    ? wrapWords('(n %): share of the replications that completed', page.width).map(page.palette.dim)
    : [];
  if (fitsPage(together, page)) return [renderTable(together, page), ...shares];
  const apart = columns.flatMap((column) => [
    `${studyLabel(column)}, seconds`,
    renderTable(oneColumn(cells, column, page), page),
  ]);
  return [...apart, ...shares];
}

const COMPARED = ['measured', 'p50 [p10-p90]', 'err%'].map((name) => ({ name }));

function sideBySide(cells: readonly Cell[], columns: readonly string[], page: Page): TextTable {
  const keys = Object.keys(cells[0]!.row);
  const rows = new Map<string, string[]>();
  for (const cell of cells) {
    const id = JSON.stringify(cell.row);
    const row = rows.get(id) ?? [...rowKeys(cell, keys), ...columns.flatMap(() => ['', '', ''])];
    row.splice(
      keys.length + COMPARED.length * columns.indexOf(cell.column),
      COMPARED.length,
      ...compared(cell, page),
    );
    rows.set(id, row);
  }
  return {
    columns: [...keys.map((key) => ({ name: studyLabel(key) })), ...columns.flatMap(() => COMPARED)],
    groups: [
      ...keys.map(() => ({ name: '', span: 1 })),
      ...columns.map((column) => ({ name: `${studyLabel(column)}, s`, span: COMPARED.length })),
    ],
    rows: [...rows.values()],
  };
}

function oneColumn(cells: readonly Cell[], column: string, page: Page): TextTable {
  const keys = Object.keys(cells[0]!.row);
  return {
    columns: [...keys.map((key) => ({ name: studyLabel(key) })), ...COMPARED],
    rows: cells
      .filter((cell) => cell.column === column)
      .map((cell) => [...rowKeys(cell, keys), ...compared(cell, page)]),
  };
}

function rowKeys(cell: Cell, keys: readonly string[]): string[] {
  return keys.map((key) => formatNumber(cell.row[key] ?? NaN));
}

/** Measured, predicted and error of one cell. Where a side failed there is no error, but agreement or none. */
function compared(cell: Cell, page: Page): string[] {
  const { red, green, yellow } = page.palette;
  const measured = cell.measured === null ? 'failed' : tabular(cell.measured);
  const error = errorPercent(cell);
  if (error === null) {
    const agree = predictedToFail(cell) === (cell.measured === null);
    return [measured, predicted(cell), agree ? green('agree') : red('wrong')];
  }
  const size = Math.abs(error);
  const colour = size <= GOOD_PERCENT ? green : size <= FAIR_PERCENT ? yellow : red;
  return [measured, predicted(cell), colour(signed(error))];
}

function predicted(cell: Cell): string {
  const share = `(${formatPercent(cell.completedFraction)})`;
  if (cell.predicted === null || predictedToFail(cell)) return `failed ${share}`;
  const { p10, p50, p90 } = cell.predicted;
  const decimals = decimalsFor(p50);
  const band = `${p50.toFixed(decimals)} [${p10.toFixed(decimals)}-${p90.toFixed(decimals)}]`;
  return cell.completedFraction < 1 || cell.measured === null ? `${band} ${share}` : band;
}

/** Columns of figures keep their trailing zeros, so that the points stand under one another. */
function tabular(seconds: number): string {
  return seconds.toFixed(decimalsFor(seconds));
}

function decimalsFor(seconds: number): number {
  return seconds < 1 ? 2 : seconds < 100 ? 1 : 0;
}

function signed(percent: number): string {
  const text = percent.toFixed(1);
  return percent > 0 && text !== '0.0' ? `+${text}` : text.replace(/^-0\.0$/, '0.0');
}

function limits(result: StudyResult, page: Page): string {
  const mebibytes = (value: number | null) => (value === null ? 'none' : `${formatNumber(value)} MiB`);
  const row = (network: string, limit: Limit, column: string) => [
    network,
    mebibytes(largestMeasured(result.cells, column)),
    mebibytes(limit.lastCompleting),
    mebibytes(limit.firstFailing),
  ];
  const table: TextTable = {
    columns: [
      { name: 'network', align: 'left' },
      { name: 'study completes' },
      { name: 'model completes' },
      { name: 'model fails' },
    ],
    rows: [
      row('unloaded', result.limits.unloaded, 'lm_unloaded_network_s'),
      row('loaded', result.limits.loaded, 'lm_loaded_network_s'),
    ],
  };
  const title = heading('Rewritten memory up to which live migration completes', page);
  return `${title}\n${renderTable(table, page)}`;
}

/** The largest stressed memory for which the study has a time in this column, in MiB. */
function largestMeasured(cells: readonly Cell[], column: string): number | null {
  const sizes = cells
    .filter((cell) => cell.column === column && cell.measured !== null)
    .map((cell) => cell.row.stressed_mb ?? 0);
  return sizes.length === 0 ? null : Math.max(...sizes);
}

function statements(result: StudyResult, page: Page): string {
  if (result.statements.length === 0) return '';
  const table: TextTable = {
    columns: [{ name: 'statement', align: 'left', wrap: true }, { name: 'measured' }, { name: 'predicted' }],
    rows: result.statements.map(({ id, text, measured, predicted: forecast, unit }) => [
      `${id}: ${text}`,
      ...[measured, forecast].map((value) =>
        value === null ? 'none' : `${formatNumber(value)} ${unit}`.trim(),
      ),
    ]),
  };
  return `${heading('What the study says', page)}\n${renderTable(table, page)}`;
}

function score(
  { score: { meanAbsolutePercentError, worstCellPercent, leaveOneOutPercent } }: StudyResult,
  page: Page,
) {
  const unseen =
    leaveOneOutPercent === null ? '' : `; ${formatNumber(leaveOneOutPercent)} % on data left out of the fit`;
  const text =
    `Mean absolute error of the predicted medians ${formatNumber(meanAbsolutePercentError)} %, ` +
    `worst cell ${formatNumber(worstCellPercent)} %${unseen}.`;
  return wrapWords(text, page.width).map(page.palette.bold).join('\n');
}
