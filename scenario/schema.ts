import { z } from 'zod';
import { formatQuantity, readQuantity, type Dimension } from './units.js';

/*
 * The scenario as people write it: every field with its default, range and meaning, here and nowhere else. --help, the
 * docs and the JSON Schema are made from it, and reading a value turns it into SI. A field without default is filled by
 * resolve.ts from the profile; what it then is, its description says.
 */

/** What a quantity may be, in SI. Without `infinite` it must be finite. */
export interface Range {
  min?: number;
  above?: number;
  max?: number;
  integer?: boolean;
  infinite?: boolean;
}

/** What each quantity of the schema measures, found by the zod schema of its input. */
export const quantities = z.registry<{ dimension: Dimension; range: Range }>();

/** Lists of mappings that may be written as one mapping where there is one entry. */
export const singleOrList = z.registry<{ single: true }>();

function quantity(dimension: Dimension, range: Range, description: string) {
  const written = z.union([z.string(), z.number()]).register(quantities, { dimension, range });
  return written
    .transform((value, context) => {
      const reading = readQuantity(value, dimension);
      const rule = 'rule' in reading ? reading.rule : brokenRule(reading.value, dimension, range);
      if ('value' in reading && rule === undefined) return reading.value;
      context.addIssue({ code: 'custom', message: rule ?? '' });
      return z.NEVER;
    })
    .meta({ description });
}

function brokenRule(value: number, dimension: Dimension, range: Range): string | undefined {
  const { min = -Infinity, above = -Infinity, max = Infinity, integer = false, infinite = false } = range;
  const show = (bound: number) => (bound === 0 ? '0' : formatQuantity(bound, dimension));
  // Who writes 66 for 66 % is told how a share is written.
  const hint = dimension === 'fraction' ? ' (66 % is written 66 % or 0.66)' : '';
  if (value === Infinity && !infinite) return 'must be finite';
  if (integer && !Number.isSafeInteger(value)) return 'must be a whole number';
  if (value <= above) return `must be greater than ${show(above)}${hint}`;
  if (value < min) return `must be at least ${show(min)}${hint}`;
  if (value > max && value !== Infinity) return `must be at most ${show(max)}${hint}`;
  return undefined;
}

function choice<const T extends readonly string[]>(values: T, description: string) {
  return z.enum(values).meta({ description });
}

const POSITIVE: Range = { above: 0 };
const NOT_NEGATIVE: Range = { min: 0 };
const SHARE: Range = { min: 0, max: 1 };
/** Nobody has a guest or a disk of a pebibyte; a slip of the unit is likelier. */
const SIZE_MAX = 2 ** 50;
/** A day, s: of a migration that does not converge, every call is simulated, 80 of them a second. */
const PATIENCE_MAX = 86_400;

const host = (whose: string) =>
  z
    .strictObject({
      cpus: quantity(
        'count',
        { min: 1, max: 4096, integer: true },
        "Logical CPUs. Default: the profile's, or as many threads a core as there.",
      ).optional(),
      cores: quantity(
        'count',
        { min: 1, max: 4096, integer: true },
        "Physical cores, of one or two threads. Default: the profile's, or as many threads a core as there.",
      ).optional(),
      load: quantity(
        'fraction',
        SHARE,
        "Share of the logical CPUs that other work keeps busy. Default: the profile's.",
      ).optional(),
      busyThreads: quantity(
        'count',
        { min: 0, max: 65_536 },
        'Threads besides the load that always want a CPU, such as busy loops; may be more than the CPUs.',
      ).prefault(0),
    })
    .meta({ description: whose });

const link = z
  .strictObject({
    rate: quantity('rate', POSITIVE, "Rate on the wire. Default: the profile's.").optional(),
    goodput: quantity(
      'rate',
      POSITIVE,
      "What one TCP stream gets of the idle link, at most its rate. Default: the profile's share of the rate.",
    ).optional(),
    latency: quantity('seconds', NOT_NEGATIVE, "One-way delay. Default: the profile's.").optional(),
    sharing: choice(
      ['occupancy', 'weighted', 'strict-priority', 'drop-tail'],
      "How migration and background share the link: occupancy, as senders of one host; drop-tail, as with others' traffic in a switch; weighted evenly; or the migration first. Default: the profile's.",
    ).optional(),
  })
  .meta({ description: 'The network between the hosts.' });

