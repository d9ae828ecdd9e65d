import { hasField, unknownFieldRule } from './fields.js';
import { InputError, showValue } from './input-error.js';
import { formatPath, parsePath, type Path } from './path-syntax.js';

/** A scenario, or a part of one, as written: texts, numbers, lists and mappings, not yet checked. */
export type RawScenario = Record<string, unknown>;

export function isMapping(value: unknown): value is RawScenario {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The value below a container by one step, of own keys only; an entry itself stands for a list of one and vice versa. */
function below(container: unknown, step: string | number): unknown {
  if (Array.isArray(container)) {
    const list = container as readonly unknown[];
    return typeof step === 'number' ? list[step] : below(list[0], step);
  }
  if (!isMapping(container)) return undefined;
  if (typeof step === 'string') return Object.hasOwn(container, step) ? container[step] : undefined;
  return step === 0 ? container : undefined;
}

/** The value at a path already taken apart, or undefined; never an error. */
export function valueAt(raw: unknown, path: Path): unknown {
  return path.reduce<unknown>(below, raw);
}

/**
 * The value at a path of a scenario as written, or undefined where it is not stated. background.rate and
 * background[0].rate are the same, whether background is a list or a mapping.
 *
 * @throws InputError if the scenario has no such field, with the one that was probably meant.
 *
 * @example
 * getPath({ vm: { workload: [{ size: '96 MiB' }] } }, 'vm.workload[0].size') // => '96 MiB'
 */
export function getPath(raw: RawScenario, path: string): unknown {
  const steps = parsePath(path);
  if (!hasField(steps)) throw new InputError(`${showValue(path)}: ${unknownFieldRule(steps)}`);
  return valueAt(raw, steps);
}

/**
 * A copy of a scenario as written with one value replaced or added. What is missing on the way is made; an entry may be
 * added to a list at its end.
 *
 * @throws InputError if there is no such field, or the list is too short.
 *
 * @example
 * setPath({}, 'vm.workload[0].size', '96 MiB') // => { vm: { workload: [{ size: '96 MiB' }] } }
 */
export function setPath(raw: RawScenario, path: string, value: unknown): RawScenario {
  const copy = copyOf(raw, 0) as RawScenario;
  const steps = parsePath(path);
  if (!hasField(steps)) throw new InputError(`${showValue(path)}: ${unknownFieldRule(steps)}`);
  const target = containerAt(copy, steps);
  setStep(target.container, target.step, value);
  return copy;
}

/** A scenario nests a handful of levels; anything deeper is a mistake, or a structure that contains itself. */
export const DEEPEST = 24;

function copyOf(value: unknown, depth: number): unknown {
  if (depth > DEEPEST) throw new InputError(`${showValue(value)}: is nested too deeply`);
  if (Array.isArray(value)) return value.map((entry) => copyOf(entry, depth + 1));
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, copyOf(entry, depth + 1)]));
}

type Container = RawScenario | unknown[];

/**
 * The container that holds the last step of a path, in place; what is missing on the way is made, and what stands in
 * the way (a text where a mapping must be) is replaced.
 */
export function containerAt(raw: RawScenario, path: Path): { container: Container; step: string | number } {
  let container: Container = raw;
  for (let index = 0; index < path.length - 1; index++) {
    container = inside(container, path[index]!, path[index + 1]!, path);
  }
  const step = path.at(-1)!;
  checkEnd(container, step, path);
  return { container, step };
}

/** The container one step down, of the kind that the step after it needs. */
function inside(container: Container, step: string | number, next: string | number, path: Path): Container {
  checkEnd(container, step, path);
  const found = below(container, step);
  const isList = Array.isArray(found);
  // background.rate of a list is that of its first entry; background[1] makes a list of a mapping.
  if (isList && typeof next === 'string') return inside(found, 0, next, path);
  if (isList || (isMapping(found) && typeof next === 'string')) return found as Container;
  const made = typeof next === 'string' ? {} : isMapping(found) ? [found] : [];
  setStep(container, step, made);
  return made;
}

function checkEnd(container: Container, step: string | number, path: Path): void {
  if (!Array.isArray(container) || (typeof step === 'number' && step <= container.length)) return;
  const { length } = container;
  throw new InputError(
    `${formatPath(path)}: the list has ${length} entries, and the next would be [${length}]`,
  );
}

/** Writes one entry of a mapping or a list. */
export function setStep(container: Container, step: string | number, value: unknown): void {
  (container as Record<string | number, unknown>)[step] = value;
}
