import { expect, it } from 'vitest';
import { createShifts, guestWork } from '../../scenario/guest-work.js';
import type { VmSpec } from '../../scenario/scenario.js';
import { createSimulation } from '../../sim/simulation.js';
import { prepare } from '../../studies/prepare.js';

const vmWith = (vcpus: number, ...workload: readonly object[]): VmSpec => {
  const fields = { 'vm.vcpus': vcpus, 'vm.workload': workload.map((one) => ({ size: '1 MiB', ...one })) };
  const layers = Object.entries(fields).map(([path, value]) => ({ origin: 'test', path, value }));
  return prepare(layers).scenario.vm;
};

it('the example of the docstring gives the values that stand there', () => {
  const work = guestWork(vmWith(4, {}, { from: '60 s', until: '90 s' }));
  expect([0, 60].map((time) => work.at(time).busyVcpus)).toEqual([1, 2]);
  expect(work.turns).toEqual([60, 90]);
});

it('a workload keeps a vCPU busy while it is there, as long as there is one', () => {
  const work = guestWork(vmWith(2, { from: '1 s' }, { until: '3 s' }, { from: '2 s', until: '4 s' }));
  expect([0, 1, 2, 3, 4].map((time) => work.at(time).busyVcpus)).toEqual([1, 2, 2, 2, 1]);
  expect(work.mostBusyVcpus).toBe(2);
});

it('the busiest one that is there decides how much idle time there is', () => {
  const work = guestWork(vmWith(4, { busy: 0.2 }, { busy: 0.7, from: '1 s', until: '2 s' }));
  expect([0, 1, 2].map((time) => work.at(time).utilization)).toEqual([0.2, 0.7, 0.2]);
  expect([0, 1, 2].map((time) => work.busyShareAt(time))).toEqual([0.2, 0.7, 0.2]);
});

it('a guest without work hardly keeps a vCPU busy', () => {
  const work = guestWork(vmWith(4, { from: '1 s' }));
  expect([work.at(0), work.busyShareAt(0)]).toEqual([{ busyVcpus: 0.01, utilization: 1 }, 0]);
});

it("what comes and goes has worked for as much of the guest's time, as the example says", () => {
  const sim = createSimulation();
  const guestTime = (): number => sim.now / 2;
  const shifts = createShifts(guestTime);
  const worked = shifts.workedIn({ from: 4, until: Infinity })!;
  expect(shifts.workedIn({ from: 0, until: Infinity })).toBeUndefined();
  expect(shifts.turns()).toEqual([4]);
  shifts.comeAndGo(0);
  sim.at(4, () => {
    shifts.comeAndGo(4);
  });
  sim.at(10, () => undefined);
  sim.run();
  expect([1, 2, guestTime()].map(worked)).toEqual([0, 0, 3]);
});
