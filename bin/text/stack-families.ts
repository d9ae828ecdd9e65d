/** Products of one maker or kind, and in a few words what each decides or has that the others have not. */
export interface StackFamily {
  title: string;
  /** By the names of stacks; at most 40 characters each. */
  stacks: Readonly<Record<string, string>>;
}

/**
 * The families in which stacks are listed. A stack that stands in none is listed at the end with what it says of
 * itself.
 *
 * @example
 * stackFamilies[0].title // => 'OpenStack'
 */
export const stackFamilies: readonly StackFamily[] = [
  {
    title: 'OpenStack',
    stacks: {
      'openstack-icehouse': 'LM live, BLM stops the guest; no limits',
      'nova-juno': 'one blocking call that nothing ends',
      'nova-kilo': 'Nova watches and ends nothing',
      'nova-liberty': 'downtime grows; progress and time limits',
      'nova-ocata': 'downtime grows in even steps; time limit',
      'nova-stein': 'at the time limit aborts or forces it',
    },
  },
  {
    title: 'libvirt',
    stacks: {
      'libvirt-0.9': 'of 2010 to 2012; 32 MiB/s of QEMU holds',
      'libvirt-0.10': 'of late 2012; no limit of speed any more',
      'libvirt-1.0.3': 'of 2013; QEMU as in Fedora 19',
      'libvirt-1.2': 'of 2014; QEMU as in Debian 8',
      'libvirt-6': 'of 2020; QEMU as in Ubuntu 20.04',
    },
  },
  {
    title: 'QEMU',
    stacks: {
      'qemu-1.2.1': 'main loop; speed of a burst x 30 ms',
      'qemu-1.6': 'a thread; auto-converge in one step',
      'qemu-2.0': 'a thread; last with 30 ms of downtime',
      'qemu-2.1': '300 ms of downtime from here on',
      'qemu-2.5': 'post-copy; auto-converge in many steps',
      'qemu-2.9': 'stable names of throttling',
      'qemu-4.0': 'multifd',
      'qemu-5.2': '128 MiB/s at the most, not 32 MiB/s',
      'qemu-6.2': 'as 5.2',
      'qemu-7.2': 'zero-copy, preemption; measured',
      'qemu-8.2': 'dirty-limit; a stated bandwidth',
      'qemu-9.2': 'syncs by the clock; disks mirrored (NBD)',
      'qemu-10.2': 'post-copy before the stop (from 10.1)',
    },
  },
  {
    title: 'KubeVirt',
    stacks: {
      'kubevirt-1.3': '800 s a GB, then post-copy or abort',
      'kubevirt-1.4': '150 s a GB, then post-copy, pause, abort',
      'kubevirt-1.5': 'multifd unless post-copy is allowed',
      'kubevirt-1.9': 'multifd in any case',
      'kubevirt-1.9-stall': 'MigrationStallDetection (alpha)',
    },
  },
  {
    title: 'oVirt',
    stacks: {
      'ovirt-minimal-downtime': '100 to 500 ms by rounds, then aborts',
      'ovirt-suspend': 'the same, then 5 s, then aborts',
      'ovirt-post-copy': '100 to 200 ms, then post-copy',
      'ovirt-very-large': '300 ms to 1.5 s, then 5 s, then aborts',
    },
  },
  { title: 'Proxmox VE', stacks: { 'proxmox-9': 'doubles the downtime until it fits' } },
  {
    title: 'Xen',
    stacks: {
      'xen-4.2': '29 passes, 3 x RAM or < 50 pages, stops',
      'xen-4.20': '5 passes or fewer than 50 pages, stops',
    },
  },
  {
    title: 'VMware',
    stacks: {
      'vmware-4.1': 'passes; stops if the rest takes < 100 s',
      'vmware-5.0': 'slows the guest until the rest fits',
    },
  },
  {
    title: 'Hyper-V',
    stacks: { 'hyper-v-2008-r2': '10 passes, then stops', 'hyper-v-2012-r2': '5 passes, then stops' },
  },
  {
    title: 'Cloud Hypervisor',
    stacks: {
      'cloud-hypervisor-51': '5 passes, then stops',
      'cloud-hypervisor-52': 'downtime and time limits',
    },
  },
];
