import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assignFlag, assignSetting } from '../../scenario/flags.js';
import { InputError } from '../../scenario/input-error.js';
import type { Assignment, Layer } from '../../scenario/merge.js';
import { parseScenarioText } from '../../scenario/parse.js';
import { resolveScenario } from '../../scenario/resolve.js';
import { defaultsFor } from './defaults.js';

const resolve = (...layers: (Layer | Assignment)[]) => resolveScenario(layers, defaultsFor);
const yaml = (text: string) => parseScenarioText(text, 'x.yaml');
const GiB = 2 ** 30;

/** The example of the documentation, whole. */
const EXAMPLE = `
stack: openstack-icehouse
profile: icclab-2014
seed: 1
replications: 100
hosts: { cpus: 24, cores: 12, load: 66 % }
link: { rate: 1 Gbit/s, goodput: 930 Mbit/s, latency: 0.1 ms, sharing: occupancy }
background: { kind: icmp-flood, rate: 930 Mbit/s, from: 5 s, until: 1 min }
vm:
  vcpus: 8
  ram: 16 GiB
  resident: 600 MB
  layout: spread
  disk: { size: 5 GiB, allocated: 200 MB }
  workload: [ { size: 96 MiB, rate: max, period: 50 ms, pattern: sequential, incompressible: 1, from: 1 s, until: none } ]
migration:
  kind: lm
  downtimeLimit: 30 ms
  maxBandwidth: unlimited
  patience: 120 s
  timeout: none
parameters: { burst: { quantiles: [[1, 3.46], [50, 5.86], [99, 7.04]], unit: GB/s, correlation: 0.3 } }
`;

/** Traffic that neither begins nor ends. */
const always = { from: 0, until: Infinity };

test('without file and flags it is the idle VM of the study, migrated live', () => {
  expect(resolve()).toEqual({
    stack: 'openstack-icehouse',
    profile: 'icclab-2014',
    seed: 1,
    replications: 100,
    source: { cpus: 24, cores: 12, load: 0, busyThreads: 0 },
    destination: { cpus: 24, cores: 12, load: 0, busyThreads: 0 },
    link: { rate: 125e6, goodput: 116.25e6, latency: 1e-4, sharing: 'occupancy' },
    background: [],
    vm: {
      vcpus: 8,
      ram: 16 * GiB,
      resident: 200e6 + (16 * GiB) / 64,
      layout: 'spread',
      disk: { size: 5 * GiB, allocated: 200e6, writes: [] },
      workload: [],
    },
    migration: {
      kind: 'lm',
      downtimeLimit: 0.03,
      maxBandwidth: Infinity,
      patience: 120,
      timeout: null,
      capabilities: [],
      multifdCompression: 'none',
      encryption: 'none',
      postCopyAfter: null,
      concurrent: 1,
    },
    faults: { network: null, destination: null, recoverAfter: null },
    parameters: {},
  });
});

test('every field of a file becomes SI', () => {
  expect(resolve(yaml(EXAMPLE))).toEqual({
    stack: 'openstack-icehouse',
    profile: 'icclab-2014',
    seed: 1,
    replications: 100,
    source: { cpus: 24, cores: 12, load: 0.66, busyThreads: 0 },
    destination: { cpus: 24, cores: 12, load: 0.66, busyThreads: 0 },
    link: { rate: 125e6, goodput: 116.25e6, latency: 1e-4, sharing: 'occupancy' },
    background: [{ kind: 'icmp-flood', rate: 116.25e6, from: 5, until: 60 }],
    vm: {
      vcpus: 8,
      ram: 16 * GiB,
      resident: 600e6,
      layout: 'spread',
      disk: { size: 5 * GiB, allocated: 200e6, writes: [] },
      workload: [
        {
          size: 96 * 2 ** 20,
          rate: Infinity,
          period: 0.05,
          pattern: { kind: 'sequential' },
          incompressible: 1,
          changes: 4096,
          busy: 1,
          from: 1,
          until: Infinity,
        },
      ],
    },
    migration: {
      kind: 'lm',
      downtimeLimit: 0.03,
      maxBandwidth: Infinity,
      patience: 120,
      timeout: null,
      capabilities: [],
      multifdCompression: 'none',
      encryption: 'none',
      postCopyAfter: null,
      concurrent: 1,
    },
    faults: { network: null, destination: null, recoverAfter: null },
    parameters: {
      burst: {
        quantiles: [
          [1, 3.46],
          [50, 5.86],
          [99, 7.04],
        ],
        unit: 'GB/s',
        correlation: 0.3,
      },
    },
  });
});

