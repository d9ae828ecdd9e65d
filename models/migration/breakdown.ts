import { anyOf, delay, value, type Process } from '../../sim/process.js';
import type { Faults, ThreadMigration } from './thread-migration.js';

/** Nothing breaks. */
export const noFaults: Faults = {
  networkAt: Infinity,
  destinationAt: Infinity,
  recoverAfterSeconds: Infinity,
};

type Happening = 'network' | 'destination' | 'recovery';

/**
 * Runs a migration until it ends or something breaks. Until the source has handed the guest over, it still has the
 * whole of it and runs on: aborted. Afterwards it depends:
 * - the destination host dies: the guest is lost with it;
 * - the network is lost after a pre-copy's last byte: the destination may have it or not, and the source, which calls
 *   itself completed, stays paused;
 * - the network is lost in post-copy: both halves pause and wait for an order to recover, from QEMU 3.0 on; before, each
 *   host has a part of the memory, which nobody brings together again.
 *
 * @example
 * // the network breaks after 1 s, in a pre-copy that takes longer
 * sim.spawn(withBreakdowns(migration, steps));
 * sim.run();
 * migration.journal.aborted // => 'The network was lost at 1 s'
 */
export function* withBreakdowns(m: ThreadMigration, steps: Process): Process {
  const timetable = happenings(m.faults);
  if (timetable.length === 0) {
    yield* steps;
    return;
  }
  const running = m.sim.spawn(steps);
  for (const { at, what } of timetable) {
    const happens = delay(Math.max(0, at - m.sim.now));
    if ((yield* value(anyOf(running.finished, happens))) === 0) return;
    if (what === 'recovery') yield* recover(m);
    else if (isRecoverable(m, what)) breakConnection(m);
    else {
      running.interrupt(what);
      m.stream.limitRate(0);
      const when = atTime(m);
      if (sourceHasAll(m)) giveUp(m, `The ${names[what]} was lost ${when}`);
      else {
        lose(m, lossOf(m, what, when));
        yield* loseDestinationToo(m, what);
      }
      return;
    }
  }
  yield running.finished;
}

/** The guest runs on at the source, also where it was paused for the migration. */
export function giveUp(m: ThreadMigration, reason: string): void {
  m.journal.aborted = reason;
  m.journal.transferEnd = m.sample();
  m.journal.finishedAt = m.sim.now;
  for (const aid of m.aids) aid.end();
  m.guest.resume();
  m.state.phase = 'cancelled';
}

function happenings({ networkAt, destinationAt, recoverAfterSeconds }: Faults) {
  const all: { at: number; what: Happening }[] = [
    { at: networkAt, what: 'network' },
    { at: destinationAt, what: 'destination' },
    { at: networkAt + recoverAfterSeconds, what: 'recovery' },
  ];
  return all.filter(({ at }) => at < Infinity).toSorted((a, b) => a.at - b.at);
}

function atTime({ sim }: ThreadMigration): string {
  return `at ${Number(sim.now.toPrecision(6))} s`;
}

const names = { network: 'network', destination: 'destination host' } as const;

function sourceHasAll({ journal }: ThreadMigration): boolean {
  return journal.postCopy === null ? journal.transferEnd === null : journal.postCopy.handedOverAt === null;
}

function isRecoverable(m: ThreadMigration, what: Happening): boolean {
  const canRecover =
    m.postCopy !== null && m.postCopy.recovers > 0 && m.faults.recoverAfterSeconds < Infinity;
  return what === 'network' && canRecover && m.journal.postCopy !== null && !sourceHasAll(m);
}

function lossOf(m: ThreadMigration, what: Happening, when: string): string {
  if (what === 'destination') return `The destination host was lost ${when}, and the VM with it`;
  if (m.journal.postCopy === null) {
    return `The network was lost ${when}, after the source had handed the guest over: the source stays paused`;
  }
  return m.postCopy !== null && m.postCopy.recovers > 0
    ? `The network was lost ${when} in post-copy: paused, recoverable by migrate-recover`
    : `The network was lost ${when} in post-copy: each host has a part of the memory, the VM is lost`;
}

/** In post-copy, what the destination had when the network was lost dies with it; of a pre-copy the source has all. */
function* loseDestinationToo(m: ThreadMigration, what: Happening): Process {
  const { destinationAt } = m.faults;
  const isPaused = m.journal.postCopy !== null && m.postCopy !== null && m.postCopy.recovers > 0;
  if (what === 'destination' || destinationAt === Infinity || !isPaused) return;
  yield delay(Math.max(0, destinationAt - m.sim.now));
  m.journal.failed = lossOf(m, 'destination', atTime(m));
}

function lose(m: ThreadMigration, reason: string): void {
  m.journal.failed = reason;
  m.journal.transferEnd = m.sample();
  m.guest.pause();
  m.state.phase = 'failed';
}

/** What was in the socket is sent again later; the guest runs until it touches a page that is not there. */
function breakConnection(m: ThreadMigration): void {
  m.stream.limitRate(0);
  m.state.phase = 'post-copy-paused';
}

/** migrate-recover and migrate with resume: a new connection, on which the destination says what has arrived. */
function* recover(m: ThreadMigration): Process {
  if (m.state.phase !== 'post-copy-paused') return;
  yield delay(2 * m.stream.roundTripSeconds);
  m.stream.limitRate(Infinity);
  m.state.phase = 'post-copy';
  m.onRecovery.fire();
}
