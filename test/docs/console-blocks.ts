import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The project's folder, where a reader types the commands. */
export const projectFolder = fileURLToPath(new URL('../..', import.meta.url));

/** Stands for lines of output that a page leaves out; at most once in a block. */
const ELISION = '…';

/**
 * A page with the output of every console block that shows the command put anew. Such a block begins with
 * `$ node bin/migsim.js`; where it leaves lines out, as many lines are kept before and after the gap as it shows now.
 */
export async function withFreshOutput(markdown: string): Promise<string> {
  const blocks = /(?<=```console\n)\$ (?<command>node bin\/migsim\.js .*)\n(?<shown>[^]*?)(?=```)/gu;
  const fresh = await Promise.all(
    [...markdown.matchAll(blocks)].map(async ({ groups }) => {
      const { command, shown } = groups as { command: string; shown: string };
      return `$ ${command}\n${elide(await outputOf(command), shown)}`;
    }),
  );
  return markdown.replaceAll(blocks, () => fresh.shift()!);
}

/** What a reader sees who types the command: both outputs, at 80 columns, without colour. */
function outputOf(command: string): Promise<string> {
  const env = { ...process.env, NO_COLOR: '1' };
  return new Promise((resolve) => {
    execFile('sh', ['-c', `${command} 2>&1`], { cwd: projectFolder, env, maxBuffer: 1e8 }, (_error, stdout) =>
      resolve(stdout),
    );
  });
}

/**
 * Leaves out of an output what a block leaves out.
 *
 * @example
 * elide('a\nb\nc\nd\n', 'x\n…\ny\n') // => 'a\n…\nd\n'
 */
export function elide(output: string, shown: string): string {
  const lines = output.split('\n').slice(0, -1);
  const before = shown.split('\n').slice(0, -1);
  const gap = before.indexOf(ELISION);
  if (gap < 0) return output;
  const after = before.length - gap - 1;
  if (gap + after >= lines.length) return output;
  return [...lines.slice(0, gap), ELISION, ...lines.slice(lines.length - after), ''].join('\n');
}
