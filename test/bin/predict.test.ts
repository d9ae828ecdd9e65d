import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migsim } from './migsim.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'migsim-predict-'));
  writeFileSync(join(folder, 'small.yaml'), 'vm: { ram: 2 GiB }\nreplications: 12\n');
  writeFileSync(join(folder, 'busy.yaml'), 'vm: { workload: { size: 64 MiB } }\nreplications: 12\nseed: 7\n');
  writeFileSync(
    join(folder, 'fleet.ndjson'),
    '{"vm":{"ram":"1 GiB"},"replications":3}\n\n{"vm":{"ram":"2 GiB"},"replications":3}\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

type Json = Record<string, unknown>;
const run = (...words: string[]) => migsim(['predict', ...words], { cwd: folder });
const lines = (text: string) => text.trimEnd().split('\n');

describe('migsim predict --json', () => {
  it('prints one object with the names of the contract, and nothing else', async () => {
    const { code, stdout, stderr } = await run('small.yaml', '--json');
    expect([code, stderr]).toEqual([0, '']);
    const result = JSON.parse(stdout) as Json;
    expect(Object.keys(result)).toEqual([
      'version',
      'seed',
      'profile',
      'scenario',
      'verdict',
      'completedFraction',
      'outcomes',
      'reason',
      'totalSeconds',
      'downtimeSeconds',
      'sourceDowntimeSeconds',
      'setupSeconds',
      'rounds',
      'bytesOnWire',
      'migrationCpuSeconds',
      'migrationCpuShare',
      'backgroundMbits',
      'guestSlowdown',
      'convergence',
      'typicalReplication',
      'warnings',
    ]);
    expect(result).toMatchObject({ seed: 1, verdict: 'completed', completedFraction: 1, warnings: [] });
    expect((result.profile as Json).hash).toMatch(/^[0-9a-f]{12}$/u);
    expect(Object.keys(result.totalSeconds as Json)).toEqual(['p10', 'p50', 'p90', 'mean']);
    expect((result.scenario as { vm: Json }).vm.ram).toBe(2 ** 31);
  });

  it('prints an object a line for a scenario a line, in their order', async () => {
    const { stdout } = await run('fleet.ndjson', '--json');
    const rams = lines(stdout).map(
      (line) => (JSON.parse(line) as { scenario: { vm: Json } }).scenario.vm.ram,
    );
    expect(rams).toEqual([2 ** 30, 2 ** 31]);
  });

  it('reads standard input, YAML or a scenario a line', async () => {
    const yaml = await migsim(['predict', '-', '--json'], { input: 'replications: 2\nseed: 5\n' });
    expect((JSON.parse(yaml.stdout) as Json).seed).toBe(5);
    const ndjson = await migsim(['predict', '-', '--json', '--replications', '2'], {
      input: '{"seed":5}\n{"seed":6}\n',
    });
    expect(lines(ndjson.stdout).map((line) => (JSON.parse(line) as Json).seed)).toEqual([5, 6]);
  });

  it('gives the same bytes again, whatever the order and the company of scenarios', async () => {
    const one = await run('small.yaml', 'busy.yaml', '--json');
    const again = await run('small.yaml', 'busy.yaml', '--json');
    const turned = await run('busy.yaml', 'small.yaml', '--json');
    expect(again.stdout).toBe(one.stdout);
    expect(lines(turned.stdout).reverse()).toEqual(lines(one.stdout));
  });

  it('gives the same numbers from threads as from here', async () => {
    const many = await run('busy.yaml', '--json', '--replications', '300', '--replication', '250');
    const threaded = await run('busy.yaml', '--json', '--replications', '300');
    const alone = JSON.parse(many.stdout) as Json;
    expect(alone).toMatchObject({ typicalReplication: 250 });
    const { typicalReplication } = JSON.parse(threaded.stdout) as { typicalReplication: number };
    const typical = await run(
      'busy.yaml',
      '--json',
      '--replications',
      '300',
      '--replication',
      String(typicalReplication),
    );
    const { reason } = JSON.parse(threaded.stdout) as Json;
    expect((JSON.parse(typical.stdout) as Json).reason).toBe(reason);
  });

  it('puts flags over the file, and --set over flags', async () => {
    const { stdout } = await run(
      'small.yaml',
      '--json',
      '--ram',
      '3GiB',
      '--set',
      'vm.ram=4GiB',
      '--vcpus',
      '2',
    );
    const { vm } = (JSON.parse(stdout) as { scenario: { vm: Json } }).scenario;
    expect(vm).toMatchObject({ ram: 2 ** 32, vcpus: 2 });
  });

  it('answers with 0 when a migration does not converge', async () => {
    const { code, stdout } = await run('--json', '--stress', '2GiB', '--replications', '2');
    const result = JSON.parse(stdout) as Json;
    expect(code).toBe(0);
    expect(result).toMatchObject({ verdict: 'non-converging', completedFraction: 0, totalSeconds: null });
    expect((result.convergence as Json).shortfallFactor).toBeGreaterThan(10);
  });
});

describe('migsim predict for people', () => {
  it('is plain text of at most 80 columns on a pipe', async () => {
    const { stdout } = await run('small.yaml');
    expect(stdout).not.toContain('\u001b');
    for (const line of lines(stdout)) expect(line.length).toBeLessThanOrEqual(80);
    expect(stdout).toContain('completed in ');
    expect(stdout).toMatch(
      /migsim \d.* · profile icclab-2014 \([0-9a-f]{12}\) · 12 replications · seed 1\n$/u,
    );
  });

  it('names each of several scenarios', async () => {
    const { stdout } = await run('fleet.ndjson');
    expect(stdout).toContain('fleet.ndjson:1\n');
    expect(stdout).toContain('fleet.ndjson:3\n');
  });
});
