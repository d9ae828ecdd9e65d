import { mostDeepPerSecond } from '../models/socket-depth.js';
import bench from '../scenario/profiles/qemu-7.2-bench.json' with { type: 'json' };
import { linkMbits } from './qemu-1.2.1-run.js';
import type { Qemu72Run } from './qemu-7.2-run.js';

/**
 * The link of a measured run and the traffic beside it, as fields of a scenario.
 *
 * @param isBusy whether the machine had other work before the run
 */
export function trafficFields({ config }: Qemu72Run, isBusy: boolean): Record<string, unknown> {
  const { background, tcpLimitOutputBytes, link } = config;
  const share = linkMbits(link) / measuredFrames;
  const isSmallQueue = tcpLimitOutputBytes > 0 && tcpLimitOutputBytes < kernelLimit;
  const smallQueue = isBusy ? busySmallQueue : quietSmallQueue;
  const queue = isSmallQueue ? smallQueue.bytes : bench.constants.queue.migration.value;
  return {
    ...(share !== 1 && {
      'link.rate': bench.link.rate * share,
      'link.goodput': bench.link.goodput * share,
    }),
    ...(isSmallQueue && {
      'parameters.queue.migration': queue,
      'parameters.queue.spread': smallQueue.spread,
    }),
    ...(background && backgroundFields(background, bench.link.goodput * share, queue)),
  };
}

function backgroundFields(
  { kind, mbit, n, size }: NonNullable<Qemu72Run['config']['background']>,
  goodput: number,
  queuedByMigration: number,
): Record<string, unknown> {
  const senders = n ?? 1;
  const sender = { kind: senderKinds[kind] ?? 'icmp-flood', rate: `${(mbit ?? 930) / senders} Mbit/s` };
  const each = (...parts: readonly object[]) => Array.from({ length: senders }, () => parts).flat();
  if (sender.kind !== 'icmp-flood') return { background: each(sender) };
  const packet = size ?? smallPacket;
  if (packet <= smallPacket) {
    const queued = smallFloodShare * queuedByMigration;
    return { background: each(sender), 'parameters.queue.icmpFlood': queued };
  }
  const onWire = packet * (frame / smallPacket);
  if (senders === 1) return { background: [sender], 'parameters.queue.icmpFlood': loneFlood * onWire };
  return {
    background: each(...collapsing(sender, onWire, senders, goodput, queuedByMigration)),
    'parameters.queue.icmpFlood': onWire,
    // They lose fragments, so the queue before the link is full though after their collapse they get less than their
    // share; beside a full queue the socket is deep: after a millisecond, and then for longer than any run.
    'parameters.stream.deepPerSecond': mostDeepPerSecond,
    'parameters.stream.deepSeconds': '1 h',
  };
}

/**
 * One of several floods of large packets, before and after they collapse. At first they have what their packets in the
 * queue give them. But they lose fragments to one another, one packet in twelve lacks some, and what arrives of it takes
 * memory for reassembly until that is full (Linux: 4 MiB, kept for 30 s); from then on no packet is answered, and each
 * flood sends on by its timer only.
 */
function collapsing(
  flood: object,
  packet: number,
  floods: number,
  goodput: number,
  queuedByMigration: number,
): object[] {
  const queued = floods * packet;
  const carried = (goodput * queued) / (queued + queuedByMigration);
  const end = `${(packetsToCollapse * packet) / carried} s`;
  return [
    { ...flood, until: end },
    { ...flood, rate: `${packetsAfterCollapse * packet} B/s`, from: end },
  ];
}

/** Senders as the campaign names them; what it does not, is taken for a ping flood. */
const senderKinds: Readonly<Record<string, string>> = { blast: 'icmp-paced', udp: 'udp', tcp: 'tcp' };

/** The campaign's shaper, Mbit/s of frames. */
const measuredFrames = 974;
/** What one frame carries of a ping's packet, and the frame on the wire, bytes. */
const smallPacket = 1472;
const frame = 1514;
/**
 * A flood of small packets has the same share beside a migration whatever that keeps queued, as its packets go when the
 * queue is short: 0.7 % (class e at 4 MiB), and four have 2.3 % beside 128 KiB (e-22).
 */
const smallFloodShare = bench.constants.queue.icmpFlood.value / bench.constants.queue.migration.value;
/**
 * A flood of large packets that is alone has as much as if it kept so many queued, for the same reason. From the counters of
 * echoes in e-07 and e-21, the first repeats: 115 and 279 a second, 1.37 and 1.49. Of four it is 1.05, left out.
 */
const loneFlood = 1.43;
/**
 * Packets that several floods get through together until they collapse, and what each sends a second then (ping(8):
 * 100, or when one is answered, but a full socket blocks it). From the counters of echoes in e-08, e-23 and e2-16, the
 * first repeats: 720, 760 and 240 packets in 2.3, 1.2 and 0.4 s; after it 223, 233 and 226 a second from four.
 */
const packetsToCollapse = 570;
const packetsAfterCollapse = 57;
/** What tcp_limit_output_bytes is by itself. */
const kernelLimit = 4 * 2 ** 20;
/**
 * What a stream keeps queued where tcp_limit_output_bytes is 128 KiB, and how it differs from run to run (ln): from the
 * rates beside paced ICMP of classes e and e2, 0.32 to 0.77 MB in 17 runs of a quiet machine, 0.32 to 1.33 in 9 others.
 * There the paced sender falls behind at times, and at times the migration.
 */
const quietSmallQueue = { bytes: 0.55e6, spread: 0.24 };
const busySmallQueue = { bytes: 0.73e6, spread: 0.5 };
