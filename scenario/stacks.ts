import { openstackIcehouse } from '../models/stacks/openstack-icehouse.js';
import { qemu121 } from '../models/stacks/qemu-1.2.1.js';
import type { Stack } from '../models/stacks/stack.js';

/** Every product that can be simulated. */
export const stacks: readonly Stack[] = [openstackIcehouse, qemu121];
