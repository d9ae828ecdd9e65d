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
import type { HostSpec, PresenceSpec, Scenario } from '../../scenario/scenario.js';
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
    ...workItems(vm),
  ];
}

/** What the guest rewrites all the time together, and each work that comes and goes by itself. */
function workItems({ workload }: Scenario['vm']): Item[] {
  const times = workload.map(timesOf);
  const always = workload.reduce((sum, { size }, index) => sum + (times[index] === '' ? size : 0), 0);
  const items = workload.flatMap(({ size }, index): Item[] =>
    times[index] === ''
      ? []
      : [{ text: `rewrites ${formatBytes(size)}${times[index]!}`, of: fieldsOf('vm.workload', index) }],
  );
  if (always > 0)
    return [{ text: `rewrites ${formatBytes(always)}`, of: ['vm.workload'] }, ...firstOf(items, 'jobs')];
  return items.length > 0 ? firstOf(items, 'jobs') : [{ text: 'idle', of: ['vm.workload'] }];
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

/** Other traffic, an item a sender. */
function trafficItems({ background }: Scenario): Item[] {
  if (background.length === 0) return [{ text: 'no other traffic', of: ['background'] }];
  const items = background.map((one, index) => ({
    text: `${formatRate(one.rate)} of ${one.kind}${timesOf(one)}`,
    of: fieldsOf('background', index),
  }));
  return firstOf(items, 'senders');
}

/** When it comes and goes, ' from 5 s until 95 s'; nothing of what is always there. */
function timesOf({ from, until }: PresenceSpec): string {
  const seconds = (value: number): string => formatQuantity(value, 'seconds');
  const begin = from > 0 ? ` from ${seconds(from)}` : '';
  const end = until < Infinity ? ` until ${seconds(until)}` : from > 0 ? ' on' : '';
  return begin + end;
}

/** The entry of a list; the first may be written without its number. */
function fieldsOf(list: string, index: number): string[] {
  return [`${list}[${index}]`, ...(index === 0 ? [`${list}.`] : [])];
}

/** Of many the first ones, and how many more there are. */
function firstOf(items: readonly Item[], what: string): Item[] {
  const shown = items.length > mostShown ? items.slice(0, mostShown - 1) : items;
  const more = items.length - shown.length;
  return [...shown, ...(more > 0 ? [{ text: `${more} more ${what}`, of: [] }] : [])];
}

/** So many are told one by one: a line or two. */
const mostShown = 5;

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
