import type { Page } from '../../report/table.js';
import { formatBytes, formatPercent, formatRate, formatSeconds } from '../../report/quantity.js';
import { textWidth } from '../../report/text-width.js';
import { wrapWords } from '../../report/wrap.js';
import type { HostSpec, Scenario } from '../../scenario/scenario.js';

const KINDS: Readonly<Record<Scenario['migration']['kind'], string>> = {
  lm: 'live migration',
  blm: 'block live migration',
  'stop-and-copy': 'stop and copy',
  'post-copy': 'post-copy',
  hybrid: 'pre-copy, then post-copy',
};

/**
 * A scenario in a few words: what is migrated by whom, and over what. Ends in a line break.
 */
export function scenarioLines(scenario: Scenario, page: Page): string {
  const { migration, vm, stack } = scenario;
  const stress = vm.workload.reduce((sum, { size }) => sum + size, 0);
  const guest = `${formatBytes(vm.ram)} of RAM, ${vm.vcpus} ${vm.vcpus === 1 ? 'vCPU' : 'vCPUs'}`;
  const busy = stress > 0 ? `rewrites ${formatBytes(stress)}` : 'idle';
  const what = [KINDS[migration.kind], stack, guest, busy];
  const where = [`link ${formatRate(scenario.link.goodput)}`, network(scenario), hosts(scenario)];
  const limits = [
    `downtime limit ${formatSeconds(migration.downtimeLimit)}`,
    `patience ${formatSeconds(migration.patience)}`,
  ];
  return [
    ...itemLines(what, page.width).map(page.palette.bold),
    ...itemLines([...where, ...limits], page.width).map(page.palette.dim),
    '',
  ].join('\n');
}

/** Puts items on lines with dots between them, breaking between items where that is possible. */
function itemLines(items: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const joined = lines.length === 0 ? item : `${lines.at(-1)!} · ${item}`;
    if (lines.length > 0 && textWidth(joined) <= width) lines[lines.length - 1] = joined;
    else lines.push(item);
  }
  return lines.flatMap((line) => wrapWords(line, width));
}

function network({ background }: Scenario): string {
  if (background.length === 0) return 'no other traffic';
  return background.map(({ kind, rate }) => `${formatRate(rate)} of ${kind}`).join(' and ');
}

function hosts({ source, destination }: Scenario): string {
  const show = ({ cpus, load }: HostSpec) =>
    `${cpus} CPUs ${load === 0 ? 'idle' : `${formatPercent(load)} busy`}`;
  const [from, to] = [show(source), show(destination)];
  return from === to ? `hosts of ${from}` : `from ${from} to ${to}`;
}
