import { describe, expect, it } from 'vitest';
import { findStack } from '../../scenario/catalog.js';
import { runOnce } from '../../studies/run.js';
import { prepare } from '../../studies/prepare.js';
import { predictionOf } from '../../studies/predict.js';
import { reasonFor } from '../../studies/reason.js';
import { completedRun } from './fake-run.js';

const prepared = (fields: Record<string, unknown>) =>
  prepare(Object.entries(fields).map(([path, value]) => ({ origin: 'test', path, value })));

describe('a scenario with post-copy', () => {
  it.each([
    [
      { stack: 'qemu-2.1', 'migration.kind': 'post-copy' },
      'migration.kind is post-copy: qemu-2.1 has lm, blm, stop-and-copy',
    ],
    [
      { stack: 'qemu-7.2', 'migration.kind': 'post-copy', 'migration.postCopyAfter': '3 s' },
      'migration.postCopyAfter is 3 s: the kind post-copy asks for it at once; hybrid waits',
    ],
    [
      { stack: 'qemu-1.2.1', 'faults.network': '3 s' },
      'faults.network is 3 s: qemu-1.2.1 cannot be simulated with faults; the stacks from QEMU 1.4 on can',
    ],
    [
      { stack: 'qemu-7.2', 'faults.recoverAfter': '3 s' },
      'faults.recoverAfter is 3 s: goes with faults.network',
    ],
  ])('is refused where the product cannot do it: %j', (fields, message) => {
    expect(() => prepared(fields)).toThrow(message);
  });

  it('may be a live migration that is asked to go over', () => {
    const { scenario } = prepared({
      stack: 'qemu-7.2',
      'migration.capabilities': ['postcopy-ram'],
      'migration.postCopyAfter': '3 s',
    });
    expect(scenario.migration).toMatchObject({ kind: 'lm', postCopyAfter: 3 });
    expect(scenario.faults).toEqual({ network: null, destination: null, recoverAfter: null });
  });
});

describe('post-copy after multifd', () => {
  it('goes on one connection: no channels are before what the guest asks for, nor in the downtime', () => {
    const after = (capabilities: string[]) => {
      const { scenario, parameters } = prepared({
        stack: 'qemu-10.2',
        profile: 'qemu-7.2-bench',
        'migration.kind': 'hybrid',
        'migration.capabilities': capabilities,
        'migration.maxBandwidth': 'unlimited',
        'parameters.multifd.channels': 8,
        'vm.ram': '1 GiB',
        'vm.resident': '200 MiB',
        'vm.workload[0].size': '200 MiB',
        'vm.workload[0].pattern': 'uniform',
        'vm.workload[0].rate': '20000 pages/s',
        'migration.downtimeLimit': '10 ms',
      });
      return runOnce(findStack(scenario.stack), scenario, parameters, 1);
    };
    const [plain, channels] = [after([]), after(['multifd'])];
    expect(channels.verdict).toBe('completed');
    const each = ({ postCopy }: typeof plain) => postCopy!.stallSeconds / postCopy!.requests;
    expect(each(channels) / each(plain)).toBeCloseTo(1, 0);
    expect(channels.downtimeSeconds! / plain.downtimeSeconds!).toBeLessThan(2);
  });
});

describe('an orchestrator that may go over to post-copy', () => {
  it.each([
    { stack: 'libvirt-6', 'migration.timeout': '10 s', 'parameters.libvirt.timeoutPostCopy': 1 },
    {
      stack: 'nova-stein',
      'migration.timeout': '20 s',
      'parameters.nova.permitPostCopy': 1,
      'parameters.nova.forceComplete': 1,
    },
    {
      stack: 'kubevirt-1.4',
      'parameters.kubevirt.allowPostCopy': 1,
      'parameters.kubevirt.allowWorkloadDisruption': 1,
    },
    { stack: 'ovirt-post-copy' },
    { stack: 'proxmox-9', 'migration.capabilities': ['postcopy-ram'], 'migration.postCopyAfter': '5 s' },
  ])('ends so what would not converge: $stack', (fields) => {
    const guest = { 'vm.ram': '1 GiB', 'vm.resident': '200 MiB', 'vm.workload[0].size': '256 MiB' };
    const gigabit = { 'link.rate': '1 Gbit/s' };
    const { scenario, parameters } = prepared({
      ...guest,
      ...gigabit,
      'migration.patience': '1000 s',
      ...fields,
    });
    const { verdict, postCopy, downtimeSeconds } = runOnce(
      findStack(scenario.stack),
      scenario,
      parameters,
      1,
    );
    expect(verdict).toBe('completed');
    expect(postCopy!.requests).toBeGreaterThan(50);
    expect(downtimeSeconds).toBeLessThan(1.1);
  });
});

describe('a run in post-copy', () => {
  const scenario = prepared({ stack: 'qemu-7.2', 'migration.kind': 'hybrid' });
  const postCopy = {
    startedAt: 4,
    handedOverAt: 4.001,
    requests: 2969.2,
    stallSeconds: 0.84,
    pagesPushed: 864,
    pagesFaulted: 23712,
  };
  const run = {
    ...completedRun,
    roundCount: 3,
    downtimeSeconds: 0.004,
    leftAtStopBytes: 96 * 2 ** 20,
    postCopy,
  };

  it('is told by what was left, how long the guest stood still, and what it waited for', () => {
    expect(reasonFor(scenario.scenario, run)).toBe(
      'After 3 rounds it went over to post-copy with 96 MiB left: the guest stood still for 4 ms, then ran at the ' +
        'destination while 96 MiB of data followed; it asked for 2969 pages and waited 840 ms for them.',
    );
    const idle = { ...run, roundCount: 0, postCopy: { ...postCopy, requests: 0, stallSeconds: 0 } };
    expect(reasonFor(scenario.scenario, idle)).toMatch(
      /^In the first pass it went over .* followed; it missed none of them\.$/,
    );
  });

  it('is told to need patience where that ended', () => {
    expect(reasonFor(scenario.scenario, { ...run, verdict: 'non-converging' })).toBe(
      'The patience of 120 s ended in post-copy, with 96 MiB of data sent after the switch. Nothing becomes dirty ' +
        'any more and nobody can call it off: with more patience it completes.',
    );
  });

  it('adds its requests and its waiting to a prediction, which has none without it', () => {
    expect(predictionOf(scenario, [run]).postCopy).toEqual({ requests: 2969.2, stallSeconds: 0.84 });
    expect(predictionOf(scenario, [completedRun])).not.toHaveProperty('postCopy');
  });
});
