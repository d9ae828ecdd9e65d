import { describe, expect, it } from 'vitest';
import { createControl, suspend } from '../../../models/migration/control.js';
import { tinyThread } from './tiny-thread.js';

describe('a guest that an orchestrator stops', () => {
  it('dirties nothing any more, and all that is sent from then on is downtime', () => {
    const { migration, journal, start, sim } = tinyThread({ restingPages: 1000, hotPages: 600 });
    const control = createControl(migration);
    sim.at(5, () => {
      control.pauseGuest('somebody lost patience');
    });
    start();
    sim.run(60);
    expect(journal.forced).toBe('somebody lost patience');
    expect(journal.stoppedAt).toBe(5);
    expect(journal.resumedAt! - 5).toBeLessThan(0.6 + 0.03 + 0.6);
    const { lastCopy, ...others } = journal.downtimeParts;
    expect(lastCopy + others.queued).toBeCloseTo(journal.resumedAt! - 5, 6);
  });

  it('keeps the first reason; one that stands already is not stopped anew', () => {
    const { migration, journal, sim } = tinyThread({ restingPages: 10 });
    suspend(migration, 'somebody lost patience');
    sim.at(1, () => {
      suspend(migration, 'so did another');
    });
    sim.run();
    expect(migration.journal.forced).toBe('somebody lost patience');
    expect(journal.stoppedAt).toBe(0);
  });
});

it('a test that fails is told with the limit of downtime that it was made with', () => {
  const { migration, journal, start, sim } = tinyThread({ restingPages: 1000, hotPages: 400 });
  const control = createControl(migration);
  control.setDowntimeLimit(0.2);
  start();
  sim.run(20);
  expect(journal.nearest!.downtimeLimitSeconds).toBe(0.2);
});
