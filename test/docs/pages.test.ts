import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { elide, projectFolder, withFreshOutput } from './console-blocks.js';
import { withFreshTables } from './fit-tables.js';
import { formatted } from './formatted.js';

// `npx vitest run test/docs -u` puts the output of a changed program, and the results of a new fit, into the pages.

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(projectFolder, 'docs')).map((name) => `docs/${name}`),
]
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, text: readFileSync(join(projectFolder, name), 'utf8') }));

describe.each(pages)('$name', ({ name, text }) => {
  it('shows what its commands print and what the fit found', { timeout: 300_000 }, async () => {
    const file = join(projectFolder, name);
    const page = await formatted(withFreshTables(await withFreshOutput(text)), file);
    await expect(page).toMatchFileSnapshot(file);
  });

  it('links to files and headings that exist', () => {
    const targets = [...text.matchAll(/\]\((?<target>[^)\s]+)\)/gu)].map(({ groups }) => groups!.target!);
    const broken = targets.filter((target) => !/^https?:/u.test(target) && !exists(name, target));
    expect(broken).toEqual([]);
  });
});

function exists(page: string, target: string): boolean {
  const [file, heading] = target.split('#') as [string, string?];
  const path = file === '' ? join(projectFolder, page) : join(projectFolder, dirname(page), file);
  if (!existsSync(path)) return false;
  return heading === undefined || headingsOf(readFileSync(path, 'utf8')).includes(heading);
}

/** Headings as links name them: lower case, words joined by hyphens, other signs dropped. */
function headingsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (?<title>.*)$/gmu)].map(({ groups }) =>
    groups!
      .title!.toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('a block that leaves lines out', () => {
  it('keeps as many lines before and after the gap as it shows', () => {
    expect(elide('a\nb\nc\nd\n', 'x\n…\ny\n')).toBe('a\n…\nd\n');
  });

  it('shows all of an output that has become too short for a gap', () => {
    expect(elide('a\nb\n', 'x\n…\ny\n')).toBe('a\nb\n');
  });
});
