import type { RunResult } from '../../studies/run.js';

const MIB = 2 ** 20;

/** A run that completed in 20 s after two rounds; tests change what they are about. */
export const completedRun: RunResult = {
  verdict: 'completed',
  totalSeconds: 20,
  downtimeSeconds: 1,
  sourceDowntimeSeconds: 0.5,
  setupSeconds: 3,
  stoppedFirst: false,
  syncs: 2,
  roundCount: 2,
  bytesOnWire: 800e6,
  diskBytes: 0,
  mirror: null,
  migrationCpuSeconds: 6,
  migrationCpuShare: 0.5,
  cpuBesides: null,
  background: { alone: 50e6, during: 40e6 },
  guestSlowdown: 0.05,
  dataPagesAfterFirstPass: 1000,
  leftAtStopBytes: 90 * MIB,
  passes: 0,
  decision: null,
  downtimeParts: null,
  ended: null,
  endedSeconds: null,
  stoppedSeconds: 19,
  forced: null,
  nearest: { remainingBytes: 90 * MIB, thresholdBytes: 100 * MIB },
  repeats: null,
  mostThrottled: 0,
  calls: 100,
  events: 300,
};

/** A run that nobody waited for any longer. */
export const lostRun: RunResult = {
  ...completedRun,
  verdict: 'non-converging',
  totalSeconds: null,
  downtimeSeconds: null,
  sourceDowntimeSeconds: null,
  syncs: 100,
  roundCount: 100,
  stoppedSeconds: null,
  leftAtStopBytes: 0,
  nearest: { remainingBytes: 110 * MIB, thresholdBytes: 100 * MIB },
};
