import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { migsim } from '../bin/migsim.js';
import { projectFolder } from './console-blocks.js';

const examples = readdirSync(join(projectFolder, 'examples')).filter((name) => name.endsWith('.yaml'));

it.each(examples)('examples/%s is predicted as it was', { timeout: 120_000 }, async (name) => {
  const { stdout, stderr, code } = await migsim(['predict', `examples/${name}`], { cwd: projectFolder });
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  await expect(stdout).toMatchFileSnapshot(
    join(projectFolder, 'test/golden/examples', `${name.slice(0, -5)}.txt`),
  );
});
