import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
} from 'yaml';
import { InputError } from './input-error.js';
import type { Layer, Positions } from './merge.js';
import { formatPath, type Path } from './path-syntax.js';
import { DEEPEST, isMapping } from './paths.js';

/** A scenario is a page of text; a megabyte is not one, and would take seconds to read. */
const TEXT_MAX = 1_000_000;
/** Each use of an alias copies what it names, and copies of copies grow without bound. */
const ALIAS_MAX = 100;

/**
 * The parser is recursive, and at the end of its stack V8 may end the whole process instead of throwing (seen on
 * Node 20 with 30,000 brackets). So what opens more than this is refused unread; 10,000 would still be safe.
 */
const OPEN_MAX = 500;
/** As many list marks in a line, '- - - …', which nest as well. */
const MARKS = new RegExp(`(?:[-?][ \\t]+){${OPEN_MAX}}`, 'u');

/** A scenario file as a layer: its fields as written, and where each stands. */
export interface ParsedScenario extends Layer {
  positions: Positions;
}

/**
 * Reads YAML 1.2 (and so JSON) into a layer for resolveScenario. Checks the text only, not the fields.
 *
 * @param file what messages call the text.
 * @param firstLine number of the text's first line, where it is a part of a file such as a line of NDJSON.
 * @throws InputError 'file:line:column: …' for what is no YAML, has a key twice, is empty, no mapping, or too long.
 *
 * @example
 * parseScenarioText('vm: { ram: 4 GiB }', 'small.yaml').values // => { vm: { ram: '4 GiB' } }
 */
export function parseScenarioText(text: string, file: string, firstLine = 1): ParsedScenario {
  if (text.length > TEXT_MAX) {
    const size = (text.length / 1e6).toPrecision(2);
    throw new InputError(`${file}: is ${size} MB long: a scenario must be at most ${TEXT_MAX / 1e6} MB`);
  }
  if (opensTooMuch(text)) throw new InputError(`${file}: is nested too deeply`);
  const lines = new LineCounter();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${line + firstLine - 1}:${col}`;
  };
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const problem = document.errors[0] ?? document.warnings[0];
    if (problem)
      throw new InputError(`${file}:${at(problem.pos[0])}: ${explain(problem.code, problem.message)}`);
    const positions = positionsOf(document, file, at);
    const values: unknown = document.toJS({ maxAliasCount: ALIAS_MAX });
    if (values === null || values === undefined)
      throw new InputError(`${file}: is empty: a scenario needs a field, such as stack`);
    if (!isMapping(values))
      throw new InputError(`${file}:${at(0)}: must be a mapping of fields, such as 'vm: { ram: 4 GiB }'`);
    return { origin: file, values, positions };
  } catch (error) {
    if (error instanceof InputError) throw error;
    // The parser counts the uses of aliases by throwing.
    if (error instanceof ReferenceError)
      throw new InputError(`${file}: uses its aliases more than ${ALIAS_MAX} times`);
    throw error;
  }
}

/** Whether brackets are open at some point in the text in a number that no scenario has, quoted ones counted too. */
function opensTooMuch(text: string): boolean {
  let open = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/gu)) {
    open += bracket === '[' || bracket === '{' ? 1 : -1;
    if (open > OPEN_MAX) return true;
  }
  return MARKS.test(text);
}

function explain(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'the same field stands here a second time';
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here: one scenario a file';
  return `is no YAML: ${message.split('\n')[0] ?? ''}`;
}

function positionsOf(document: Document, file: string, at: (offset: number) => string): Positions {
  const key = new Map<string, string>();
  const value = new Map<string, string>();
  const walk = (node: Node | null, path: Path): void => {
    const offset = node?.range?.[0];
    if (offset !== undefined) value.set(formatPath(path), at(offset));
    if (path.length > DEEPEST) throw new InputError(`${file}:${at(offset ?? 0)}: is nested too deeply`);
    if (isAlias(node)) {
      // The fields below have no other place than the alias.
      if (node.resolve(document)) return;
      throw new InputError(`${file}:${at(offset ?? 0)}: is no YAML: nothing is named &${node.source}`);
    }
    if (!isCollection(node)) return;
    if (isSeq<Node>(node)) for (const [index, item] of node.items.entries()) walk(item, [...path, index]);
    if (!isMap<Node, Node | null>(node)) return;
    for (const pair of node.items) {
      const keyOffset = pair.key.range?.[0] ?? 0;
      if (!isScalar(pair.key))
        throw new InputError(`${file}:${at(keyOffset)}: a field's name must be a word`);
      const below = [...path, String(pair.key.value)];
      key.set(formatPath(below), at(keyOffset));
      walk(pair.value, below);
    }
  };
  walk(document.contents, []);
  return { key, value };
}
