// The JSON Schemas that ship with the package, generated from the schemas the code itself checks and prints with.
import { toJsonSchema } from '@valibot/to-json-schema';
import { configSchema } from '../src/adapters/config/schema.ts';
import { doctorDocument, errorDocument, statusDocument, syncDocument } from '../src/cli/documents.ts';

/** What a person writes, where defaults may be left out; what we print has them all. */
const written = { typeMode: 'input', errorMode: 'ignore' } as const;

/** By their path in the package. */
export const schemas = {
  'scimsyncrc.schema.json': { title: '.scimsyncrc of scim-hook', ...toJsonSchema(configSchema, written) },
  'schemas/sync.schema.json': {
    title: '`scim-hook sync --json` and `plan --json`',
    ...toJsonSchema(syncDocument),
  },
  'schemas/status.schema.json': { title: '`scim-hook status --json`', ...toJsonSchema(statusDocument) },
  'schemas/doctor.schema.json': { title: '`scim-hook doctor --json`', ...toJsonSchema(doctorDocument) },
  'schemas/error.schema.json': { title: 'any failure with --json', ...toJsonSchema(errorDocument) },
};
