import { formatNumber } from '../../report/quantity.js';
import { renderTable, type Page, type TextTable } from '../../report/table.js';
import { wrapWords } from '../../report/wrap.js';
import type { findProfile, findStack } from '../../scenario/catalog.js';
import { formatQuantity, type Dimension } from '../../scenario/units.js';
import { capabilitiesOf, limitFields } from '../../studies/qemu-abilities.js';
import { pairs } from './pairs.js';

type Stack = ReturnType<typeof findStack>;
type Profile = ReturnType<typeof findProfile>;
type Constant = Stack['constants'][string][string];

function heading({ name, about, versions, kinds, profile, stopRule }: Stack, page: Page): string {
  const rows = [
    ['versions', versions.join(', ')],
    ...Object.entries(kinds).map(([kind, text]) => [kind, text]),
    ...(stopRule === undefined ? [] : [['stops the guest', stopRule]]),
    ['profile', profile],
  ] as [string, string][];
  return [page.palette.bold(name), ...wrapWords(about, page.width), pairs(rows, page)].join('\n');
}

/** Every constant of a stack and of a profile: its value, what it is and where it comes from. */
export function stackText(stack: Stack, profile: Profile, page: Page): string {
  const section = (title: string, groups: Stack['constants']) => {
    const table: TextTable = {
      columns: [
        { name: 'parameters.', align: 'left' },
        { name: 'default' },
        { name: 'what it is; where it comes from', align: 'left', wrap: true },
      ],
      rows: Object.entries(groups).flatMap(([group, constants]) =>
        Object.entries(constants).map(([name, constant]) => row(`${group}.${name}`, constant, profile)),
      ),
    };
    const lines = wrapWords(title, page.width).map(page.palette.bold);
    return `${lines.join('\n')}\n${renderTable(table, page)}\n`;
  };
  return [
    `${heading(stack, page)}\n`,
    ...limits(stack, page),
    ...abilities(stack, page),
    section(`Constants of ${stack.name}`, stack.constants),
    section(`Constants of profile ${profile.name}: ${profile.about}`, profile.constants),
    burst(profile, page),
  ].join('\n');
}

/** Which of a scenario's fields limit it. */
function limits(stack: Stack, page: Page): string[] {
  const rows = limitFields(stack).map(({ field, value, unit = '1', about }): [string, string] => [
    field,
    value === undefined ? about : `${written(value, unit)}: ${about}`,
  ]);
  if (rows.length === 0) return [];
  return [`${page.palette.bold('Limits that a scenario may set')}\n${pairs(rows, page)}\n`];
}

/** What its QEMU can be told to do besides; what is not simulated on one line. */
function abilities(stack: Stack, page: Page): string[] {
  const all = capabilitiesOf(stack);
  if (all.length === 0) return [];
  const rows = all
    .filter(({ notSimulated }) => notSimulated === undefined)
    .map(({ name, about }): [string, string] => [name, about]);
  const others = all.filter(({ notSimulated }) => notSimulated !== undefined).map(({ name }) => name);
  if (others.length > 0) rows.push(['not simulated', others.join(', ')]);
  const title = `Capabilities of QEMU ${stack.qemu}, for migration.capabilities`;
  return [`${wrapWords(title, page.width).map(page.palette.bold).join('\n')}\n${pairs(rows, page)}\n`];
}

function row(name: string, constant: Constant, { fitted = {} }: Profile): string[] {
  const interval = fitted[name]?.interval.map((end) => written(end, constant.unit)).join(' to ');
  const range = interval === undefined ? '' : ` [80 %: ${interval}]`;
  return [name, written(constant.value, constant.unit), `${constant.about}${range}; ${constant.source}`];
}

/** Units of constants; a cost per page or byte is a time with the rest of the unit behind it. */
const UNITS: Readonly<Record<string, readonly [dimension: Dimension, rest: string, zero?: string]>> = {
  s: ['seconds', ''],
  's/page': ['seconds', '/page'],
  's/byte': ['seconds', '/byte'],
  bytes: ['bytes', '', ' B'],
  'bytes/s': ['rate', '', ' B/s'],
  '%': ['fraction', ''],
};

function written(value: number, unit: string): string {
  const [dimension, rest, zero = ` ${unit}`] = UNITS[unit] ?? [undefined, unit === '1' ? '' : ` ${unit}`];
  if (value === Infinity) return dimension === 'seconds' ? 'none' : 'unlimited';
  if (!dimension || value === 0) return `${formatNumber(value)}${dimension ? zero : rest}`;
  return `${formatQuantity(rounded(value), dimension)}${rest}`;
}

/** A fit leaves fifteen digits, of which four mean something; a whole number of bytes stays as it is. */
function rounded(value: number): number {
  return Number.isInteger(value) || !Number.isFinite(value) ? value : Number(value.toPrecision(4));
}

function burst(
  { burst: { quantiles, correlation, runSpread, networkSlowdown, cold, about, source } }: Profile,
  page: Page,
): string {
  const rows: [string, string][] = [
    [
      'burst.quantiles',
      quantiles
        .map(([percent, speed]) => `${formatNumber(percent)} %: ${formatNumber(speed / 1e9)}`)
        .join(', ') + ' GB/s',
    ],
    ['burst.correlation', formatNumber(correlation)],
    ['burst.runSpread', formatNumber(runSpread)],
    ['burst.networkSlowdown', formatNumber(networkSlowdown)],
    ['burst.cold.secondsPerByte', `${formatNumber(cold.secondsPerByte)} s/byte`],
    ['burst.cold.shift', `${formatNumber(cold.shift)} standard deviations`],
    ['burst.cold.recovery', formatNumber(cold.recovery)],
  ];
  return [
    ...wrapWords(`Burst speeds: ${about}; ${source}`, page.width).map(page.palette.bold),
    pairs(rows, page),
    '',
  ].join('\n');
}
