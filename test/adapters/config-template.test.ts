// What `init` writes, read by the very reader and by the schema: valid whatever was typed and whatever branches are called.
import { Ajv, type AnySchemaObject } from 'ajv';
import { defaultLoadersSync } from 'cosmiconfig';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { schemas } from '../../build/schemas.ts';
import { configReader } from '../../src/adapters/config/read-config.ts';
import { configText } from '../../src/core/config-template.ts';
import { parseEndpoint } from '../../src/core/endpoint.ts';
import { proposeRules } from '../../src/core/propose-rules.ts';

const validate = new Ajv({ strict: false }).compile(schemas['scimsyncrc.schema.json'] as AnySchemaObject);

const HOSTILE = [
  'release/\u0085rules: []',
  'release/\u2028- name: x',
  'feature/#{x}"\'',
  'release/\u202Egnp',
  'hotfix/a/b',
  'feat/`id`',
  'release/\u001b[31m',
];
const branch = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary' }).map((text) => `release/${text.replace(/[\0\n]/g, '')}`),
);
const endpoint = fc.oneof(
  fc.constantFrom(
    null,
    'https://idp.example.com/scim/v2',
    'http://localhost:8080',
    'https://x/"\'\\: # {}[]&*',
  ),
  fc.webUrl(),
  fc.string().map((text) => `https://idp.example.com/${text}`),
);

it('is valid, and says just that endpoint and those rules', async () => {
  await fc.assert(
    fc.asyncProperty(
      endpoint,
      fc.constantFrom(null, './node_modules/scim-hook/scimsyncrc.schema.json'),
      fc.oneof(fc.constant(null), branch),
      fc.array(branch, { maxLength: 6 }),
      async (typed, schema, defaultBranch, branches) => {
        const parsed = typed === null ? null : parseEndpoint(typed);
        if (parsed?.ok === false) return;
        const rules = proposeRules(branches);
        const text = configText({ endpoint: parsed?.value ?? null, schema, defaultBranch, rules });
        const read = await configReader.parse('.scimsyncrc', text);
        if (!read.ok) throw new Error(`${JSON.stringify(read.failure)}\n${text}`);
        expect(read.value.endpoint).toBe(parsed?.value ?? null);
        expect(read.value.rules.map((rule) => rule.branches)).toEqual(rules.map(({ pattern }) => [pattern]));
        expect(validate(defaultLoadersSync['.yaml']('.scimsyncrc', text))).toBe(true);
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Zl}]/u);
      },
    ),
    { numRuns: 300 },
  );
});