describe('precedence', () => {
  test('flags go over the file, and the file over the profile', () => {
    const file = yaml('vm: { ram: 4 GiB, resident: 300 MB }');
    const { vm } = resolve(file, assignFlag('ram', '8GiB'));
    expect(vm.ram).toBe(8 * GiB);
    expect(vm.resident).toBe(300e6);
    expect(resolve(assignFlag('ram', '8GiB'), file).vm.ram).toBe(4 * GiB);
  });

  test('a flag for both hosts goes over a file that speaks of one', () => {
    const file = yaml('hosts: { load: 10 % }\nsource: { load: 50 % }');
    expect(resolve(file).source.load).toBe(0.5);
    expect(resolve(file).destination.load).toBe(0.1);
    expect(resolve(file, assignFlag('cpu-load', '66%')).source.load).toBe(0.66);
  });

  test('source differs from hosts in one file whatever their order', () => {
    const { source, destination } = resolve(yaml('source: { load: 50 % }\nhosts: { load: 10 % }'));
    expect([source.load, destination.load]).toEqual([0.5, 0.1]);
  });

  test('busy threads are counted on both hosts or on one, none where nothing is said', () => {
    const file = yaml('hosts: { busyThreads: 8 }\nsource: { busyThreads: 2.5 }');
    const { source, destination } = resolve(file);
    expect([source.busyThreads, destination.busyThreads]).toEqual([2.5, 8]);
    expect(resolve(yaml('source: { busyThreads: 2 }')).destination.busyThreads).toBe(0);
    expect(() => resolve(yaml('hosts: { busyThreads: -1 }'))).toThrow(
      'x.yaml:1:23: hosts.busyThreads is -1: must be at least 0',
    );
  });

  test('a flag changes the first workload and leaves the others', () => {
    const file = yaml('vm: { workload: [{ size: 1 GiB, pattern: uniform }, { size: 2 GiB }] }');
    const { workload } = resolve(file, assignFlag('stress', '96MiB')).vm;
    expect(workload.map(({ size }) => size)).toEqual([96 * 2 ** 20, 2 * GiB]);
    expect(workload[0]!.pattern).toEqual({ kind: 'uniform' });
  });

  test('a list replaces the list below it', () => {
    const low = yaml('background: [{ rate: 1 Mbit/s }, { rate: 2 Mbit/s }]');
    expect(resolve(low, yaml('background: { kind: udp, rate: 8 Mbit/s }')).background).toEqual([
      { kind: 'udp', rate: 1e6, ...always },
    ]);
  });

  test('a flag changes the rate of the traffic that a file describes', () => {
    const file = yaml('background: { kind: tcp, rate: 1 Mbit/s }');
    expect(resolve(file, assignFlag('net-load', 200)).background).toEqual([
      { kind: 'tcp', rate: 25e6, ...always },
    ]);
    expect(resolve(assignFlag('net-load', '200')).background).toEqual([
      { kind: 'icmp-flood', rate: 25e6, ...always },
    ]);
  });

  test('parameters are merged constant by constant', () => {
    const layers = [
      yaml('parameters: { burst: { correlation: 0.3 } }'),
      assignSetting('parameters.burst.unit=GB/s'),
    ];
    expect(resolve(...layers).parameters).toEqual({ burst: { correlation: 0.3, unit: 'GB/s' } });
  });
});

describe('what follows from another field', () => {
  test('goodput keeps its share of a changed rate', () => {
    expect(resolve(assignFlag('link', '10 Gbit/s')).link.goodput).toBeCloseTo(1162.5e6, 3);
  });

  test('cores follow the threads, and CPUs the cores', () => {
    expect(resolve(assignSetting('hosts.cpus=48')).source).toMatchObject({ cpus: 48, cores: 24, load: 0 });
    expect(resolve(assignSetting('source.cores=4')).source).toMatchObject({ cpus: 8, cores: 4, load: 0 });
    expect(resolve(assignSetting('hosts.cpus=1')).source).toMatchObject({ cpus: 1, cores: 1, load: 0 });
  });

  test('the disk grows to what it holds, unless its size is stated', () => {
    expect(resolve(assignFlag('disk', '10 GiB')).vm.disk.size).toBe(10 * GiB);
  });

  test('a guest too small for the profile is full', () => {
    expect(resolve(assignFlag('ram', '64 MiB')).vm.resident).toBe(64 * 2 ** 20);
  });

  test('a workload of size 0 is none, and traffic of rate 0 too', () => {
    const { vm, background } = resolve(assignFlag('stress', '0'), assignFlag('net-load', '0'));
    expect([vm.workload, background]).toEqual([[], []]);
  });

  test('patterns', () => {
    const pattern = (text: string) =>
      resolve(yaml(`vm: { workload: [{ size: 1 GiB, ${text} }] }`)).vm.workload[0]!.pattern;
    expect(pattern('pattern: zipf:0.99')).toEqual({ kind: 'zipf', exponent: 0.99 });
    expect(pattern('pattern: measured, points: [[1 ms, 4 MiB], [1 s, 1 GiB]]')).toEqual({
      kind: 'measured',
      points: [
        [0.001, 4 * 2 ** 20],
        [1, GiB],
      ],
    });
  });
});

