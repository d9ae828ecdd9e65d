import type { Page } from '../../report/table.js';
import {
  formatBytes,
  formatNumber,
  formatPercent,
  formatRate,
  formatSeconds,
} from '../../report/quantity.js';
import { textWidth } from '../../report/text-width.js';
import { wrapWords } from '../../report/wrap.js';
import type { BackgroundSpec, HostSpec, Scenario } from '../../scenario/scenario.js';
import { formatQuantity } from '../../scenario/units.js';

const KINDS: Readonly<Record<Scenario['migration']['kind'], string>> = {
  lm: 'live migration',
  blm: 'block live migration',
  'stop-and-copy': 'stop and copy',
  'post-copy': 'post-copy',
  hybrid: 'pre-copy, then post-copy',
};

/** A part of the description, and the fields that it shows. */
interface Item {
  text: string;
  of: readonly string[];
}

/**
 * A scenario in a few words: what is migrated by whom, over what, within which limits. Ends in a line break.
 *
 * @param varied fields that have no single value here; what shows them is left out
 */
export function scenarioLines(scenario: Scenario, page: Page, ...varied: readonly string[]): string {
  const show = (items: readonly Item[]) =>
    itemLines(
      items
        .filter(({ of }) => !of.some((field) => varied.some((one) => one.startsWith(field))))
        .map(({ text }) => text),
      page.width,
    );
  return [
    ...show(guestItems(scenario)).map(page.palette.bold),
    ...show(placeItems(scenario)).map(page.palette.dim),
    '',
  ].join('\n');
}

function guestItems({ stack, vm, migration }: Scenario): Item[] {
  const stress = vm.workload.reduce((sum, { size }) => sum + size, 0);
  const { capabilities } = migration;
  const withCapabilities = { text: `with ${capabilities.join(', ')}`, of: ['migration.capabilities'] };
  return [
    { text: KINDS[migration.kind], of: ['migration.kind'] },
    ...(capabilities.length > 0 ? [withCapabilities] : []),
    ...(migration.concurrent > 1
      ? [{ text: `${migration.concurrent} VMs at once`, of: ['migration.concurrent'] }]
      : []),
    { text: stack, of: ['stack'] },
    { text: `${formatBytes(vm.ram)} of RAM`, of: ['vm.ram'] },
    { text: `${vm.vcpus} ${vm.vcpus === 1 ? 'vCPU' : 'vCPUs'}`, of: ['vm.vcpus'] },
    { text: stress > 0 ? `rewrites ${formatBytes(stress)}` : 'idle', of: ['vm.workload'] },
  ];
}

function placeItems(scenario: Scenario): Item[] {
  const { downtimeLimit, maxBandwidth, patience } = scenario.migration;
  const isHeld = maxBandwidth < scenario.link.goodput;
  return [
    { text: `link ${formatRate(scenario.link.goodput)}`, of: ['link'] },
    ...trafficItems(scenario),
    { text: hosts(scenario), of: ['hosts', 'source', 'destination'] },
    ...(downtimeLimit === Infinity
      ? []
      : [{ text: `downtime limit ${formatSeconds(downtimeLimit)}`, of: ['migration.downtimeLimit'] }]),
    ...(isHeld
      ? [{ text: `max-bandwidth ${formatBytes(maxBandwidth)}/s`, of: ['migration.maxBandwidth'] }]
      : []),
    { text: `patience ${formatSeconds(patience)}`, of: ['migration.patience'] },
  ];
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

/** Other traffic, an item a sender; of many the first ones. */
function trafficItems({ background }: Scenario): Item[] {
  if (background.length === 0) return [{ text: 'no other traffic', of: ['background'] }];
  const seconds = (value: number): string => formatQuantity(value, 'seconds');
  const times = ({ from, until }: BackgroundSpec): string => {
    const begin = from > 0 ? ` from ${seconds(from)}` : '';
    const end = until < Infinity ? ` until ${seconds(until)}` : from > 0 ? ' on' : '';
    return begin + end;
  };
  const shown = background.length > mostSenders ? background.slice(0, mostSenders - 1) : background;
  const more = background.length - shown.length;
  return [
    ...shown.map((one, index) => ({
      text: `${formatRate(one.rate)} of ${one.kind}${times(one)}`,
      // The first may be written without its number.
      of: [`background[${index}]`, ...(index === 0 ? ['background.'] : [])],
    })),
    ...(more > 0 ? [{ text: `${more} more senders`, of: [] }] : []),
  ];
}

/** So many are told one by one: a line or two. */
const mostSenders = 5;

function hosts({ source, destination }: Scenario): string {
  const show = ({ cpus, load, busyThreads }: HostSpec) => {
    const share = load > 0 && `${formatPercent(load)} busy`;
    const loops =
      busyThreads > 0 && `with ${formatNumber(busyThreads)} busy ${busyThreads === 1 ? 'thread' : 'threads'}`;
    return `${cpus} CPUs ${[share, loops].filter(Boolean).join(' and ') || 'idle'}`;
  };
  const [from, to] = [show(source), show(destination)];
  return from === to ? `hosts of ${from}` : `from ${from} to ${to}`;
}
