import type { Page } from '../../report/table.js';
import { wrapWords } from '../../report/wrap.js';

/** Goals, a line or more each: whether it is met, what it is, and the value that was reached. */
export function goalLines(
  goals: readonly { text: string; met: boolean; value: string }[],
  { palette, width }: Page,
): string[] {
  return goals.flatMap(({ text, met, value }) => {
    const mark = met ? palette.green('met   ') : palette.red('MISSED');
    return wrapWords(`${text}: ${value}`, width - 7).map((line, i) => `${i === 0 ? mark : '      '} ${line}`);
  });
}
