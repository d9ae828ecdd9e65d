#!/usr/bin/env node
// The launcher: committed, so that `npx migsim` finds it in a checkout that is not built yet.
import { existsSync } from 'node:fs';

const program = new URL('../dist/bin/migsim.js', import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  process.stderr.write(
    'migsim: not built yet; run `npm ci` (or `npm run build`) in the project folder first\n',
  );
  process.exitCode = 2;
}
