import { stripVTControlCharacters } from 'node:util';

const PLAIN = /^[\x20-\x7e]*$/;

/** Scripts and pictures that a terminal draws two columns wide (Unicode Standard Annex 11). */
const WIDE =
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\uff01-\uff60\p{Emoji_Presentation}]/u;

const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * How many columns of a terminal a line of text takes: colour codes none, letters with their accents one, Chinese,
 * Japanese and Korean writing and pictures two.
 *
 * @param text a line, possibly with colour codes
 * @example
 * textWidth('\u001b[32m+2.0\u001b[39m'); // => 4
 */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of letters.segment(stripVTControlCharacters(text)))
    width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/**
 * A text brought to a width by spaces before, behind or around it; a wider one stays as it is.
 *
 * @example
 * padText('96', 4, 'right'); // => '  96'
 */
export function padText(text: string, width: number, align: 'left' | 'right' | 'centre'): string {
  const missing = Math.max(0, width - textWidth(text));
  const before = align === 'left' ? 0 : align === 'right' ? missing : Math.floor(missing / 2);
  return ' '.repeat(before) + text + ' '.repeat(missing - before);
}
