import type { Page } from '../../report/table.js';
import type { Prediction } from '../../studies/predict.js';

/** The colour of a verdict: good, bad, or somewhere between. */
export function verdictColor(verdict: Prediction['verdict'], { palette }: Page): (text: string) => string {
  if (verdict === 'completed') return palette.green;
  return verdict === 'failed' ? palette.red : palette.yellow;
}