describe('messages', () => {
  test.each([
    ['vm:\n  ram: -4 GiB', 'x.yaml:2:8: vm.ram is -4 GiB: must be greater than 0'],
    ['vm:\n  ram: 4', 'x.yaml:2:8: vm.ram is 4: must have a unit, such as 16 GiB or 600 MB'],
    ['vm:\n  rma: 4 GiB', 'x.yaml:2:3: vm.rma is 4 GiB: no such field; did you mean vm.ram?'],
    ['ram: 4 GiB', 'x.yaml:1:1: ram is 4 GiB: no such field; did you mean vm.ram?'],
    [
      'link: { colour: red }',
      'x.yaml:1:9: link.colour is red: no such field; link has rate, goodput, latency, sharing',
    ],
    [
      'vm: 5',
      'x.yaml:1:5: vm is 5: must be a mapping of fields (vcpus, ram, resident, layout, disk, workload)',
    ],
    [
      'vm:',
      'x.yaml:1:4: vm is null: must be a mapping of fields (vcpus, ram, resident, layout, disk, workload)',
    ],
    [
      'vm: { ram: [1 GiB, 2 GiB] }',
      'x.yaml:1:12: vm.ram is ["1 GiB","2 GiB"]: a list here would be a sweep: not in this version',
    ],
    [
      'migration: { kind: [lm, blm] }',
      'x.yaml:1:20: migration.kind is ["lm","blm"]: a list here would be a sweep: not in this version',
    ],
    [
      'migration: { kind: post_copy }',
      'x.yaml:1:20: migration.kind is post_copy: must be one of lm, blm, stop-and-copy, post-copy, hybrid; did you mean post-copy?',
    ],
    ['stack: 7', 'x.yaml:1:8: stack is 7: must be a text'],
    ['stack: kvm', 'x.yaml:1:8: stack is kvm: must be one of openstack-icehouse, qemu-1.2.1'],
    ['profile: mine', 'x.yaml:1:10: profile is mine: must be icclab-2014'],
    ['seed: 1.5', 'x.yaml:1:7: seed is 1.5: must be a whole number'],
    ['seed: -1', 'x.yaml:1:7: seed is -1: must be at least 0'],
    ['seed: .nan', 'x.yaml:1:7: seed is NaN: must be a number such as 8 or 100'],
    ['replications: 0', 'x.yaml:1:15: replications is 0: must be at least 1'],
    ['replications: 2e6', 'x.yaml:1:15: replications is 2000000: must be at most 1000000'],
    [
      'hosts: { load: 66 }',
      'x.yaml:1:16: hosts.load is 66: must be at most 100 % (66 % is written 66 % or 0.66)',
    ],
    ['hosts: 3', 'x.yaml:1:8: hosts is 3: must be a mapping of fields (cpus, cores, load, busyThreads)'],
    [
      'hosts: { cpus: 4, cores: 8 }',
      'x.yaml:1:16: hosts.cpus is 4: 4 logical CPUs on 8 cores: a core has one or 2 of them',
    ],
    [
      'link: { goodput: 2 Gbit/s }',
      'x.yaml:1:18: link.goodput is 2 Gbit/s: must be at most link.rate, which is 1 Gbit/s',
    ],
    ['link: { rate: 0 }', 'x.yaml:1:15: link.rate is 0: must be greater than 0'],
    ['link: { rate: unlimited }', 'x.yaml:1:15: link.rate is unlimited: must be finite'],
    [
      'background: { kind: udp }',
      'x.yaml:1:13: background.rate is missing: must be a rate such as 930 Mbit/s or 128 MiB/s',
    ],
    [
      'background: [{ rate: 5 ms }]',
      "x.yaml:1:22: background[0].rate is 5 ms: must be a rate such as 930 Mbit/s or 128 MiB/s, and 'ms' is no unit of that",
    ],
    [
      'background: { rate: 1 Mbit/s, until: 5 s, from: 9 s }',
      'x.yaml:1:49: background.from is 9 s: must be before background[0].until, which is 5 s',
    ],
    [
      'vm: { workload: [{ size: 1 MiB, until: 5 s, from: 9 s }] }',
      'x.yaml:1:51: vm.workload[0].from is 9 s: must be before vm.workload[0].until, which is 5 s',
    ],
    ['background: much', 'x.yaml:1:13: background is much: must be a list'],
    [
      'background: [{ rate: 0 }, { rate: 1 Mbit/s, from: 1 min, until: 60 s }]',
      'x.yaml:1:51: background[1].from is 1 min: must be before background[1].until, which is 60 s',
    ],
    [
      'vm: { workload: [{ sise: 1 GiB }] }',
      'x.yaml:1:20: vm.workload[0].sise is 1 GiB: no such field; did you mean vm.workload[0].size?',
    ],
    [
      'vm: { workload: [{ size: 1 GiB, pattern: zipf }] }',
      'x.yaml:1:42: vm.workload[0].pattern is zipf: must be sequential, uniform, zipf:A with an exponent A such as zipf:0.99, or measured',
    ],
    [
      'vm: { workload: [{ size: 1 GiB, pattern: measured }] }',
      'x.yaml:1:18: vm.workload[0].points is missing: the pattern measured needs its points',
    ],
    [
      'vm: { workload: [{ size: 1 GiB, points: [[1 s, 1 MiB]] }] }',
      'x.yaml:1:41: vm.workload[0].points is [["1 s","1 MiB"]]: belongs to the pattern measured',
    ],
    [
      'vm: { workload: [{ size: 1 GiB, pattern: measured, points: [] }] }',
      'x.yaml:1:60: vm.workload[0].points is []: must not be empty',
    ],
    [
      'vm: { workload: [{ size: 1 GiB, pattern: measured, points: [[1 s]] }] }',
      'x.yaml:1:61: vm.workload[0].points[0] is ["1 s"]: must be a pair [window, size]',
    ],
    [
      'vm: { workload: [{ size: 1 GiB, pattern: measured, points: [[1 s, 1 MiB], [1 s, 2 MiB]] }] }',
      'x.yaml:1:76: vm.workload[0].points[1][0] is 1 s: windows must rise from point to point',
    ],
    [
      'vm: { workload: [{ size: 1 GiB, pattern: measured, points: [[1 s, 2 GiB]] }] }',
      "x.yaml:1:67: vm.workload[0].points[0][1] is 2 GiB: must be at most the workload's size, 1 GiB",
    ],
    [
      'vm: { workload: [{ size: 17 GiB }] }',
      'x.yaml:1:26: vm.workload[0].size is 17 GiB: stress > RAM (17 GiB > 16 GiB): what a guest holds must fit into vm.ram',
    ],
    [
      'vm: { resident: 17 GiB }',
      'x.yaml:1:17: vm.resident is 17 GiB: resident > RAM (17 GiB > 16 GiB): what a guest holds must fit into vm.ram',
    ],
    [
      'vm: { resident: 10 GiB, workload: [{ size: 10 GiB }] }',
      'x.yaml:1:44: vm.workload[0].size is 10 GiB: resident + stress > RAM (10 GiB + 10 GiB > 16 GiB): what a guest holds must fit into vm.ram',
    ],
    [
      'vm: { disk: { size: 1 GiB, allocated: 2 GiB } }',
      'x.yaml:1:39: vm.disk.allocated is 2 GiB: must be at most vm.disk.size, which is 1 GiB',
    ],
    ['migration: { maxBandwidth: 0 }', 'x.yaml:1:28: migration.maxBandwidth is 0: must be greater than 0'],
    ['migration: { patience: 30 d }', 'x.yaml:1:24: migration.patience is 30 d: must be at most 86400 s'],
    ['migration: { patience: none }', 'x.yaml:1:24: migration.patience is none: must be finite'],
    ['parameters: 3', 'x.yaml:1:13: parameters is 3: must be a mapping of constants'],
    ['vm: { vcpus: 99999999999 }', 'x.yaml:1:14: vm.vcpus is 99999999999: must be at most 4096'],
  ])('%s', (text, message) => {
    expect(() => resolve(yaml(text))).toThrow(new InputError(message));
  });

  test('of a flag name the flag', () => {
    expect(() => resolve(assignFlag('ram', '16'))).toThrow(
      new InputError('--ram: vm.ram is 16: must have a unit, such as 16 GiB or 600 MB'),
    );
    expect(() => resolve(assignFlag('cpu-load', '166%'))).toThrow(
      new InputError('--cpu-load: hosts.load is 166%: must be at most 100 % (66 % is written 66 % or 0.66)'),
    );
    expect(() => resolve(assignFlag('net-load', '-5'))).toThrow(
      new InputError('--net-load: background.rate is -5 Mbit/s: must be at least 0'),
    );
    expect(() => resolve(assignFlag('dirty-rate', '100 pages/s'))).toThrow(
      new InputError('--dirty-rate: vm.workload[0].size is missing: must be a size such as 16 GiB or 600 MB'),
    );
  });

  test('of times that do not fit together name the one changed last', () => {
    const file = yaml('background: { rate: 1 Mbit/s, from: 9 s }');
    expect(() => resolve(file, { origin: '--set', path: 'background.until', value: '5 s' })).toThrow(
      new InputError('--set: background.until is 5 s: must be after background[0].from, which is 9 s'),
    );
  });

  test('of two fields that do not fit together name the one changed last', () => {
    const file = yaml('vm: { workload: [{ size: 10 GiB }] }');
    expect(() => resolve(file, assignFlag('ram', '4 GiB'))).toThrow(
      new InputError(
        '--ram: vm.ram is 4 GiB: stress > RAM (10 GiB > 4 GiB): what a guest holds must fit into vm.ram',
      ),
    );
    expect(() => resolve(assignFlag('goodput', '900 Mbit/s'), assignFlag('link', '100 Mbit/s'))).toThrow(
      new InputError('--link: link.rate is 100 Mbit/s: must be at least link.goodput, which is 900 Mbit/s'),
    );
  });

  test('of an assignment to an unknown field or past the end of a list', () => {
    expect(() => resolve({ origin: 'row 3', path: 'vm.rma', value: '1 GiB' })).toThrow(
      new InputError('row 3: vm.rma is 1 GiB: no such field; did you mean vm.ram?'),
    );
    expect(() => resolve(assignSetting('vm.workload[2].size=1 GiB'))).toThrow(
      new InputError(
        '--set vm.workload[2].size: vm.workload[2].size: the list has 0 entries, and the next would be [0]',
      ),
    );
  });

  test('bugs of the defaults are not dressed as wrong input', () => {
    const broken = () => {
      throw new TypeError('a bug');
    };
    expect(() => resolveScenario([], broken)).toThrow(TypeError);
  });
});

