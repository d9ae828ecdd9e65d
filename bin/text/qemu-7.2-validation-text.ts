import type { Qemu72Class } from '../../calibration/qemu-7.2-goals.js';
import type { Qemu72Validation } from '../../calibration/qemu-7.2-validate.js';
import { formatPercent, formatSeconds } from '../../report/quantity.js';
import { provenance } from '../../report/study-labels.js';
import { renderTable, type Page } from '../../report/table.js';
import { wrapWords } from '../../report/wrap.js';
import type { Provenance } from '../provenance.js';
import { goalLines } from './goal-lines.js';

/** Predictions against measured QEMU 7.2 migrations, for people: a row a class, then the goals. */
export function qemu72ValidationText(
  { classes, goals }: Qemu72Validation,
  source: Provenance & { replications: number },
  page: Page,
): string {
  const table = renderTable(
    {
      columns: [
        { name: 'class' },
        { name: 'verdicts', align: 'right' },
        { name: 'total', align: 'right' },
        { name: 'repeats', align: 'right' },
        { name: 'stop to resume', align: 'right' },
        { name: 'bytes', align: 'right' },
        { name: 'syncs', align: 'right' },
        { name: 'near', align: 'right' },
      ],
      rows: classes.map(classRow),
    },
    page,
  );
  const notes = [
    'by configuration, p50 against the median of its repeats; medians of absolute errors over those at least 20 % away from their threshold',
    'repeats: how far the total time of one lies from the median of the others of its configuration, in the median',
    'near: of the repeats nearer to it, those whose outcome and time lie within the predicted p2-p98',
    provenance(source),
  ].flatMap((note) => wrapWords(note, page.width));
  const dim = notes.map((note) => page.palette.dim(note)).join('\n');
  return `${table}\n${goalLines(goals, page).join('\n')}\n\n${dim}\n`;
}

function classRow(one: Qemu72Class): string[] {
  const { cls, far, right, totalError, outageError, outageErrorSeconds, bytesError, syncsError } = one;
  const percent = (value: number | null): string => (value === null ? '-' : formatPercent(value));
  return [
    cls,
    far === 0 ? '-' : `${right} of ${far}`,
    percent(totalError),
    percent(one.repeatError),
    outageError === null ? '-' : `${percent(outageError)}, ${formatSeconds(outageErrorSeconds ?? 0)}`,
    percent(bytesError),
    syncsError === null ? '-' : `${syncsError}`,
    one.near === 0 ? '-' : `${one.possible} of ${one.near}`,
  ];
}
