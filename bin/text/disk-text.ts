import { formatBytes, formatPercent, formatSeconds } from '../../report/quantity.js';
import type { Explanation } from '../../studies/explain.js';
import type { Prediction } from '../../studies/predict.js';

/**
 * What a prediction says of the disk; no rows where none was copied.
 *
 * @example
 * diskFacts({ diskBytes: 1e9, diskReadySeconds: 9 }) // => [['disk', '1 GB, mirror ready after 9 s']]
 */
export function diskFacts(
  figures: Pick<Prediction, 'diskBytes' | 'diskReadySeconds' | 'diskWriteSlowdown'>,
): [string, string][] {
  const { diskBytes, diskReadySeconds, diskWriteSlowdown } = figures;
  if (diskBytes === undefined) return [];
  const parts = [
    formatBytes(diskBytes, 'decimal'),
    diskReadySeconds !== undefined && `mirror ready after ${formatSeconds(diskReadySeconds)}`,
    diskWriteSlowdown !== undefined && `guest writes slower by ${formatPercent(diskWriteSlowdown)}`,
  ];
  return [['disk', parts.filter(Boolean).join(', ')]];
}

/**
 * The disk in the story of one run: what was sent of it and when its mirror was ready.
 *
 * @example
 * diskStory({ diskBytes: 1e9 }) // => [['disk', '1 GB in the stream']]
 */
export function diskStory({
  diskBytes,
  mirror,
}: Pick<Explanation, 'diskBytes' | 'mirror'>): [string, string][] {
  if (diskBytes === undefined) return [];
  const bytes = formatBytes(diskBytes, 'decimal');
  if (!mirror) return [['disk', `${bytes} in the stream`]];
  const { startedAt, readyAt, leastLeftBytes, leftAtStopBytes, wantedBytes, writtenBytes } = mirror;
  const parts = [
    `${bytes} mirrored from ${formatSeconds(startedAt)} on`,
    readyAt === null
      ? `never ready, at best ${formatBytes(leastLeftBytes)} left`
      : `ready at ${formatSeconds(readyAt)}`,
    leftAtStopBytes > 0 && `${formatBytes(leftAtStopBytes)} behind when the guest stopped`,
    wantedBytes > 0 && `guest writes slower by ${formatPercent(1 - writtenBytes / wantedBytes)}`,
  ];
  return [['disk', parts.filter(Boolean).join(', ')]];
}
