import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { readWholeNumber } from '../../bin/whole-number.js';
import { axisFormat } from '../../bin/text/axis-values.js';
import { comparisonText } from '../../bin/text/comparison-text.js';
import { explanationText } from '../../bin/text/explanation-text.js';
import { pairs } from '../../bin/text/pairs.js';
import { predictionText } from '../../bin/text/prediction-text.js';
import { scenarioLines } from '../../bin/text/scenario-lines.js';
import { stackFamilies } from '../../bin/text/stack-families.js';
import { stackListText } from '../../bin/text/stack-list-text.js';
import { stackText } from '../../bin/text/stack-text.js';
import { thresholdText } from '../../bin/text/threshold-text.js';
import { profileHash } from '../../calibration/profile-hash.js';
import { textWidth } from '../../report/text-width.js';
import { findProfile, findStack, stacks } from '../../scenario/catalog.js';
import { prepareComparison } from '../../studies/compare.js';
import type { Explanation } from '../../studies/explain.js';
import { predictionOf } from '../../studies/predict.js';
import { prepare } from '../../studies/prepare.js';
import { completedRun, lostRun } from '../studies/fake-run.js';

const page = (width: number, isColored = false) => ({ width, palette: pc.createColors(isColored) });
const plain = page(80);
const prepared = prepare([]);
const source = { version: '0.1.0', seed: 1, profile: { name: 'p', hash: '123456789abc' }, replications: 12 };

const round = {
  start: 3,
  seconds: 10,
  sentBytes: 700e6,
  dirtyBytesAtEnd: 110 * 2 ** 20,
  estimateBytesPerSecond: 1e9,
  thresholdBytes: 30e6,
  decision: 'go on',
};
const explanation = (rounds: number): Explanation => ({
  scenario: prepared.scenario,
  replication: 1,
  verdict: 'non-converging',
  reason: 'Too much was left.',
  totalSeconds: null,
  downtimeSeconds: null,
  sourceDowntimeSeconds: null,
  setupSeconds: 3,
  bytesOnWire: 1e9,
  leftAtStopBytes: 0,
  convergence: null,
  rounds: Array.from({ length: rounds }, () => round),
  curves: [],
});
const vm = (totalSeconds: number, waitedSeconds: number) => ({
  verdict: 'completed' as const,
  totalSeconds,
  downtimeSeconds: 1,
  sourceDowntimeSeconds: 0.5,
  waitedSeconds,
  setupSeconds: 3,
  bytesOnWire: 400e6,
});
const threshold = {
  over: 'vm.workload[0].size',
  unit: 'bytes',
  lastCompleting: 100 * 2 ** 20,
  firstFailing: 102 * 2 ** 20,
  curve: [100, 102].map((size) => ({
    value: size * 2 ** 20,
    completedFraction: size === 100 ? 1 : 0,
    replications: 50,
  })),
};
const axis = { dimension: 'bytes', to: 256 * 2 ** 20, tolerance: 2 ** 21 } as const;

/** One product that completes, and one that does not. */
const compared = prepareComparison([], 'openstack-icehouse,qemu-7.2').map((one, index) =>
  predictionOf(one, [index === 0 ? completedRun : lostRun]),
);

