import { describe, expect, it } from 'vitest';
import { predictionOf } from '../../studies/predict.js';
import { commonVerdict, countVerdicts, isMost, worstVerdict, type Verdict } from '../../studies/verdicts.js';
import { predictionWarnings } from '../../studies/prediction-warnings.js';
import { prepare } from '../../studies/prepare.js';
import { reasonFor, shortfallOf } from '../../studies/reason.js';
import { findStack } from '../../scenario/catalog.js';
import { runOnce } from '../../studies/run.js';
import { completedRun, lostRun } from './fake-run.js';

const set = (fields: Record<string, unknown>) =>
  prepare(Object.entries(fields).map(([path, value]) => ({ origin: 'test', path, value })));
const standard = set({});
const enough = { replications: 100, completedFraction: 1, totalSeconds: null, downtimeSeconds: null };

describe('the verdict of a scenario', () => {
  it('is the most frequent one', () => {
    expect(commonVerdict(['completed', 'failed', 'completed'])).toBe('completed');
    expect(commonVerdict(['aborted', 'failed', 'aborted', 'completed'])).toBe('aborted');
  });

  it('is the worse one of two that are equally frequent', () => {
    expect(commonVerdict(['completed', 'non-converging'])).toBe('non-converging');
    expect(isMost(0.5)).toBe(false);
    expect(isMost(0.51)).toBe(true);
    expect(countVerdicts(['failed', 'completed', 'failed'])).toEqual({ completed: 1, failed: 2 });
    expect(commonVerdict(['failed', 'aborted'])).toBe('failed');
    expect(commonVerdict(['non-converging', 'aborted', 'completed'])).toBe('aborted');
  });
});

describe('a prediction', () => {
  it('summarises times over the replications that completed', () => {
    const runs = [completedRun, lostRun, { ...completedRun, totalSeconds: 30 }];
    const prediction = predictionOf(standard, runs);
    expect(prediction.verdict).toBe('completed');
    expect(prediction.completedFraction).toBeCloseTo(2 / 3);
    expect(prediction.totalSeconds).toEqual({ p10: 21, p50: 25, p90: 29, mean: 25 });
  });

  it('has no times where nothing completed', () => {
    const { totalSeconds, downtimeSeconds, sourceDowntimeSeconds } = predictionOf(standard, [
      lostRun,
      lostRun,
    ]);
    expect([totalSeconds, downtimeSeconds, sourceDowntimeSeconds]).toEqual([null, null, null]);
  });

  it('means plain numbers over the replications with its verdict', () => {
    const prediction = predictionOf(standard, [completedRun, lostRun, { ...lostRun, syncs: 200 }]);
    expect(prediction.verdict).toBe('non-converging');
    expect(prediction.rounds).toBe(150);
    expect(prediction.backgroundMbits).toEqual({ alone: 400, during: 320 });
  });

  it('names the replication in the middle as the typical one, counted from the first that was run', () => {
    const runs = [10, 30, 20].map((totalSeconds) => ({ ...completedRun, totalSeconds }));
    expect(predictionOf(standard, runs).typicalReplication).toBe(3);
    expect(predictionOf(standard, [completedRun], 7).typicalReplication).toBe(7);
  });

  it('says how near the stop test came', () => {
    expect(predictionOf(standard, [lostRun]).convergence).toEqual({
      remainingBytesAtBest: 110 * 2 ** 20,
      thresholdBytes: 100 * 2 ** 20,
      shortfallFactor: 1.1,
    });
    expect(predictionOf(standard, [{ ...lostRun, nearest: null }]).convergence).toBeNull();
  });

  it('has a part for each of several guests: times where it completed, waits always', () => {
    const vm = (verdict: Verdict, totalSeconds: number | null, waitedSeconds: number) => ({
      verdict,
      totalSeconds,
      downtimeSeconds: totalSeconds === null ? null : 1,
      sourceDowntimeSeconds: null,
      waitedSeconds,
      setupSeconds: 3,
      bytesOnWire: 400e6,
    });
    const runs = [
      { ...completedRun, vms: [vm('completed', 10, 0), vm('completed', 20, 10)], decisiveVm: 2 },
      { ...lostRun, vms: [vm('completed', 12, 0), vm('non-converging', null, 12)], decisiveVm: 2 },
    ];
    const { vms } = predictionOf(standard, runs);
    expect(vms!.map(({ completedFraction }) => completedFraction)).toEqual([1, 0.5]);
    expect(vms!.map(({ totalSeconds }) => totalSeconds?.mean)).toEqual([11, 20]);
    expect(vms!.map(({ waitedSeconds }) => waitedSeconds?.mean)).toEqual([0, 11]);
    expect(predictionOf(standard, [completedRun])).not.toHaveProperty('vms');
  });

  it('needs a run', () => {
    expect(() => predictionOf(standard, [])).toThrow('predictionOf: runs is empty');
  });
});

