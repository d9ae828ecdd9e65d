import { formatBytes, formatPercent, formatSeconds } from '../../report/quantity.js';
import { fitsPage, renderTable, type Page } from '../../report/table.js';
import { wrapWords } from '../../report/wrap.js';
import { findStack } from '../../scenario/catalog.js';
import type { Explanation } from '../../studies/explain.js';
import type { Provenance } from '../provenance.js';
import { diskStory } from './disk-text.js';
import { partNames, type DowntimeParts } from './downtime-parts.js';
import { pairs } from './pairs.js';
import { scenarioLines } from './scenario-lines.js';
import { verdictColor } from './verdict.js';

/** Of a long run, so many rounds are shown from its beginning and as many from its end. */
const SHOWN = 8;
/** Length of the picture of what was left. */
const PICTURE = 16;

type Round = Explanation['rounds'][number];

/**
 * One migration as a story: what came before the transfer, each round, why it ended, and what the downtime was made of.
 *
 * @param explanation one replication with its rounds
 * @param source where it comes from
 * @param page width and colours
 */
export function explanationText(explanation: Explanation, source: Provenance, page: Page): string {
  const { verdict, replication, scenario } = explanation;
  const own = ofOneVm(explanation);
  const { palette, width } = page;
  const wrapped = (text: string) => wrapWords(text, width).join('\n');
  const { version, profile, seed } = source;
  const origin = `migsim ${version} · profile ${profile.name} (${profile.hash}) · replication ${replication} · seed ${seed}`;
  return [
    scenarioLines(scenario, page),
    ...(explanation.rounds.length > 0
      ? [wrapped(introduction(own)), '', roundsTable(explanation.rounds, page), '']
      : []),
    palette.bold(verdictColor(verdict, page)(verdict)),
    wrapped(explanation.reason),
    '',
    pairs([...timeline(own), ...fates(explanation)], page),
    '',
    ...wrapWords(origin, width).map(palette.dim),
    '',
  ].join('\n');
}

/** Of several guests, the times and bytes of the one whose rounds are told. */
function ofOneVm(explanation: Explanation): Explanation {
  const { vms, decisiveVm } = explanation;
  return vms && decisiveVm !== undefined ? { ...explanation, ...vms[decisiveVm - 1] } : explanation;
}

function introduction({ scenario, setupSeconds, vms, decisiveVm }: Explanation): string {
  const stack = findStack(scenario.stack);
  const { stopRule } = stack;
  if (stopRule !== undefined) {
    return (
      `The transfer begins ${formatSeconds(setupSeconds ?? 0)} after the request. Each round sends all that was dirty ` +
      'when it began; then the dirty log is fetched, and what is left is dirty again. ' +
      `${scenario.stack} stops the guest ${stopRule}.`
    );
  }
  const limit = formatSeconds(scenario.migration.downtimeLimit);
  const { qemu, constants } = stack;
  if (qemu !== undefined) {
    const allowed = stack.isWatched
      ? `the downtime limit, which ${stack.name} may change on the way`
      : `the downtime limit of ${limit}`;
    const window = formatSeconds(constants.qemu?.windowSeconds?.value ?? 0.1);
    return (
      `${whose(vms, decisiveVm)}The transfer begins ${formatSeconds(setupSeconds ?? 0)} after the request. ` +
      'QEMU tests while it sends, and finishes no pass for it: once less seems to be left than is allowed ' +
      `(the bandwidth of the last ${window} x ${allowed}), the dirty log is fetched, which ends a round; ` +
      'if what is left then is still allowed, the guest stops.'
    );
  }
  const which = whose(vms, decisiveVm);
  return (
    `${which}The transfer begins ${formatSeconds(setupSeconds ?? 0)} after the request. Whenever what is left looks small enough, ` +
    'the dirty log is fetched, which ends a round, and what is left then is held against what is allowed: ' +
    `the estimated speed x ${limit}.`
  );
}

