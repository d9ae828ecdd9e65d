import { describe, expect, it } from 'vitest';
import type { FailureLabel } from '../../report/chart-series.js';
import {
  BLM_STYLE,
  BLM_UNLOADED_STYLE,
  LM_STYLE,
  LM_UNLOADED_STYLE,
  translucent,
} from '../../report/chart-style.js';
import { studyCharts } from '../../report/study-charts.js';
import type { StudyResult } from '../../report/study-result.js';
import { fakeStudy, withCell } from './fake-study.js';

const study = fakeStudy();
const chart = (number: number, result: StudyResult = study) => studyCharts(result)[number - 1]!.configuration;
const dataset = (number: number, series: string, role: string, result?: StudyResult) =>
  chart(number, result).data.datasets.find((one) => one.series === series && one.role === role)!;
const labels = (number: number, result?: StudyResult) =>
  (chart(number, result).options!.plugins!.annotation as { annotations: FailureLabel[] }).annotations;
const legend = (number: number) =>
  chart(number).options!.plugins!.legend!.labels!.generateLabels!({ data: chart(number).data } as never);
const loaded = (key: number) => ({ table: 'lm-stress', column: 'lm_loaded_network_s', key });

describe('the charts of the study', () => {
  it('have the names that scripts rely on', () => {
    expect(studyCharts(study).map(({ name }) => name)).toEqual([
      ...['chart-1-network-load', 'chart-2-blm-stress', 'chart-3-lm-stress', 'chart-4-comparison'],
    ]);
  });

  it('show measured times as marks and predicted medians as lines', () => {
    const measured = dataset(1, 'live migration (LM)', 'measured');
    expect(measured.showLine).toBe(false);
    expect(measured.data.map(({ x, y }) => [x, y])).toEqual([
      ...[
        [0, 17.5],
        [200, 19.5],
        [420, 21.0],
        [650, 21.7],
        [860, 21.7],
        [930, 21.7],
      ],
    ]);
    const predicted = dataset(1, 'live migration (LM)', 'predicted');
    const cells = study.cells.filter(({ table, column }) => table === 'network-load' && column === 'lm_s');
    expect(predicted.data.map(({ y }) => y)).toEqual(cells.map((cell) => cell.predicted!.p50));
  });

  it('fill from the 90th percentile to the next dataset, the 10th', () => {
    for (const { configuration } of studyCharts(study)) {
      const { datasets } = configuration.data;
      datasets.forEach((upper, index) => {
        if (upper.role !== 'upper') return;
        const lower = datasets[index + 1]!;
        expect(upper.fill).toBe('+1');
        expect([lower.role, lower.series]).toEqual(['lower', upper.series]);
        lower.data.forEach(({ y }, at) => expect(Number.isNaN(y) || y < upper.data[at]!.y).toBe(true));
      });
    }
  });

  it('draw marks over lines over bands', () => {
    const order = chart(3).data.datasets.map(({ role }) => role);
    expect([...new Set(order)]).toEqual(['failed', 'measured', 'predicted', 'upper', 'lower']);
  });

  it('compare four series up to 96 MiB on one axis', () => {
    const measured = chart(4).data.datasets.filter(({ role }) => role === 'measured');
    expect(measured.map(({ series }) => series)).toEqual([
      ...['BLM, loaded network', 'BLM, unloaded network', 'LM, loaded network', 'LM, unloaded network'],
    ]);
    expect(Math.max(...measured.flatMap(({ data }) => data.map(({ at }) => at)))).toBe(96);
    expect(measured[0]!.data.map(({ at }) => at)).toEqual([0, 16, 32, 96]);
  });

  it('keep small sizes apart on the axis that reaches 7168 MiB', () => {
    const { data } = dataset(2, 'BLM, loaded network', 'measured');
    expect(data.map(({ at }) => at)).toEqual([0, 16, 32, 96, 896, 1792, 7168]);
    const places = data.map(({ x }) => x / data.at(-1)!.x);
    places.slice(1).forEach((place, index) => expect(place - places[index]!).toBeGreaterThan(0.06));
    expect(places[0]).toBe(0);
  });

  it('name every axis with its unit', () => {
    for (const { configuration } of studyCharts(study)) {
      const { x, y } = configuration.options!.scales as Record<string, { title: { text: string } }>;
      expect(y!.title.text).toBe('migration time (s)');
      expect(x!.title.text).toMatch(/\((Mbit\/s|MiB.*)\)$/);
    }
  });

  it('begin the time axis at zero and leave room above everything', () => {
    for (const { configuration } of studyCharts(study)) {
      const { min, max } = configuration.options!.scales!.y as { min: number; max: number };
      expect(min).toBe(0);
      const drawn = configuration.data.datasets.filter(({ role }) => role !== 'failed');
      const highest = Math.max(
        ...drawn.flatMap(({ data }) => data.map(({ y }) => y).filter((y) => !Number.isNaN(y))),
      );
      expect(max).toBeGreaterThan(highest * 1.1);
    }
  });

  it('say where the figures come from', () => {
    expect(chart(1).options!.plugins!.subtitle!.text).toContain(
      'migsim 0.1.0 · profile icclab-2014 (3f2a9c) · 100 replications · seed 1',
    );
  });

  it('list each series once in the legend, whatever is drawn of it', () => {
    expect(legend(4).map(({ text }) => text)).toEqual([
      ...['BLM, loaded network', 'BLM, unloaded network', 'LM, loaded network', 'LM, unloaded network'],
    ]);
  });

  it('hide a series as a whole when its entry is clicked', () => {
    const { data, options } = chart(3);
    const hidden = new Set<number>();
    const drawn = {
      data,
      isDatasetVisible: (index: number) => !hidden.has(index),
      setDatasetVisibility: (index: number, visible: boolean) => {
        if (!visible) hidden.add(index);
      },
      update: () => undefined,
    };
    options!.plugins!.legend!.onClick!.call({} as never, {} as never, legend(3)[0]!, {
      chart: drawn,
    } as never);
    const left = data.datasets.filter((_, index) => !hidden.has(index));
    expect(new Set(left.map(({ series }) => series))).toEqual(new Set(['LM, unloaded network']));
  });

  it('are told apart without colour: no two series share mark and fill, and every colour stands out from white', () => {
    const styles = [LM_STYLE, LM_UNLOADED_STYLE, BLM_STYLE, BLM_UNLOADED_STYLE];
    expect(new Set(styles.map(({ shape, hollow }) => `${shape} ${hollow}`)).size).toBe(4);
    const channel = (part: string) => {
      const share = parseInt(part, 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    };
    for (const { colour } of styles) {
      const [red, green, blue] = [1, 3, 5].map((at) => channel(colour.slice(at, at + 2)));
      const luminance = 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
      expect(1.05 / (luminance + 0.05)).toBeGreaterThanOrEqual(3);
    }
  });

  it('do not change the result they are drawn from', () => {
    const before = JSON.stringify(study);
    studyCharts(study);
    expect(JSON.stringify(study)).toBe(before);
  });

  it('examples', () => {
    expect(studyCharts(study).map(({ name }) => name)[3]).toBe('chart-4-comparison');
    expect(translucent('#0072b2', 0.2)).toBe('#0072b233');
  });
});

describe('a failed run', () => {
  it('is a cross on the upper edge at its place, with the word beside it', () => {
    const { max } = chart(3).options!.scales!.y as { max: number };
    expect(dataset(3, 'LM, loaded network', 'failed').data).toEqual([{ x: 96, y: max, at: 96 }]);
    expect(labels(3)).toMatchObject([{ content: 'failed', xValue: 96, yValue: max, position: { x: 'end' } }]);
  });

  it('ends line and band before it', () => {
    for (const role of ['predicted', 'upper', 'lower']) {
      expect(dataset(3, 'LM, loaded network', role).data.map(({ y }) => Number.isNaN(y))).toEqual([
        ...[false, false, false, false, false, false, true],
      ]);
    }
  });

  it('says when only the model failed, and is warned of', () => {
    const result = withCell(study, loaded(80), { completedFraction: 0.3 });
    expect(labels(3, result).map(({ content, xValue }) => [content, xValue])).toEqual([
      ['model only', 80],
      ['failed', 96],
    ]);
    expect(chart(3, result).options!.scales!.warnings).toMatchObject({
      title: {
        text: [
          '⚠ LM, loaded network at 80 MiB: completed in the study, but only in 30 % of the replications',
        ],
      },
    });
    expect(chart(1, result).options!.scales!.warnings).toBeUndefined();
  });

  it('says when only the study’s migration failed', () => {
    const result = withCell(study, loaded(96), {
      completedFraction: 0.6,
      predicted: study.cells[0]!.predicted,
    });
    expect(labels(4, result).map(({ content }) => content)).toEqual(['study only']);
  });

  it('shares one word with neighbours that failed alike', () => {
    const [a, b] = [loaded(64), loaded(80)].map((which) => ({ which, changes: { completedFraction: 0 } }));
    const result = withCell(withCell(study, a!.which, a!.changes), b!.which, b!.changes);
    expect(labels(3, result).map(({ content, xValue }) => [content, xValue])).toEqual([
      ['model only', 64],
      ['failed', 96],
    ]);
  });

  it('has its word to the right where the first one stands on the axis', () => {
    expect(labels(3, withCell(study, loaded(0), { completedFraction: 0 }))[0]).toMatchObject({
      ...{ xValue: 0, position: { x: 'start' } },
    });
  });

  it('of another series stands in a row below', () => {
    const which = { table: 'lm-stress', column: 'lm_unloaded_network_s', key: 96 };
    const result = withCell(study, which, { completedFraction: 0, predicted: null });
    const heights = labels(3, result).map(({ yValue }) => yValue);
    expect(heights[1]).toBeLessThan(heights[0]!);
  });

  it('is not in the legend’s way where there is none', () => {
    expect(chart(1).data.datasets.some(({ role }) => role === 'failed')).toBe(false);
    expect(labels(1)).toEqual([]);
  });
});

describe('warnings on a chart', () => {
  it('stop at five lines of thought and say how many more there are', () => {
    const warnings = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    expect(chart(1, fakeStudy({ warnings })).options!.scales!.warnings).toMatchObject({
      title: { text: ['⚠ a', '⚠ b', '⚠ c', '⚠ d', '⚠ and 3 more, which stand under the tables'] },
    });
  });
});
