import { mkdtempSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProfile, findStack, stacks } from '../../scenario/catalog.js';
import { migsim } from './migsim.js';

const files: Record<string, string | Buffer> = {
  'empty.yaml': '',
  'broken.yaml': 'vm: [1\n',
  'big.yaml': `# ${'a'.repeat(10_000_000)}\n`,
  'binary.yaml': Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0xff, 0xfe]),
  'nul.yaml': 'vm: {}\0',
  'negative.yaml': 'stack: openstack-icehouse\nvm:\n  ram: -4 GiB\n',
  'unknown.yaml': 'vm:\n  rma: 4 GiB\n',
  'sweep.yaml': 'vm: { ram: [1 GiB, 2 GiB] }\n',
  'bad.ndjson': '{"vm":{"ram":"4 GiB"}}\n\n{"vm":{"ram":"much"}}\n',
  'two.ndjson': '{"seed":1}\n{"seed":2}\n',
  'blank.jsonl': '\n\n',
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'migsim-wrong-'));
  mkdirSync(join(folder, 'folder'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
});
afterAll(() => rmSync(folder, { recursive: true }));

const groups = Object.keys({
  ...findStack('qemu-7.2').constants,
  ...findProfile('icclab-2014').constants,
});

/** A command line, and the line that it is answered with. */
const cases: [words: string, line: string][] = [
  ['predict missing.yaml', 'missing.yaml: no such file'],
  ['predict folder', 'folder: is a folder: must be a file'],
  ['predict empty.yaml', 'empty.yaml: is empty: a scenario needs a field, such as stack'],
  [
    'predict broken.yaml',
    'broken.yaml:2:1: is no YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  ['predict big.yaml', 'big.yaml: is 10 MB long: must be at most 1 MB'],
  ['predict binary.yaml', 'binary.yaml: is no text: must be YAML or JSON in UTF-8'],
  ['predict nul.yaml', 'nul.yaml: is no text: must be YAML or JSON in UTF-8'],
  ['predict negative.yaml', 'negative.yaml:3:8: vm.ram is -4 GiB: must be greater than 0'],
  ['predict unknown.yaml', 'unknown.yaml:2:3: vm.rma is 4 GiB: no such field; did you mean vm.ram?'],
  [
    'predict sweep.yaml',
    'sweep.yaml:1:12: vm.ram is ["1 GiB","2 GiB"]: a list here would be a sweep: not in this version',
  ],
  ['predict bad.ndjson --json', 'bad.ndjson:3:14: vm.ram is much: must be a size such as 16 GiB or 600 MB'],
  ['predict blank.jsonl', 'blank.jsonl: is empty: must hold a scenario a line, as JSON'],
  ['predict -', 'standard input: is empty: a scenario needs a field, such as stack'],
  ['predict - -', '- stands twice: standard input can be read once'],
  ['predict --ram -4GiB', '--ram: vm.ram is -4GiB: must be greater than 0'],
  ['predict --ram NaN', '--ram: vm.ram is NaN: must be a size such as 16 GiB or 600 MB'],
  ['predict --ram 4 GiB', "GiB: no such file; a value with a space needs quotes, as in '4 GiB'"],
  ['predict --ram', '--ram: needs a value; one that begins with - is written --ram=VALUE'],
  ['predict --ram 1GiB --ram 2GiB', '--ram is given 2 times: must be one value'],
  [
    'predict --net-load abc',
    '--net-load: background.rate is abc: must be a rate such as 930 Mbit/s or 128 MiB/s',
  ],
  ['predict --stack qemu-1.2.2', "--stack: stack is 'qemu-1.2.2': no such stack; did you mean qemu-1.2.1?"],
  [
    'predict --resident 17GiB',
    '--resident: vm.resident is 17GiB: resident > RAM (17 GiB > 16 GiB): what a guest holds must fit into vm.ram',
  ],
  [
    'predict --stress 20GiB',
    '--stress: vm.workload[0].size is 20GiB: stress > RAM (20 GiB > 16 GiB): what a guest holds must fit into vm.ram',
  ],
  ['predict --max-bandwidth 0', '--max-bandwidth: migration.maxBandwidth is 0: must be greater than 0'],
  ['predict --rma 4GiB', '--rma: no such flag; did you mean --ram?'],
  ['reproduce --stress 3', '--stress: reproduce has no such flag; see migsim reproduce --help'],
  ['predict --jsno', '--jsno: no such flag; did you mean --json?'],
  ['predict --json=5', '--json is 5: takes no value, or true or false'],
  ['predict --auto-converge=maybe', '--auto-converge is maybe: takes no value, or true or false'],
  ['predict --vm.ram 4GiB', '--vm.ram: no such flag; a field is set with --set vm.ram=VALUE'],
  ['predict --set vm.ram', '--set vm.ram: must be PATH=VALUE, such as vm.ram=4GiB'],
  ['predict --set vm.rma=1', '--set vm.rma: no such field; did you mean vm.ram?'],
  ['predict --replication 0', '--replication is 0: must be a whole number from 1 to 1000000'],
  ['pridict', 'pridict: no such command; did you mean predict?'],
  ['explain two.ndjson', 'two.ndjson: holds 2 scenarios: this command takes one'],
  ['explain a.yaml b.yaml', 'b.yaml: one argument too many; see migsim explain --help'],
  ['threshold', 'threshold: needs --over and --from and --to; see migsim threshold --help'],
  ['threshold --over stress --from 2MiB --to 1MiB', '--from is 2MiB: must be less than --to, which is 1MiB'],
  ['compare', 'compare: needs --stacks; see migsim compare --help'],
  [
    'compare --stacks qemu-7.2,qemu-7.3',
    "--stacks: stack is 'qemu-7.3': no such release of QEMU; known: 1.0 to 1.3, 1.4, 1.5, 1.6, 1.7, 2.0, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 2.9, 2.10, 2.11, 2.12, 3.0, 3.1, 4.0, 4.1, 4.2, 5.0, 5.1, 5.2, 6.0, 6.1, 6.2, 7.0, 7.1, 7.2, 8.0, 8.1, 8.2, 9.0, 9.1, 9.2, 10.0, 10.1, 10.2",
  ],
  [
    'compare --stacks nonesuch',
    "--stacks: stack is 'nonesuch': no such stack; known: " + stacks.map(({ name }) => name).join(', '),
  ],
  [
    'compare --stacks=',
    "--stacks is '': must be names of stacks with commas between them, such as qemu-2.9,qemu-7.2",
  ],
  [
    'compare --stacks qemu-2.0,,qemu-7.2',
    '--stacks is qemu-2.0,,qemu-7.2: must be names of stacks with commas between them, such as qemu-2.9,qemu-7.2',
  ],
  [
    'compare --stacks qemu-2.0,qemu-7.2,qemu-2.0',
    '--stacks is qemu-2.0,qemu-7.2,qemu-2.0: names qemu-2.0 twice',
  ],
  ['compare --stacks qemu-2.0 --stacks qemu-7.2', '--stacks is given 2 times: must be one value'],
  [
    'compare --stack qemu-2.0 --stacks qemu-7.2',
    '--stack is qemu-2.0: a comparison takes its products from --stacks',
  ],
  [
    'compare --stacks openstack-icehouse,ovirt-minimal-downtime --kind blm',
    '--kind: migration.kind is blm: ovirt-minimal-downtime has lm; oVirt moves disks by live storage migration, apart from the migration of a guest',
  ],
  [
    'compare --stacks openstack-icehouse,qemu-7.2 --set parameters.libvirt.pollSeconds=1',
    '--set parameters.libvirt.pollSeconds: parameters.libvirt: no such constant; known: ' +
      `${groups.join(', ')}, burst (stack qemu-7.2)`,
  ],
  ['compare two.ndjson --stacks qemu-7.2', 'two.ndjson: holds 2 scenarios: this command takes one'],
  ['predict --stacks qemu-7.2', '--stacks: predict has no such flag; see migsim predict --help'],
  ['stacks qemu-1.2.3', "stack is 'qemu-1.2.3': no such stack; did you mean qemu-1.2.1?"],
];

describe('wrong input', () => {
  it.each(cases)('migsim %s', async (words, line) => {
    const before = readdirSync(folder);
    const ended = await migsim(words.split(' '), { cwd: folder });
    expect(ended).toEqual({ code: 2, stdout: '', stderr: `migsim: ${line}\n` });
    expect(readdirSync(folder)).toEqual(before);
  });

  it('no command at all: says which there are', async () => {
    const { code, stdout, stderr } = await migsim([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^migsim: no command: try predict, .*or migsim --help\n$/u);
  });
});
