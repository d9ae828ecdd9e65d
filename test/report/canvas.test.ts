import { createCanvas, GlobalFonts, loadImage } from '@napi-rs/canvas';
import { describe, expect, it } from 'vitest';
import { drawChart } from '../../report/canvas.js';
import { studyCharts } from '../../report/study-charts.js';
import { fakeStudy } from './fake-study.js';

const configuration = () => studyCharts(fakeStudy())[2]!.configuration;
const small = { format: 'png', width: 480, height: 300, pixelRatio: 1 } as const;

/** Share of pixels that are dark, in a rectangle of a picture. */
async function darkShare(png: Buffer, [left, top, width, height]: readonly [number, number, number, number]) {
  const image = await loadImage(png);
  const canvas = createCanvas(image.width, image.height);
  canvas.getContext('2d').drawImage(image, 0, 0);
  const { data } = canvas.getContext('2d').getImageData(left, top, width, height);
  let dark = 0;
  for (let at = 0; at < data.length; at += 4) if (data[at]! + data[at + 1]! + data[at + 2]! < 300) dark += 1;
  return dark / (width * height);
}

describe('a drawn chart', () => {
  it('is a PNG of the size asked for, two pixels for each of the drawing’s unless told otherwise', async () => {
    const png = await drawChart(configuration(), { format: 'png' });
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1920, 1200]);
    const plain = await drawChart(configuration(), small);
    expect([plain.readUInt32BE(16), plain.readUInt32BE(20)]).toEqual([480, 300]);
  });

  it('has words on it, in the font that comes with the package', async () => {
    const png = await drawChart(configuration(), { format: 'png' });
    expect(GlobalFonts.has('MigsimSans')).toBe(true);
    expect(await darkShare(png, [36, 36, 1180, 48])).toBeGreaterThan(0.1);
    expect(await darkShare(png, [0, 0, 1920, 30])).toBe(0);
  });

  it('is white behind, not transparent', async () => {
    const image = await loadImage(await drawChart(configuration(), small));
    const context = createCanvas(480, 300).getContext('2d');
    context.drawImage(image, 0, 0);
    expect([...context.getImageData(1, 1, 1, 1).data]).toEqual([255, 255, 255, 255]);
  });

  it('is an SVG that scales, with words as paths', async () => {
    const svg = (await drawChart(configuration(), { format: 'svg' })).toString();
    expect(svg).toContain('viewBox="0 0 960 600"');
    expect(svg.match(/<path/g)!.length).toBeGreaterThan(50);
    expect(svg).not.toContain('<text');
    expect(svg.trimEnd().endsWith('</svg>')).toBe(true);
  });

  it('comes out the same each time', async () => {
    for (const format of ['png', 'svg'] as const) {
      const first = await drawChart(configuration(), { ...small, format });
      expect((await drawChart(configuration(), { ...small, format })).equals(first)).toBe(true);
    }
  });

  it('leaves the configuration fit to be drawn again', async () => {
    const chart = configuration();
    const first = await drawChart(chart, small);
    expect(chart.options).not.toHaveProperty('responsive');
    expect((await drawChart(chart, small)).equals(first)).toBe(true);
  });

  it('examples', async () => {
    const png = await drawChart(configuration(), { format: 'png', width: 480, height: 300, pixelRatio: 1 });
    expect(png.subarray(1, 4).toString()).toBe('PNG');
  });
});
