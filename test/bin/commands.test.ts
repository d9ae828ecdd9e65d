import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { launcher, migsim } from './migsim.js';

type Json = Record<string, unknown>;

describe('migsim threshold', () => {
  it('finds the boundary', async () => {
    const words = [
      '--over',
      'stress',
      '--from',
      '16MiB',
      '--to',
      '512MiB',
      '--tolerance',
      '64MiB',
      '--replications',
      '4',
    ];
    const { code, stdout } = await migsim(['threshold', ...words, '--json']);
    const result = JSON.parse(stdout) as {
      lastCompleting: number;
      firstFailing: number;
      curve: { value: number }[];
      warnings: string[];
    };
    expect(code).toBe(0);
    expect(Object.keys(result)).toEqual([
      'version',
      'seed',
      'profile',
      'over',
      'unit',
      'lastCompleting',
      'firstFailing',
      'curve',
      'warnings',
    ]);
    expect(result.warnings).toEqual(['only 4 replications: what share of them completes is a guess']);
    expect(result).toMatchObject({ over: 'vm.workload[0].size', unit: 'bytes' });
    expect(result.firstFailing - result.lastCompleting).toBeLessThanOrEqual(64 * 2 ** 20);
    expect(result.curve[0]).toMatchObject({ value: 2 ** 24, completedFraction: 1 });
  });
});

describe('migsim explain', () => {
  it('tells a migration as JSON and as text', async () => {
    const words = ['explain', '--stress', '48MiB', '--replication', '2'];
    const json = JSON.parse((await migsim([...words, '--json'])).stdout) as { rounds: Json[] };
    expect(json).toMatchObject({ replication: 2, verdict: 'completed' });
    expect(Object.keys(json.rounds[0]!)).toEqual(
      expect.arrayContaining([
        'start',
        'sentBytes',
        'seconds',
        'dirtyBytesAtEnd',
        'estimateBytesPerSecond',
        'thresholdBytes',
        'decision',
      ]),
    );
    const { stdout } = await migsim(words);
    expect(stdout).toMatch(/^round +start +took +sent +estimate +allowed +left/mu);
    expect(stdout).toContain('replication 2 · seed 1\n');
  });
});

describe('migsim schema', () => {
  it('is a JSON Schema that says where it comes from', async () => {
    const schema = JSON.parse((await migsim(['schema'])).stdout) as Json;
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(schema.$comment).toMatch(/^migsim \d.*, profile icclab-2014 \([0-9a-f]{12}\), seed 1$/u);
  });
});

describe('migsim stacks', () => {
  it('lists the products', async () => {
    const { stdout } = await migsim(['stacks', '--json']);
    const names = (JSON.parse(stdout) as { stacks: Json[] }).stacks.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['openstack-icehouse', 'qemu-1.2.1']));
    expect((await migsim(['stacks'])).stdout).toMatch(/^ +qemu-1\.2\.1 +1\.2\.1 +LBS--/mu);
  });

  it('gives every constant of one with its unit and source', async () => {
    const { stdout } = await migsim(['stacks', 'openstack-icehouse', '--json']);
    const { constants } = JSON.parse(stdout) as { constants: Record<string, Record<string, Json>> };
    const all = Object.values(constants).flatMap((group) => Object.values(group));
    expect(all.length).toBeGreaterThan(30);
    for (const constant of all) {
      expect(Object.keys(constant)).toEqual(expect.arrayContaining(['value', 'unit', 'about', 'source']));
    }
    const text = (await migsim(['stacks', 'openstack-icehouse'])).stdout;
    expect(text).toMatch(/^libvirt\.pollSeconds +50 ms +/mu);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('migsim', () => {
  it('shows help with examples, of itself and of every command', async () => {
    for (const command of [
      [],
      ['predict'],
      ['threshold'],
      ['compare'],
      ['explain'],
      ['schema'],
      ['stacks'],
    ]) {
      const { code, stdout, stderr } = await migsim([...command, '--help']);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain('Examples:');
    }
  });

  it('shows version, profile and its hash, also as JSON', async () => {
    expect((await migsim(['--version'])).stdout).toMatch(
      /^migsim \d+\.\d+\.\d+ · profile \S+ \([0-9a-f]{12}\) · seed 1\n$/u,
    );
    expect(Object.keys(JSON.parse((await migsim(['--version', '--json'])).stdout) as Json)).toEqual([
      'version',
      'seed',
      'profile',
    ]);
  });

  it('is quiet when its reader has seen enough', async () => {
    const child = spawn(process.execPath, [launcher, 'stacks', 'openstack-icehouse'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    const [code] = (await once(child, 'close')) as [number];
    expect([code, stderr]).toEqual([0, '']);
  });

  it('ends at once when it is interrupted', async () => {
    const child = spawn(process.execPath, [launcher, 'predict', '--replications', '100000'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    setTimeout(() => child.kill('SIGINT'), 3000);
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    expect(code === 130 || signal === 'SIGINT').toBe(true);
    expect(stderr.trim()).toBe('');
  });
});