function whose(vms: Explanation['vms'], decisiveVm: number | undefined): string {
  return vms ? `These are the rounds of VM ${decisiveVm} of ${vms.length}. ` : '';
}

function roundsTable(rounds: readonly Round[], page: Page): string {
  const isLong = rounds.length > 2 * SHOWN + 1;
  const numbered = rounds.map((round, index) => ({ round, number: index + 1 }));
  const shown = isLong ? [...numbered.slice(0, SHOWN), ...numbered.slice(-SHOWN)] : numbered;
  const most = Math.max(
    ...shown.map(({ round }) => Math.max(round.dirtyBytesAtEnd, finite(round.thresholdBytes))),
  );
  const rows = shown.map(({ round, number }) => [
    String(number),
    formatSeconds(round.start),
    formatSeconds(round.seconds),
    formatBytes(round.sentBytes, 'decimal'),
    `${formatBytes(round.estimateBytesPerSecond, 'decimal')}/s`,
    formatBytes(round.thresholdBytes),
    formatBytes(round.dirtyBytesAtEnd),
    picture(round, most, page),
  ]);
  if (isLong) {
    const more = `${rounds.length - 2 * SHOWN} more rounds`;
    rows.splice(SHOWN, 0, ['…', ...Array<string>(6).fill(''), more]);
  }
  const names = ['round', 'start', 'took', 'sent', 'estimate', 'allowed', 'left'];
  const columns = [...names.map((name) => ({ name })), { name: 'left, allowed |', align: 'left' as const }];
  const whole = { columns, rows };
  // A page too narrow for the picture may still be wide enough for the figures.
  return renderTable(
    fitsPage(whole, page)
      ? whole
      : { columns: columns.slice(0, -1), rows: rows.map((row) => row.slice(0, -1)) },
    page,
  );
}

/** What was left as a bar, with a mark at what was allowed: the run stops when the bar ends at the mark or before. */
function picture({ dirtyBytesAtEnd, thresholdBytes }: Round, most: number, { palette }: Page): string {
  const place = (bytes: number) => Math.round((finite(bytes) / most) * (PICTURE - 1));
  const [left, allowed] = [place(dirtyBytesAtEnd), place(thresholdBytes)];
  const stops = dirtyBytesAtEnd <= thresholdBytes;
  const color = stops ? palette.green : palette.yellow;
  // On one place, a bar that is too long shows behind the mark, and one that fits before it.
  const end = left === allowed ? (stops ? left : left + 1) : left;
  const bar = Array.from({ length: PICTURE }, (_, at) =>
    at === allowed ? '|' : at < end ? '█' : at === end && !stops ? '▌' : ' ',
  );
  return color(bar.join('').trimEnd());
}

/** How the guest was slowed down, from when on; of a long list its ends. */
function throttled(steps: NonNullable<Explanation['throttleSteps']>): string {
  const told = steps.map(({ time, share }) => `${formatPercent(share)} from ${formatSeconds(time)}`);
  if (told.length > 2 * SHOWN) told.splice(SHOWN, told.length - 2 * SHOWN, '…');
  return told.join(', ');
}

/** What became of each of several guests. */
function fates({ vms = [] }: Explanation): [string, string][] {
  return vms.map(({ verdict, totalSeconds, downtimeSeconds, waitedSeconds }, index) => {
    const waited = waitedSeconds > 0 ? `, waited ${formatSeconds(waitedSeconds)}` : '';
    const figures =
      totalSeconds !== null && downtimeSeconds !== null
        ? ` after ${formatSeconds(totalSeconds)}, downtime ${formatSeconds(downtimeSeconds)}`
        : '';
    return [`VM ${index + 1}`, `${verdict}${figures}${waited}`];
  });
}

function finite(bytes: number): number {
  return Number.isFinite(bytes) ? bytes : 0;
}

