import fc from 'fast-check';
import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { fitsPage, renderTable, type TextTable } from '../../report/table.js';
import { padText, textWidth } from '../../report/text-width.js';
import { wrapWords } from '../../report/wrap.js';

const palette = picocolors.createColors(false);
const wide = { width: 80, palette };

const times: TextTable = {
  columns: [{ name: 'network', align: 'left' }, { name: 'MiB' }, { name: 'time' }],
  rows: [
    ['loaded', '96', 'failed'],
    ['unloaded', '7168', '75.0 s'],
  ],
};

const sentences: TextTable = {
  columns: [{ name: 'statement', align: 'left', wrap: true }, { name: 'measured' }],
  rows: [['network load raises the time that both kinds of migration take', '24 %']],
};

describe('a text table', () => {
  it('has figures on the right, words on the left, and no spaces at the ends of lines', () => {
    expect(renderTable(times, wide)).toBe(
      ['network    MiB    time', 'loaded      96  failed', 'unloaded  7168  75.0 s'].join('\n'),
    );
  });

  it('becomes lines of name and value where the page is too narrow', () => {
    expect(renderTable(times, { width: 20, palette })).toBe(
      [
        'network: loaded',
        '  MiB: 96',
        '  time: failed',
        'network: unloaded',
        '  MiB: 7168',
        '  time: 75.0 s',
      ].join('\n'),
    );
  });

  it('breaks sentences at spaces to what other columns leave over', () => {
    expect(renderTable(sentences, { width: 42, palette })).toBe(
      [
        'statement                         measured',
        'network load raises the time          24 %',
        'that both kinds of migration',
        'take',
      ].join('\n'),
    );
  });

  it('names groups of columns above them, and before each name when stacked', () => {
    const grouped = {
      ...times,
      groups: [
        { name: '', span: 1 },
        { name: 'LM', span: 2 },
      ],
    };
    expect(renderTable(grouped, wide).split('\n')[0]).toMatch(/^ {10,}LM$/);
    expect(renderTable(grouped, { width: 20, palette })).toContain('  LM time: failed');
  });

  it('counts what is seen: colours take no room', () => {
    const colours = picocolors.createColors(true);
    const coloured = { ...times, rows: [[colours.red('loaded'), '96', 'failed'], times.rows[1]!] };
    const seen = renderTable(coloured, { width: 24, palette: colours }).replaceAll(/\u001b\[\d+m/g, '');
    expect(seen.split('\n').map((line) => line.trimEnd())).toEqual(renderTable(times, wide).split('\n'));
  });

  it('has no colour codes when colour is off', () => {
    expect(renderTable(times, wide) + renderTable(times, { width: 10, palette })).not.toMatch(/\u001b/);
  });

  it('counts letters as a terminal draws them: accents none, Chinese two', () => {
    expect(['host', 'hôte', 'ho\u0302te', '主机', '🖥️ a'].map(textWidth)).toEqual([4, 4, 4, 4, 3]);
    const hosts = {
      columns: [{ name: 'host', align: 'left' as const }, { name: 's' }],
      rows: [
        ['主机一', '1'],
        ['b', '2'],
      ],
    };
    expect(renderTable(hosts, wide)).toBe(['host    s', '主机一  1', 'b       2'].join('\n'));
  });

  it('widens the last column of a group whose name is long', () => {
    const grouped = {
      ...times,
      groups: [
        { name: '', span: 1 },
        { name: 'block live migration', span: 2 },
      ],
    };
    expect(renderTable(grouped, wide).split('\n')).toEqual([
      '          block live migration',
      'network    MiB            time',
      'loaded      96          failed',
      'unloaded  7168          75.0 s',
    ]);
  });

  it('refuses a row of another length', () => {
    expect(() => renderTable({ ...times, rows: [['loaded']] }, wide)).toThrow(
      'row 0 has 1 cells; the table has 3 columns',
    );
  });

  it('is never wider than a page that holds its longest word', () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    const text = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(' '));
    const rows = fc.array(fc.tuple(text, word, word), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(rows, fc.boolean(), fc.integer({ min: 24, max: 100 }), (cells, wrap, width) => {
        const table = { columns: [{ name: 'a', wrap }, { name: 'b' }, { name: 'c' }], rows: cells };
        const longest = Math.max(
          ...renderTable(table, { width, palette })
            .split('\n')
            .map((line) => line.length),
        );
        expect(longest).toBeLessThanOrEqual(width);
      }),
      { numRuns: 60 },
    );
  });

  it('examples', () => {
    expect(
      renderTable({ columns: [{ name: 'MiB' }, { name: 'time' }], rows: [['96', '20.8 s']] }, wide),
    ).toBe('MiB    time\n 96  20.8 s');
    expect(fitsPage({ columns: [{ name: 'MiB' }], rows: [['96']] }, { width: 2, palette })).toBe(false);
    expect(textWidth('\u001b[32m+2.0\u001b[39m')).toBe(4);
    expect(padText('96', 4, 'right')).toBe('  96');
    expect(wrapWords('marks were measured', 10)).toEqual(['marks were', 'measured']);
  });
});
