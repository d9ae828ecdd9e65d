import { z } from 'zod';
import { quantities, scenarioSchema, singleOrList } from './schema.js';
import { isBareAllowed, quantityExamples } from './units.js';

/**
 * The schema of a scenario file as JSON Schema, draft 2020-12, for editors and other tools. It knows names, types,
 * choices and defaults; units, ranges and what fields mean together are checked by resolveScenario.
 *
 * @example
 * scenarioJsonSchema().$schema // => 'https://json-schema.org/draft/2020-12/schema'
 */
export function scenarioJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(scenarioSchema, {
    target: 'draft-2020-12',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      const quantity = quantities.get(zodSchema);
      if (quantity) {
        delete jsonSchema.anyOf;
        const { dimension, range } = quantity;
        // Zero needs no unit where it may be, other numbers only where there is none to be given.
        const zero = (range.min ?? 0) > 0 || (range.above ?? -1) >= 0 ? [] : [{ const: 0 }];
        const numbers = isBareAllowed(dimension) ? [{ type: 'number' as const }] : zero;
        delete jsonSchema.type;
        jsonSchema.anyOf = [{ type: 'string' }, ...numbers];
        jsonSchema.examples = quantityExamples(dimension);
      }
      if (singleOrList.has(zodSchema) && jsonSchema.type === 'array') {
        const { type } = jsonSchema;
        const entry = jsonSchema.items as z.core.JSONSchema.BaseSchema;
        delete jsonSchema.type;
        delete jsonSchema.items;
        jsonSchema.anyOf = [{ type, items: entry }, entry];
      }
    },
  });
}
