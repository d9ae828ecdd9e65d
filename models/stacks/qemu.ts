import { createSignal } from '../../sim/signal.js';
import type { Process } from '../../sim/process.js';
import { createAutoConverge, type AutoConvergeRules } from '../migration/auto-converge.js';
import { createDirtyLimit, type DirtyLimitRules } from '../migration/dirty-limit.js';
import { giveUp, withBreakdowns } from '../migration/breakdown.js';
import { postCopy } from '../migration/post-copy.js';
import type {
  ConvergenceAid,
  PostCopyRules,
  ThreadMigration,
  ThreadRules,
} from '../migration/thread-migration.js';
import { threadPreCopy } from '../migration/thread-pre-copy.js';
import { pauseGuest, switchover } from '../migration/thread-switchover.js';
import { addDiskToStream, mirrorDisk } from './disk-copy.js';
import { blockConstants, hasBlockMigration, mirrorConstants } from './disk-constants.js';
import { isSince, qemuConstantGroups } from './qemu-constants.js';
import { encodingFor, uncompressedFor } from './qemu-encoding.js';
import { firstPostCopy } from './qemu-post-copy-constants.js';
import type { MigrationKind, Stack } from './stack.js';
import type { Testbed } from './testbed.js';

/**
 * QEMU by QMP, with nothing above it, at one of the versions whose migration has a thread of its own.
 *
 * @example
 * qemuStack('2.9').name // => 'qemu-2.9'
 */
export function qemuStack(version: string): Stack {
  return {
    name: `qemu-${version}`,
    about: `QEMU ${version} by QMP, no orchestrator`,
    versions: [`QEMU ${version}`],
    profile: 'qemu-7.2-bench',
    qemu: version,
    constants: {
      ...qemuConstantGroups(version),
      ...(hasBlockMigration(version) ? { block: blockConstants(version) } : { mirror: mirrorConstants() }),
    },
    kinds: {
      lm: 'pre-copy of RAM, shared storage (migrate)',
      blm: hasBlockMigration(version)
        ? 'the disk in the stream, ahead of RAM (migrate -i)'
        : 'the disk mirrored to NBD until ready, then RAM (blockdev-mirror, migrate)',
      'stop-and-copy': 'the guest is stopped first (stop, migrate)',
      ...(isSince(version, firstPostCopy) && {
        'post-copy': 'post-copy from the start (migrate, migrate-start-postcopy)',
        hybrid: 'pre-copy, then post-copy: at migration.postCopyAfter, by default after the first pass',
      }),
    },
    migrate: migrateByQmp,
  };
}

function* migrateByQmp(bed: Testbed, kind: MigrationKind): Process {
  const migration = threadMigration(bed);
  yield* runMigration(migration, kind, copyDisk(bed, migration));
  // QMP reports 'completed' when the source has written its last byte.
  migration.journal.finishedAt = migration.journal.transferEnd?.time ?? null;
}

/** The disk goes into the stream while QEMU can do that, and is mirrored before RAM where it cannot. */
function* copyDisk(bed: Testbed, m: ThreadMigration): Process {
  if (bed.constants.mirror) yield* mirrorDisk(bed, m);
  else addDiskToStream(bed, m);
}

/**
 * A migration from `migrate` to its end, whatever that is.
 *
 * @param diskCopy what comes before RAM in a migration of kind blm
 */
export function* runMigration(m: ThreadMigration, kind: MigrationKind, diskCopy?: Process<unknown>): Process {
  if (kind === 'post-copy') m.requests.postCopy = true;
  if (kind === 'hybrid' && m.postCopyAt === Infinity) m.sim.spawn(goOverAfterFirstPass(m));
  yield* withBreakdowns(m, migrate(m, kind, kind === 'blm' ? diskCopy : undefined));
  // Of no effect on one that was drained.
  m.mirror?.cancel();
}

function* migrate(m: ThreadMigration, kind: MigrationKind, diskCopy?: Process<unknown>): Process {
  if (diskCopy) yield* diskCopy;
  if (kind === 'stop-and-copy') yield* pauseGuest(m);
  const end = yield* threadPreCopy(m);
  if (end === 'fits') yield* switchover(m);
  if (end === 'post-copy') yield* postCopy(m);
  if (end === 'cancelled') giveUp(m, m.requests.cancel!);
}

/** As libvirt does it with VIR_MIGRATE_POSTCOPY and virsh with --postcopy-after-precopy: at the first pass's end. */
function* goOverAfterFirstPass(m: ThreadMigration): Process {
  yield m.onSync.wait;
  m.requests.postCopy = true;
}

/** A test bed's migration with the rules of a migration thread. */
export function threadMigration(bed: Testbed): ThreadMigration {
  const { migration, constants, switchover: steps, request } = bed;
  const { sim, thread } = migration;
  const rules = { ...optional, ...constants.qemu, ...steps } as ThreadRules;
  // It is auto-converge that keeps this clock.
  if (!request.capabilities.has('auto-converge')) rules.periodicSyncSeconds = 0;
  const encoding = encodingFor(bed, rules);
  const cpuSeconds = (): number => thread.used() + (encoding.workers?.thread.used() ?? 0);
  const threaded: ThreadMigration = {
    ...migration,
    sample: () => ({ ...migration.sample(), cpuSeconds: cpuSeconds() }),
    rules,
    limits: {
      downtimeLimitSeconds: request.downtimeLimitSeconds,
      maxBandwidth: request.maxBandwidth,
    },
    requests: { postCopy: false, cancel: null },
    state: {
      phase: 'setup',
      sentBytes: 0,
      estimateBytesPerSecond: 0,
      thresholdBytes: 0,
      throttle: 0,
      ramStartedAt: 0,
      diskBulk: false,
    },
    encoding,
    plainEncoding: uncompressedFor(bed, rules),
    postCopy: constants.postCopy ? (constants.postCopy as unknown as PostCopyRules) : null,
    hasRequestChannel: request.capabilities.has('postcopy-preempt'),
    faults: bed.faults,
    aids: [],
    stalls: bed.stalls,
    postCopyAt: request.postCopyAfterSeconds === null ? Infinity : sim.now + request.postCopyAfterSeconds,
    mayStopAt: request.capabilities.has('switchover-ack') ? sim.now + ackSeconds(bed) : 0,
    onSync: createSignal(),
    onRecovery: createSignal(),
    ...(request.capabilities.has('multifd') && { leaveChannels: () => bed.connectAlone() }),
  };
  threaded.aids = convergenceAids(threaded, bed);
  return threaded;
}

/** Until the destination has answered that nothing stands against the switchover. */
function ackSeconds({ migration, constants }: Testbed): number {
  return migration.stream.roundTripSeconds + constants.switchover!.ackSeconds!;
}

/** What shall slow the guest down if its migration does not converge, as the capabilities say. */
function convergenceAids(m: ThreadMigration, { request, constants }: Testbed): ConvergenceAid[] {
  const { capabilities } = request;
  const autoConverge = constants.autoConverge as unknown as AutoConvergeRules;
  const dirtyLimit = constants.dirtyLimit as unknown as DirtyLimitRules;
  return [
    ...(capabilities.has('auto-converge') ? [createAutoConverge(m, autoConverge)] : []),
    ...(capabilities.has('dirty-limit') ? [createDirtyLimit(m, autoConverge, dirtyLimit)] : []),
  ];
}

/** What older versions do not have. */
const optional = { switchoverBandwidth: 0, periodicSyncSeconds: 0, zeroPageCountedBytes: 0 };
