import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFiles } from '../../report/files.js';
import { InputError } from '../../scenario/input-error.js';

let folder = '';
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'migsim-files-'))));
afterEach(() => rm(folder, { recursive: true }));

const two = [
  { name: 'a.json', content: '{}\n' },
  { name: 'b.png', content: Uint8Array.of(1, 2, 3) },
];

describe('files of one command', () => {
  it('are written into a folder that is made for them, and nothing else stays there', async () => {
    const out = join(folder, 'deep', 'out');
    expect(await writeFiles(out, two)).toEqual([join(out, 'a.json'), join(out, 'b.png')]);
    expect(await readdir(out)).toEqual(['a.json', 'b.png']);
    expect([...(await readFile(join(out, 'b.png')))]).toEqual([1, 2, 3]);
  });

  it('replace older ones', async () => {
    await writeFile(join(folder, 'a.json'), 'older and longer');
    await writeFiles(folder, two);
    expect(await readFile(join(folder, 'a.json'), 'utf8')).toBe('{}\n');
  });

  it('are all left unwritten when one of them cannot be', async () => {
    await mkdir(join(folder, 'b.png'));
    await writeFile(join(folder, 'a.json'), 'older');
    await expect(writeFiles(folder, two)).rejects.toThrow(
      new InputError(
        `--out: '${join(folder, 'b.png')}' cannot be written: a folder of that name is in the way (EISDIR)`,
      ),
    );
    expect(await readdir(folder)).toEqual(['a.json', 'b.png']);
    expect(await readFile(join(folder, 'a.json'), 'utf8')).toBe('older');
  });

  it('are refused with the option, its value and the reason where the folder is a file', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(writeFiles(file, two, '--charts')).rejects.toThrow(
      new InputError(`--charts: '${file}' cannot be written: it is a file, and a folder is needed (EEXIST)`),
    );
    await expect(writeFiles(join(file, 'out'), two)).rejects.toThrow(
      /part of the path is a file.*\(ENOTDIR\)/,
    );
    await expect(writeFiles(file, two)).rejects.toBeInstanceOf(InputError);
  });

  it('examples', async () => {
    expect(await writeFiles(folder, [{ name: 'results.json', content: '{}\n' }])).toEqual([
      join(folder, 'results.json'),
    ]);
  });
});
