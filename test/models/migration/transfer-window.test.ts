import { expect, it } from 'vitest';
import { openWindow } from '../../../models/migration/transfer-window.js';
import { tinyThread } from './tiny-thread.js';

it('a window has a tenth of a second of the limit of rate, and estimates by whole milliseconds', () => {
  const { migration, sim, runTo } = tinyThread({ restingPages: 10, request: { maxBandwidth: 1000 } });
  const window = openWindow(migration);
  window.use(40);
  expect(window.left()).toBe(60);
  runTo(0.0999);
  window.look();
  expect(window.isFresh()).toBe(false);
  runTo(0.1038);
  window.look();
  // 103.8 ms count as 103.
  expect(migration.state.estimateBytesPerSecond).toBeCloseTo(40 / 0.103, 9);
  expect(migration.state.thresholdBytes).toBeCloseTo((0.3 * 40) / 0.103, 9);
  expect(window.isFresh()).toBe(true);
  // It sleeps to the end of the hundredth whole millisecond.
  expect(sim.now + window.untilEnd()).toBeCloseTo(0.2038, 9);
});
