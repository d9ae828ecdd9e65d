import { describe, expect, it } from 'vitest';
import { migsim } from './migsim.js';

type Json = Record<string, unknown>;
const load = ['--ram', '1GiB', '--stress', '16MiB', '--replications', '6'];
const stacks = ['--stacks', 'qemu-2.0,qemu-7.2'];

describe('migsim compare', () => {
  it('prints one array of what predict says of each product', async () => {
    const { code, stdout, stderr } = await migsim(['compare', ...stacks, ...load, '--json']);
    expect([code, stderr]).toEqual([0, '']);
    const [older, newer] = JSON.parse(stdout) as Json[];
    const one = await migsim(['predict', '--stack', 'qemu-7.2', ...load, '--json']);
    expect(newer).toEqual(JSON.parse(one.stdout));
    expect(older).toMatchObject({ seed: 1, scenario: { stack: 'qemu-2.0', profile: 'qemu-7.2-bench' } });
  });

  it('reads a scenario from a file or standard input, whose place holds for all', async () => {
    const input = 'stack: openstack-icehouse\nvm: { ram: 1 GiB }\nreplications: 2\n';
    const { stdout } = await migsim(['compare', '-', ...stacks, '--json'], { input });
    const profiles = (JSON.parse(stdout) as { profile: { name: string } }[]).map(
      ({ profile }) => profile.name,
    );
    expect(profiles).toEqual(['icclab-2014', 'icclab-2014']);
  });

  it('is a table of at most 80 columns on a pipe, with a reason for each and the place', async () => {
    const { code, stdout } = await migsim(['compare', ...stacks, ...load]);
    expect(code).toBe(0);
    expect(stdout).not.toContain('\u001b');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/^ +qemu-2\.0 +qemu-7\.2$/mu);
    expect(stdout).toMatch(/^in all, p10 to p90 +/mu);
    expect(stdout).toMatch(/^qemu-2\.0 {2}\S/mu);
    expect(stdout).toContain('All at one place, that of profile qemu-7.2-bench,');
    expect(stdout).toMatch(/profile qemu-7\.2-bench \([0-9a-f]{12}\) · 6 replications · seed 1\n$/u);
  });
});
