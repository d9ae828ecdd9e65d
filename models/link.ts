import type { Flow, Fluid, Resource } from '../sim/fluid.js';
import type { Simulation } from '../sim/kernel.js';
import { createStepFunction, type StepFunction } from '../sim/step-function.js';
import { isThere, turnsOf, type Presence } from './presence.js';

/** How senders on one link divide it when together they want more than it carries. */
export type Sharing = 'occupancy' | 'weighted' | 'strict-priority' | 'drop-tail';

/** What a sender is, as far as the queue before the link can tell. */
export type SenderKind = 'migration' | 'icmp-flood' | 'icmp-paced' | 'udp' | 'tcp';

/** Other traffic on the link, in the direction of the migration, while it is there. */
export interface Background extends Presence {
  kind: Exclude<SenderKind, 'migration'>;
  /** What it would send on an idle link, bytes/s. */
  rate: number;
}

export interface LinkParameters {
  /** What TCP gets through the idle link, bytes/s of payload. */
  goodput: number;
  sharing: Sharing;
  /** Bytes that each kind of sender can keep in the queue: its weight when it is not held back by its own rate. */
  queueBytes: Readonly<Record<SenderKind, number>>;
  /** Migrations that send at the same time, at most. Default 1. */
  migrations?: number;
}

export interface Link {
  /** A sender on the link, and through what else it sends; its flow's amounts are payload bytes. */
  open(name: string, kind: SenderKind, through?: readonly Resource[]): Flow;
  /**
   * From now on the idle link gives so much, bytes/s: there are more connections, of which one does not fill it, or the
   * guest keeps its host busier.
   */
  setGoodput(goodput: number): void;
  /** All the background carries now, bytes/s. */
  backgroundRate(): number;
  /** Bytes of background carried so far. */
  backgroundCarried(): number;
  /** What the background would have carried without any migration, bytes/s, up to now. */
  readonly backgroundAlone: StepFunction;
  /** The least and the most that it ever is. */
  readonly backgroundBounds: { least: number; most: number };
  /**
   * Whether the background wants more now than it gets beside the migrations: then the queue before the link is full all
   * the time, and packets of everybody are dropped.
   */
  readonly overflows: boolean;
  /** Calls `listener` after senders of the background have begun or ended. */
  onBackgroundChange(listener: () => void): void;
}

/**
 * A link with its background. In one first-in-first-out queue each sender's share follows the bytes that it can keep
 * queued, not what it offers ('occupancy'; measured on a shaped veth with TCP, ping floods and paced ICMP); a sender
 * that offers less than its share gets what it offers. The other policies: equal weights ('weighted'), the migration
 * always first ('strict-priority'), and shares by offered rate as in a queue that drops from its tail ('drop-tail').
 * Senders come and go at their times.
 *
 * @example
 * const background = [{ kind: 'udp', rate: 80 }];
 * const link = createLink(sim, fluid, { goodput: 100, sharing: 'weighted', queueBytes }, background);
 * link.backgroundRate() // => 80
 * const flow = link.open('migration', 'migration');
 * flow.push(1000);
 * flow.rate // => 50
 */
export function createLink(
  sim: Simulation,
  fluid: Fluid,
  parameters: LinkParameters,
  background: readonly Background[],
): Link {
  const { goodput, sharing, queueBytes, migrations = 1 } = parameters;
  const wire = fluid.resource('link', goodput);

  const weightOf = (kind: SenderKind, offered: number): number => {
    if (sharing === 'occupancy') return queueBytes[kind];
    return sharing === 'drop-tail' ? offered : 1;
  };

  const offeredAt = (time: number): number =>
    background.reduce((sum, one) => sum + (isThere(one, time) ? one.rate : 0), 0);
  const aloneAt = (time: number): number => Math.min(offeredAt(time), goodput);
  /** The flows of those who are there, in their order; others would cost as much as these. */
  const flows = new Map<number, Flow>();
  let carriedByGone = 0;
  const openBackground = ({ kind, rate }: Background, index: number): Flow =>
    fluid.open({
      name: `background ${index + 1}: ${kind}`,
      path: [wire],
      weight: weightOf(kind, rate),
      cap: rate,
      endless: true,
    });
  const comeAndGo = (time: number): void => {
    for (const [index, one] of background.entries()) {
      const flow = flows.get(index);
      if (isThere(one, time) === (flow !== undefined)) continue;
      if (flow) {
        carriedByGone += flow.drained();
        flow.close();
        flows.delete(index);
      } else flows.set(index, openBackground(one, index));
    }
  };
  comeAndGo(sim.now);
  const overflowsAt = (time: number): boolean => {
    // What a migration gets per weight if all the background is carried: who wants more per weight is held back.
    const left = sharing === 'strict-priority' ? 0 : goodput - offeredAt(time);
    const level = left / (migrations * weightOf('migration', goodput));
    return background.some((one) => isThere(one, time) && one.rate > level * weightOf(one.kind, one.rate));
  };
  const alone = createStepFunction(() => sim.now);
  alone.set(aloneAt(sim.now));
  let overflows = overflowsAt(sim.now);
  const turns = turnsOf(background, sim.now);
  const everAlone = [sim.now, ...turns].map(aloneAt);
  const listeners: (() => void)[] = [];
  for (const time of turns) {
    sim.at(time, () => {
      comeAndGo(time);
      alone.set(aloneAt(time));
      overflows = overflowsAt(time);
      for (const listener of listeners) listener();
    });
  }
  return {
    open: (name, kind, through = []) =>
      fluid.open({
        name,
        path: [wire, ...through],
        weight: weightOf(kind, goodput),
        priority: sharing === 'strict-priority' && kind === 'migration' ? 1 : 0,
      }),
    setGoodput: (now) => fluid.setCapacity(wire, now),
    backgroundRate: () => [...flows.values()].reduce((sum, flow) => sum + flow.rate, 0),
    backgroundCarried: () => [...flows.values()].reduce((sum, flow) => sum + flow.drained(), carriedByGone),
    backgroundAlone: alone,
    backgroundBounds: {
      least: everAlone.reduce((least, one) => Math.min(least, one)),
      most: everAlone.reduce((most, one) => Math.max(most, one)),
    },
    get overflows() {
      return overflows;
    },
    onBackgroundChange: (listener) => void listeners.push(listener),
  };
}
