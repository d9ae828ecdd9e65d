import { expect, test } from 'vitest';
import { scenarioJsonSchema } from '../../scenario/json-schema.js';

type Json = Record<string, unknown>;
const schema = scenarioJsonSchema();
const at = (...keys: string[]): Json => keys.reduce<Json>((node, key) => node[key] as Json, schema);

/** As much of JSON Schema as this one uses. */
function accepts(node: Json, value: unknown): boolean {
  const type = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
  if (node.anyOf) return (node.anyOf as Json[]).some((one) => accepts(one, value));
  if ('const' in node) return value === node.const;
  if (node.enum && !(node.enum as unknown[]).includes(value)) return false;
  if (node.type !== undefined && ![node.type].flat().includes(type)) return false;
  if (typeof node.pattern === 'string' && !new RegExp(node.pattern, 'u').test(String(value))) return false;
  if (Array.isArray(value)) {
    const pairs = node.prefixItems as Json[] | undefined;
    return value.every((entry, index) => accepts(pairs?.[index] ?? (node.items as Json), entry));
  }
  if (type !== 'object') return true;
  const properties = (node.properties ?? {}) as Record<string, Json>;
  const required = (node.required ?? []) as string[];
  const entries = Object.entries(value as Json);
  return (
    required.every((key) => entries.some(([name]) => name === key)) &&
    entries.every(([key, entry]) =>
      properties[key] ? accepts(properties[key], entry) : node.additionalProperties !== false,
    )
  );
}

const EXAMPLE = {
  stack: 'openstack-icehouse',
  profile: 'icclab-2014',
  seed: 1,
  replications: 100,
  hosts: { cpus: 24, cores: 12, load: '66 %' },
  link: { rate: '1 Gbit/s', goodput: '930 Mbit/s', latency: '0.1 ms', sharing: 'occupancy' },
  background: { kind: 'icmp-flood', rate: '930 Mbit/s' },
  vm: {
    vcpus: 8,
    ram: '16 GiB',
    resident: '600 MB',
    layout: 'spread',
    disk: { size: '5 GiB', allocated: '200 MB' },
    workload: [{ size: '96 MiB', rate: 'max', period: '50 ms', pattern: 'sequential', incompressible: 1 }],
  },
  migration: {
    kind: 'lm',
    downtimeLimit: '30 ms',
    maxBandwidth: 'unlimited',
    patience: '120 s',
    timeout: 'none',
  },
  parameters: { burst: { quantiles: [[1, 3.46]], unit: 'GB/s' } },
};

test('accepts the example of the documentation, the empty scenario, and lists', () => {
  expect(accepts(schema, EXAMPLE)).toBe(true);
  expect(accepts(schema, {})).toBe(true);
  expect(accepts(schema, { background: [{ rate: 0 }, { kind: 'tcp', rate: '1 Mbit/s' }] })).toBe(true);
  const measured = { size: '1 GiB', pattern: 'measured', points: [['1 ms', '4 MiB']] };
  expect(accepts(schema, { vm: { workload: [measured] } })).toBe(true);
});

test.each([
  { vm: { rma: '1 GiB' } },
  { vm: { ram: 16 } },
  { vm: { ram: ['1 GiB'] } },
  { migration: { kind: 'warp' } },
  { background: { kind: 'udp' } },
  { vm: { workload: [{ size: '1 GiB', pattern: 'zipf' }] } },
])('refuses %j', (value) => {
  expect(accepts(schema, value)).toBe(false);
});

test('carries descriptions and defaults', () => {
  expect(at('properties', 'vm', 'properties', 'ram')).toMatchObject({
    description: 'Memory of the guest.',
    default: '16 GiB',
    examples: ['16 GiB', '600 MB'],
  });
  expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
});

test('examples', () => {
  expect(scenarioJsonSchema().$schema).toBe('https://json-schema.org/draft/2020-12/schema');
});
