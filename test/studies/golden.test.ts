import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { migsim } from '../bin/migsim.js';

/*
 * Whole outputs of the command, to the byte. If they change on purpose: `npx vitest run test/studies/golden.test.ts -u`,
 * and say why in the commit.
 */
const folder = fileURLToPath(new URL('../golden', import.meta.url));
const bench = [
  '--stack',
  'qemu-1.2.1',
  '--ram',
  '1 GiB',
  '--resident',
  '64 MiB',
  '--max-bandwidth',
  'unlimited',
];

it.each([
  ['predict-below-limit', ['predict', ...bench, '--stress', '64 MiB', '--replications', '20']],
  [
    'predict-loaded-network',
    ['predict', ...bench, '--net-load', '900', '--replications', '10', '--kind', 'blm'],
  ],
  ['explain-beyond-limit', ['explain', ...bench, '--stress', '320 MiB', '--patience', '12 s', '--seed', '7']],
])('%s.json is what it was', async (name, words) => {
  const { stdout, stderr, code } = await migsim([...words, '--json']);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  await expect(stdout).toMatchFileSnapshot(join(folder, `${name}.json`));
});

it('the order of scenarios in one call changes nothing', async () => {
  const lines = ['16 MiB', '64 MiB', '96 MiB'].map((size) =>
    JSON.stringify({ stack: 'qemu-1.2.1', vm: { ram: '1 GiB', workload: { size } }, replications: 5 }),
  );
  const forwards = await migsim(['predict', '-', '--json'], { input: lines.join('\n') });
  const backwards = await migsim(['predict', '-', '--json'], { input: lines.toReversed().join('\n') });
  const answers = (text: string) => text.trim().split('\n');
  expect(answers(backwards.stdout).toReversed()).toEqual(answers(forwards.stdout));
  expect(answers(forwards.stdout)).toHaveLength(3);
});
