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
        const { dimension } = quantity;
        // Zero needs no unit, other numbers only where there is none to be given.
        const number = isBareAllowed(dimension) ? { type: 'number' as const } : { const: 0 };
        delete jsonSchema.type;
        jsonSchema.anyOf = [{ type: 'string' }, number];
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
