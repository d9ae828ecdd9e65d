import type { Testbed } from './testbed.js';

/**
 * The same test bed with one more of QEMU's capabilities switched on.
 *
 * @example
 * withCapability(bed, 'auto-converge').request.capabilities.has('auto-converge') // => true
 */
export function withCapability(bed: Testbed, capability: string): Testbed {
  const capabilities = new Set([...bed.request.capabilities, capability]);
  return { ...bed, request: { ...bed.request, capabilities } };
}
