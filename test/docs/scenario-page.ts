import { allFields, type Field } from '../../scenario/fields.js';
import { FLAGS } from '../../scenario/flags.js';
import type { Dimension } from '../../scenario/units.js';

/** What one writes for a quantity. */
const examples: Record<Dimension, string> = {
  bytes: '`96 MiB`, `600 MB`',
  seconds: '`30 ms`, `2 h`',
  rate: '`930 Mbit/s`, `128 MiB/s`',
  fraction: '`66 %`, `0.66`',
  visits: '`max`, `24000 pages/s`, `100 MiB/s`',
  count: '`8`',
};

/** What one writes where the schema says neither what is measured nor what may be chosen. */
const others: Record<string, string> = {
  parameters: 'a mapping',
  'vm.workload[0].points': '`[[1 s, 62 MiB], [10 s, 210 MiB]]`',
};

/** docs/scenario.md, made from the schema, so that field, default and meaning are written once. */
export function scenarioPage(): string {
  const fieldsOf = (group: string): Field[] => allFields().filter((field) => groupOf(field) === group);
  const sections = [...new Set(allFields().map(groupOf))].map((group) => {
    const fields = fieldsOf(group);
    const title = group === '' ? 'At the top' : `\`${group}\``;
    return `## ${title}\n\n| field | flag | value | default | meaning |\n|---|---|---|---|---|\n${fields.map(row).join('\n')}`;
  });
  return `${introduction}\n${sections.join('\n\n')}\n`;
}

/** The first step of a path that has several. */
function groupOf({ path }: Field): string {
  const [first, ...rest] = path.split(/[.[]/u) as [string, ...string[]];
  return rest.length > 0 ? first : '';
}

function row(field: Field): string {
  const flag = FLAGS.find(({ path }) => path === field.path || path === field.path.replace('[0]', ''));
  const { path, dimension, values, default: fallback } = field;
  const choices = values?.map((word) => `\`${word}\``).join(', ');
  const value = choices ?? (dimension ? examples[dimension] : (others[path] ?? 'text'));
  // A default that depends on the profile or the stack is told by the description itself.
  const standard = fallback === undefined ? '' : `\`${fallback}\``;
  const cells = [`\`${path}\``, flag ? `\`--${flag.name}\`` : '', value, standard, field.description];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

const introduction = `<!-- Made from the schema by test/docs/scenario-page.ts: npx vitest run test/docs -u -->

# Scenario files

A scenario is a YAML or JSON file; every field has a default, and an empty mapping \`{}\` is the study's idle guest,
migrated live. [examples/](../examples) has files to start from. \`migsim schema\` prints the JSON Schema that editors
check with, and \`migsim stacks NAME\` lists the constants that may stand under \`parameters\`.

- **Order.** \`--set PATH=VALUE\` and flags stand over the file, the file over the profile, the profile over the stack, the
  stack over the defaults below.
- **Units.** A quantity has its unit: \`16 GiB\` (2^30) and \`16 GB\` (10^9) differ, \`Mbit/s\` are decimal and bits, \`MB/s\`
  are bytes. Only counts, shares and zero go without; under \`parameters\` a number alone is in the unit
  that \`migsim stacks NAME\` lists.
- **Unknown fields are errors**, with the one that was probably meant. An error names file, line and column.
- **Lists.** \`background\` and \`vm.workload\` are lists; a list of one may be written as its entry, and
  \`background.rate\` means the first one's.
`;