function timeline(explanation: Explanation): [string, string][] {
  const { verdict, totalSeconds, downtimeSeconds, sourceDowntimeSeconds, setupSeconds } = explanation;
  const { leftAtStopBytes, bytesOnWire } = explanation;
  const { vms, decisiveVm } = explanation;
  const waitedSeconds = vms?.[(decisiveVm ?? 0) - 1]?.waitedSeconds ?? 0;
  const waited = waitedSeconds > 0 ? `${formatSeconds(waitedSeconds)} of it waiting for its turn, then ` : '';
  const rows: [string, string][] = [];
  if (setupSeconds !== null)
    rows.push(['before the transfer', `${formatSeconds(setupSeconds)}: ${waited}checks and set-up`]);
  rows.push(['sent', formatBytes(bytesOnWire, 'decimal')], ...diskStory(explanation));
  if (explanation.throttleSteps) rows.push(['vCPUs kept asleep', throttled(explanation.throttleSteps)]);
  rows.push(...stop(explanation));
  if (downtimeSeconds !== null && sourceDowntimeSeconds !== null) {
    rows.push(['downtime', `${formatSeconds(downtimeSeconds)}, of which`]);
    const { downtimeParts } = explanation;
    if (downtimeParts) rows.push(...partRows(downtimeParts, explanation));
    else {
      const left = formatBytes(leftAtStopBytes);
      const after = formatSeconds(downtimeSeconds - sourceDowntimeSeconds);
      rows.push(
        ['  at the source', `${formatSeconds(sourceDowntimeSeconds)}: ${left} were left to be handed over`],
        ['  after it', `${after}: what the socket still held, loading the state, the order to run`],
      );
    }
    if (downtimeParts) rows.push(['  at the source', `${formatSeconds(sourceDowntimeSeconds)} of it in all`]);
  }
  const { postCopy } = explanation;
  if (postCopy) {
    const waited = formatSeconds(postCopy.stallSeconds);
    const asked = Math.round(postCopy.requests).toLocaleString('en');
    const from = formatSeconds(postCopy.startedAt);
    rows.push([
      'post-copy',
      `went over at ${from}; the guest asked for ${asked} pages and waited ${waited} for them`,
    ]);
  }
  if (explanation.endedSeconds !== undefined) {
    const how = verdict === 'failed' ? 'the guest was lost' : 'the product gave up';
    rows.push([verdict, `at ${formatSeconds(explanation.endedSeconds)}: ${how}`]);
  }
  if (totalSeconds !== null) rows.push(['in all', formatSeconds(totalSeconds)]);
  return rows;
}

/** When the guest was stopped, and by what if it was no stop test. */
function stop({ stoppedSeconds, forced, postCopy }: Explanation): [string, string][] {
  if (stoppedSeconds === undefined) return [];
  const why = forced !== undefined ? `: ${forced}` : postCopy ? ', to go over to post-copy' : '';
  return [['guest stopped', `at ${formatSeconds(stoppedSeconds)}${why}`]];
}

/** The parts of a downtime that took any time, in their order. */
function partRows(parts: DowntimeParts, { leftAtStopBytes, forced }: Explanation): [string, string][] {
  const left =
    forced === undefined
      ? `sending what was left, ${formatBytes(leftAtStopBytes)}`
      : 'sending while it stood still';
  const abouts: Record<keyof DowntimeParts, string> = {
    stop: 'stopping the vCPUs',
    flush: 'flushing the disks and handing them over',
    disk: 'the rest of the disk',
    finalSync: 'the last fetch of the dirty log',
    discard: 'telling the destination which of its pages are stale',
    lastCopy: left,
    deviceState: 'writing the state of the devices',
    queued: 'until the destination had read what was on its way',
    load: 'loading the state there',
    announce: 'telling the network where the guest is now',
    resume: 'hearing of the end, and starting the vCPUs',
  };
  return partNames
    .filter(([part]) => parts[part] > 0)
    .map(([part, name]) => [`  ${name}`, `${formatSeconds(parts[part])}: ${abouts[part]}`]);
}
