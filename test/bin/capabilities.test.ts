import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { migsim } from './migsim.js';

/** 1 GiB that is rewritten at 150 MB/s over 116 MB/s. */
const busy = [
  ['--stack', 'qemu-7.2'],
  ['--ram', '2GiB'],
  ['--stress', '1GiB'],
  ['--dirty-rate', '150 MB/s'],
  ['--max-bandwidth', 'unlimited'],
  ['--patience', '300s'],
].flat();

describe('--auto-converge', () => {
  it('lets a migration complete that otherwise does not, and explain tells the throttle', async () => {
    const plain = await migsim(['predict', ...busy, '--replications', '1', '--json']);
    expect(JSON.parse(plain.stdout)).toMatchObject({ verdict: 'non-converging' });

    const { code, stdout } = await migsim(['explain', ...busy, '--auto-converge']);
    expect(code).toBe(0);
    expect(stdout).toContain('with auto-converge');
    expect(stdout).toMatch(/vCPUs kept asleep +20 % from [\d.]+ s, 30 % from /u);
    expect(stdout).toContain('completed');
  });

  it('adds to what a file has, and is refused where there is none', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'migsim-')), 'one.yaml');
    await writeFile(file, 'stack: qemu-7.2\nmigration:\n  capabilities: [events]\n');
    const both = await migsim(['predict', file, '--auto-converge', '--replications', '1', '--json']);
    expect(JSON.parse(both.stdout)).toMatchObject({
      scenario: { migration: { capabilities: ['auto-converge', 'events'] } },
    });

    const { code, stderr } = await migsim(['predict', '--auto-converge']);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'migsim: --auto-converge: migration.capabilities is auto-converge: ' +
        'openstack-icehouse is simulated without migration capabilities\n',
    );
  });
});

describe('--capabilities', () => {
  it('says what the version of QEMU says', async () => {
    const words = ['predict', '--stack', 'qemu-9.2', '--capabilities', 'xbzrle,multifd'];
    const { code, stderr } = await migsim(words);
    expect(code).toBe(2);
    expect(stderr).toBe(
      "migsim: --capabilities: migration.capabilities is multifd with xbzrle: QEMU's own rule: " +
        'Multifd is not compatible with xbzrle\n',
    );
  });
});
