/** Names for people of the study's tables, row keys and columns; what is not listed keeps its own name. */
const LABELS: Readonly<Record<string, string>> = {
  'cpu-load': 'CPU load on both hosts',
  'network-load': 'Network load (table 1)',
  'blm-stress': 'Block live migration of a guest that rewrites memory (table 2)',
  'lm-stress': 'Live migration of a guest that rewrites memory (table 3)',
  flavours: 'Sizes of guests, idle (the earlier study)',
  host_cpu_load_percent: 'CPU %',
  offered_icmp_mbit_s: 'Mbit/s',
  stressed_mb: 'MiB',
  vcpus: 'vCPU',
  ram_mib: 'MiB',
  lm_s: 'LM',
  blm_s: 'BLM',
  lm_downtime_s: 'LM downtime',
  lm_loaded_network_s: 'LM, loaded network',
  lm_unloaded_network_s: 'LM, unloaded network',
  blm_loaded_network_s: 'BLM, loaded network',
  blm_unloaded_network_s: 'BLM, unloaded network',
};

/**
 * What people call a table, row key or column of the study's data.
 *
 * @example
 * studyLabel('lm_loaded_network_s'); // => 'LM, loaded network'
 */
export function studyLabel(name: string): string {
  return LABELS[name] ?? name;
}

/**
 * One line that says how a result came about: enough to make it again.
 *
 * @example
 * provenance({ version: '0.1.0', profile: { name: 'icclab-2014', hash: '3f2a9c' }, replications: 100, seed: 1 });
 * // => 'migsim 0.1.0 · profile icclab-2014 (3f2a9c) · 100 replications · seed 1'
 */
export function provenance(of: {
  readonly version: string;
  readonly profile: { readonly name: string; readonly hash: string };
  readonly replications: number;
  readonly seed: number;
}): string {
  const { version, profile, replications, seed } = of;
  const runs = replications === 1 ? '1 replication' : `${replications} replications`;
  // Twelve hexadecimal digits tell profiles apart; the whole hash stands in the JSON.
  return `migsim ${version} · profile ${profile.name} (${profile.hash.slice(0, 12)}) · ${runs} · seed ${seed}`;
}