describe('the reason', () => {
  it('of a completed run is the test that passed', () => {
    expect(reasonFor(standard.scenario, completedRun)).toBe(
      'After 2 rounds 90 MiB were left, within the limit of 100 MiB (estimated 3.5 GB/s x downtime limit 30 ms).',
    );
  });

  it('of a guest that was stopped first is that nothing became dirty again', () => {
    expect(
      reasonFor(standard.scenario, { ...completedRun, stoppedFirst: true, sourceDowntimeSeconds: 12 }),
    ).toBe(
      'The guest was stopped before the transfer, so nothing became dirty again: one pass of 800 MB in 12 s.',
    );
  });

  it('of a run that did not converge is the inequality that failed, and the limit that would have done', () => {
    expect(reasonFor(standard.scenario, lostRun)).toBe(
      'At best 110 MiB were left, 1.1 times the limit of 100 MiB (estimated 3.5 GB/s x downtime limit 30 ms); ' +
        'with a downtime limit of 33 ms that test would have passed.',
    );
  });

  it('names a sufficient limit: rounding never takes it below what was needed', () => {
    const nearest = { remainingBytes: 100.01 * 2 ** 20, thresholdBytes: 100 * 2 ** 20 };
    expect(reasonFor(standard.scenario, { ...lostRun, nearest })).toContain('a downtime limit of 30.1 ms');
  });

  it('of a run whose patience ended in the first pass or in the stop says so', () => {
    expect(reasonFor(standard.scenario, { ...lostRun, nearest: null })).toContain(
      'patience of 120 s ended before',
    );
    const nearest = { remainingBytes: 90, thresholdBytes: 100 };
    expect(reasonFor(standard.scenario, { ...lostRun, nearest })).toContain('The stop test passed, but');
    expect(reasonFor(standard.scenario, { ...lostRun, stoppedFirst: true, nearest: null })).toMatch(
      /800 MB had been sent\. The guest stands still, .* with more patience it completes/u,
    );
  });

  it('of several guests says which of them it is of', () => {
    const own = { sourceDowntimeSeconds: 4, setupSeconds: 3, bytesOnWire: 500e6 };
    const first = {
      ...own,
      verdict: 'completed' as const,
      totalSeconds: 20,
      downtimeSeconds: 4,
      waitedSeconds: 0,
    };
    const second = { ...first, verdict: 'non-converging' as const, totalSeconds: null, waitedSeconds: 20 };
    const stopped = { ...completedRun, stoppedFirst: true, vms: [first, first], decisiveVm: 1 };
    expect(reasonFor(standard.scenario, stopped)).toBe(
      'VM 1 of 2 was the last to finish. The guest was stopped before the transfer, so nothing became dirty again: ' +
        'one pass of 500 MB in 4 s.',
    );
    const lost = { ...lostRun, vms: [first, second], decisiveVm: 2 };
    expect(reasonFor(standard.scenario, lost)).toMatch(
      /^VM 2 of 2 did not finish\. At best 110 MiB were left/u,
    );
    const waiting = { ...second, waitedSeconds: 120, setupSeconds: null };
    expect(reasonFor(standard.scenario, { ...lost, vms: [first, waiting] })).toBe(
      'VM 2 of 2 still waited for its turn when the patience of 120 s ended: ' +
        'the product lets only so many leave a host at once.',
    );
  });

  it('of a downtime limit of 0 divides by nothing', () => {
    const { scenario } = set({ 'migration.downtimeLimit': '0' });
    const nearest = { remainingBytes: 5 * 2 ** 20, thresholdBytes: 0 };
    expect(reasonFor(scenario, { ...lostRun, nearest })).toBe(
      'At best 5 MiB were left, and a downtime limit of 0 allows nothing to be left.',
    );
  });

  it('of a stop test before any bandwidth was measured divides by nothing either', () => {
    const nothing = { remainingBytes: 0, thresholdBytes: 0 };
    expect(shortfallOf({ nearest: nothing })).toBe(0);
    expect(
      reasonFor(standard.scenario, { ...lostRun, verdict: 'completed', roundCount: 3, nearest: nothing }),
    ).toBe('After 3 rounds nothing was left.');
    const nearest = { remainingBytes: 5 * 2 ** 20, thresholdBytes: 0 };
    expect(reasonFor(standard.scenario, { ...lostRun, nearest })).toBe(
      'At best 5 MiB were left, before any bandwidth was measured that allows some to be left.',
    );
  });
});

