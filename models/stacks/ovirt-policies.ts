/** What a policy does when a step is reached. */
export type OvirtAction = { downtimeSeconds: number } | 'post-copy' | 'abort';

/** A step of a convergence schedule: the action comes when more iterations than that have begun. */
export interface OvirtStep {
  limit: number;
  action: OvirtAction;
}

/** A migration policy as the engine ships it. */
export interface OvirtPolicy {
  /** Of the stack: ovirt-… */
  name: string;
  /** Of the policy in the engine. */
  title: string;
  about: string;
  /** Migrations from a host at a time; each gets that share of the link. */
  maxMigrations: number;
  initialDowntimeSeconds: number;
  /** Iterations and the downtime set when more have begun, s. */
  steps: readonly (readonly [limit: number, downtimeSeconds: number])[];
  /** One after the other when the steps are used up. */
  lastActions: readonly OvirtAction[];
  /** QEMU's capabilities that the policy switches on. */
  capabilities: readonly string[];
  source: string;
}

const engine = 'ovirt-engine, 0000_config.sql, MigrationPolicies';

const usualSteps: OvirtPolicy['steps'] = [
  [1, 0.15],
  [2, 0.2],
  [3, 0.3],
  [4, 0.4],
  [6, 0.5],
];

/** The policies of oVirt 4.5 and RHV 4.4; all have autoConvergence. */
export const ovirtPolicies: readonly OvirtPolicy[] = [
  {
    name: 'ovirt-minimal-downtime',
    title: 'Minimal downtime',
    about: 'up to 500 ms, then it aborts',
    maxMigrations: 2,
    initialDowntimeSeconds: 0.1,
    steps: usualSteps,
    lastActions: ['abort'],
    capabilities: ['auto-converge'],
    source: `${engine}, 4.0 and later`,
  },
  {
    name: 'ovirt-suspend',
    title: 'Suspend workload if needed',
    about: 'up to 500 ms, then 5 s, then it aborts; one migration at a time, compressed',
    maxMigrations: 1,
    initialDowntimeSeconds: 0.1,
    steps: usualSteps,
    lastActions: [{ downtimeSeconds: 5 }, 'abort'],
    capabilities: ['auto-converge', 'xbzrle'],
    source: `${engine}, 4.0 and later`,
  },
  {
    name: 'ovirt-post-copy',
    title: 'Post-copy migration',
    about: 'up to 200 ms, then post-copy',
    maxMigrations: 2,
    initialDowntimeSeconds: 0.1,
    steps: usualSteps.slice(0, 2),
    lastActions: ['post-copy', 'abort'],
    capabilities: ['auto-converge', 'postcopy-ram'],
    source: `${engine}, 4.1 and later`,
  },
  {
    name: 'ovirt-very-large',
    title: 'Very large VMs',
    about: 'from 300 ms to 1.5 s, then 5 s, then it aborts; channels with zero-copy',
    maxMigrations: 1,
    initialDowntimeSeconds: 0.3,
    steps: [
      [1, 0.4],
      [2, 0.5],
      [3, 0.7],
      [4, 1],
      [6, 1.5],
    ],
    lastActions: [{ downtimeSeconds: 5 }, 'abort'],
    capabilities: ['auto-converge', 'multifd', 'zero-copy-send'],
    source: `${engine}, cluster levels 4.7 and later`,
  },
];