describe('text for people', () => {
  const texts: Record<string, (width: number, isColored?: boolean) => string> = {
    prediction: (width, isColored) =>
      predictionText(predictionOf(prepared, [completedRun]), source, page(width, isColored)),
    'prediction that fails': (width, isColored) =>
      predictionText(predictionOf(prepared, [lostRun]), source, page(width, isColored)),
    threshold: (width, isColored) =>
      thresholdText(
        threshold,
        axis,
        prepared.scenario,
        ['only 10 replications: what share of them completes is a guess'],
        source,
        page(width, isColored),
      ),
    comparison: (width, isColored) => comparisonText(compared, source, page(width, isColored)),
    explanation: (width, isColored) => explanationText(explanation(100), source, page(width, isColored)),
    'list of stacks': (width, isColored) => stackListText(stacks, page(width, isColored)),
    stack: (width, isColored) =>
      stackText(findStack('qemu-1.2.1'), findProfile('qemu-1.2.1-bench'), page(width, isColored)),
  };

  it.each(Object.entries(texts))('of a %s stays on the page, wide or narrow', (_name, text) => {
    for (const width of [40, 60, 80, 110]) {
      for (const line of text(width, true).split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(width);
    }
  });

  it.each(Object.entries(texts))('of a %s has colour only where the page has', (_name, text) => {
    expect(text(80)).not.toContain('\u001b');
    expect(text(80, true)).toContain('\u001b');
    expect(text(80)).toMatch(/[^\n]\n$/u);
  });

  it('names the load of the hosts, and the threads that are busy besides', () => {
    const lines = (fields: Record<string, unknown>) => {
      const layers = Object.entries(fields).map(([path, value]) => ({ origin: 'test', path, value }));
      return scenarioLines(prepare(layers).scenario, plain);
    };
    expect(lines({})).toContain('hosts of 24 CPUs idle');
    expect(lines({ 'hosts.busyThreads': 8 })).toContain('hosts of 24 CPUs with 8 busy threads');
    expect(lines({ 'hosts.busyThreads': 1, 'source.load': 0.5 }).replace(/\s+/gu, ' ')).toContain(
      'from 24 CPUs 50 % busy and with 1 busy thread to 24 CPUs with 1 busy thread',
    );
  });

  it('says when the guest does what, where that is not all the time', () => {
    const work = (...times: readonly Record<string, string>[]) => {
      const value = times.map((one) => ({ size: '64 MiB', ...one }));
      const layers = [{ origin: 'test', path: 'vm.workload', value }];
      return scenarioLines(prepare(layers).scenario, plain).replace(/\s+/gu, ' ').split(' link')[0]!;
    };
    expect(work()).toMatch(/8 vCPUs · idle$/u);
    expect(work({}, {})).toMatch(/8 vCPUs · rewrites 128 MiB$/u);
    expect(work({}, { until: '1 min' }, {})).toMatch(/rewrites 128 MiB rewrites 64 MiB until 60 s$/u);
    expect(work({ from: '20 s' })).toMatch(/8 vCPUs rewrites 64 MiB from 20 s on$/u);
    const many = Array.from({ length: 7 }, (_, index) => ({ from: `${index + 1} s` }));
    expect(work(...many)).toMatch(/from 4 s on · 3 more jobs$/u);
  });

  it('says when other traffic begins and ends, where it does', () => {
    const traffic = (...times: readonly Record<string, string>[]) => {
      const value = times.map((one) => ({ kind: 'tcp', rate: '80 Mbit/s', ...one }));
      return scenarioLines(prepare([{ origin: 'test', path: 'background', value }]).scenario, plain).replace(
        /\s+/gu,
        ' ',
      );
    };
    expect(traffic({})).toContain('· 80 Mbit/s of tcp ·');
    expect(traffic({ from: '20 s' }, { until: '1 min' })).toContain(
      '80 Mbit/s of tcp from 20 s on · 80 Mbit/s of tcp until 60 s',
    );
    expect(traffic({ from: '20 s', until: '1 min' })).toContain('of tcp from 20 s until 60 s');
    expect(traffic({ from: '10000 s', until: '10001 s' })).toContain('from 10000 s until 10001 s');
    const many = Array.from({ length: 7 }, (_, index) => ({ from: `${index + 1} s` }));
    expect(traffic(...many)).toContain('from 4 s on · 3 more senders');
  });

  it('leaves out only that sender of which a field has no single value', () => {
    const value = [{ rate: '80 Mbit/s' }, { kind: 'udp', rate: '5 Mbit/s' }];
    const { scenario } = prepare([{ origin: 'test', path: 'background', value }]);
    const without = (varied: string) => {
      const text = scenarioLines(scenario, plain, varied);
      return [/of icmp-flood/u, /of udp/u].map((sender) => sender.test(text));
    };
    expect(without('background.rate')).toEqual([false, true]);
    expect(without('background[0].until')).toEqual([false, true]);
    expect(without('background[1].from')).toEqual([true, false]);
    expect(without('vm.ram')).toEqual([true, true]);
  });

  it('puts products side by side where the page is wide enough, else one below the other', () => {
    const wide = comparisonText(compared, source, plain);
    expect(wide).toMatch(/^ +openstack-icehouse +qemu-7\.2$/mu);
    expect(wide).toMatch(/^outcome +completed +non-converging$/mu);
    expect(wide).toMatch(/^in all +20 s +–$/mu);
    expect(wide).toMatch(/^downtime limit +30 ms +300 ms$/mu);
    expect(wide).toMatch(/^limit of rate +none +128 MiB\/s$/mu);
    expect(wide).toMatch(/^qemu-7\.2 +At best 110 MiB were left/mu);
    expect(wide).toContain('All at one place, that of profile p,');
    // The limits differ, so they are not said of both.
    expect(wide).not.toContain('live migration · openstack-icehouse');
    expect(wide).not.toContain('· downtime limit');
    const narrow = comparisonText(compared, source, page(40));
    expect(narrow).toMatch(/^stack: qemu-7\.2\n {2}outcome: non-converging\n {2}completed: 0 %$/mu);
  });

  it('gives a warning that holds for all products once, and names the product of any other', () => {
    const text = comparisonText(compared, source, page(110));
    expect(text.match(/a single replication/gu)).toHaveLength(1);
    expect(text).toContain('warning: qemu-7.2: profile icclab-2014 was not measured on stack qemu-7.2');
  });

  it('says of several guests how many they are, and what they have between them', () => {
    const scenario = { ...prepared.scenario, migration: { ...prepared.scenario.migration, concurrent: 2 } };
    const run = { ...completedRun, vms: [vm(20, 0), vm(38, 19)], decisiveVm: 2 };
    const text = predictionText(predictionOf({ ...prepared, scenario }, [run]), source, plain);
    expect(text).toContain('live migration · 2 VMs at once · ');
    expect(text.replace(/\s+/gu, ' ')).toContain(
      'each of 2 VMs in all 20 s to 38 s, downtime 1 s, waited for its turn up to 19 s',
    );
    const told = explanationText({ ...explanation(3), vms: run.vms, decisiveVm: 2 }, source, plain);
    expect(told).toContain('These are the rounds of VM 2 of 2.');
    expect(told).toMatch(/^VM 2 +completed after 38 s, downtime 1 s, waited 19 s$/mu);
    expect(told.replace(/\s+/gu, ' ')).toMatch(
      / before the transfer [\d.]+ m?s: 19 s of it waiting for its turn, then checks and set-up /u,
    );
  });

  it('says how many replications lost the guest where another outcome is more frequent', () => {
    const lost = {
      ...completedRun,
      verdict: 'failed' as const,
      totalSeconds: null,
      ended: 'The VM was lost',
    };
    const runs = [completedRun, completedRun, completedRun, lost];
    const prediction = predictionOf(prepared, runs);
    expect(prediction.outcomes).toEqual({ completed: 3, failed: 1 });
    const text = predictionText(prediction, { ...source, replications: 4 }, page(120));
    expect(text).toContain('(3 of 4 replications completed, 1 failed)');
    expect(text).toContain('warning: the guest was lost, or left paused, in 1 of 4 replications');
  });

  it('shows a limit of rate where that is less than the link carries', () => {
    const withLimit = (maxBandwidth: number) =>
      scenarioLines(
        { ...prepared.scenario, migration: { ...prepared.scenario.migration, maxBandwidth } },
        plain,
      );
    expect(withLimit(32 * 2 ** 20)).toContain('max-bandwidth 32 MiB/s');
    expect(withLimit(Infinity)).not.toContain('max-bandwidth');
    expect(withLimit(prepared.scenario.link.rate)).not.toContain('max-bandwidth');
  });

  it('says of a product that copies in passes by what rule it stops, and names no limit that it does not have', () => {
    const layers = Object.entries({ stack: 'xen-4.20' }).map(([path, value]) => ({
      origin: 'test',
      path,
      value,
    }));
    const scenario = prepare(layers).scenario;
    expect(scenarioLines(scenario, plain)).not.toContain('downtime limit');
    const story = explanationText({ ...explanation(1), scenario }, source, plain).replace(/\s+/gu, ' ');
    expect(story).toContain('Each round sends all that was dirty when it began');
    expect(story).toContain(
      'xen-4.20 stops the guest after 5 passes, or after a pass over fewer than 50 pages.',
    );
    expect(story).not.toContain('Infinity');
    const listed = stackText(findStack('xen-4.20'), findProfile('qemu-7.2-bench'), plain);
    expect(listed).toMatch(/stops the guest +after 5 passes/u);
  });

  it('leaves out the middle of a long run, and says how much', () => {
    const text = explanationText(explanation(100), source, plain);
    expect(text).toContain('84 more rounds');
    expect(text.match(/^ +\d+ +3 s/gmu)).toHaveLength(16);
    expect(explanationText(explanation(17), source, plain)).not.toContain('more rounds');
  });

  it('does not state the field that a threshold varies', () => {
    const text = thresholdText(threshold, axis, prepared.scenario, [], source, plain);
    expect(text).not.toContain('idle network');
    expect(text).toContain('Completes up to 100 MiB of vm.workload[0].size, not at 102 MiB.');
  });

  it('says where a threshold has no boundary, or one that faces the other way', () => {
    const say = (change: Partial<typeof threshold> | { lastCompleting: null } | { firstFailing: null }) =>
      thresholdText({ ...threshold, ...change }, axis, prepared.scenario, [], source, plain);
    expect(say({ lastCompleting: null })).toContain('Does not complete anywhere from 100 MiB to 102 MiB');
    expect(say({ firstFailing: null })).toContain('Completes everywhere from 100 MiB to 102 MiB');
    const [lastCompleting, firstFailing] = [threshold.firstFailing, threshold.lastCompleting];
    expect(say({ lastCompleting, firstFailing })).toContain(
      'Completes from 102 MiB of vm.workload[0].size on',
    );
  });
});

const parts = {
  stop: 0.0003,
  flush: 0,
  disk: 0,
  finalSync: 0.005,
  discard: 0,
  lastCopy: 0.2,
  deviceState: 0,
  queued: 0.003,
  load: 0.001,
  resume: 0.0005,
  announce: 0,
};

const scenarioOf = (fields: Record<string, unknown>) =>
  prepare(Object.entries(fields).map(([path, value]) => ({ origin: 'test', path, value }))).scenario;

describe('stacks', () => {
  it('stand in one line each at 80 columns, under the titles of their families', () => {
    const text = stackListText(stacks, plain);
    expect(text).toMatch(
      /^KubeVirt\n {2}kubevirt-1\.3 +8\.2 {2}L[-BSPH]{4} {2}800 s a GB, then post-copy or abort$/mu,
    );
    for (const { name } of stacks) expect(text).toContain(`  ${name} `);
    expect(text.split('\n').length).toBeLessThan(stacks.length + 20);
    expect(text).toContain('NAME/qemu-V');
  });

  it('are described in few words, and none that is not there', () => {
    const names = stacks.map(({ name }) => name);
    for (const { stacks: abouts } of stackFamilies) {
      for (const [name, about] of Object.entries(abouts)) {
        expect(names).toContain(name);
        expect(about.length).toBeLessThanOrEqual(40);
      }
    }
    expect(stackFamilies[0]!.title).toBe('OpenStack');
  });

  it('over a QEMU stay on the page', () => {
    for (const width of [60, 80, 110]) {
      const text = stackText(findStack('kubevirt-1.4'), findProfile('server-10g'), page(width, true));
      for (const line of text.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(width);
    }
  });

  it('tell the limits that a scenario may set, the capabilities of their QEMU, and units where a value is 0', () => {
    const text = stackText(findStack('qemu-9.2'), findProfile('qemu-7.2-bench'), page(110));
    expect(text).toMatch(/^migration\.downtimeLimit +300 ms: longest stop/mu);
    expect(text).toMatch(/^migration\.maxBandwidth +128 MiB\/s: /mu);
    expect(text).toMatch(/^dirty-limit +limits what each vCPU may dirty/mu);
    expect(text).toMatch(/^not simulated +rdma-pin-all, /mu);
    expect(text).not.toMatch(/^compress /mu);
    expect(text).toMatch(/^qemu\.switchoverBandwidth +0 B\/s /mu);
    expect(text).toMatch(/^autoConverge\.trigger +50 % /mu);
    const nova = stackText(findStack('nova-stein'), findProfile('icclab-2014'), page(110));
    expect(nova).toMatch(/^migration\.maxBandwidth +unlimited: /mu);
    expect(stackText(findStack('xen-4.2'), findProfile('server-10g'), plain)).not.toContain('Capabilities');
  });
});

describe('a migration by a thread', () => {
  const scenario = scenarioOf({ stack: 'qemu-7.2' });
  const told = (change: Partial<Explanation>) =>
    explanationText({ ...explanation(1), scenario, ...change }, source, page(110));

  it('is told as what it does: tests while it sends', () => {
    expect(told({}).replace(/\s+/gu, ' ')).toContain(
      'QEMU tests while it sends, and finishes no pass for it: once less seems to be left than is allowed ' +
        '(the bandwidth of the last 100 ms x the downtime limit of 300 ms)',
    );
    expect(told({ scenario: scenarioOf({ stack: 'nova-stein' }) }).replace(/\s+/gu, ' ')).toContain(
      'the downtime limit, which nova-stein may change on the way',
    );
  });

  it('has a downtime in parts, of which those that took no time are left out', () => {
    const text = told({
      verdict: 'completed',
      downtimeSeconds: 0.2098,
      sourceDowntimeSeconds: 0.2053,
      downtimeParts: parts,
      leftAtStopBytes: 20 * 2 ** 20,
      stoppedSeconds: 12,
    });
    expect(text).toMatch(/^guest stopped +at 12 s$/mu);
    expect(text).toMatch(/^ {2}last copy +200 ms: sending what was left, 20 MiB$/mu);
    expect(text).toMatch(/^ {2}at the source +205 ms of it in all$/mu);
    expect(text).not.toMatch(/^ {2}(?:flush|disk|discard|device state) /mu);
  });

  it('says what stopped the guest, and when the product gave up', () => {
    expect(told({ stoppedSeconds: 9, forced: 'Nova paused the guest after 9 s' })).toMatch(
      /^guest stopped +at 9 s: Nova paused the guest after 9 s$/mu,
    );
    expect(told({ verdict: 'aborted', endedSeconds: 164 })).toMatch(
      /^aborted +at 164 s: the product gave up$/mu,
    );
  });

  it('is predicted with the parts of its downtime, short times in ms, and whose CPU time is in it', () => {
    const run = {
      ...completedRun,
      downtimeParts: parts,
      downtimeSeconds: 0.0083,
      sourceDowntimeSeconds: 0,
      cpuBesides: 'libvirtd, which the stream goes through',
      guestSlowdown: 0,
      nearest: { remainingBytes: 0, thresholdBytes: 2 ** 20 },
    };
    const prediction = predictionOf(prepared, [run]);
    expect(prediction.downtimeParts).toEqual(parts);
    const text = predictionText(prediction, source, page(110));
    expect(text).toMatch(/^downtime made of +final sync 5 ms, last copy 200 ms, queued 3 ms$/mu);
    expect(text).toMatch(/^downtime +8\.30 ms /mu);
    expect(text).toMatch(/^of it at the source +0 ms /mu);
    expect(text).toMatch(/^CPU .* of a core, with that of libvirtd, which the stream goes through$/mu);
    expect(text).toMatch(/^guest slower by +less than 0\.1 %$/mu);
    expect(text).toMatch(/^stop test +nothing left, 1 MiB allowed$/mu);
  });
});

describe('a profile hash', () => {
  it('changes with any number of the profile', () => {
    const profile = findProfile('icclab-2014');
    expect(profileHash({ ...profile, workloadPeriod: 0.051 })).not.toBe(profileHash(profile));
  });
});

describe('examples', () => {
  it('of axisFormat', () => {
    expect(axisFormat({ dimension: 'bytes', to: 256 * 2 ** 20, tolerance: 2 ** 20 })(100.5 * 2 ** 20)).toBe(
      '100.5 MiB',
    );
  });

  it('of pairs', () => {
    const rows = [
      ['rounds', '2'],
      ['setup', '3.06 s'],
    ] as const;
    expect(pairs(rows, plain)).toBe('rounds  2\nsetup   3.06 s');
  });

  it('of readReplication', () => {
    expect(readWholeNumber('--replication', '7', 1, 1e6)).toBe(7);
  });

  it('of profileHash', () => {
    expect(profileHash({ b: 1, a: [2] })).toBe(profileHash({ a: [2], b: 1 }));
  });
});