describe('warnings', () => {
  it('are none for enough replications of a scenario like those measured', () => {
    expect(predictionWarnings(standard, enough)).toEqual([]);
  });

  it.each([
    [{ 'vm.ram': '32 GiB' }, 'vm.ram is 32 GiB: no guest above 16 GiB was measured'],
    [{ 'link.rate': '1.5 Gbit/s' }, 'link.rate is 1.5 Gbit/s: profile icclab-2014 was measured at 1 Gbit/s'],
    [
      { 'migration.kind': 'blm', 'vm.disk.allocated': 0 },
      'vm.disk.allocated is 0: block migration has no disk to copy',
    ],
    [
      { 'source.cpus': 8, 'source.cores': 8 },
      'source has 8 CPUs on 8 cores: profile icclab-2014 was measured with 24 on 12',
    ],
    [
      { stack: 'qemu-1.2.1', profile: 'icclab-2014' },
      'profile icclab-2014 was not measured on stack qemu-1.2.1, whose own profile is qemu-1.2.1-bench',
    ],
  ])('tell where %o leaves what was measured', (fields, warning) => {
    expect(predictionWarnings(set(fields), enough)).toEqual([warning]);
  });

  it('of XBZRLE say where its cache holds less than is rewritten', () => {
    const about = (fields: Record<string, unknown>): string[] =>
      predictionWarnings(set({ stack: 'qemu-7.2', 'vm.workload[0].size': '96 MiB', ...fields }), enough);
    const small =
      "XBZRLE's cache of 64 MiB does not hold the 96 MiB that the guest rewrites: pages that miss it go out whole; " +
      'parameters.xbzrle.cacheBytes sets it';
    expect(about({ 'migration.capabilities': ['xbzrle'] })).toContain(small);
    const large = { 'migration.capabilities': ['xbzrle'], 'parameters.xbzrle.cacheBytes': 2 ** 27 };
    for (const fields of [{}, large]) expect(about(fields).join()).not.toContain('XBZRLE');
  });

  it('of a fast link name what a thread spends its time on', () => {
    const about = (fields: Record<string, unknown>): string =>
      predictionWarnings(
        set({ stack: 'qemu-9.2', profile: 'server-10g', 'link.rate': '25 Gbit/s', ...fields }),
        enough,
      ).join('\n');
    expect(about({})).toContain('the migration thread sends no more than 12300 Mbit/s');
    expect(about({})).toContain('parameters.cpu.networkByteSeconds sets');
    const tls = { 'migration.encryption': 'tls' };
    expect(about(tls)).toContain('the migration thread sends no more than 2190 Mbit/s');
    expect(about(tls)).toContain(
      'encrypting takes 3 ns a byte of it (parameters.tls.byteSeconds), and multifd',
    );
    const multifd = { 'migration.capabilities': ['multifd'] };
    expect(about({ ...multifd, ...tls })).toContain(
      'the 2 channels of multifd send no more than 4380 Mbit/s',
    );
    expect(about({ ...multifd, 'migration.multifdCompression': 'zstd' })).toContain(
      'zstd gets through 8 Gbit/s on the free cores, less than link.goodput',
    );
  });

  it('of a link that is nearer to 10 Gbit/s name the profile for that', () => {
    const about = (rate: string): string[] =>
      predictionWarnings(set({ stack: 'qemu-7.2', 'link.rate': rate }), enough);
    const measured = 'profile qemu-7.2-bench was measured at 1 Gbit/s';
    expect(about('3 Gbit/s')).toContain(`link.rate is 3 Gbit/s: ${measured}`);
    expect(about('4 Gbit/s')).toContain(
      `link.rate is 4 Gbit/s: ${measured}; --profile server-10g has servers' costs at 10 Gbit/s, in orders of magnitude`,
    );
  });

  it('tell who waits no longer than a product that would have acted in time', () => {
    const cut = { ...enough, completedFraction: 0, cutOffFraction: 1 };
    const line = (stack: string) =>
      predictionWarnings(set({ stack }), cut).filter((warning) => warning.startsWith('patience of'));
    expect(line('nova-stein')).toEqual([
      'patience of 120 s ended before nova-stein had done what it does in time: a longer --patience (up to 1 day) shows that',
    ]);
    expect(line('qemu-7.2')).toEqual([]);
  });

  it('tell of few replications, of a gamble, and of a horizon that cuts runs off', () => {
    const totalSeconds = { p10: 90, p50: 100, p90: 115, mean: 100 };
    expect(
      predictionWarnings(standard, {
        replications: 10,
        completedFraction: 0.6,
        totalSeconds,
        downtimeSeconds: { ...totalSeconds, p50: 101 },
      }),
    ).toEqual([
      'only 10 replications: p10 and p90 are guesses',
      'a gamble: 60 % of the replications completed',
      'p90 of the total time is 115 s and patience 120 s: slower runs are cut off and count as non-converging',
      'the downtime ends after the total time: the one when the guest runs at the destination, the other when the source has closed its socket',
    ]);
  });

  it('tell of a link that is faster than the migration thread', () => {
    const fast = { stack: 'qemu-7.2', 'link.rate': '10 Gbit/s' };
    const warning = 'the migration thread sends no more than';
    const about = (fields: Record<string, unknown>) => predictionWarnings(set(fields), enough).join('; ');
    expect(about(fast)).toContain(`${warning} 1990 Mbit/s with the CPU costs of profile qemu-7.2-bench`);
    expect(about({ ...fast, 'migration.capabilities': ['multifd'] })).not.toContain(warning);
    expect(about({ stack: 'qemu-7.2' })).not.toContain(warning);
    expect(about({ ...fast, parameters: { cpu: { networkByteSeconds: 1e-10 } } })).not.toContain(warning);
  });

  it('tell of a link on which calls no longer fill the socket, but not of the measured line by another name', () => {
    const fast = predictionWarnings(set({ 'link.rate': '10 Gbit/s' }), enough);
    expect(fast).toHaveLength(2);
    expect(fast[1]).toMatch(/^link.goodput is 9.3 Gbit\/s: faster than a tenth of the calls copy/u);
    expect(predictionWarnings(set({ stack: 'qemu-1.2.1', 'link.rate': '974 Mbit/s' }), enough)).toEqual([]);
  });
});

