import { describe, expect, it } from 'vitest';
import { plainEncoding } from '../../../models/migration/plain-encoding.js';
import { qemuConstantGroups } from '../../../models/stacks/qemu-constants.js';
import { encodingFor } from '../../../models/stacks/qemu-encoding.js';
import { tinyThread } from '../migration/tiny-thread.js';

describe('the encoding of a migration', () => {
  it('is the plain one where no capability is on, to the last bit', () => {
    const costs = { networkByteSeconds: 3e-9, zeroPageSeconds: 2e-7 };
    const { bed, migration } = tinyThread({
      restingPages: 1,
      costs,
      request: { capabilities: new Set(['auto-converge']) },
    });
    const encoding = encodingFor(bed, migration.rules);
    const plain = plainEncoding(bed.migration, migration.rules);
    const numbers = (e: typeof plain) => [e.dataBytes(), e.zeroBytes(), e.dataSeconds(), e.zeroSeconds()];
    expect(numbers(encoding)).toEqual(numbers(plain));
    expect(numbers(plain)).toEqual([4104, 9, 1e-5 + 4104 * 3e-9, 2e-7]);
    expect(encoding.workers).toBeUndefined();
    expect(encoding.differsByPlace).toBeUndefined();
  });

  it('makes no difference to a run where its capability finds nothing to do', () => {
    const end = (capabilities: string[]) => {
      const { start, sim, journal, migration } = tinyThread({
        hotPages: 100,
        restingPages: 3000,
        zeroPages: 500,
        request: { capabilities: new Set(capabilities) },
        constants: { xbzrle: { cacheBytes: 0, insertPageSeconds: 0 } },
      });
      start();
      sim.run(60);
      return [journal.resumedAt, journal.syncs, migration.state.sentBytes];
    };
    const [resumedAt, syncs, sentBytes] = end([]);
    const [later, asMany, asMuch] = end(['xbzrle']);
    expect(later).toBeCloseTo(resumedAt!, 6);
    expect(asMany).toBe(syncs);
    expect(asMuch).toBeCloseTo(sentBytes!, 3);
  });

  it('has constants only of what the version has', () => {
    expect(Object.keys(qemuConstantGroups('1.6'))).toEqual(['qemu', 'autoConverge', 'xbzrle']);
    expect(Object.keys(qemuConstantGroups('7.2'))).toEqual([
      'qemu',
      'autoConverge',
      'postCopy',
      'xbzrle',
      'compress',
      'multifd',
      'zlib',
      'zstd',
      'tls',
    ]);
    expect(Object.keys(qemuConstantGroups('9.2'))).not.toContain('compress');
    expect(qemuConstantGroups('2.0').xbzrle!.keepsFresh!.value).toBe(0);
    expect(qemuConstantGroups('7.2').multifd!.channels!.value).toBe(2);
    for (const constant of Object.values(qemuConstantGroups('8.2')).flatMap((group) =>
      Object.values(group),
    )) {
      for (const text of [constant.unit, constant.about, constant.source]) expect(text).not.toBe('');
    }
  });
});
