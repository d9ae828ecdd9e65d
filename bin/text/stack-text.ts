import { formatNumber } from '../../report/quantity.js';
import { renderTable, type Page, type TextTable } from '../../report/table.js';
import { wrapWords } from '../../report/wrap.js';
import type { findProfile, findStack } from '../../scenario/catalog.js';
import { formatQuantity, type Dimension } from '../../scenario/units.js';
import { pairs } from './pairs.js';

type Stack = ReturnType<typeof findStack>;
type Profile = ReturnType<typeof findProfile>;
type Constant = Stack['constants'][string][string];

/** The products, a few lines each. */
export function stackListText(stacks: readonly Stack[], page: Page): string {
  const blocks = stacks.map((stack) => `${heading(stack, page)}\n`);
  return `${blocks.join('\n')}\n${page.palette.dim('migsim stacks NAME lists the constants of one.')}\n`;
}

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
    section(`Constants of ${stack.name}`, stack.constants),
    section(`Constants of profile ${profile.name}: ${profile.about}`, profile.constants),
    burst(profile, page),
  ].join('\n');
}

function row(name: string, constant: Constant, { fitted = {} }: Profile): string[] {
  const interval = fitted[name]?.interval.map((end) => written(end, constant.unit)).join(' to ');
  const range = interval === undefined ? '' : ` [80 %: ${interval}]`;
  return [name, written(constant.value, constant.unit), `${constant.about}${range}; ${constant.source}`];
}

/** Units of constants; a cost per page or byte is a time with the rest of the unit behind it. */
const UNITS: Readonly<Record<string, readonly [Dimension, string]>> = {
  s: ['seconds', ''],
  's/page': ['seconds', '/page'],
  's/byte': ['seconds', '/byte'],
  bytes: ['bytes', ''],
  'bytes/s': ['rate', ''],
  '%': ['fraction', ''],
};

function written(value: number, unit: string): string {
  const [dimension, rest] = UNITS[unit] ?? [undefined, unit === '1' ? '' : ` ${unit}`];
  if (!dimension || value === 0)
    return `${formatNumber(value)}${value === 0 && dimension ? ` ${unit}` : rest}`;
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
