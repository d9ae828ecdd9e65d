import type { Colors } from 'picocolors/types.js';
import { padText, textWidth } from './text-width.js';
import { wrapWords } from './wrap.js';

/** The colours that reports use; picocolors' `createColors(enabled)` is one, and with colour off it adds nothing. */
export type Palette = Pick<Colors, 'bold' | 'dim' | 'red' | 'green' | 'yellow'>;

export interface Column {
  readonly name: string;
  /** Numbers stand right, which is the default; words left. */
  readonly align?: 'left' | 'right';
  /** A column of sentences: broken at spaces to what the others leave over. */
  readonly wrap?: boolean;
}

export interface TextTable {
  readonly columns: readonly Column[];
  /** One string a column; may hold the palette's colours. */
  readonly rows: readonly (readonly string[])[];
  /** A line above the header: names, each over so many columns. */
  readonly groups?: readonly { readonly name: string; readonly span: number }[];
}

export interface Page {
  /** Columns of the terminal. */
  readonly width: number;
  readonly palette: Palette;
}

const GAP = '  ';
/** A column of sentences narrower than this reads worse than the stacked form. */
const NARROWEST_SENTENCES = 24;

/**
 * A table as text: header, then rows, columns two spaces apart, without borders. Where the table is wider than the page,
 * each row becomes a few lines `name: value` under its first cell.
 *
 * @param table columns and rows; every row has as many cells as there are columns
 * @param page width in characters and colours
 * @returns lines joined by '\n', none with spaces at its end
 * @throws RangeError for a row with too few or too many cells
 * @example
 * const plain = { width: 80, palette: createColors(false) };
 * renderTable({ columns: [{ name: 'MiB' }, { name: 'time' }], rows: [['96', '20.8 s']] }, plain);
 * // => 'MiB    time\n 96  20.8 s'
 */
export function renderTable(table: TextTable, page: Page): string {
  table.rows.forEach((row, index) => {
    if (row.length !== table.columns.length) {
      throw new RangeError(
        `row ${index} has ${row.length} cells; the table has ${table.columns.length} columns`,
      );
    }
  });
  return fitsPage(table, page) ? aligned(table, page, columnWidths(table, page)) : stacked(table, page);
}

/**
 * Whether the table can stand on the page with its columns side by side.
 *
 * @example
 * fitsPage({ columns: [{ name: 'MiB' }], rows: [['96']] }, { width: 2, palette: createColors(false) }); // => false
 */
export function fitsPage(table: TextTable, page: Page): boolean {
  const widths = columnWidths(table, page);
  const sentences = table.columns.findIndex((column) => column.wrap);
  return total(widths) <= page.width && (sentences === -1 || widths[sentences]! >= NARROWEST_SENTENCES);
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1));
}

/** What each column needs, a group's name being charged to its last one; a column of sentences takes no more than is left. */
function columnWidths({ columns, rows, groups = [] }: TextTable, page: Page): number[] {
  const widths = columns.map((column, index) =>
    Math.max(textWidth(column.name), ...rows.map((row) => textWidth(row[index]!))),
  );
  let start = 0;
  for (const { name, span } of groups) {
    const last = start + span - 1;
    widths[last]! += Math.max(0, textWidth(name) - total(widths.slice(start, last + 1)));
    start = last + 1;
  }
  const sentences = columns.findIndex((column) => column.wrap);
  if (sentences !== -1) {
    const left = page.width - total(widths) + widths[sentences]!;
    widths[sentences] = Math.min(widths[sentences]!, Math.max(left, NARROWEST_SENTENCES));
  }
  return widths;
}

function aligned({ columns, rows, groups }: TextTable, page: Page, widths: readonly number[]): string {
  const alignments = columns.map((column) => column.align ?? 'right');
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => padText(cell, widths[index]!, alignments[index]!))
      .join(GAP)
      .trimEnd();
  const lines = rows.flatMap((row) => {
    const cells = row.map((cell, index) => (columns[index]!.wrap ? wrapWords(cell, widths[index]!) : [cell]));
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, at) => line(cells.map((cell) => cell[at] ?? '')));
  });
  const header = page.palette.dim(line(columns.map((column) => column.name)));
  return [...(groups ? [page.palette.bold(groupLine(groups, widths))] : []), header, ...lines].join('\n');
}

function groupLine(groups: NonNullable<TextTable['groups']>, widths: readonly number[]): string {
  let start = 0;
  const names = groups.map(({ name, span }) => {
    const over = total(widths.slice(start, start + span));
    start += span;
    return padText(name, over, 'centre');
  });
  return names.join(GAP).trimEnd();
}

function stacked(table: TextTable, page: Page): string {
  const names = fullNames(table);
  const entry = (row: readonly string[]): string[] => {
    const [head, ...fields] = row.map((value, index) => `${names[index]!}: ${value}`);
    return [
      ...wrapWords(head!, page.width).map((line) => page.palette.bold(line)),
      ...fields.flatMap((field) => wrapWords(field, page.width - GAP.length).map((line) => GAP + line)),
    ];
  };
  return table.rows.flatMap(entry).join('\n');
}

/** Column names that say which group they belong to, for a place where no header stands above them. */
function fullNames({ columns, groups }: TextTable): string[] {
  const groupOfColumn = groups?.flatMap(({ name, span }) => Array<string>(span).fill(name)) ?? [];
  return columns.map((column, index) => [groupOfColumn[index], column.name].filter(Boolean).join(' '));
}
