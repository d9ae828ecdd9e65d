import { padText, textWidth } from '../../report/text-width.js';
import { wrapWords } from '../../report/wrap.js';
import type { Page } from '../../report/table.js';

/** Below this the explanations would be a ribbon: they go under their names instead. */
const NARROWEST = 20;

/**
 * Names and what is said of them, in two columns; what is long is wrapped in its own.
 *
 * @example
 * pairs([['rounds', '2'], ['setup', '3.06 s']], { width: 80, palette }) // => 'rounds  2\nsetup   3.06 s'
 */
export function pairs(rows: readonly (readonly [name: string, text: string])[], page: Page): string {
  const indent = Math.max(...rows.map(([name]) => textWidth(name))) + 2;
  const isNarrow = page.width - indent < NARROWEST;
  return rows
    .flatMap(([name, text]) => {
      if (isNarrow)
        return [page.palette.dim(name), ...wrapWords(text, page.width - 2).map((line) => `  ${line}`)];
      const lines = wrapWords(text, page.width - indent);
      return lines.map((line, index) =>
        index === 0 ? page.palette.dim(padText(name, indent, 'left')) + line : ' '.repeat(indent) + line,
      );
    })
    .join('\n');
}