describe('any input resolves or is refused, and never ends in another error', () => {
  const attempt = (...layers: (Layer | Assignment)[]) => {
    try {
      resolve(...layers);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      expect(error.message).not.toMatch(/\n|undefined|\[object/u);
    }
  };

  test('structures of any kind', () => {
    const names = [
      'stack',
      'hosts',
      'source',
      'link',
      'rate',
      'background',
      'vm',
      'ram',
      'workload',
      'size',
      'pattern',
    ];
    const key = fc.oneof(
      fc.constantFrom(...names, 'points', 'parameters', '__proto__', 'toString'),
      fc.string(),
    );
    const values = [
      fc.string(),
      fc.double(),
      fc.constantFrom(null, '4 GiB', '1 Gbit/s', 'zipf:1', 'measured'),
      fc.date(),
    ];
    fc.assert(
      fc.property(fc.object({ key, values, maxDepth: 5, withNullPrototype: true }), (values) => {
        attempt({ origin: 'x', values });
      }),
      { numRuns: 250 },
    );
  });

  test('values of any kind at any field', () => {
    const paths = [
      'hosts',
      'hosts.load',
      'background',
      'background.rate',
      'vm.workload',
      'vm.workload[0]',
      'vm.ram',
    ];
    const path = fc.constantFrom(
      ...paths,
      'vm.workload[0].points',
      'migration.timeout',
      'parameters.a.b',
      'vm',
      'link',
    );
    const assignment = fc.record({ origin: fc.constant('--set'), path, value: fc.anything() });
    fc.assert(
      fc.property(fc.array(assignment, { maxLength: 4 }), (assignments) => {
        attempt(...assignments);
      }),
      { numRuns: 250 },
    );
  });

  test('a structure that contains itself', () => {
    const values: Record<string, unknown> = {};
    values.parameters = values;
    expect(() => resolve({ origin: 'x', values })).toThrow(/^x: parameters\..* is nested too deeply$/u);
  });
});

test('nothing given is changed', () => {
  const values = Object.freeze({
    vm: Object.freeze({ workload: Object.freeze([Object.freeze({ size: '1 GiB' })]) }),
  });
  expect(resolve({ origin: 'x', values }, assignFlag('stress', '2 GiB')).vm.workload[0]!.size).toBe(2 * GiB);
});

test('examples', () => {
  expect(resolveScenario([{ origin: '--ram', path: 'vm.ram', value: '4 GiB' }], defaultsFor).vm.ram).toBe(
    4294967296,
  );
});
