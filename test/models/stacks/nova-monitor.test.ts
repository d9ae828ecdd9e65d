import { describe, expect, it } from 'vitest';
import type { Control, Status } from '../../../models/migration/control.js';
import { linearSteps } from '../../../models/stacks/nova-downtime.js';
import { monitorByNova, type NovaRules } from '../../../models/stacks/nova-monitor.js';
import { createSimulation } from '../../../sim/simulation.js';

const MiB = 2 ** 20;

const rules: NovaRules = {
  pollSeconds: 0.5,
  steps: [],
  progressTimeoutSeconds: 0,
  completionTimeoutSeconds: 0,
  completionTimeoutRule: 'live_migration_completion_timeout of 800 s/GiB x 16 GiB',
  forcesCompletion: false,
  permitsPostCopy: false,
  switchesToPostCopy: false,
};

/** Lets Nova watch a migration that looks as `statusAt` says and never ends by itself; what it commanded, and when. */
function watch(of: Partial<NovaRules>, statusAt: (seconds: number) => Partial<Status>, endsAt = 20_000) {
  const sim = createSimulation();
  const log: string[] = [];
  let isOver = false;
  const write = (what: string) => log.push(`${sim.now} ${what}`);
  const control: Control = {
    sim,
    status: () => ({
      phase: 'active',
      elapsedSeconds: sim.now,
      remainingBytes: 100 * MiB,
      totalBytes: 16 * 1024 * MiB,
      transferredBytes: 0,
      syncs: 2,
      bandwidth: 116e6,
      throttle: 0,
      ...statusAt(sim.now),
    }),
    isOver: () => isOver || sim.now >= endsAt,
    setDowntimeLimit: (seconds) => write(`downtime ${Math.round(seconds * 1000)} ms`),
    startPostCopy: () => write('post-copy'),
    pauseGuest: (reason) => write(`pause: ${reason}`),
    cancel: (reason) => {
      write(`cancel: ${reason}`);
      isOver = true;
    },
    newRound: () => () => undefined,
  };
  const monitor = sim.spawn(monitorByNova(control, { ...rules, ...of }));
  sim.run();
  return { log, endedAt: monitor.done ? sim.now : null };
}

describe("Nova's monitor", () => {
  it('asks for the first limit at once and for each later one at the first look after its time', () => {
    const steps = linearSteps(16, { downtimeMilliseconds: 500, steps: 10, delaySecondsPerGib: 75 });
    const { log } = watch({ steps }, () => ({}));
    expect(log.slice(0, 3)).toEqual(['0 downtime 50 ms', '1200.5 downtime 95 ms', '2400.5 downtime 140 ms']);
    expect(log).toHaveLength(11);
    expect(log.at(-1)).toBe('12000.5 downtime 500 ms');
  });

  it('commands nothing where a release has neither steps nor timeouts (Kilo)', () => {
    expect(watch({}, () => ({}))).toEqual({ log: [], endedAt: 20_000 });
  });

  it('notices the end at its next look', () => {
    expect(watch({}, () => ({}), 10.2).endedAt).toBe(10.5);
  });

  it('aborts when what is left has had no new low for the progress timeout', () => {
    const { log, endedAt } = watch({ progressTimeoutSeconds: 150 }, (seconds) => ({
      remainingBytes: Math.max(64 * MiB, 1000 * MiB - seconds * 10 * MiB),
    }));
    expect(log).toEqual([
      '244.5 cancel: Nova aborted it after 150 s without progress (live_migration_progress_timeout), with 64 MiB left',
    ]);
    expect(endedAt).toBe(245);
  });

  it('takes any new low for progress, however small', () => {
    const falling = (seconds: number) => ({ remainingBytes: 1e9 - Math.floor(seconds / 100) });
    expect(watch({ progressTimeoutSeconds: 150 }, falling).log).toEqual([]);
  });

  it('aborts after the completion timeout', () => {
    expect(watch({ completionTimeoutSeconds: 12_800 }, () => ({})).log).toEqual([
      '12800.5 cancel: Nova aborted it after 12800 s (live_migration_completion_timeout of 800 s/GiB x 16 GiB), with 100 MiB left',
    ]);
  });

  it('pauses the guest instead where completion is forced, once, at the look after', () => {
    const { log } = watch({ completionTimeoutSeconds: 12_800, forcesCompletion: true }, () => ({}));
    expect(log).toEqual([
      '12801 pause: Nova paused the guest after 12801 s, by live_migration_completion_timeout of 800 s/GiB x 16 GiB and live_migration_timeout_action = force_complete',
    ]);
  });

  it('goes over to post-copy instead where that is permitted', () => {
    const of = { completionTimeoutSeconds: 12_800, forcesCompletion: true, permitsPostCopy: true };
    expect(watch(of, () => ({})).log).toEqual(['12801 post-copy']);
  });

  it('gives up nothing once post-copy runs', () => {
    const of = { completionTimeoutSeconds: 100, progressTimeoutSeconds: 10 };
    expect(watch(of, () => ({ phase: 'post-copy' })).log).toEqual([]);
  });
});

describe("Nova's own switch to post-copy (14 to 18)", () => {
  const of = { switchesToPostCopy: true, permitsPostCopy: true };
  /** Copies memory once in 10 s, then comes down by `percent` from look to look; goes over as soon as it is asked to. */
  const falling = (percent: number) => (seconds: number) => ({
    syncs: seconds < 10 ? 1 : 2,
    remainingBytes: 1e9 * (1 - percent / 100) ** (2 * seconds),
  });

  it('comes at the first look after the first pass at which less than 10 % have gone', () => {
    expect(watch(of, falling(5), 11).log[0]).toBe('10 post-copy');
  });

  it('waits while more goes, and knows whole percents only', () => {
    expect(watch(of, falling(20), 11).log).toEqual([]);
    // Python 2 makes 9 % of 9.6.
    expect(watch(of, falling(10.1), 11).log).toEqual([]);
    expect(watch(of, falling(9.6), 11).log).not.toEqual([]);
  });

  it('does not come where post-copy is not permitted', () => {
    expect(watch({ ...of, permitsPostCopy: false }, falling(5), 11).log).toEqual([]);
  });
});