describe('examples', () => {
  it('of commonVerdict and shortfallOf', () => {
    expect(commonVerdict(['completed', 'non-converging', 'completed', 'non-converging'])).toBe(
      'non-converging',
    );
    expect(worstVerdict(['aborted', 'completed', 'non-converging'])).toBe('aborted');
    expect(shortfallOf({ ...completedRun, nearest: { remainingBytes: 110, thresholdBytes: 100 } })).toBe(1.1);
  });

  it('of predictionWarnings', () => {
    expect(predictionWarnings(standard, { ...enough, replications: 5 })).toEqual([
      'only 5 replications: p10 and p90 are guesses',
    ]);
  });
});

describe('the reason of a run that an orchestrator steered', () => {
  it('begins with what stopped the guest', () => {
    const run = { ...completedRun, forced: 'Nova paused the guest after 12801 s' };
    expect(reasonFor(standard.scenario, run)).toMatch(
      /^Nova paused the guest after 12801 s: nothing became dirty any more\. After 2 rounds 90 MiB were left/u,
    );
  });

  it('gives the limit of downtime that held at the test', () => {
    const nearest = { ...lostRun.nearest!, downtimeLimitSeconds: 0.05 };
    expect(reasonFor(standard.scenario, { ...lostRun, nearest })).toMatch(
      /downtime limit 50 ms\); the product had asked for 50 ms by then, and 55 ms would have been enough\.$/u,
    );
    // That is the scenario's own.
    const own = { ...nearest, downtimeLimitSeconds: standard.scenario.migration.downtimeLimit };
    expect(reasonFor(standard.scenario, { ...lostRun, nearest: own })).toMatch(
      /; with a downtime limit of 33 ms that test would have passed\.$/u,
    );
  });

  it('names no limit that QEMU does not take', () => {
    const reason = (stack: string) =>
      reasonFor(set({ stack, 'migration.downtimeLimit': '1900 s' }).scenario, lostRun);
    expect(reason('qemu-7.2')).toContain(
      '; no downtime limit that it takes would have been enough, of 2000 s at most.',
    );
    expect(reason('qemu-2.8')).toContain('; with a downtime limit of 2090 s that test would have passed.');
  });
});

