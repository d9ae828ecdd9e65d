import type { Process } from '../../sim/process.js';
import { blockMigration } from '../migration/block-migration.js';
import { complete, preCopy, resume, stopGuest } from '../migration/main-loop-pre-copy.js';
import type { MainLoopMigration, MainLoopRules } from '../migration/migration.js';
import type { MigrationKind, Stack } from './stack.js';
import type { Testbed } from './testbed.js';

/**
 * QEMU 1.2.1 (October 2012) driven by QMP, with nothing above it. Its migration runs in the main loop on a
 * non-blocking socket, and its "bandwidth" is the speed of copying into that socket.
 */
export const qemu121: Stack = {
  name: 'qemu-1.2.1',
  about: 'QEMU 1.2.1 by QMP, no orchestrator; the same rules hold for 1.0 to 1.3',
  versions: ['QEMU 1.2.1'],
  profile: 'qemu-1.2.1-bench',
  idleDisks: true,
  constants: {
    qemu: {
      downtimeLimitSeconds: {
        value: 0.03,
        unit: 's',
        about: 'longest estimated stop that it accepts (migrate_set_downtime)',
        source: 'migration.c, max_downtime, QEMU 0.11 to 2.0',
      },
      maxBandwidth: {
        value: 32 * 2 ** 20,
        unit: 'bytes/s',
        about: 'limit of rate while the guest runs (migrate_set_speed)',
        source: 'migration.c, MAX_THROTTLE, QEMU 0.12 to 5.1',
      },
      windowSeconds: {
        value: 0.1,
        unit: 's',
        about: 'tick of the rate limit; also when a call comes that no writable socket triggers',
        source: 'buffered_file.c, buffered_rate_tick, QEMU 1.2.1',
      },
      sliceSeconds: {
        value: 0.051,
        unit: 's',
        about: 'longest time that one call of iterate works: more than MAX_WAIT = 50 whole milliseconds',
        source: 'arch_init.c, ram_save_iterate, QEMU 1.0 and later',
      },
      pageHeaderBytes: {
        value: 8,
        unit: 'bytes',
        about: 'address and flags before a page',
        source: 'arch_init.c, save_block_hdr, QEMU 1.2.1',
      },
      zeroPageBytes: {
        value: 9,
        unit: 'bytes',
        about: 'a page of one repeated byte on the wire',
        source: 'arch_init.c, RAM_SAVE_FLAG_COMPRESS, QEMU 1.2.1',
      },
      zeroPageCountedBytes: {
        value: 1,
        unit: 'bytes',
        about: 'what such a page adds to the bytes of the bandwidth estimate',
        source: 'arch_init.c, ram_save_block, QEMU 1.2.1',
      },
      callOverheadBytes: {
        value: 13,
        unit: 'bytes',
        about: 'section start (5) and end-of-section mark (8) of each call',
        source: 'savevm.c, qemu_savevm_state_iterate, QEMU 1.2.1',
      },
      syncsEveryCall: {
        value: 0,
        unit: '1',
        about:
          '1: each call sees what was written (TCG, qemu-kvm 0.12); 0: only a sync of the dirty log tells (KVM)',
        source: 'arch_init.c, ram_save_live and memory.c, QEMU 1.2.1; vl.c, qemu-kvm 0.12.1.2',
      },
      deviceStateBytes: {
        value: 65536,
        unit: 'bytes',
        about: 'state of a PC with a few virtio devices; order of magnitude, without effect on times here',
        source: 'order of magnitude, not measured',
      },
    },
  },
  kinds: {
    lm: 'pre-copy of RAM, shared storage (migrate)',
    blm: 'the disk in the stream, then pre-copy of RAM (migrate -i)',
    'stop-and-copy': 'the guest is stopped first (stop, migrate)',
  },
  migrate: migrateByQmp,
};

/** A test bed's migration with the rules of a main loop. */
export function mainLoopMigration({ migration, constants, switchover, request }: Testbed): MainLoopMigration {
  const { downtimeLimitSeconds, maxBandwidth } = request;
  const rules = { ...constants.qemu, ...switchover, downtimeLimitSeconds, maxBandwidth };
  return { ...migration, rules: rules as unknown as MainLoopRules };
}

function* migrateByQmp(bed: Testbed, kind: MigrationKind): Process {
  const { disk } = bed;
  const migration = mainLoopMigration(bed);
  if (kind === 'stop-and-copy') yield* stopGuest(migration);
  if (kind === 'blm') yield* blockMigration(migration, disk, bed.openReads?.());
  yield migration.sim.spawn(preCopy(migration)).finished;
  yield* complete(migration);
  resume(migration);
  // QMP reports 'completed' when the socket is closed at the source.
  migration.journal.finishedAt = migration.journal.transferEnd!.time;
}
