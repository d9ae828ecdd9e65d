import { didYouMean } from '../scenario/did-you-mean.js';
import { InputError } from '../scenario/input-error.js';

/** Options that no table lists, because they belong to single commands. */
const OTHER_OPTIONS = [
  'json',
  'debug',
  'help',
  'version',
  'set',
  'replication',
  'over',
  'from',
  'to',
  'tolerance',
  'out',
  'data',
  'curves',
  'stacks',
];

/**
 * What yargs found wrong with a command line, in one line that says what was probably meant.
 *
 * @param message of yargs
 * @param words the command line
 * @param commands names of the commands
 */
export async function wrongUsage(
  message: string,
  words: readonly string[],
  commands: readonly string[],
): Promise<InputError> {
  const first = words.find((word) => !word.startsWith('-'));
  if (first === undefined || (words[0]!.startsWith('-') && !commands.includes(first)))
    return new InputError(`no command: try ${commands.join(', ')}, or migsim --help`);
  if (!commands.includes(first)) {
    return new InputError(
      `${first}: no such command; ${hint(first, commands, `known: ${commands.join(', ')}`)}`,
    );
  }
  const lacking = /^Not enough arguments following: (?<option>.*)$/u.exec(message)?.groups?.option;
  if (lacking !== undefined)
    return new InputError(
      `--${lacking}: needs a value; one that begins with - is written --${lacking}=VALUE`,
    );
  const missing = /^Missing required arguments?: (?<options>.*)$/u.exec(message)?.groups?.options;
  if (missing !== undefined) {
    const options = missing.split(', ').map((option) => `--${option}`);
    return new InputError(`${first}: needs ${options.join(' and ')}; see migsim ${first} --help`);
  }
  const unknown = /^Unknown arguments?: (?<names>.*)$/u.exec(message)?.groups?.names?.split(', ')[0];
  if (unknown !== undefined) return unknownWord(unknown, words, first);
  return new InputError(message.replace(/\s+/gu, ' '));
}

async function unknownWord(name: string, words: readonly string[], command: string): Promise<InputError> {
  const option = words.find(
    (word) => word.replace(/=.*$/u, '').replace(/^--?/u, '') === name && word.startsWith('-'),
  );
  // A cluster of short options: -abc is -a -b -c.
  const cluster = words.find((word) => /^-[^-]/u.test(word) && word.includes(name));
  if (option === undefined && cluster === undefined) {
    return new InputError(`${name}: one argument too many; see migsim ${command} --help`);
  }
  // Only now: this loads the scenario's schema, which takes a while.
  const { FLAGS } = await import('../scenario/flags.js');
  const { hasField } = await import('../scenario/fields.js');
  if (name.includes('.') && hasField(name.split('.'))) {
    return new InputError(`--${name}: no such flag; a field is set with --set ${name}=VALUE`);
  }
  const known = [...FLAGS.map((flag) => flag.name), ...OTHER_OPTIONS].map((flag) => `--${flag}`);
  const written = option?.replace(/=.*$/u, '') ?? cluster!;
  if (known.includes(written)) {
    return new InputError(`${written}: ${command} has no such flag; see migsim ${command} --help`);
  }
  return new InputError(
    `${written}: no such flag; ${hint(`--${name}`, known, `see migsim ${command} --help`)}`,
  );
}

function hint(word: string, known: readonly string[], otherwise: string): string {
  const near = didYouMean(word, known);
  return near === undefined ? otherwise : `did you mean ${near}?`;
}
