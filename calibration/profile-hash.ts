import { createHash } from 'node:crypto';

/**
 * What tells two versions of a profile apart, whatever it is called: the first 12 hexadecimal digits of the SHA-256 of
 * its canonical JSON (keys sorted, no white space).
 *
 * @example
 * profileHash({ b: 1, a: [2] }) === profileHash({ a: [2], b: 1 }) // => true
 */
export function profileHash(profile: object): string {
  return createHash('sha256').update(canonicalJson(profile)).digest('hex').slice(0, 12);
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) =>
    typeof entry === 'object' && entry !== null && !Array.isArray(entry)
      ? Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)))
      : entry,
  );
}
