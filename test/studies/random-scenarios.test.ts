import { describe, expect, it } from 'vitest';
import { randomScenario } from '../../bench/random-scenarios.js';
import { pageBytes } from '../../models/migration/migration.js';
import { findStack } from '../../scenario/catalog.js';
import { InputError } from '../../scenario/input-error.js';
import { prepare, type Prepared } from '../../studies/prepare.js';
import { reasonFor } from '../../studies/reason.js';
import { runOnce, type RunResult } from '../../studies/run.js';

const scenarios = 260;
/** Nobody waits for longer here, so that the test takes seconds. */
const mostPatience = 300;

interface Case extends Prepared {
  seed: number;
  result: RunResult;
}

const again = ({ scenario, parameters }: Prepared): RunResult =>
  runOnce(findStack(scenario.stack), scenario, parameters, 1);

/** What its product refuses is left out; anything but a refusal goes up as it is. */
function caseOf(seed: number): Case[] {
  let prepared: Prepared;
  try {
    prepared = prepare([randomScenario(seed)]);
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
  const { migration } = prepared.scenario;
  migration.patience = Math.min(mostPatience, migration.patience);
  return [{ ...prepared, seed, result: again(prepared) }];
}

const cases = Array.from({ length: scenarios }, (_, i) => caseOf(i + 1)).flat();
const completed = cases.filter(({ result }) => result.verdict === 'completed');

/** Of every case; fails with the seeds and results of those of which it does not hold. */
function expectOf(of: readonly Case[], holds: (one: Case) => boolean): void {
  expect(of.filter((one) => !holds(one)).map(({ seed, result }) => [seed, result])).toEqual([]);
}

const fits = ({ nearest }: RunResult): boolean =>
  nearest !== null && nearest.remainingBytes <= nearest.thresholdBytes;

/** By what else than the stop test a guest is stopped. */
const stoppedOtherwise = (result: RunResult): boolean =>
  result.forced !== null || result.decision !== null || result.postCopy !== undefined || result.stoppedFirst;

describe('any scenario that a product does not refuse', () => {
  it('is there, of most products and with every verdict', () => {
    expect(cases.length).toBeGreaterThan(110);
    expect(new Set(cases.map(({ result }) => result.verdict)).size).toBeGreaterThanOrEqual(3);
    expect(new Set(cases.map(({ scenario }) => scenario.stack)).size).toBeGreaterThan(20);
  });

  it('ends in finite figures, within patience', () => {
    expectOf(
      cases,
      ({ result }) => !/null|NaN|Infinity/u.test(JSON.stringify([result.bytesOnWire, result.calls])),
    );
    expectOf(completed, ({ scenario, result }) => {
      const { totalSeconds, downtimeSeconds, sourceDowntimeSeconds } = result;
      const inTime = totalSeconds! >= 0 && totalSeconds! <= scenario.migration.patience;
      return inTime && sourceDowntimeSeconds! >= 0 && sourceDowntimeSeconds! <= downtimeSeconds! + 1e-9;
    });
    expectOf(cases, ({ result }) => result.guestSlowdown >= 0 && result.guestSlowdown <= 1);
  });

  it('has its downtime within its time, at the source; of a stack that has the last word, all of it', () => {
    expectOf(completed, ({ result }) => result.sourceDowntimeSeconds! <= result.totalSeconds! + 1e-9);
    const orchestrated = completed.filter(({ scenario }) => !scenario.stack.startsWith('qemu-'));
    expectOf(orchestrated, ({ result }) => result.downtimeSeconds! <= result.totalSeconds! + 1e-9);
  });

  it('completes by a test that was passed, or by something else that it names', () => {
    expectOf(completed, ({ result }) => fits(result) || stoppedOtherwise(result));
  });

  it('does not converge only if no test was passed, or patience ended in the stop: with more it completes', () => {
    const passed = cases.filter(
      ({ result }) => result.verdict === 'non-converging' && fits(result) && !stoppedOtherwise(result),
    );
    expectOf(passed, ({ scenario, result }) =>
      reasonFor(scenario, result).includes('The stop test passed, but'),
    );
    const alone = passed.filter(
      ({ scenario: { faults, migration } }) =>
        migration.concurrent === 1 && faults.network === null && faults.destination === null,
    );
    expectOf(alone, ({ scenario, parameters }) => {
      const migration = { ...scenario.migration, patience: 86_400 };
      return again({ scenario: { ...scenario, migration }, parameters }).verdict === 'completed';
    });
  });

  it('says why it is aborted or lost, and only then', () => {
    expectOf(
      cases,
      ({ result }) => (result.ended !== null) === ['aborted', 'failed'].includes(result.verdict),
    );
    expectOf(cases, ({ scenario, result }) => {
      const reason = reasonFor(scenario, result);
      return reason.endsWith('.') && !/NaN|undefined|Infinity|null/u.test(reason);
    });
  });

  it('has sent every page of data when it is completed, unless it compresses', () => {
    const plain = completed.filter(
      ({ scenario: { migration } }) =>
        migration.multifdCompression === 'none' && !migration.capabilities.includes('compress'),
    );
    expectOf(plain, ({ scenario: { vm, migration }, parameters, result }) => {
      const stress = vm.workload.reduce((sum, { size }) => sum + size, 0);
      const data = vm.resident + stress * parameters.values.guest.touchedShare;
      return result.bytesOnWire >= migration.concurrent * (data - pageBytes) * (1 - 1e-9);
    });
  });

  it('sends no more than the link carries, each guest its part', () => {
    expectOf(cases, ({ scenario: { link, migration }, result }) => {
      // A link differs a little from run to run.
      return result.bytesOnWire <= 1.05 * link.rate * migration.patience;
    });
    expectOf(
      cases.filter(({ result }) => result.vms),
      ({ result }) => {
        const each = result.vms!.reduce((sum, { bytesOnWire }) => sum + bytesOnWire, 0);
        return Math.abs(each - result.bytesOnWire) <= 1e-9 * each;
      },
    );
  });

  it('splits its downtime without a rest, where it tells the parts', () => {
    const told = completed.filter(({ result }) => result.downtimeParts !== null);
    const addsUp = ({
      downtimeParts,
      downtimeSeconds,
    }: Pick<RunResult, 'downtimeSeconds'> & { downtimeParts?: RunResult['downtimeParts'] }): boolean => {
      const parts = Object.values<number>({ ...downtimeParts! });
      const sum = parts.reduce((all, part) => all + part, 0);
      return Math.min(...parts) >= 0 && Math.abs(sum - downtimeSeconds!) < 1e-6;
    };
    expectOf(told, ({ result }) => addsUp(result) && (result.vms ?? []).every(addsUp));
  });

  it('is the same again', () => {
    for (const one of cases.filter((_, i) => i % 10 === 0)) expect(again(one)).toEqual(one.result);
  });
});
