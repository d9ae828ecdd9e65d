import type { z } from 'zod';
import { InputError, showValue } from '../scenario/input-error.js';

/**
 * The first thing wrong with a measured run, as one line: place, field, value and rule.
 *
 * @param place file and line
 * @example
 * // a run whose totalMs is 'long'
 * runIssue('runs.jsonl:3', run, error).message // => 'runs.jsonl:3: totalMs is long: must be a number'
 */
export function runIssue(place: string, run: unknown, { issues: [issue] }: z.ZodError): InputError {
  const path = issue!.path.map(String);
  const field = path.length === 0 ? 'the run' : path.join('.');
  const value = path.reduce<unknown>(
    (of, step) => (typeof of === 'object' && of !== null ? (of as Record<string, unknown>)[step] : undefined),
    run,
  );
  if (value === undefined) return new InputError(`${place}: ${field} is missing`);
  return new InputError(`${place}: ${field} is ${showValue(value)}: ${ruleOf(issue!)}`);
}

function ruleOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[issue.expected] ?? `a ${issue.expected}`}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `must be ${issue.inclusive === true ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'invalid_format':
      return issue.message;
    default:
      return 'is no such value';
  }
}

const kinds: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  object: 'an object',
  record: 'an object',
  string: 'a text',
};
