import type { ChartConfiguration, ChartType, DefaultDataPoint } from 'chart.js';
import type { ChartJSNodeCanvas } from 'chartjs-node-canvas';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { PAPER } from './chart-style.js';

/** Without a font of its own a machine that has none draws charts without words, and says nothing. */
const FAMILY = 'MigsimSans';
const FONTS = [
  { file: 'DejaVuSans.ttf', weight: 'normal' },
  { file: 'DejaVuSans-Bold.ttf', weight: 'bold' },
];

export interface Drawing {
  readonly format: 'png' | 'svg';
  /** Pixels, before pixelRatio. */
  readonly width?: number;
  readonly height?: number;
  /** Pixels of a PNG for each of the drawing's: 2 is sharp on paper and on dense screens. An SVG has no use for it. */
  readonly pixelRatio?: number;
}

/** One renderer a size and format: each loads a chart.js of its own, which takes about 60 ms. */
const renderers = new Map<string, Promise<ChartJSNodeCanvas>>();

/**
 * Draws a chart. Everything that drawing needs is loaded at the first call, and not before.
 *
 * @param configuration for chart.js; labels may use the annotation plug-in
 * @param drawing format and size, 960 × 600 if not given
 * @returns the bytes of a file: PNG of width × pixelRatio by height × pixelRatio pixels, or SVG with text as paths
 * @throws Error where the fonts that belong to the package are missing
 * @example
 * const png = await drawChart(configuration, { format: 'png', width: 480, height: 300, pixelRatio: 1 });
 * png.subarray(1, 4).toString(); // => 'PNG'
 */
export async function drawChart<Type extends ChartType, Data = DefaultDataPoint<Type>>(
  configuration: ChartConfiguration<Type, Data>,
  { format, width = 960, height = 600, pixelRatio = 2 }: Drawing,
): Promise<Buffer> {
  const key = `${format} ${width} ${height}`;
  const renderer = await (renderers.get(key) ?? newRenderer(key, { format, width, height }));
  // A copy, because the renderer writes into the options that it is given.
  const options = Object.assign({}, configuration.options, {
    devicePixelRatio: format === 'png' ? pixelRatio : 1,
  });
  const drawn = Object.assign({}, configuration, { options }) as unknown as ChartConfiguration;
  if (format === 'png') return renderer.renderToBufferSync(drawn, 'image/png');
  const svg = renderer.renderToBufferSync(drawn, 'image/svg+xml').toString();
  return Buffer.from(tidySvg(svg, width, height));
}

/**
 * The canvas states a size only; with a view box the drawing also scales with the page that it stands on. And it numbers
 * clipping paths through the life of the process; from 1 in each drawing, the same chart is the same file.
 */
function tidySvg(svg: string, width: number, height: number): string {
  const names = new Map<string, string>();
  return svg
    .replace('<svg ', `<svg viewBox="0 0 ${width} ${height}" `)
    .replace(/(?<=id="|url\(#)cl_[0-9a-f]+/g, (id) => {
      const name = names.get(id) ?? `clip-${names.size + 1}`;
      names.set(id, name);
      return name;
    });
}

function newRenderer(
  key: string,
  size: { format: 'png' | 'svg'; width: number; height: number },
): Promise<ChartJSNodeCanvas> {
  const renderer = loadRenderer(size);
  renderers.set(key, renderer);
  return renderer;
}

async function loadRenderer({
  format,
  width,
  height,
}: {
  format: 'png' | 'svg';
  width: number;
  height: number;
}) {
  const library = await import('chartjs-node-canvas');
  const require = createRequire(import.meta.url);
  const renderer = new library.ChartJSNodeCanvas({
    ...{ width, height, backgroundColour: PAPER },
    ...(format === 'svg' && { type: 'svg' }),
    chartCallback: (chartJs) => {
      // The renderer's chart.js is a new one each time. A plug-in that was loaded for an earlier one would extend that one,
      // so it is loaded anew as well.
      const plugin = 'chartjs-plugin-annotation';
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
      delete require.cache[require.resolve(plugin)];
      chartJs.register(require(plugin) as Parameters<typeof chartJs.register>[0]);
      chartJs.defaults.font.family = FAMILY;
    },
  });
  for (const { file, weight } of FONTS) renderer.registerFont(fontPath(file), { family: FAMILY, weight });
  return renderer;
}

/** The package's assets lie beside report/ in the sources, and one folder further up from dist/report/. */
function fontPath(file: string): string {
  const places = ['../assets/fonts/', '../../assets/fonts/'];
  const paths = places.map((place) => fileURLToPath(new URL(place + file, import.meta.url)));
  const found = paths.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`charts need ${file}, which is at none of ${paths.join(', ')}`);
  return found;
}
