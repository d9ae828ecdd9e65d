import type { ValidatedClass, Validation } from '../../calibration/validate.js';
import { formatPercent, formatSeconds } from '../../report/quantity.js';
import { provenance } from '../../report/study-labels.js';
import { renderTable, type Page } from '../../report/table.js';
import { wrapWords } from '../../report/wrap.js';
import type { Provenance } from '../provenance.js';
import { goalLines } from './goal-lines.js';

/** Predictions against measured runs, for people: a row a class, then the goals. */
export function validationText(
  validation: Validation,
  source: Provenance & { replications: number },
  page: Page,
): string {
  const { palette } = page;
  const classes = renderTable(
    {
      columns: [
        { name: 'class' },
        { name: 'runs', align: 'right' },
        { name: 'right verdicts', align: 'right' },
        { name: 'compared', align: 'right' },
        { name: 'total time', align: 'right' },
        { name: 'outage', align: 'right' },
      ],
      rows: validation.classes.map(classRow),
    },
    page,
  );
  const goals = goalLines(validation.goals, page);
  const notes = [
    'right verdicts: of the runs outside 0.95-1.2 of their limit',
    'total time, outage: medians of absolute errors over completed runs below 0.9 of the limit',
    provenance(source),
  ].flatMap((note) => wrapWords(note, page.width));
  return `${classes}\n${goals.join('\n')}\n\n${notes.map((note) => palette.dim(note)).join('\n')}\n`;
}

function classRow({ cls, runs, decided, right, compared, ...errors }: ValidatedClass): string[] {
  const { totalError, outageError, outageErrorSeconds } = errors;
  return [
    cls,
    `${runs}`,
    decided === 0 ? '-' : `${right} of ${decided}`,
    `${compared}`,
    totalError === null ? '-' : formatPercent(totalError),
    outageError === null ? '-' : `${formatPercent(outageError)}, ${formatSeconds(outageErrorSeconds ?? 0)}`,
  ];
}
