import { describe, expect, it } from 'vitest';
import { capabilities } from '../../models/migration/capabilities.js';
import { findStack } from '../../scenario/catalog.js';
import { InputError } from '../../scenario/input-error.js';
import { prepare } from '../../studies/prepare.js';
import { runOnce, type RunResult } from '../../studies/run.js';

const versions = ['4.0', '6.2', '7.2', '8.2', '9.2', '10.2'];
const names = Object.keys(capabilities);
const pairs = names.flatMap((one, i) => names.slice(i + 1).map((other) => [one, other]));

/** 64 MiB that are rewritten not quite as fast as the line takes them: it converges, and not at once. */
const small = {
  'vm.ram': '256 MiB',
  'vm.resident': '64 MiB',
  'vm.workload[0].size': '64 MiB',
  'vm.workload[0].rate': '25000 pages/s',
  'migration.maxBandwidth': 'unlimited',
  'migration.patience': '20 s',
};

function run(version: string, fields: Record<string, unknown>): RunResult {
  const all = { ...small, stack: `qemu-${version}`, ...fields };
  const { scenario, parameters } = prepare(
    Object.entries(all).map(([path, value]) => ({ origin: 'test', path, value })),
  );
  return runOnce(findStack(scenario.stack), scenario, parameters, 1);
}

/** The verdict of a run with capabilities on, or what it was refused with. */
function outcome(version: string, on: readonly string[]): string {
  try {
    return run(version, { 'migration.capabilities': on }).verdict;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.message;
  }
}

const verdicts = ['completed', 'non-converging'];
const refusal =
  /QEMU's own rule: |: needs QEMU [\d.]+; this stack is |is the last that has it; this stack is |not simulated|migration\.kind blm|moves none/u;

describe.each(versions)('of the capabilities of QEMU %s', (version) => {
  it('each alone runs to a verdict, or is refused with a rule', () => {
    const refused = names.filter((name) => !verdicts.includes(outcome(version, [name])));
    for (const name of refused) expect(outcome(version, [name])).toMatch(refusal);
    // Every stack has some of both.
    expect(refused.length).toBeGreaterThan(5);
    expect(refused.length).toBeLessThan(names.length - 5);
  });

  it('every two together run to a verdict, or are refused with a rule that names one of them', () => {
    for (const pair of pairs) {
      const told = outcome(version, pair);
      if (verdicts.includes(told)) continue;
      expect(told).toMatch(refusal);
      expect(pair.some((name) => told.includes(name))).toBe(true);
    }
  });

  it('one that is refused for what it is stays so beside any other', () => {
    const isNever = (name: string) => {
      const told = outcome(version, [name]);
      return !verdicts.includes(told) && !told.includes("QEMU's own rule");
    };
    const never = names.filter(isNever);
    for (const pair of pairs.filter((two) => two.some((name) => never.includes(name)))) {
      expect(verdicts).not.toContain(outcome(version, pair));
    }
  });

  it('none of them, and any without a part in the run, give the plain run', () => {
    const plain = run(version, {});
    expect(plain.verdict).toBe('completed');
    expect(plain.syncs).toBeGreaterThan(3);
    expect(run(version, { 'migration.capabilities': [] })).toEqual(plain);
    for (const idle of [
      ['events'],
      ['return-path'],
      ['validate-uuid'],
      ['late-block-activate'],
      ['dirty-bitmaps'],
      ['zero-blocks'],
      ['postcopy-ram'],
      ['postcopy-ram', 'release-ram'],
      ['postcopy-blocktime'],
      ['pause-before-switchover'],
    ]) {
      if (!verdicts.includes(outcome(version, idle))) continue;
      expect([idle, run(version, { 'migration.capabilities': idle })]).toEqual([idle, plain]);
    }
  });
});
