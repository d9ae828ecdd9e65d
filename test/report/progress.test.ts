import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { startProgress } from '../../report/progress.js';

function screen(isTTY: boolean) {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream & PassThrough;
  const cursor = () => true;
  Object.assign(stream, { isTTY, columns: 80, cursorTo: cursor, clearLine: cursor, moveCursor: cursor });
  return { stream, text: () => String(stream.read() ?? '') };
}

describe('progress', () => {
  it('is not drawn on a pipe, however long it takes', () => {
    const { stream, text } = screen(false);
    let time = 0;
    const progress = startProgress({ stream, label: 'replications', now: () => (time += 5000) });
    progress.update(40, 100);
    progress.stop();
    expect(text()).toBe('');
  });

  it('is not drawn in the first second', () => {
    const { stream, text } = screen(true);
    let time = 0;
    const progress = startProgress({ stream, label: 'replications', now: () => time });
    time = 999;
    progress.update(40, 100);
    progress.stop();
    expect(text()).toBe('');
  });

  it('is drawn on a terminal after a second, and taken away at the end', () => {
    const { stream, text } = screen(true);
    let time = 0;
    const progress = startProgress({ stream, label: 'replications', now: () => time });
    time = 1000;
    progress.update(40, 100);
    expect(text()).toContain('replications [==========--------------] 40 %  40/100');
    progress.stop();
    progress.stop();
  });
});
