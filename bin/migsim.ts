import yargs from 'yargs';
import type { CommandCode } from './commands/command.js';
import { STDIN } from './stdin.js';

interface Command {
  /** Name and positional arguments, as yargs writes them. */
  command: string;
  describe: string;
  load: () => Promise<CommandCode>;
}

/** In the order of --help. Each is loaded when it is called; a new one is a file in commands/ and an entry here. */
const commands: readonly Command[] = [
  {
    command: 'predict [files..]',
    describe: 'Predict time, downtime and outcome of migrations',
    load: () => import('./commands/predict.js'),
  },
  {
    command: 'threshold [file]',
    describe: 'Find up to which value of one field migrations complete',
    load: () => import('./commands/threshold.js'),
  },
  {
    command: 'compare [file]',
    describe: 'Predict one migration under several products, side by side',
    load: () => import('./commands/compare.js'),
  },
  {
    command: 'explain [file]',
    describe: 'Tell one migration round by round',
    load: () => import('./commands/explain.js'),
  },
  {
    command: 'reproduce',
    describe: 'Reproduce the study that migsim is calibrated on, with charts',
    load: () => import('./commands/reproduce.js'),
  },
  {
    command: 'validate',
    describe: 'Compare predictions with measured QEMU migrations',
    load: () => import('./commands/validate.js'),
  },
  {
    command: 'schema',
    describe: 'Print the JSON Schema of scenario files',
    load: () => import('./commands/schema.js'),
  },
  {
    command: 'stacks [name]',
    describe: 'List the products, or the constants of one with their sources',
    load: () => import('./commands/stacks.js'),
  },
];

/** What yargs objects to. */
class WrongWords extends Error {}

/** Wrong input, and a bug or a check that failed. */
const WRONG_INPUT = 2;
const FAILED = 1;

process.stdout.on('error', onOutputError);
process.stderr.on('error', onOutputError);
process.on('uncaughtException', (error) => {
  report(error);
  process.exit();
});

// yargs loses a lone '-' among positional arguments.
const words = process.argv.slice(2).map((word) => (word === '-' ? STDIN : word));
try {
  await main();
} catch (error) {
  report(error);
}

async function main(): Promise<void> {
  if (words.some((word) => word.includes('='))) {
    const { checkBooleanWords } = await import('./boolean-words.js');
    checkBooleanWords(words);
  }
  if (words.includes('--version')) {
    const { printVersion } = await import('./version.js');
    printVersion(words.includes('--json'));
    return;
  }
  const parser = yargs(words)
    .scriptName('migsim')
    .usage(
      'migsim predicts live migrations of virtual machines by discrete-event simulation.\n\nUsage: $0 <command> [options]',
    )
    .locale('en')
    .parserConfiguration({
      'camel-case-expansion': false,
      'dot-notation': false,
      'boolean-negation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .option('json', {
      type: 'boolean',
      describe: 'Print JSON: one document, or one object a line for several',
    })
    .option('debug', {
      type: 'boolean',
      describe: 'Show where an unexpected error arose (or MIGSIM_DEBUG=1)',
    })
    // Answered above; here only for --help.
    .version('version', 'Print version, seed, profile and its hash', 'none')
    .help('help', 'Print this, or with a command what it takes')
    .example('$0 predict --stress 96MiB', 'time and downtime of a busy guest')
    .example('$0 threshold --over stress --from 16MiB --to 256MiB', 'up to which size it completes')
    .example('$0 explain --stress 96MiB', 'one migration, round by round')
    .epilogue('Exit status: 0 answered, whatever the answer; 1 a check failed; 2 wrong input.')
    .wrap(Math.min(process.stdout.columns || 80, 100))
    .demandCommand(1)
    .strict()
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message: string | null, error: Error | undefined) => {
      throw error ?? new WrongWords(message ?? '');
    });
  for (const { command, describe, load } of commands) {
    parser.command({
      command,
      describe,
      builder: async (yargs) => (await load()).options(yargs),
      handler: async (argv) => (await load()).run(argv),
    });
  }
  try {
    await parser.parseAsync();
  } catch (error) {
    // yargs says by its fail function, or by an error of its own, what is wrong with the words.
    if (!(error instanceof WrongWords) && (error as Error).name !== 'YError') throw error;
    const { wrongUsage } = await import('./wrong-usage.js');
    const names = commands.map(({ command }) => command.split(' ')[0]!);
    throw await wrongUsage((error as Error).message, words, names);
  }
}

/** One line for people, and the exit status. The stack is shown only to those who ask for it. */
function report(error: unknown): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const line = message.replace(/\s+/gu, ' ');
  const isWrongInput = name === 'InputError';
  const isDebugging = words.includes('--debug') || Boolean(process.env.MIGSIM_DEBUG);
  const what = isWrongInput ? line : `unexpected error: ${line}`;
  const help = isWrongInput || isDebugging ? '' : ' (a bug; --debug shows where it arose)';
  process.stderr.write(`migsim: ${what}${help}\n${isDebugging && stack !== undefined ? `${stack}\n` : ''}`);
  process.exitCode = isWrongInput ? WRONG_INPUT : FAILED;
}

/** Whoever reads us through `head` has what he wanted; a full disk is nobody's bug. */
function onOutputError({ code, message }: NodeJS.ErrnoException): void {
  if (code === 'EPIPE') process.exit(0);
  process.stderr.write(`migsim: standard output cannot be written: ${message}\n`);
  process.exit(WRONG_INPUT);
}
