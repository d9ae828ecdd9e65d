import type { Argv } from 'yargs';
import { findProfile, findStack, stacks } from '../../scenario/catalog.js';
import { outputPage, printJson, printText } from '../output.js';
import { provenanceOf } from '../provenance.js';
import { singleText, type Arguments } from '../scenario-input.js';
import { stackListText } from '../text/stack-list-text.js';
import { stackText } from '../text/stack-text.js';

export function options(yargs: Argv): Argv {
  return yargs
    .positional('name', {
      type: 'string',
      describe: 'A stack: every constant of it and of its profile, with its source',
    })
    .option('profile', {
      type: 'string',
      requiresArg: true,
      describe: "Another profile than the stack's own",
    })
    .example('$0 stacks', 'products and versions')
    .example('$0 stacks qemu-1.2.1', 'its constants with units and sources');
}

/** Lists the products, or the constants of one. */
export function run(argv: Arguments): void {
  const name = argv.name as string | undefined;
  if (name === undefined) list(Boolean(argv.json));
  else show(name, singleText(argv, 'profile'), Boolean(argv.json));
}

function list(isJson: boolean): void {
  if (!isJson) {
    printText(stackListText(stacks, outputPage()));
    return;
  }
  const listed = stacks.map(({ name, about, versions, kinds, profile }) => ({
    name,
    about,
    versions,
    kinds,
    profile,
  }));
  printJson({ ...provenanceOf(), stacks: listed });
}

function show(name: string, profileName: string | undefined, isJson: boolean): void {
  const stack = findStack(name);
  const profile = findProfile(profileName ?? stack.profile);
  const { version, seed, profile: hashed } = provenanceOf({ seed: 1, profile: profile.name });
  if (!isJson) {
    printText(stackText(stack, profile, outputPage()));
    return;
  }
  const { about, versions, kinds } = stack;
  const constants = { ...stack.constants, ...profile.constants };
  printJson({
    version,
    seed,
    profile: hashed,
    name,
    about,
    versions,
    kinds,
    constants,
    burst: profile.burst,
  });
}
