import { createHash } from 'node:crypto';
import { findStack } from '../scenario/catalog.js';
import type { Profile } from '../scenario/profile.js';
import { profileHash } from './profile-hash.js';
import tables from './tables/icclab.json' with { type: 'json' };

/**
 * A hash of all that the fit's scores depend on: the study's tables, the stack's constants, and the profile without the
 * record of the fit. Scores stored under another hash do not hold any more.
 */
export function fitInputs(profile: Profile): string {
  const fitted: Partial<Profile> = { ...profile };
  delete fitted.fit;
  const { constants } = findStack('openstack-icehouse');
  const parts = [profileHash(tables.tables), profileHash(constants), profileHash(fitted)];
  return createHash('sha256').update(parts.join(' ')).digest('hex').slice(0, 16);
}
