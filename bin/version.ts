import { printJson, printText } from './output.js';
import { provenanceOf } from './provenance.js';

/** Prints the version, with the seed and the profile that a scenario uses which names none. */
export function printVersion(isJson: boolean): void {
  const provenance = provenanceOf();
  if (isJson) {
    printJson(provenance);
    return;
  }
  const { version, seed, profile } = provenance;
  printText(`migsim ${version} · profile ${profile.name} (${profile.hash}) · seed ${seed}\n`);
}
