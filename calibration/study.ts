import type { Assignment } from '../scenario/merge.js';
import type { Profile } from '../scenario/profile.js';
import type { FigureName } from './study-ratios.js';
import tables from './tables/icclab.json' with { type: 'json' };

/** One figure of the study, and the scenario that should reproduce it. */
export interface StudyCell {
  table: string;
  row: Record<string, number>;
  column: string;
  /** Seconds; null where the migration failed. */
  measured: number | null;
  /** What the column measures. */
  quantity: 'time' | 'downtime';
  scenario: Assignment[];
}

/** Network load of the study's 'loaded' columns, Mbit/s of ICMP. */
export const loadedMbits = 930;

/** Nobody waits longer than this for a live migration; a block migration always ends, so one waits for it. */
const patience = { lm: '120 s', blm: '600 s' };

/**
 * Every figure of the study's tables as a scenario, in the tables' order. The campaign of table 'network-load' had a
 * nuisance of its own (see the profile's `campaign`), which its cells carry as longer steps or as hidden traffic.
 *
 * @example
 * studyCells(findProfile('icclab-2014'))[0].measured // => 15
 */
export function studyCells(profile: Profile): StudyCell[] {
  return tables.tables.flatMap(({ id, columns, rows }) =>
    rows.flatMap((values) => {
      const named = columns.map((column, i): [string, number | null] => [column, values[i] ?? null]);
      const keys = named.filter(([column]) => !isMeasured(column));
      const row = Object.fromEntries(keys) as Record<string, number>;
      return named
        .filter(([column]) => isMeasured(column))
        .map(([column, measured]) => ({
          table: id,
          row,
          column,
          measured,
          quantity: column.includes('downtime') ? ('downtime' as const) : ('time' as const),
          scenario: cellScenario(id, row, column, profile),
        }));
    }),
  );
}

/**
 * A live migration with that many MiB stressed, measured by the study or not.
 *
 * @example
 * stressCell('loaded', 112, findProfile('icclab-2014')).row // => { stressed_mb: 112 }
 */
export function stressCell(network: 'unloaded' | 'loaded', size: number, profile: Profile): StudyCell {
  const column = `lm_${network}_network_s`;
  const row = { stressed_mb: size };
  const scenario = cellScenario('lm-stress', row, column, profile);
  return { table: 'lm-stress', row, column, measured: null, quantity: 'time', scenario };
}

/** Whether a cell is the figure of that name. */
export function isFigure({ table, column, row }: StudyCell, [inTable, inColumn, at]: FigureName): boolean {
  return table === inTable && column === inColumn && Object.values(row).at(-1) === at;
}

/** Whether chance decides how often a cell's migration repeats a sweep: a live one with stressed memory. */
export function isChancy({ table, row }: StudyCell): boolean {
  return table === 'lm-stress' && row.stressed_mb! > 0;
}

/** The campaign whose zero-load row disagrees with the other tables' (the nuisance of the fit). */
export const oddCampaign = 'network-load';

const isMeasured = (column: string): boolean => /^(lm|blm)_/u.test(column);

function cellScenario(
  table: string,
  row: Record<string, number>,
  column: string,
  profile: Profile,
): Assignment[] {
  const kind = column.startsWith('blm') ? 'blm' : 'lm';
  const offered = row.offered_icmp_mbit_s ?? (column.includes('_loaded') ? loadedMbits : 0);
  const { campaign, constants } = profile;
  const odd = table === oddCampaign;
  const hidden = odd ? campaign.hiddenTraffic.value * 8e-6 : 0;
  const fields: Record<string, unknown> = {
    stack: 'openstack-icehouse',
    'migration.kind': kind,
    'migration.patience': patience[kind],
    'background.rate': `${offered + hidden} Mbit/s`,
    'hosts.load': `${row.host_cpu_load_percent ?? 0} %`,
  };
  if (odd && campaign.offsetSeconds.value > 0) {
    fields['parameters.steps.beforeSeconds'] =
      constants.steps.beforeSeconds.value + campaign.offsetSeconds.value;
  }
  if (row.stressed_mb) fields['vm.workload[0].size'] = `${row.stressed_mb} MiB`;
  if (row.ram_mib) fields['vm.ram'] = `${row.ram_mib} MiB`;
  if (row.vcpus) fields['vm.vcpus'] = row.vcpus;
  return Object.entries(fields).map(([path, value]) => ({ origin: `study ${table}`, path, value }));
}
