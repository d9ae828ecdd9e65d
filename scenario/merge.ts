import { hasField, unknownFieldRule } from './fields.js';
import { InputError, showValue } from './input-error.js';
import { formatPath, parsePath, type Path } from './path-syntax.js';
import { containerAt, DEEPEST, isMapping, setStep, valueAt, type RawScenario } from './paths.js';

/** Where in a file each field and each of its values stands, as 'line:column', by the field's path. */
export interface Positions {
  key: ReadonlyMap<string, string>;
  value: ReadonlyMap<string, string>;
}

/** Scenario fields that come from one place, such as a file. Its lists replace those of the layers below. */
export interface Layer {
  /** As messages name it: the file's name, '--ram', 'row 3 of sweep.csv'. */
  origin: string;
  values: RawScenario;
  /** Of a file. */
  positions?: Positions;
}

/** One field set by itself, by a flag or --set: of a list it changes one entry and leaves the others. */
export interface Assignment {
  origin: string;
  path: string;
  value: unknown;
  /** The path is a list, and the value one more entry of it; without effect where the list has it. */
  isEntry?: true;
}

/** Where a value came from. */
interface Place {
  origin: string;
  /** The path by which it was written: hosts.load for what has become source.load. */
  written: Path;
  positions: Positions | undefined;
  /** Number of its layer; a higher one has precedence. */
  rank: number;
}

/** All layers as one scenario, in its plain form: source and destination for hosts, lists for lists of one. */
export interface Merged {
  raw: RawScenario;
  /** Number of the layer that stated the field, or the nearest one around it; -1 where it is a default. */
  rankOf(path: Path): number;
  /** Whether any layer stated the field itself. */
  states(path: string): boolean;
  /** An error about a field: its place, path and value as written, and the rule it breaks. */
  error(path: Path, rule: string, about?: 'key' | 'value'): InputError;
  /** An error whose message needs no more than the field's place. */
  inform(path: Path, message: string): InputError;
}

/** Lists that may be written as their only entry. */
const LISTS = new Set(['background', 'vm.workload', 'vm.disk.writes']);

/**
 * Merges layers and assignments, the lowest precedence first. Mappings are merged field by field, lists are replaced,
 * and an assignment changes one field. Nothing is checked against the schema but the paths of assignments.
 *
 * @throws InputError for a path that no scenario has, and for a structure that is nested too deeply.
 */
export function mergeLayers(layers: readonly (Layer | Assignment)[]): Merged {
  const raw: RawScenario = {};
  const places = new Map<string, Place>();

  const put = (target: Path, value: unknown, place: Place): void => {
    if (target.length > DEEPEST) throw errorAt(place, place.written, value, 'is nested too deeply');
    if (target.at(-1) === '__proto__') throw errorAt(place, place.written, value, 'no such field', 'key');
    const { container, step } = containerAt(raw, target);
    const name = formatPath(target);
    places.set(name, place);
    if (isMapping(value) && LISTS.has(name)) {
      setStep(container, step, []);
      put([...target, 0], value, place);
    } else if (isMapping(value)) {
      if (!isMapping(valueAt(container, [step]))) setStep(container, step, {});
      for (const [key, entry] of Object.entries(value)) {
        put([...target, key], entry, { ...place, written: [...place.written, key] });
      }
    } else if (Array.isArray(value)) {
      setStep(container, step, []);
      for (const [index, entry] of value.entries()) {
        put([...target, index], entry, { ...place, written: [...place.written, index] });
      }
    } else setStep(container, step, value);
  };

  /** An assignment also makes the containers on its way: what they lack is missing because of it. */
  const assign = (target: Path, value: unknown, place: Place): void => {
    try {
      put(target, value, place);
    } catch (error) {
      if (!(error instanceof InputError) || error.message.startsWith(place.origin)) throw error;
      throw new InputError(`${place.origin}: ${error.message}`);
    }
    for (let length = 1; length < target.length; length++) {
      const around = target.slice(0, length);
      const name = formatPath(around);
      if (!places.has(name)) places.set(name, { ...place, written: around });
    }
  };

  for (const [rank, layer] of layers.entries()) {
    const place: Place = { origin: layer.origin, written: [], positions: undefined, rank };
    if ('path' in layer) {
      const list = assignedPath(layer, place);
      const written = layer.isEntry ? nextEntry(raw, list, layer.value) : list;
      if (written === undefined) continue;
      for (const target of plainPaths(written)) assign(target, layer.value, { ...place, written });
      continue;
    }
    place.positions = layer.positions;
    if (!isMapping(layer.values)) throw errorAt(place, [], layer.values, 'must be a mapping of fields');
    // hosts first, so that source and destination of the same layer may differ from it.
    const names = Object.keys(layer.values).sort((a, b) => Number(b === 'hosts') - Number(a === 'hosts'));
    for (const name of names) {
      for (const target of plainPaths([name])) put(target, layer.values[name], { ...place, written: [name] });
    }
  }

  /** The place of the field or of the nearest one around it, and the steps from there to the field. */
  const placeOf = (path: Path): { place: Place | undefined; rest: Path } => {
    for (let length = path.length; length > 0; length--) {
      const place = places.get(formatPath(path.slice(0, length)));
      if (place) return { place, rest: path.slice(length) };
    }
    return { place: undefined, rest: path };
  };
  return {
    raw,
    rankOf: (path) => placeOf(path).place?.rank ?? -1,
    states: (path) => places.has(path),
    error(path, rule, about) {
      const { place, rest } = placeOf(path);
      return errorAt(place, [...(place?.written ?? []), ...rest], valueAt(raw, path), rule, about);
    },
    inform(path, message) {
      const { place } = placeOf(path);
      return new InputError(`${prefix(place, place?.written ?? [], 'value')}${message}`);
    },
  };
}

/** Where the next entry of a list belongs; undefined where the list has it already. */
function nextEntry(raw: RawScenario, list: Path, value: unknown): Path | undefined {
  const entries = valueAt(raw, list);
  if (!Array.isArray(entries)) return [...list, 0];
  return entries.includes(value) ? undefined : [...list, entries.length];
}

function assignedPath(assignment: Assignment, place: Place): Path {
  const path = parsePath(assignment.path);
  if (hasField(path)) return path;
  throw errorAt(place, path, assignment.value, unknownFieldRule(path));
}

/** Where the plain form of a scenario has what is written at a path. */
function plainPaths(written: Path): Path[] {
  const [first, ...rest] = written;
  if (first === 'hosts')
    return [
      ['source', ...rest],
      ['destination', ...rest],
    ];
  const plain: (string | number)[] = [];
  for (const step of written) {
    if (LISTS.has(formatPath(plain)) && typeof step === 'string') plain.push(0);
    plain.push(step);
  }
  return [plain];
}

function errorAt(
  place: Place | undefined,
  written: Path,
  value: unknown,
  rule: string,
  about: 'key' | 'value' = 'value',
): InputError {
  const what = written.length === 0 ? 'the scenario' : formatPath(written);
  return new InputError(`${prefix(place, written, about)}${what} is ${showValue(value)}: ${rule}`);
}

function prefix(place: Place | undefined, written: Path, about: 'key' | 'value'): string {
  return place ? `${place.origin}${position(place.positions, written, about)}: ` : '';
}

/** Of the field, or of the nearest one around it: what is missing has no place of its own. */
function position(positions: Positions | undefined, path: Path, about: 'key' | 'value'): string {
  if (!positions) return '';
  for (let length = path.length; length >= 0; length--) {
    const at = positions[about].get(formatPath(path.slice(0, length)));
    if (at !== undefined) return `:${at}`;
  }
  return '';
}
