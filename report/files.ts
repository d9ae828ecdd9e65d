import { access, constants, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InputError } from '../scenario/input-error.js';

export interface OutputFile {
  /** Name in the folder, without a path. */
  readonly name: string;
  readonly content: string | Uint8Array;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'there is no permission to write there',
  ENOENT: 'no folder can be made there',
  EPERM: 'there is no permission to write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'it is a file, and a folder is needed',
  ENOTDIR: 'part of the path is a file, and a folder is needed',
  EISDIR: 'a folder of that name is in the way',
};

/**
 * Writes the files of one command into a folder, all or none: each to a temporary name in the same folder, and only when
 * all are written are they renamed. A reader, or a run that is interrupted, never finds half a file. The folder is made
 * where there is none.
 *
 * @param folder where to; the value of the option that asked for it
 * @param files names and contents; with none, only finds out whether the folder can be written
 * @param option what the user called it, for the message
 * @returns paths of the files, in their order
 * @throws InputError where the folder or a file cannot be written; the temporary files are removed then
 * @example
 * await writeFiles(folder, [{ name: 'results.json', content: '{}\n' }]); // => [join(folder, 'results.json')]
 */
export async function writeFiles(
  folder: string,
  files: readonly OutputFile[],
  option = '--out',
): Promise<string[]> {
  const planned = files.map(({ name, content }) => ({
    content,
    path: join(folder, name),
    temporary: join(folder, `.${name}.${process.pid}.tmp`),
  }));
  let path = folder;
  try {
    await makeFolder(folder);
    await access(folder, constants.W_OK);
    for (const file of planned) {
      path = file.path;
      await refuseFolder(path);
      await writeFile(file.temporary, file.content);
    }
    for (const file of planned) {
      path = file.path;
      await rename(file.temporary, path);
    }
  } catch (error) {
    await Promise.all(planned.map(({ temporary }) => rm(temporary, { force: true }).catch(() => undefined)));
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    throw new InputError(
      `${option}: '${path}' cannot be written: ${REASONS[code] ?? 'the system refuses it'} (${code})`,
    );
  }
  return planned.map((file) => file.path);
}

/** Renaming onto a folder fails, and would do so after other files have already been replaced. */
async function refuseFolder(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) throw Object.assign(new Error(path), { code: 'EISDIR' });
}

/** Makes a folder and those above it. Node's own recursive mkdir never returns for a folder in /proc. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await isFolder(folder))) return;
    if (code !== 'ENOENT' || (await isFolder(dirname(folder)))) throw error;
    await makeFolder(dirname(folder));
    await mkdir(folder);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
