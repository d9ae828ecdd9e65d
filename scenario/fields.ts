import { z } from 'zod';
import { didYouMean } from './did-you-mean.js';
import { InputError, showValue } from './input-error.js';
import { formatPath, parsePath, type Path } from './path-syntax.js';
import { quantities, scenarioSchema } from './schema.js';
import type { Dimension } from './units.js';

/** What the schema says of one field. */
export interface Field {
  /** As written in a scenario, with [0] for the entries of a list. */
  path: string;
  description: string;
  /** Of a quantity: what it measures. */
  dimension?: Dimension;
  /** Of a choice: the words it may be. */
  values?: readonly string[];
  /** As it would be written. Absent where the profile or the stack decides, or the field is required. */
  default?: string | number;
}

type Schema = z.core.$ZodType;

/** The fields of a mapping; zod types them as any, as it does the entries of a list. */
function shapeOf(mapping: z.ZodObject): Record<string, Schema> {
  return mapping.def.shape;
}

function entryOf(list: z.ZodArray): Schema {
  return list.def.element;
}

/** The schema inside its wrappers of default, optional and transform, with what these say of it. */
function unwrap(schema: Schema): { inner: Schema; description: string; fallback: unknown } {
  let inner = schema;
  let description = '';
  let fallback: unknown;
  for (;;) {
    description ||= z.globalRegistry.get(inner)?.description ?? '';
    if (inner instanceof z.ZodPrefault) {
      fallback = inner.def.defaultValue;
      inner = inner.def.innerType;
    } else if (inner instanceof z.ZodOptional) inner = inner.def.innerType;
    else if (inner instanceof z.ZodPipe) inner = inner.def.in;
    else return { inner, description, fallback };
  }
}

/** The schema below another by one step of a path; 'free' under parameters, undefined where there is none. */
function step(schema: Schema, segment: string | number): Schema | 'free' | undefined {
  const { inner } = unwrap(schema);
  if (inner instanceof z.ZodRecord) return 'free';
  if (inner instanceof z.ZodObject) {
    const shape = shapeOf(inner);
    return typeof segment === 'string' && Object.hasOwn(shape, segment) ? shape[segment] : undefined;
  }
  // A list of one may be written as its entry: background.rate is background[0].rate.
  if (inner instanceof z.ZodArray)
    return typeof segment === 'number' ? entryOf(inner) : step(entryOf(inner), segment);
  if (inner instanceof z.ZodTuple) return typeof segment === 'number' ? inner.def.items[segment] : undefined;
  return undefined;
}

/** The schema at a path, 'free' under parameters; or how far the path can be followed. */
function follow(path: Path): { schema: Schema | 'free' } | { known: number; last: Schema } {
  let schema: Schema = scenarioSchema;
  for (const [index, segment] of path.entries()) {
    const next = step(schema, segment);
    if (next === 'free') return { schema: 'free' };
    if (next === undefined) return { known: index, last: schema };
    schema = next;
  }
  return { schema };
}

function keysOf(schema: Schema): string[] {
  const { inner } = unwrap(schema);
  if (inner instanceof z.ZodArray) return keysOf(entryOf(inner));
  return inner instanceof z.ZodObject ? Object.keys(inner.def.shape) : [];
}

/** Whether a scenario may have a value, a list or a mapping at this path. Under parameters, anything may be. */
export function hasField(path: Path): boolean {
  // A key of this name would reach the prototype instead of becoming a key.
  return 'schema' in follow(path) && !path.includes('__proto__');
}

/** Names of the fields that a mapping at this path may have; none where a value or a list belongs. */
export function keysAt(path: Path): string[] {
  const found = follow(path);
  return 'schema' in found && found.schema !== 'free' ? keysOf(found.schema) : [];
}

/**
 * The rule that an unknown field breaks: what it may have meant, in its place or elsewhere in the scenario, or else
 * what its place has.
 */
export function unknownFieldRule(path: Path): string {
  const found = follow(path);
  const known = 'known' in found ? found.known : path.length;
  const last = 'known' in found ? found.last : scenarioSchema;
  const parent = path.slice(0, known);
  const name = String(path[known]);
  const keys = keysOf(last);
  const near = didYouMean(name, keys);
  if (near !== undefined) return `no such field; did you mean ${formatPath([...parent, near])}?`;
  const elsewhere = allFields().find((field) => parsePath(field.path).at(-1) === name);
  if (elsewhere) return `no such field; did you mean ${elsewhere.path}?`;
  const place = parent.length === 0 ? 'a scenario' : formatPath(parent);
  return keys.length > 0
    ? `no such field; ${place} has ${keys.join(', ')}`
    : `no such field; ${place} has none`;
}

/**
 * What the schema says of the field at a path. Under parameters anything goes, and nothing is known here.
 *
 * @throws InputError if there is no such field, with the one that was probably meant.
 *
 * @example
 * fieldAt('vm.ram').dimension // => 'bytes'
 * fieldAt('vm.ram').default   // => '16 GiB'
 */
export function fieldAt(path: string): Field {
  const segments = parsePath(path);
  const found = follow(segments);
  if ('known' in found) throw new InputError(`${showValue(path)}: ${unknownFieldRule(segments)}`);
  if (found.schema === 'free') return { path, description: 'A constant of the stack or the profile.' };
  return describe(path, found.schema);
}

function describe(path: string, schema: Schema): Field {
  const { inner, description, fallback } = unwrap(schema);
  const quantity = quantities.get(inner as z.ZodUnion);
  return {
    path,
    description,
    ...(quantity && { dimension: quantity.dimension }),
    ...(inner instanceof z.ZodEnum && { values: inner.options.map(String) }),
    ...((typeof fallback === 'string' || typeof fallback === 'number') && { default: fallback }),
  };
}

/**
 * Every field that holds a value, in the order of the schema; of a list, the fields of its first entry.
 *
 * @example
 * allFields()[0]!.path // => 'stack'
 */
export function allFields(): Field[] {
  const fields: Field[] = [];
  const walk = (schema: Schema, path: Path) => {
    const { inner } = unwrap(schema);
    if (inner instanceof z.ZodObject) {
      for (const [key, below] of Object.entries(shapeOf(inner))) walk(below, [...path, key]);
    } else if (inner instanceof z.ZodArray && unwrap(entryOf(inner)).inner instanceof z.ZodObject) {
      walk(entryOf(inner), [...path, 0]);
    } else fields.push(describe(formatPath(path), schema));
  };
  walk(scenarioSchema, []);
  return fields;
}
