import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The launcher, as `npx migsim` finds it. The tests' global set-up has compiled the rest. */
export const launcher = fileURLToPath(new URL('../../bin/migsim.js', import.meta.url));

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the real command to its end, with some standard input. */
export function migsim(
  words: readonly string[],
  options: { cwd?: string; input?: string; env?: Record<string, string> } = {},
) {
  return new Promise<Ended>((resolve) => {
    const { cwd, input = '', env = {} } = options;
    const child = execFile(
      process.execPath,
      [launcher, ...words],
      { cwd, env: { ...process.env, ...env }, maxBuffer: 1e8 },
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
      },
    );
    // Some commands end without reading it.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
