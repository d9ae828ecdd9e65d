import type { SingleBar } from 'cli-progress';
import { createRequire } from 'node:module';

export interface Progress {
  /** Work done so far, and all of it, in the same units; a fraction of a second late at most. */
  update(done: number, total: number): void;
  /** Takes the bar away. Call it also when the work fails. */
  stop(): void;
}

export interface ProgressOptions {
  /** Where to draw; standard error, as standard output belongs to the result. */
  readonly stream?: NodeJS.WriteStream;
  /** What is being done: 'replications'. */
  readonly label: string;
  /** Milliseconds on any clock that only goes forward; for tests. */
  readonly now?: () => number;
}

/** Whoever waits less than this needs no bar. */
const PATIENCE_MILLISECONDS = 1000;

/**
 * A progress bar for a person who waits: only on a terminal, and only after a second. Elsewhere it does nothing.
 *
 * @param options stream, and what is being counted
 * @example
 * const progress = startProgress({ label: 'replications' });
 * progress.update(40, 100); // draws nothing in the first second, or where standard error is a pipe
 * progress.stop();
 */
export function startProgress(options: ProgressOptions): Progress {
  const { stream = process.stderr, label, now = () => performance.now() } = options;
  if (!stream.isTTY) return { update: () => undefined, stop: () => undefined };
  const start = now();
  let bar: SingleBar | undefined;
  return {
    update(done, total) {
      if (bar === undefined && now() - start >= PATIENCE_MILLISECONDS) {
        bar = newBar(stream, label);
        bar.start(total, done);
      }
      bar?.setTotal(total);
      bar?.update(done);
    },
    stop() {
      bar?.stop();
      bar = undefined;
    },
  };
}

/** Loaded here and not above: most commands are done within the second. Not `import()`, as a busy run never comes to await it. */
function newBar(stream: NodeJS.WriteStream, label: string): SingleBar {
  const library = createRequire(import.meta.url)('cli-progress') as typeof import('cli-progress');
  return new library.SingleBar({
    ...{ stream, clearOnComplete: true, barsize: 24, etaBuffer: 50 },
    // Before there is anything to reckon from, the library says 0 or INF.
    formatTime: (seconds) => (Number.isFinite(seconds) && seconds > 0 ? `${Math.ceil(seconds)} s` : '…'),
    format: `${label} [{bar}] {percentage} %  {value}/{total}  {eta_formatted} left`,
  });
}
