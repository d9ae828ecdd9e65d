import type { z } from 'zod';
import { didYouMean } from './did-you-mean.js';
import { fieldAt, keysAt, unknownFieldRule } from './fields.js';
import type { InputError } from './input-error.js';
import type { Merged } from './merge.js';
import { formatPath, type Path } from './path-syntax.js';
import { valueAt } from './paths.js';
import { readQuantity } from './units.js';

type Issue = z.core.$ZodIssue;

/**
 * The first of zod's issues as an error that names place, path, value and rule. An unknown field goes before all
 * others: what is said to be missing may be what it meant.
 */
export function errorOf(issues: readonly Issue[], merged: Merged): InputError {
  const unknown = issues.find((issue) => issue.code === 'unrecognized_keys');
  if (unknown) {
    const path = [...stepsOf(unknown), unknown.keys[0]!];
    return merged.error(path, unknownFieldRule(path), 'key');
  }
  const issue = issues[0]!;
  const path = stepsOf(issue);
  return merged.error(path, ruleOf(issue, path, valueAt(merged.raw, path)));
}

function stepsOf(issue: Issue): (string | number)[] {
  return issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
}

function ruleOf(issue: Issue, path: Path, value: unknown): string {
  if (issue.code === 'custom' || issue.code === 'invalid_format') return issue.message;
  const isPoint = typeof path.at(-1) === 'number' && keysAt(path).length === 0;
  if (issue.code === 'too_small' && !isPoint) return 'must not be empty';
  const keys = keysAt(path);
  if (issue.code === 'invalid_type' && issue.expected === 'array') return 'must be a list';
  if (issue.code === 'invalid_type' && issue.expected === 'record') return 'must be a mapping of constants';
  if (keys.length > 0) return `must be a mapping of fields (${keys.join(', ')})`;
  if (Array.isArray(value)) {
    const inPoint = typeof path.at(-1) === 'number';
    return inPoint ? 'must be a pair [window, size]' : 'a list here would be a sweep: not in this version';
  }
  const { dimension, values } = fieldAt(formatPath(path));
  if (values) return choiceRule(values, value);
  if (dimension) {
    const written = typeof value === 'string' || typeof value === 'number' ? value : '';
    const reading = readQuantity(written, dimension);
    if ('rule' in reading) return reading.rule;
  }
  if (path.at(-2) === 'capabilities') return 'must be the name of a capability';
  return typeof path.at(-1) === 'number' ? 'must be a pair [window, size]' : 'must be a text';
}

function choiceRule(values: readonly string[], value: unknown): string {
  const near = typeof value === 'string' ? didYouMean(value, values) : undefined;
  return `must be one of ${values.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`;
}
