import pc from 'picocolors';
import type { Page } from '../report/table.js';

/** Lines longer than this are hard to read, however wide the terminal. */
const WIDEST = 110;
/** Where the terminal does not say, or says 0. */
const STANDARD_WIDTH = 80;

/** Standard output as a page: its width, and colour only where a terminal shows it and nobody objects. */
export function outputPage(): Page {
  const { isTTY, columns = 0 } = process.stdout as { isTTY?: boolean; columns?: number };
  const { NO_COLOR, TERM } = process.env;
  const isColored = isTTY === true && (NO_COLOR ?? '') === '' && TERM !== 'dumb';
  return {
    width: Math.min(columns > 0 ? columns : STANDARD_WIDTH, WIDEST),
    palette: pc.createColors(isColored),
  };
}

/** Prints text that ends in a line break. */
export function printText(text: string): void {
  process.stdout.write(text);
}

/** Prints one JSON document: on several lines, or on one where it is one of many. */
export function printJson(value: unknown, isOneOfMany = false): void {
  process.stdout.write(`${JSON.stringify(value, null, isOneOfMany ? 0 : 2)}\n`);
}
