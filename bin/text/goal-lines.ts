import { formatPercent } from '../../report/quantity.js';
import type { Page } from '../../report/table.js';
import { wrapWords } from '../../report/wrap.js';

/**
 * Goals, a line or more each: whether it is met, what it is, and the value that was reached; of those that are not, how
 * often a prediction that is exactly right would be, where that is known.
 */
export function goalLines(
  goals: readonly { text: string; met: boolean; value: string; chance?: number }[],
  { palette, width }: Page,
): string[] {
  return goals.flatMap(({ text, met, value, chance }) => {
    const mark = met ? palette.green('met   ') : palette.red('MISSED');
    const luck = !met && chance !== undefined ? `; an exact prediction meets it in ${formatPercent(chance)} of cases` : ''; // prettier-ignore
    return wrapWords(`${text}: ${value}${luck}`, width - 7).map(
      (line, i) => `${i === 0 ? mark : '      '} ${line}`,
    );
  });
}
