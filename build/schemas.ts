// The JSON Schemas that ship with the package, generated from the schemas the code itself checks and prints with.
import { toJsonSchema } from '@valibot/to-json-schema';
import { configSchema } from '../src/adapters/config/schema.ts';

const options = { typeMode: 'input', errorMode: 'ignore' } as const;

export const schemas = {
  'scimsyncrc.schema.json': { title: '.scimsyncrc of scim-hook', ...toJsonSchema(configSchema, options) },
};
