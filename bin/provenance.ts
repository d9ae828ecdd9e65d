import { readFileSync } from 'node:fs';
import { profileHash } from '../calibration/profile-hash.js';
import { findProfile, findStack } from '../scenario/catalog.js';

/** What every result carries, so that it can be made again. */
export interface Provenance {
  version: string;
  seed: number;
  profile: { name: string; hash: string };
}

/** Stack and seed of a scenario that states neither; the profile is the stack's own. */
const standard = { stack: 'openstack-icehouse', seed: 1 };

/** The program's version, from the package it was installed with. */
export function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** Where a result comes from; without a scenario, what a scenario that states nothing would use. */
export function provenanceOf(scenario?: { seed: number; profile: string }): Provenance {
  const name = scenario?.profile ?? findStack(standard.stack).profile;
  return {
    version: version(),
    seed: scenario?.seed ?? standard.seed,
    profile: { name, hash: profileHash(findProfile(name)) },
  };
}
