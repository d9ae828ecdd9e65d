import { describe, expect, it } from 'vitest';
import { migrateByNova } from '../../../models/stacks/nova-flow.js';
import { novaStacks, withPermitted } from '../../../models/stacks/nova.js';
import { findStack } from '../../../scenario/catalog.js';
import { prepare } from '../../../studies/prepare.js';
import { reasonFor } from '../../../studies/reason.js';
import { runOnce } from '../../../studies/run.js';
import { delay } from '../../../sim/process.js';
import { tinyThread } from '../migration/tiny-thread.js';

function run(stack: string, fields: Record<string, unknown> = {}) {
  const all = {
    stack,
    'parameters.steps.beforeSeconds': 3,
    'parameters.steps.afterSeconds': 1,
    'parameters.steps.handoverSeconds': 0.5,
    'parameters.steps.spread': 0,
    'parameters.guest.touchedShare': 1,
    ...fields,
  };
  const { scenario, parameters } = prepare(
    Object.entries(all).map(([path, value]) => ({ origin: 'test', path, value })),
  );
  const result = runOnce(findStack(stack), scenario, parameters, 1);
  return { ...result, reason: reasonFor(scenario, result) };
}

/** 96 MiB rewritten as fast as can be: more than 500 ms at 116 MB/s. */
const hot = { 'vm.workload[0].size': '96 MiB', 'migration.patience': '20000 s' };

describe('a release of Nova', () => {
  it.each(novaStacks.map(({ name }) => name))('%s moves an idle guest', (name) => {
    const { verdict, setupSeconds, downtimeSeconds } = run(name);
    expect(verdict).toBe('completed');
    expect(setupSeconds).toBeCloseTo(3, 9);
    expect(downtimeSeconds).toBeGreaterThan(0.5);
    expect(downtimeSeconds).toBeLessThan(1);
  });

  it('goes on at the look that finds the transfer over, half a second apart (Kilo and later)', () => {
    const looks = (run('nova-kilo').totalSeconds! - 3 - 1) / 0.5;
    expect(looks).toBeCloseTo(Math.round(looks), 6);
  });

  it('of Liberty aborts a guest that writes too fast for want of progress', () => {
    const { verdict, ended, totalSeconds, reason } = run('nova-liberty', hot);
    expect(verdict).toBe('aborted');
    expect(totalSeconds).toBeNull();
    expect(ended).toMatch(
      /^Nova aborted it after 150 s without progress \(live_migration_progress_timeout\)/u,
    );
    expect(reason).toMatch(/the guest runs on at the source\.$/u);
  });

  it('of Stein waits 12,800 s for 16 GiB, then pauses the guest where it is told to force completion', () => {
    const forced = run('nova-stein', { ...hot, 'parameters.nova.forceComplete': 1 });
    expect(forced.verdict).toBe('completed');
    expect(forced.totalSeconds).toBeGreaterThan(3 + 12_800);
    expect(forced.totalSeconds).toBeLessThan(3 + 12_805);
    // What the guest holds hot goes over while it stands: at most 96 MiB and what was under way.
    expect(forced.downtimeSeconds).toBeGreaterThan(0.5 + 0.3);
    expect(forced.downtimeSeconds).toBeLessThan(0.5 + 1.5);
    expect(forced.reason).toMatch(
      /^Nova paused the guest after 12801 s, by live_migration_completion_timeout/u,
    );
    const parts = Object.values<number>({ ...forced.downtimeParts! });
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(forced.downtimeSeconds!, 9);
  });

  it('takes migration.timeout for its limit in all', () => {
    const { verdict, ended } = run('nova-ocata', { ...hot, 'migration.timeout': '60 s' });
    expect(verdict).toBe('aborted');
    expect(ended).toMatch(/^Nova aborted it after 60 s \(migration\.timeout\), with /u);
  });

  it('of Juno and Kilo ends nothing', () => {
    for (const name of ['nova-juno', 'nova-kilo']) {
      expect(run(name, { ...hot, 'migration.patience': '600 s' }).verdict).toBe('non-converging');
    }
  });

  it('says with which limit a test failed, not with the last one', () => {
    const { reason } = run('nova-stein', { ...hot, 'migration.patience': '100 s' });
    expect(reason).toContain('downtime limit 50 ms');
  });
});

it('Nova works its steps before and after a transfer', () => {
  const { bed, sim, journal } = tinyThread({ restingPages: 1 });
  const steps = { ...bed.steps, beforeSeconds: 3, afterSeconds: 1 };
  sim.spawn(
    migrateByNova({ ...bed, steps }, 'lm', function* () {
      yield delay(10);
    }),
  );
  sim.run();
  expect(journal.finishedAt).toBe(14);
});

describe('what Nova permits', () => {
  const bedWith = (nova: Record<string, number>) =>
    tinyThread({ restingPages: 1, constants: { nova, libvirt: { tunnelled: 1 } } }).bed;
  const capabilities = (nova: Record<string, number>, qemu: string) => [
    ...withPermitted(bedWith(nova), qemu).request.capabilities,
  ];

  it('is switched on in QEMU: post-copy, or else auto-converge', () => {
    expect(capabilities({ permitPostCopy: 1, permitAutoConverge: 1 }, '2.5')).toEqual(['postcopy-ram']);
    expect(capabilities({ permitPostCopy: 0, permitAutoConverge: 1 }, '2.5')).toEqual(['auto-converge']);
    expect(capabilities({}, '2.5')).toEqual([]);
  });

  it('is what this QEMU has', () => {
    expect(capabilities({ permitPostCopy: 1, permitAutoConverge: 1 }, '2.4')).toEqual(['auto-converge']);
    expect(capabilities({ permitPostCopy: 1, permitAutoConverge: 1 }, '1.5')).toEqual([]);
  });

  it('does without the tunnel for post-copy', () => {
    const tunnelled = (nova: Record<string, number>) =>
      withPermitted(bedWith(nova), '2.5').constants.libvirt!.tunnelled;
    expect(tunnelled({ permitPostCopy: 1 })).toBe(0);
    expect(tunnelled({ permitAutoConverge: 1 })).toBe(1);
  });
});
