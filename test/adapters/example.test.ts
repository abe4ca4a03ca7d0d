// `.scimsyncrc.example` and the JSON Schema that ships: both must say what the reader does.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import cosmiconfig from 'cosmiconfig';
import { beforeAll, expect, test } from 'vitest';
import { configReader } from '../../src/adapters/config/read-config.ts';

const root = resolve(import.meta.dirname, '../..');
const example = readFileSync(join(root, '.scimsyncrc.example'), 'utf8');
const data = cosmiconfig.defaultLoadersSync['.yaml']('.scimsyncrc', example) as { rules: object[] };

let validate: ReturnType<Ajv['compile']>;
beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'build/build.mjs')], { cwd: root });
  validate = new Ajv().compile(
    JSON.parse(readFileSync(join(root, 'scimsyncrc.schema.json'), 'utf8')) as object,
  );
});

test('the example has no fault', async () => {
  expect(await configReader.parse('.scimsyncrc', example)).toMatchObject({ ok: true });
});

test('the schema accepts the example', () => {
  validate(data);
  expect(validate.errors).toBeNull();
});

test.each([
  ['an unknown key', { ...data, rulez: [] }],
  ['another version', { ...data, version: 2 }],
  ['a duration without a unit', { ...data, scim: { timeout: 3 } }],
  ['a rule without branches', { ...data, rules: [{ name: 'x', grant: {} }] }],
  [
    'a group by a key that is none',
    { ...data, rules: [{ name: 'x', branches: ['a'], grant: { groups: [{ nme: 'x' }] } }] },
  ],
])('schema and reader both refuse %s', async (_, wrong) => {
  expect(validate(wrong)).toBe(false);
  expect(await configReader.parse('.scimsyncrc.json', JSON.stringify(wrong))).toMatchObject({ ok: false });
});
