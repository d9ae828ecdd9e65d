import { expect, it } from 'vitest';
import { walkEncoded } from '../../../models/migration/encoded-walk.js';
import type { Encoding } from '../../../models/migration/thread-migration.js';
import { tinyThread } from './tiny-thread.js';

it('walks as many pages as the budget pays for', () => {
  const { migration } = tinyThread({ restingPages: 1000 });
  expect(walkEncoded(migration, { bytes: 10 * 4104, seconds: Infinity }).dataPages).toBe(10);
});

it('asks anew at each place, and tells what was sent from there and when the walk begins anew', () => {
  const { migration } = tinyThread({ hotPages: 100, restingPages: 200, zeroPages: 50 });
  const { memory } = migration.guest;
  const heard: unknown[] = [];
  const encoding: Encoding = {
    ...migration.encoding,
    dataBytes: () => (memory.place().isWritten ? 100 : 4104),
    differsByPlace: true,
    sent: (pages, place) => heard.push([pages, place.start]),
    wrapped: () => heard.push('wrapped'),
  };
  const call = walkEncoded({ ...migration, encoding }, { bytes: 100 * 100 + 10 * 4104, seconds: Infinity });
  expect([call.dataPages, call.ended]).toEqual([110, 'budget of bytes']);
  const rest = walkEncoded({ ...migration, encoding }, { bytes: Infinity, seconds: Infinity });
  expect([rest.dataPages, rest.zeroPages, rest.bytes]).toEqual([190, 50, 190 * 4104 + 50 * 9]);
  expect(heard).toEqual([[100, 0], [10, 100], [190, 100], 'wrapped']); // prettier-ignore
  expect(memory.waiting()).toBe(0);
});

it('counts in time at the pace of the slower, and books what each has worked', () => {
  const { migration, source } = tinyThread({ restingPages: 1000 });
  const workers = {
    thread: source.thread('workers', 2),
    count: 2,
    dataSeconds: () => 1e-3,
    zeroSeconds: () => 0,
  };
  const encoding: Encoding = { ...migration.encoding, dataSeconds: () => 1e-4, workers };
  const call = walkEncoded({ ...migration, encoding }, { bytes: Infinity, seconds: 0.05 });
  expect(call.dataPages).toBeCloseTo(100, 9);
  expect(call.seconds).toBeCloseTo(0.01, 9);
  expect(call.workerSeconds).toBeCloseTo(0.1, 9);
});
