import type { Argv } from 'yargs';
import { scenarioJsonSchema } from '../../scenario/json-schema.js';
import { printJson } from '../output.js';
import { provenanceOf } from '../provenance.js';

export function options(yargs: Argv): Argv {
  return yargs.example('$0 schema > scenario.schema.json', 'for editors that complete and check YAML');
}

/** Prints the schema of scenario files. Where it comes from stands in $comment, the one place that every reader allows. */
export function run(): void {
  const { version, seed, profile } = provenanceOf();
  const { $schema, ...rest } = scenarioJsonSchema();
  const $comment = `migsim ${version}, profile ${profile.name} (${profile.hash}), seed ${seed}`;
  printJson({ $schema, $comment, ...rest });
}
