import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectFolder } from './console-blocks.js';
import { formatted } from './formatted.js';
import { scenarioPage } from './scenario-page.js';

it('docs/scenario.md says what the schema says', async () => {
  const file = join(projectFolder, 'docs/scenario.md');
  await expect(await formatted(scenarioPage(), file)).toMatchFileSnapshot(file);
});
