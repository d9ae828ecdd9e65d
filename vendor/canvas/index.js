'use strict';
// chartjs-node-canvas asks for the package 'canvas', whose install step downloads a binary or needs cairo's
// headers. This stand-in has the same interface and draws with @napi-rs/canvas, whose binaries come inside npm
// packages, so that `npm ci` alone is enough. SVG is the one call where the two differ.
const { createCanvas: createRaster, ...rest } = require('@napi-rs/canvas/node-canvas.js');
const { createCanvas: createNative, SvgExportFlag } = require('@napi-rs/canvas');

function createCanvas(width, height, type) {
  if (type !== 'svg') return createRaster(width, height, type);
  const canvas = createNative(width, height, SvgExportFlag.ConvertTextToPaths);
  canvas.toBuffer = () => canvas.getContent();
  return canvas;
}

module.exports = { ...rest, createCanvas };
