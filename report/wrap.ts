import { textWidth } from './text-width.js';

/**
 * Breaks a text at spaces into lines of at most `width` columns; a word longer than that keeps a line of its own.
 *
 * @param text any text; runs of white space count as one space
 * @param width columns a line, at least 1
 * @returns the lines, at least one
 * @example
 * wrapWords('marks were measured', 10); // => ['marks were', 'measured']
 */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.trim().split(/\s+/)) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
