import { format, resolveConfig } from 'prettier';

/** A page as prettier would leave it in that file. */
export async function formatted(markdown: string, file: string): Promise<string> {
  return format(markdown, { ...(await resolveConfig(file)), filepath: file });
}
