import { execFileSync } from 'node:child_process';

/** Compiles the project before the tests run, because the tests of the command line start the real command. */
export default function build(): void {
  execFileSync(process.execPath, ['scripts/prepare.mjs'], { stdio: 'inherit' });
}