describe('the reason of a run by a migration thread', () => {
  const { scenario } = set({ stack: 'qemu-7.2' });
  const repeats = {
    rounds: 190,
    seconds: 100,
    sentBytes: 11e9,
    dirtiedBytes: 15e9,
    leastLeftBytes: 96 * 2 ** 20,
  };

  it('says that the guest rewrites faster than can be sent, and which kind would end it', () => {
    expect(reasonFor(scenario, { ...lostRun, repeats })).toMatch(
      / After each of 190 more rounds at least 96 MiB were dirty again: it rewrites them faster than 110 MB\/s can send them; as kind hybrid it would end, for post-copy sends what is left once\.$/u,
    );
  });

  it('names max-bandwidth where that is less than the link carries', () => {
    const held = set({ stack: 'qemu-7.2', 'migration.maxBandwidth': '32 MiB/s' });
    expect(reasonFor(held.scenario, { ...lostRun, repeats: { ...repeats, sentBytes: 3.34e9 } })).toContain(
      'can send them, which max-bandwidth holds it to (33.6 MB/s; the link carries 116 MB/s);',
    );
    // Something else held it: 110 MB/s are less than the limit lets through.
    const beside = set({ stack: 'qemu-7.2', 'migration.maxBandwidth': '115 MB/s' });
    expect(reasonFor(beside.scenario, { ...lostRun, repeats })).not.toContain('max-bandwidth');
    // Also where no stop test was made: 3.93 GB in 117 s of the patience of 120 s.
    const untested = { ...lostRun, nearest: null, bytesOnWire: 3.93e9 };
    expect(reasonFor(held.scenario, untested)).toMatch(
      /: 3930 MB had been sent, which max-bandwidth holds it to \(33\.6 MB\/s; the link carries 116 MB\/s\)\.$/u,
    );
    expect(reasonFor(held.scenario, { ...untested, bytesOnWire: 3e9 })).toMatch(
      /: 3000 MB had been sent\.$/u,
    );
  });

  it('tells memory from what is on the wire, where pages are encoded', () => {
    const encoded = set({
      stack: 'qemu-7.2',
      'migration.maxBandwidth': '32 MiB/s',
      'migration.capabilities': ['xbzrle'],
    });
    const reason = (bytesOnWire: number) => reasonFor(encoded.scenario, { ...lostRun, repeats, bytesOnWire });
    expect(reason(3.93e9)).toContain(
      ': it rewrites them faster than they can be sent, encoded, at 110 MB/s of memory, which max-bandwidth holds it to (33.6 MB/s;',
    );
    expect(reason(3e9)).not.toContain('max-bandwidth');
  });

  it('names no kind that its capabilities keep it from', () => {
    const reason = (stack: string, ...capabilities: string[]) =>
      reasonFor(set({ stack, 'migration.capabilities': capabilities }).scenario, { ...lostRun, repeats });
    expect(reason('qemu-9.2')).toContain('as kind hybrid it would end');
    expect(reason('qemu-9.2', 'multifd')).not.toContain('hybrid');
    expect(reason('qemu-2.5', 'compress')).not.toContain('hybrid');
    expect(reason('qemu-10.2', 'multifd')).toContain('as kind hybrid it would end');
  });

  it('names the disk where most of what is left is of the disk', () => {
    const written = set({
      stack: 'qemu-7.2',
      'migration.kind': 'blm',
      'vm.disk.writes[0].size': '1 GiB',
      'vm.disk.writes[0].rate': '100 MB/s',
    });
    const nearest = { remainingBytes: 58 * 2 ** 20, thresholdBytes: 40 * 2 ** 20, diskBytes: 54 * 2 ** 20 };
    const reason = reasonFor(written.scenario, { ...lostRun, repeats, nearest });
    expect(reason).toMatch(/^At best 58 MiB were left, 54 MiB of it of the disk, 1\.45 times the limit/u);
    expect(reason).toMatch(
      / The guest goes on writing 100 MB a second to the disk, and what it writes is copied again\.$/u,
    );
    expect(reason).not.toContain('dirty again');
  });

  it('tells of a disk that was behind when the guest stopped, which no stop test counts', () => {
    const parts = Object.fromEntries(
      [
        'stop',
        'flush',
        'finalSync',
        'discard',
        'lastCopy',
        'deviceState',
        'queued',
        'load',
        'announce',
        'resume',
      ].map((part) => [part, 0]),
    );
    const downtimeParts = { ...parts, disk: 3.6 } as unknown as NonNullable<
      typeof completedRun.downtimeParts
    >;
    const mirror = {
      startedAt: 0,
      readyAt: 10,
      leastLeftBytes: 0,
      leftAtStopBytes: 400 * 2 ** 20,
      wantedBytes: 0,
      writtenBytes: 0,
    };
    expect(reasonFor(scenario, { ...completedRun, downtimeParts, mirror })).toMatch(
      / 400 MiB of the disk were still to be copied then: 3\.6 s of the downtime, which that test does not count\.$/u,
    );
    expect(reasonFor(scenario, { ...completedRun, downtimeParts })).toMatch(
      / The disk took 3\.6 s of the downtime: it is read more slowly than that estimate\.$/u,
    );
    const given = {
      ...lostRun,
      verdict: 'aborted' as const,
      ended: 'Nova aborted it',
      mirror: { ...mirror, readyAt: null },
    };
    expect(reasonFor(scenario, given)).toBe(
      'Nova aborted it; the guest runs on at the source. ' +
        'The mirror of the disk was never ready: at best 0 KiB of it were left to copy.',
    );
  });

  it('says that throttling did not help, and nothing where the figures do not prove it', () => {
    expect(reasonFor(scenario, { ...lostRun, repeats, mostThrottled: 0.99 })).toContain(
      'can send them, though its vCPUs were kept asleep for up to 99 % of the time;',
    );
    const slow = { ...repeats, dirtiedBytes: 1e9 };
    expect(reasonFor(scenario, { ...lostRun, repeats: slow })).not.toContain('dirty again');
    expect(reasonFor(standard.scenario, { ...lostRun, repeats })).not.toContain('dirty again');
  });

  it('says that nothing was left, and names speeds in MB/s', () => {
    const nearest = { remainingBytes: 0, thresholdBytes: 34.8e6 };
    expect(reasonFor(scenario, { ...completedRun, nearest })).toBe(
      'After 2 rounds nothing was left; 33.2 MiB would have been allowed ' +
        '(estimated 116 MB/s x downtime limit 300 ms).',
    );
    const decision = 'nothing was dirty any more';
    const run = { ...completedRun, decision, passes: 6, leftAtStopBytes: 0 };
    expect(reasonFor(scenario, run)).toBe('After 6 passes nothing was dirty any more.');
  });
});

