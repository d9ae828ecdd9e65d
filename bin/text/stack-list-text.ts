import { fitsPage, renderTable, type Page, type TextTable } from '../../report/table.js';
import { wrapWords } from '../../report/wrap.js';
import type { findStack } from '../../scenario/catalog.js';
import type { Scenario } from '../../scenario/scenario.js';
import { stackFamilies } from './stack-families.js';

type Stack = ReturnType<typeof findStack>;
type Kind = Scenario['migration']['kind'];

/** The letter of each kind in the table, in its order. */
const letters: Readonly<Record<Kind, string>> = {
  lm: 'L',
  blm: 'B',
  'stop-and-copy': 'S',
  'post-copy': 'P',
  hybrid: 'H',
};

/**
 * The products as a table, family by family: name, the QEMU below, the kinds of migration, and what each is about.
 *
 * @param stacks in the order in which they are listed
 * @param page width and colours
 */
export function stackListText(stacks: readonly Stack[], page: Page): string {
  const families = familiesOf(stacks);
  const kinds = Object.entries(letters).map(([kind, letter]) => `${letter} ${kind}`);
  const notes = [
    `Kinds of migration: ${kinds.join(', ')}.`,
    'NAME/qemu-V puts an orchestrator over another QEMU, such as nova-stein/qemu-7.2; qemu-V alone is any release of QEMU from 1.0 on.',
    'migsim stacks NAME tells all of one: its constants with sources, its limits, and what its QEMU can.',
  ];
  return [
    table(families, page),
    '',
    ...notes.flatMap((note) => wrapWords(note, page.width)).map(page.palette.dim),
    '',
  ].join('\n');
}

interface Family {
  title: string;
  members: readonly (readonly [stack: Stack, about: string])[];
}

function familiesOf(stacks: readonly Stack[]): Family[] {
  const known = stackFamilies.map(({ title, stacks: abouts }) => ({
    title,
    members: stacks.flatMap((stack) => {
      const about = abouts[stack.name];
      return about === undefined ? [] : [[stack, about] as const];
    }),
  }));
  const named = new Set(known.flatMap(({ members }) => members.map(([{ name }]) => name)));
  const others = stacks.filter(({ name }) => !named.has(name)).map((stack) => [stack, stack.about] as const);
  return [...known, { title: 'others', members: others }].filter(({ members }) => members.length > 0);
}

function table(families: readonly Family[], page: Page): string {
  const columns = [
    { name: 'stack', align: 'left' as const },
    { name: 'QEMU' },
    { name: 'kinds', align: 'left' as const },
    { name: 'what it does or has', align: 'left' as const, wrap: true },
  ];
  const whole: TextTable = {
    columns,
    rows: families.flatMap(({ title, members }) => [
      [page.palette.bold(title), '', '', ''],
      ...members.map((member) => indented(cellsOf(member))),
    ]),
  };
  if (fitsPage(whole, page)) return renderTable(whole, page);
  // Kinds are the first that a narrow page goes without; one row below the other needs no titles.
  const without = <T>(cells: readonly T[]): T[] => cells.filter((_, index) => index !== 2);
  const narrow: TextTable = { columns: without(columns), rows: whole.rows.map(without) };
  if (fitsPage(narrow, page)) return renderTable(narrow, page);
  return renderTable({ columns, rows: families.flatMap(({ members }) => members.map(cellsOf)) }, page);
}

function indented([name = '', ...cells]: readonly string[]): string[] {
  return [`  ${name}`, ...cells];
}

function cellsOf([stack, about]: readonly [Stack, string]): string[] {
  const kinds = Object.entries(letters).map(([kind, letter]) =>
    stack.kinds[kind as Kind] === undefined ? '-' : letter,
  );
  return [stack.name, engineOf(stack), kinds.join(''), about];
}

/** The release of QEMU below, from what the product says it consists of. */
function engineOf({ versions }: Stack): string {
  const engine = versions.find((version) => version.startsWith('QEMU '));
  return engine?.slice('QEMU '.length) ?? '-';
}
