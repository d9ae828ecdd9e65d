import { capabilities } from '../models/migration/capabilities.js';
import { stacks } from '../scenario/catalog.js';
import type { Layer } from '../scenario/merge.js';
import { createRandom, type RandomStream } from '../sim/random.js';

/**
 * A random scenario, as a user might write it: any stack, kind, size, load and a few capabilities. Some are refused by
 * their product, which is an answer too.
 *
 * @example
 * randomScenario(7).values // the same at every call
 */
export function randomScenario(seed: number): Layer {
  const random = createRandom(`scenario ${seed}`);
  const stack = pick(random, stacks);
  const ram = Math.round(logUniform(random, 64 * MIB, 512 * 1024 * MIB));
  const kind = pick(random, Object.keys(stack.kinds));
  return {
    origin: `random scenario ${seed}`,
    values: {
      stack: stack.name,
      seed,
      replications: 1,
      link: {
        rate: `${logUniform(random, 50e6, 100e9)} bit/s`,
        latency: `${logUniform(random, 1e-5, 0.02)} s`,
      },
      source: { load: random.uniform() * 0.9 },
      background: random.uniform() < 0.3 ? [background(random)] : [],
      vm: {
        vcpus: 1 + random.integer(32),
        ram: `${ram} B`,
        resident: `${Math.floor(ram * random.uniform() * 0.5)} B`,
        layout: pick(random, ['spread', 'bottom', 'top']),
        workload: Array.from({ length: random.integer(4) }, () => workload(random, ram / 8)),
        disk: { size: '64 GiB', allocated: `${logUniform(random, 1, 32 * 1024)} MiB` },
      },
      migration: {
        kind,
        patience: `${logUniform(random, 5, 20_000)} s`,
        ...(random.uniform() < 0.4 &&
          stack.qemu !== undefined && { downtimeLimit: `${logUniform(random, 0.1, 5)} s` }),
        ...(random.uniform() < 0.4 && { maxBandwidth: `${logUniform(random, 1e6, 2e9)} B/s` }),
        ...(stack.qemu !== undefined && { capabilities: someCapabilities(random) }),
      },
    },
  };
}

const MIB = 2 ** 20;

function workload(random: RandomStream, most: number): Record<string, unknown> {
  const size = Math.floor(logUniform(random, Math.min(MIB, most), most));
  const pattern = pick(random, ['sequential', 'uniform', 'zipf:1.1', 'measured']);
  return {
    size: `${size} B`,
    pattern,
    rate: random.uniform() < 0.3 ? 'max' : `${logUniform(random, 10, 1e6)} pages/s`,
    ...(pattern === 'measured' && {
      points: [
        ['100 ms', `${Math.floor(size * 0.3)} B`],
        ['1 s', `${Math.floor(size * 0.7)} B`],
      ],
    }),
  };
}

function background(random: RandomStream): Record<string, unknown> {
  return {
    kind: pick(random, ['icmp-flood', 'icmp-paced', 'udp', 'tcp']),
    rate: `${logUniform(random, 1e6, 10e9)} bit/s`,
  };
}

/** None, one or two: what a product refuses together, it mostly refuses in pairs. */
function someCapabilities(random: RandomStream): string[] {
  const names = Object.keys(capabilities);
  return [...new Set(Array.from({ length: random.integer(3) }, () => pick(random, names)))];
}

function pick<T>(random: RandomStream, of: readonly T[]): T {
  return of[random.integer(of.length)]!;
}

function logUniform(random: RandomStream, from: number, to: number): number {
  return from * (to / from) ** random.uniform();
}
