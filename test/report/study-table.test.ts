import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { provenance, studyLabel } from '../../report/study-labels.js';
import { errorPercent, predictedToFail } from '../../report/study-result.js';
import { studyText } from '../../report/study-table.js';
import { studyWarnings } from '../../report/study-warnings.js';
import { fakeStudy, withCell } from './fake-study.js';

const palette = picocolors.createColors(false);
const study = fakeStudy();
const only = (table: string) =>
  fakeStudy({ cells: study.cells.filter((cell) => cell.table === table), statements: [] });
const failing80 = { table: 'lm-stress', column: 'lm_loaded_network_s', key: 80 };

describe('the study as text', () => {
  it('sets predictions beside measured times on a page of 80 columns', () => {
    expect(studyText(only('cpu-load'), { width: 80, palette })).toBe(`\
migsim 0.1.0 · profile icclab-2014 (3f2a9c) · 100 replications · seed 1

CPU load on both hosts
                    LM, s                             BLM, s
CPU %  measured     p50 [p10-p90]  err%  measured     p50 [p10-p90]  err%
    0      15.0  15.3 [14.8-15.9]  +2.0      22.5  21.8 [21.2-22.7]  -3.0
   66      18.3  18.7 [18.2-19.5]  +2.4      25.1  25.0 [24.2-26.0]  -0.5

Rewritten memory up to which live migration completes
network   study completes  model completes  model fails
unloaded             none          103 MiB      104 MiB
loaded               none           82 MiB       83 MiB

Mean absolute error of the predicted medians 1.94 %, worst cell 2.99 %; 4.1 % on
data left out of the fit.
`);
  });

  it('splits tables on a narrower page, and stacks their rows on a very narrow one', () => {
    const text = studyText(only('cpu-load'), { width: 50, palette });
    expect(text).toContain(`\
LM, seconds
CPU %  measured     p50 [p10-p90]  err%
    0      15.0  15.3 [14.8-15.9]  +2.0
`);
    expect(studyText(only('cpu-load'), { width: 32, palette })).toContain(`\
CPU %: 66
  measured: 18.3
  p50 [p10-p90]: 18.7
  [18.2-19.5]
  err%: +2.4
`);
  });

  it.each([30, 50, 80, 120])('stays within %i columns', (width) => {
    const lines = studyText(study, { width, palette }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  });

  it('says failed where a migration failed, with the share that completed', () => {
    expect(studyText(study, { width: 80, palette })).toMatch(/96 +failed +failed \(0 %\)  agree/);
    const wrong = withCell(study, failing80, { completedFraction: 0.17 });
    expect(studyText(wrong, { width: 80, palette })).toMatch(/80 +28.9 +failed \(17 %\) +wrong/);
    const partly = withCell(study, failing80, { completedFraction: 0.87 });
    expect(studyText(partly, { width: 80, palette })).toMatch(/80 +28.9 +28.2 \[27.3-29.3\] \(87 %\) +-2.5/);
  });

  it('ends with statements, score and warnings', () => {
    const text = studyText(fakeStudy({ warnings: ['the guest is not the study’s'] }), { width: 80, palette });
    expect(text).toMatch(/network-rise: network load raises migration time +24 % +22.8 %/);
    expect(text.trimEnd().split('\n').at(-1)).toBe('warning: the guest is not the study’s');
  });

  it('leaves out the score of unseen data where there was no fit', () => {
    const unfitted = fakeStudy({ score: { ...study.score, leaveOneOutPercent: null } });
    expect(studyText(unfitted, { width: 80, palette })).toContain('worst cell 2.99 %.\n');
  });

  it('colours errors only when colour is on', () => {
    expect(studyText(study, { width: 80, palette })).not.toMatch(/\u001b/);
    expect(studyText(study, { width: 80, palette: picocolors.createColors(true) })).toContain(
      '\u001b[32m+2.0',
    );
  });

  it('warns of few replications and of disagreement about failure', () => {
    const few = withCell(fakeStudy({ replications: 1 }), failing80, { completedFraction: 0.25 });
    expect(studyWarnings(few)).toEqual([
      'only 1 replication: the p10–p90 range is a guess',
      'LM, loaded network at 80 MiB: completed in the study, but only in 25 % of the replications',
    ]);
    const surviving = withCell(
      study,
      { ...failing80, key: 96 },
      { completedFraction: 1, predicted: study.cells[0]!.predicted },
    );
    expect(studyWarnings(surviving)).toEqual([
      'LM, loaded network at 96 MiB: failed in the study, but completes in 100 % of the replications',
    ]);
  });

  it('examples', () => {
    expect(studyText(study, { width: 80, palette }).split('\n')[0]).toBe(
      'migsim 0.1.0 · profile icclab-2014 (3f2a9c) · 100 replications · seed 1',
    );
    expect(studyLabel('lm_loaded_network_s')).toBe('LM, loaded network');
    const profile = { name: 'icclab-2014', hash: '3f2a9c' };
    expect(provenance({ version: '0.1.0', profile, replications: 100, seed: 1 })).toBe(
      'migsim 0.1.0 · profile icclab-2014 (3f2a9c) · 100 replications · seed 1',
    );
    expect(predictedToFail({ predicted: null, completedFraction: 0 })).toBe(true);
    const predicted = { p10: 20, p50: 21, p90: 22, mean: 21 };
    expect(errorPercent({ measured: 20, predicted, completedFraction: 1 })).toBe(5);
    expect(studyWarnings({ ...study, replications: 5 })).toEqual([
      'only 5 replications: the p10–p90 range is a guess',
    ]);
  });
});