/** When something is there, among the fields of what comes and goes. */
const presence = {
  from: quantity('seconds', NOT_NEGATIVE, 'When it begins, after the request.').prefault('0 s'),
  until: quantity(
    'seconds',
    { above: 0, infinite: true },
    'When it ends, after the request, or none: it goes on.',
  ).prefault('none'),
};

const background = z
  .strictObject({
    kind: choice(['icmp-flood', 'icmp-paced', 'udp', 'tcp'], 'Kind of traffic.').prefault('icmp-flood'),
    rate: quantity(
      'rate',
      NOT_NEGATIVE,
      'Rate offered to the link, which may be more than the link carries.',
    ),
    ...presence,
  })
  .meta({ description: 'Traffic on the link besides the migration.' });

const workload = z
  .strictObject({
    size: quantity(
      'bytes',
      { min: 0, max: SIZE_MAX },
      'Memory that the guest rewrites continually, besides vm.resident; 0: no workload.',
    ),
    rate: quantity(
      'visits',
      { above: 0, infinite: true },
      'Page visits: max, in pages/s, or in bytes/s of pages of 4096 B.',
    ).prefault('max'),
    period: quantity(
      'seconds',
      NOT_NEGATIVE,
      "From the start of one sweep to the start of the next, if the sweep is over by then. Default: the profile's.",
    ).optional(),
    pattern: z
      .string()
      .regex(
        /^(?:sequential|uniform|measured|zipf:\d+(?:\.\d+)?)$/u,
        'must be sequential, uniform, zipf:A with an exponent A such as zipf:0.99, or measured',
      )
      .meta({ description: 'Order of the visits: sequential, uniform, zipf:A, or measured, with points.' })
      .prefault('sequential'),
    points: z
      .array(
        z.tuple([
          quantity('seconds', POSITIVE, 'Window.'),
          quantity('bytes', { min: 0, max: SIZE_MAX }, 'Distinct pages dirtied in such a window, as a size.'),
        ]),
      )
      .min(1)
      .optional()
      .meta({
        description: 'Of the pattern measured: [window, size] pairs, windows rising, sizes not falling.',
      }),
    incompressible: quantity(
      'fraction',
      SHARE,
      'Share of the data that no compression makes smaller; of no effect where nothing compresses.',
    ).prefault(1),
    changes: quantity(
      'bytes',
      { min: 1, max: 4096 },
      'Bytes of a page that differ when it is sent again, for XBZRLE; 4096 B: all of them.',
    ).prefault('4 KiB'),
    busy: quantity(
      'fraction',
      { above: 0, max: 1 },
      'Share of a vCPU that this work needs; a throttle that leaves it as much does not slow it.',
    ).prefault('100 %'),
    ...presence,
  })
  .meta({ description: 'A region of memory that the guest keeps writing while that work is there.' });

const diskWrites = z
  .strictObject({
    size: quantity('bytes', { above: 0, max: SIZE_MAX }, 'Part of the disk that the guest keeps writing.'),
    rate: quantity('rate', POSITIVE, 'What it writes while it runs at full speed.'),
    pattern: choice(['sequential', 'uniform'], 'Order of the writes.').prefault('sequential'),
    request: quantity(
      'bytes',
      { min: 512, max: 2 ** 30 },
      'Size of one write; where they are random, each makes a whole chunk dirty.',
    ).prefault('64 KiB'),
    ...presence,
  })
  .meta({ description: 'A part of the disk that the guest keeps writing while that work is there.' });

const vm = z
  .strictObject({
    vcpus: quantity('count', { min: 1, max: 4096, integer: true }, 'Virtual CPUs.').prefault(8),
    ram: quantity('bytes', { above: 0, max: SIZE_MAX }, 'Memory of the guest.').prefault('16 GiB'),
    resident: quantity(
      'bytes',
      { min: 0, max: SIZE_MAX },
      "Memory that is not zero, besides the workload's. Default: the profile's for so much RAM.",
    ).optional(),
    layout: choice(
      ['spread', 'bottom', 'top'],
      "Where the data lies in RAM; after bottom, zero pages end the scan. Default: the profile's.",
    ).optional(),
    disk: z
      .strictObject({
        size: quantity(
          'bytes',
          { min: 0, max: SIZE_MAX },
          'Virtual size. The default grows to vm.disk.allocated where that is more.',
        ).prefault('5 GiB'),
        allocated: quantity(
          'bytes',
          { min: 0, max: SIZE_MAX },
          "What the image holds, and block migration copies. Default: the profile's for such a disk.",
        ).optional(),
        writes: z.array(diskWrites).register(singleOrList, { single: true }).prefault([]),
      })
      .meta({ description: "The guest's disk." })
      .prefault({}),
    workload: z.array(workload).register(singleOrList, { single: true }).prefault([]),
  })
  .meta({ description: 'The guest.' });

