import type { Explanation } from '../../studies/explain.js';

export type DowntimeParts = NonNullable<Explanation['downtimeParts']>;

/** The parts of a downtime in their order, and what they are called. */
export const partNames: readonly (readonly [part: keyof DowntimeParts, name: string])[] = [
  ['stop', 'stop'],
  ['flush', 'flush'],
  ['disk', 'disk'],
  ['finalSync', 'final sync'],
  ['discard', 'discard'],
  ['lastCopy', 'last copy'],
  ['deviceState', 'device state'],
  ['queued', 'queued'],
  ['load', 'load'],
  ['resume', 'resume'],
  ['announce', 'announce'],
];
