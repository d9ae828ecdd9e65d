import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { InputError } from '../scenario/input-error.js';
import { readQuantity, type Dimension } from '../scenario/units.js';
import { STDIN } from './stdin.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file: a part of the path is a file itself',
  EACCES: 'cannot be read: permission denied',
  EPERM: 'cannot be read: permission denied',
  EISDIR: 'is a folder: must be a file',
  ENAMETOOLONG: 'is too long for the name of a file',
};

/** How messages name an input. */
export function inputName(file: string): string {
  return file === STDIN ? 'standard input' : file;
}

/**
 * A text file, or standard input where the name is STDIN, read no farther than it may be long.
 *
 * @param file its name
 * @param maxBytes more than this is refused
 * @throws InputError naming the file, for what cannot be read, is too long, or is no UTF-8 text
 */
export async function readText(file: string, maxBytes: number): Promise<string> {
  const name = inputName(file);
  try {
    if (file !== STDIN) {
      const { size } = await stat(file);
      if (size > maxBytes) throw tooLong(name, maxBytes, size);
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    const stream: AsyncIterable<Buffer> = file === STDIN ? process.stdin : createReadStream(file);
    for await (const chunk of stream) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLong(name, maxBytes);
      chunks.push(chunk);
    }
    return decode(name, Buffer.concat(chunks));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof InputError || code === undefined) throw error;
    throw new InputError(
      `${name}: ${REASONS[code] ?? 'cannot be read'} ${code in REASONS ? '' : `(${code})`}`.trim() +
        unitHint(code, file),
    );
  }
}

function decode(name: string, bytes: Buffer): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Told below, in the same words.
  }
  throw new InputError(`${name}: is no text: must be YAML or JSON in UTF-8`);
}

function tooLong(name: string, maxBytes: number, bytes?: number): InputError {
  const found = bytes === undefined ? 'is longer than that' : `is ${megabytes(bytes)} long`;
  return new InputError(`${name}: ${found}: must be at most ${megabytes(maxBytes)}`);
}

function megabytes(bytes: number): string {
  return `${Number((bytes / 1e6).toPrecision(2))} MB`;
}

const DIMENSIONS: readonly Dimension[] = ['bytes', 'seconds', 'rate', 'fraction'];

/** '--ram 4 GiB' without quotes makes GiB a file. */
function unitHint(code: string, file: string): string {
  const isUnit =
    code === 'ENOENT' && DIMENSIONS.some((dimension) => 'value' in readQuantity(`1 ${file}`, dimension));
  return isUnit ? "; a value with a space needs quotes, as in '4 GiB'" : '';
}
