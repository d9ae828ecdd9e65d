import { describe, expect, it } from 'vitest';
import { openstackIcehouse } from '../../../models/stacks/openstack-icehouse.js';
import { prepare } from '../../../studies/prepare.js';
import { runOnce } from '../../../studies/run.js';

/** An idle guest of 1 GiB, half of it data, where the place's steps take round times and nothing else varies. */
function run(fields: Record<string, unknown>) {
  const all = {
    'vm.ram': '1 GiB',
    'vm.resident': '512 MiB',
    'parameters.steps.beforeSeconds': 3,
    'parameters.steps.afterSeconds': 1,
    'parameters.steps.blockSeconds': 2,
    'parameters.steps.handoverSeconds': '0.5 s',
    'parameters.steps.retransmissionSeconds': 0.7,
    'parameters.steps.spread': 0,
    ...fields,
  };
  const { scenario, parameters } = prepare(
    Object.entries(all).map(([path, value]) => ({ origin: 'test', path, value })),
  );
  return runOnce(openstackIcehouse, scenario, parameters, 1);
}

/** Whether that is a whole number of libvirt's polls, 50 ms apart. */
const polls = (seconds: number): boolean => Math.abs(seconds / 0.05 - Math.round(seconds / 0.05)) < 1e-6;

describe('OpenStack Icehouse', () => {
  it('does its checks and set-up first, longer for a block migration', () => {
    expect(run({}).setupSeconds).toBeCloseTo(3, 9);
    expect(run({ 'migration.kind': 'blm' }).setupSeconds).toBeCloseTo(5, 3);
  });

  it('notices the end at the next poll of libvirt, hands over, cleans up', () => {
    const { totalSeconds } = run({});
    expect(polls(totalSeconds! - 3 - 0.5 - 1)).toBe(true);
    expect(totalSeconds).toBeGreaterThan(3 + 0.5 + 1 + 4.6);
  });

  it('migrates live, but stops the guest before a block migration (no LIVE flag)', () => {
    // The hand-over, and at most what QEMU lets be left.
    const live = run({});
    expect(live.downtimeSeconds).toBeGreaterThan(0.5);
    expect(live.downtimeSeconds).toBeLessThan(2);
    const block = run({ 'migration.kind': 'blm' });
    // The guest stands still from the end of the set-up to the hand-over, which the clean-up follows.
    expect(block.downtimeSeconds).toBeCloseTo(block.totalSeconds! - block.setupSeconds! - 1, 2);
    expect(block.guestSlowdown).toBeCloseTo(block.downtimeSeconds! / block.totalSeconds!, 6);
  });

  it('sends the allocated part of the disk in a block migration, before RAM', () => {
    const bytes = (allocated: string) =>
      run({ 'migration.kind': 'blm', 'vm.disk.allocated': allocated }).bytesOnWire;
    expect(bytes('100 MiB') - bytes('0 B')).toBeCloseTo(100 * (2 ** 20 + 21), 0);
  });

  it('knows LM without the LIVE flag: all of it downtime, no disk', () => {
    const stopped = run({ 'migration.kind': 'stop-and-copy' });
    expect(stopped.downtimeSeconds).toBeCloseTo(stopped.totalSeconds! - 3 - 1, 2);
    expect(stopped.bytesOnWire).toBeLessThan(550 * 2 ** 20);
  });

  it('waits for retransmissions where other traffic fills the queue before the link', () => {
    expect(run({ 'background.rate': '930 Mbit/s' }).setupSeconds).toBeCloseTo(3.7, 9);
    expect(run({ 'background.rate': '10 Mbit/s' }).setupSeconds).toBeCloseTo(3, 9);
  });

  it('works its steps more slowly on a loaded host: 17 threads share 12 cores and their second halves', () => {
    const loaded = run({ 'hosts.load': 16 / 24, 'parameters.cpu.hyperThreadGain': 0.25 });
    expect(loaded.setupSeconds).toBeCloseTo((3 * 17) / 13.25, 1);
  });

  it('asks QEMU for no limit of rate', () => {
    expect(openstackIcehouse.constants.qemu!.maxBandwidth!.value).toBe(Infinity);
  });
});