const migration = z
  .strictObject({
    kind: choice(
      ['lm', 'blm', 'stop-and-copy', 'post-copy', 'hybrid'],
      'Live migration, block live migration (both as the stack does them), or another kind that the stack has.',
    ).prefault('lm'),
    downtimeLimit: quantity(
      'seconds',
      NOT_NEGATIVE,
      "The guest is stopped for the rest once that is estimated to take no longer. Default: the stack's.",
    ).optional(),
    maxBandwidth: quantity(
      'rate',
      { above: 0, infinite: true },
      "Cap on the migration's rate, or unlimited. Default: the stack's.",
    ).optional(),
    patience: quantity(
      'seconds',
      { above: 0, max: PATIENCE_MAX },
      'Horizon of the run: nobody waits for longer.',
    ).prefault('120 s'),
    timeout: quantity(
      'seconds',
      { above: 0, infinite: true },
      "The product's own limit, where it has one, or none.",
    ).prefault('none'),
    capabilities: z
      .array(z.string().min(1))
      .meta({ description: "QEMU's migration capabilities that are switched on, by QEMU's names." })
      .prefault([]),
    multifdCompression: choice(
      ['none', 'zlib', 'zstd'],
      "How the channels of QEMU's multifd compress (multifd-compression).",
    ).prefault('none'),
    encryption: choice(['none', 'tls'], 'Whether the hypervisor encrypts what it sends.').prefault('none'),
    postCopyAfter: quantity(
      'seconds',
      { min: 0, infinite: true },
      'When post-copy is asked for, after the start of the transfer, or none; the kind hybrid then does so after the first pass.',
    ).prefault('none'),
    concurrent: quantity(
      'count',
      { min: 1, max: 200, integer: true },
      'Guests like vm that are to be migrated from one host to the other at the same time.',
    ).prefault(1),
  })
  .meta({ description: 'The migration and its limits.' });

const faults = z
  .strictObject({
    network: quantity(
      'seconds',
      { min: 0, infinite: true },
      'When the connection between the hosts is lost, after the request, or none.',
    ).prefault('none'),
    destination: quantity(
      'seconds',
      { min: 0, infinite: true },
      'When the destination host is lost, after the request, or none.',
    ).prefault('none'),
    recoverAfter: quantity(
      'seconds',
      { min: 0, infinite: true },
      'So long after its loss the network is there again and a post-copy is resumed, or none.',
    ).prefault('none'),
  })
  .meta({ description: 'What breaks during the migration.' });

/**
 * The schema of a scenario as written in a file or by flags. It reads text into SI and fills the defaults that depend
 * on nothing; keys it does not know are errors. Its output is completed by resolveScenario.
 */
export const scenarioSchema = z
  .strictObject({
    stack: z
      .string()
      .min(1)
      .meta({ description: 'Product and version that migrates; migsim stacks lists them.' })
      .prefault('openstack-icehouse'),
    profile: z
      .string()
      .min(1)
      .meta({ description: "Fitted parameter set. Default: the stack's own." })
      .optional(),
    seed: quantity('count', { min: 0, integer: true }, 'Seed of every random draw.').prefault(1),
    replications: quantity(
      'count',
      { min: 1, max: 1e6, integer: true },
      'Runs with different random draws.',
    ).prefault(100),
    hosts: host('Both hosts.').optional(),
    source: host('The host that the guest leaves, where it differs from hosts.').prefault({}),
    destination: host('The host that the guest goes to, where it differs from hosts.').prefault({}),
    link: link.prefault({}),
    background: z.array(background).register(singleOrList, { single: true }).prefault([]),
    vm: vm.prefault({}),
    migration: migration.prefault({}),
    faults: faults.prefault({}),
    parameters: z
      .record(z.string(), z.unknown())
      .meta({
        description: 'Constants of the stack or the profile to be replaced; migsim stacks NAME lists them.',
      })
      .prefault({}),
  })
  .meta({
    title: 'migsim scenario',
    description: 'A live migration to be simulated. All fields have defaults.',
  });

/** The scenario after the schema: SI, plain defaults filled, the profile's still open. */
export type SchemaOutput = z.output<typeof scenarioSchema>;