describe('the CPU time of a run that did not end', () => {
  it('has the network stack once: what the thread pays for a byte', () => {
    const { scenario, parameters } = set({
      stack: 'qemu-7.2',
      'vm.workload[0].size': '96 MiB',
      'vm.ram': '2 GiB',
    });
    const run = runOnce(findStack('qemu-7.2'), scenario, parameters, 1);
    const byteSeconds = run.migrationCpuSeconds / run.bytesOnWire;
    expect(run.verdict).toBe('non-converging');
    expect(byteSeconds).toBeLessThan(1.4 * (1 / 2.1e9 + 3.55e-9));
  });
});

describe('warnings of stacks that nobody measured', () => {
  const about = (fields: Record<string, unknown>) => predictionWarnings(set(fields), enough);

  it('are one, whatever the place', () => {
    expect(about({ stack: 'kubevirt-1.5', 'vm.ram': '64 GiB', 'link.rate': '25 Gbit/s' })).toEqual([
      'no migration by kubevirt-1.5 was measured: its rules are from its source or documentation, ' +
        'and profile server-10g holds orders of magnitude',
    ]);
    expect(about({ stack: 'qemu-7.2', profile: 'server-10g' })).toContain(
      'profile server-10g holds orders of magnitude: nothing was measured there',
    );
  });

  it('tell once of a profile that was measured on another version', () => {
    expect(about({ stack: 'qemu-7.2' })).toEqual([]);
    expect(about({ stack: 'qemu-9.2' })).toEqual([
      'profile qemu-7.2-bench was measured on qemu-7.2: where qemu-9.2 differs, its rules are from its source',
    ]);
  });

  it('tell what capabilities need, and of both hosts once', () => {
    const capabilities = { 'migration.capabilities': ['multifd', 'zero-copy-send'] };
    expect(about({ stack: 'qemu-7.2', ...capabilities })).toEqual([expect.stringContaining('memlock')]);
    expect(about({ stack: 'qemu-9.2', 'migration.capabilities': ['dirty-limit'] }).at(-1)).toContain(
      'dirty ring',
    );
    expect(about({ 'hosts.cpus': 8, 'hosts.cores': 8 })).toEqual([
      'both hosts have 8 CPUs on 8 cores: profile icclab-2014 was measured with 24 on 12',
    ]);
    const channels = { 'migration.capabilities': ['multifd'], 'link.rate': '10 Gbit/s' };
    expect(about({ stack: 'qemu-7.2', ...channels }).at(-1)).toMatch(
      /^the 2 channels of multifd send no more/u,
    );
  });
});
