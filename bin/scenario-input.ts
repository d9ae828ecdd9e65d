import { assignFlag, assignSetting, FLAGS } from '../scenario/flags.js';
import { InputError } from '../scenario/input-error.js';
import type { Assignment, Layer } from '../scenario/merge.js';
import { parseScenarioText } from '../scenario/parse.js';
import { inputName, readText } from './read-text.js';
import { STDIN } from './stdin.js';

/** A scenario is a page; what is longer is no scenario. */
const SCENARIO_BYTES = 1e6;
/** A file of scenarios, one a line: some ten thousand pages. */
const LINES_BYTES = 64e6;

/** One scenario as the command line states it, the lowest precedence first. */
export interface ScenarioInput {
  /** Its file, and line where there are several in it; '' where only flags state it. */
  name: string;
  layers: (Layer | Assignment)[];
}

/** What a command line says of scenarios. */
export interface ScenarioInputs {
  inputs: ScenarioInput[];
  /** Whether the answer is a list: several files, or a file with a scenario a line. */
  isMany: boolean;
}

/** The parsed command line, of which only files, the flags of FLAGS and --set are read here. */
export type Arguments = Readonly<Record<string, unknown>>;

/**
 * Reads scenarios from files (STDIN among them is standard input), and puts flags and then --set over each. A file is YAML or JSON;
 * *.ndjson and *.jsonl, and standard input that looks like it, hold one scenario a line. No file: what the flags say.
 *
 * @throws InputError for a file that cannot be read, text that is no scenario, and flags that are wrong
 */
export async function readScenarioInputs(files: readonly string[], argv: Arguments): Promise<ScenarioInputs> {
  const assignments = readAssignments(argv);
  if (files.filter((file) => file === STDIN).length > 1) {
    throw new InputError(`- stands twice: standard input can be read once`);
  }
  const inputs: ScenarioInput[] = [];
  let isMany = files.length > 1;
  for (const file of files) {
    const isNamedLines = /\.(?:ndjson|jsonl)$/u.test(file);
    const text = await readText(file, isNamedLines || file === STDIN ? LINES_BYTES : SCENARIO_BYTES);
    const isLines = isNamedLines || (file === STDIN && looksLikeLines(text));
    isMany ||= isLines;
    inputs.push(...(isLines ? readLines(text, file) : [readOne(text, file)]));
  }
  if (files.length === 0) inputs.push({ name: '', layers: [] });
  for (const { layers } of inputs) layers.push(...assignments);
  return { inputs, isMany };
}

/**
 * The same for a command that answers about one scenario.
 *
 * @throws InputError also where the file holds several
 */
export async function readScenarioInput(file: string | undefined, argv: Arguments): Promise<ScenarioInput> {
  const { inputs } = await readScenarioInputs(file === undefined ? [] : [file], argv);
  if (inputs.length === 1) return inputs[0]!;
  throw new InputError(`${inputName(file!)}: holds ${inputs.length} scenarios: this command takes one`);
}

function readOne(text: string, file: string): ScenarioInput {
  const name = inputName(file);
  return { name, layers: [parseScenarioText(text, name)] };
}

function readLines(text: string, file: string): ScenarioInput[] {
  const name = inputName(file);
  const inputs = text
    .split(/\r?\n/u)
    .flatMap((line, index) =>
      line.trim() === ''
        ? []
        : [{ name: `${name}:${index + 1}`, layers: [parseScenarioText(line, name, index + 1)] }],
    );
  if (inputs.length === 0) throw new InputError(`${name}: is empty: must hold a scenario a line, as JSON`);
  return inputs;
}

/** Several lines of which the first is a whole JSON object: YAML has no such file. */
function looksLikeLines(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length < 2 || !lines[0]!.trimStart().startsWith('{')) return false;
  try {
    JSON.parse(lines[0]!);
    return true;
  } catch {
    return false;
  }
}

function readAssignments(argv: Arguments): Assignment[] {
  const flags = FLAGS.flatMap(({ name, entry }) => {
    const text = singleText(argv, name);
    if (entry !== undefined) return argv[name] === true ? [assignFlag(name, true)] : [];
    return text === undefined ? [] : [assignFlag(name, text)];
  });
  const settings = (argv.set ?? []) as readonly string[];
  return [...flags, ...settings.map(readSetting)];
}

function readSetting(setting: string): Assignment {
  try {
    return assignSetting(setting);
  } catch (error) {
    if (!(error instanceof InputError) || error.message.startsWith('--set')) throw error;
    throw new InputError(`--set ${error.message}`);
  }
}

/**
 * An option's text, undefined where it is not given.
 *
 * @throws InputError where it is given more than once
 */
export function singleText(argv: Arguments, name: string): string | undefined {
  const given = argv[name];
  if (Array.isArray(given))
    throw new InputError(`--${name} is given ${given.length} times: must be one value`);
  return given as string | undefined;
}
