import { capabilities } from '../models/migration/capabilities.js';
import { stacks } from '../scenario/catalog.js';
import type { Layer } from '../scenario/merge.js';
import { createRandom, type RandomStream } from '../sim/random.js';

/**
 * A random scenario, as a user might write it: any stack, kind, size and load, a few capabilities, faults, several
 * guests at once. Some are refused by their product, which is an answer too.
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
      source: {
        load: random.uniform() * 0.9,
        busyThreads: random.uniform() < 0.3 ? Math.round(logUniform(random, 1, 200)) : 0,
      },
      background: random.uniform() < 0.3 ? [background(random)] : [],
      vm: {
        vcpus: 1 + random.integer(32),
        ram: `${ram} B`,
        resident: `${Math.floor(ram * random.uniform() * 0.5)} B`,
        layout: pick(random, ['spread', 'bottom', 'top']),
        workload: Array.from({ length: random.integer(4) }, () => workload(random, ram / 8)),
        disk: disk(random),
      },
      migration: {
        kind,
        patience: `${logUniform(random, 5, 20_000)} s`,
        ...(random.uniform() < 0.4 &&
          stack.qemu !== undefined && { downtimeLimit: `${logUniform(random, 0.1, 5)} s` }),
        ...(random.uniform() < 0.4 && { maxBandwidth: `${logUniform(random, 1e6, 2e9)} B/s` }),
        ...(stack.qemu !== undefined && { capabilities: someCapabilities(random) }),
        ...(random.uniform() < 0.15 && { encryption: 'tls' }),
        ...(random.uniform() < 0.1 && multifdCompression(random)),
        ...((kind === 'hybrid' || random.uniform() < 0.05) &&
          random.uniform() < 0.7 && { postCopyAfter: `${logUniform(random, 0.1, 500)} s` }),
        concurrent: random.uniform() < 0.2 ? 2 + random.integer(4) : 1,
      },
      ...(stack.qemu !== undefined && random.uniform() < 0.15 && { faults: faults(random) }),
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
    changes: `${1 + random.integer(4096)} B`,
    busy: 1 - random.uniform() * 0.9,
    incompressible: random.uniform(),
    ...(pattern === 'measured' && {
      points: [
        ['100 ms', `${Math.floor(size * 0.3)} B`],
        ['1 s', `${Math.floor(size * 0.7)} B`],
      ],
    }),
    ...presence(random),
  };
}

/** Mostly always; or it comes, or goes, or both. */
function presence(random: RandomStream): Record<string, unknown> {
  const from = logUniform(random, 0.1, 100);
  return {
    ...(random.uniform() < 0.2 && { from: `${from} s` }),
    ...(random.uniform() < 0.2 && { until: `${2 * from} s` }),
  };
}

/** An image, and at times who writes to it. */
function disk(random: RandomStream): Record<string, unknown> {
  const allocated = Math.floor(logUniform(random, MIB, 32 * 1024 * MIB));
  const writes = {
    size: `${Math.floor(allocated * logUniform(random, 0.001, 1))} B`,
    rate: `${logUniform(random, 1e4, 1e9)} B/s`,
    pattern: pick(random, ['sequential', 'uniform']),
    request: `${512 * 2 ** random.integer(12)} B`,
    ...presence(random),
  };
  return {
    size: '64 GiB',
    allocated: `${allocated} B`,
    writes: random.uniform() < 0.2 ? [writes] : [],
  };
}

/** A network that is lost, and perhaps comes back, or a destination that dies. */
function faults(random: RandomStream): Record<string, unknown> {
  const at = `${logUniform(random, 0.1, 500)} s`;
  if (random.uniform() < 0.3) return { destination: at };
  return {
    network: at,
    ...(random.uniform() < 0.5 && { recoverAfter: `${logUniform(random, 0.1, 100)} s` }),
  };
}

/** Goes with multifd and nothing else. */
function multifdCompression(random: RandomStream): Record<string, unknown> {
  return { capabilities: ['multifd'], multifdCompression: pick(random, ['zlib', 'zstd']) };
}

function background(random: RandomStream): Record<string, unknown> {
  return {
    kind: pick(random, ['icmp-flood', 'icmp-paced', 'udp', 'tcp']),
    rate: `${logUniform(random, 1e6, 10e9)} bit/s`,
    ...presence(random),
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
