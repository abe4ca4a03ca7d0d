// The example and the JSON Schema that ship with the package, against the very reader of configs.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv, type AnySchemaObject } from 'ajv';
import { defaultLoadersSync } from 'cosmiconfig';
import { beforeAll, describe, expect, it } from 'vitest';
import { configReader } from '../../src/adapters/config/read-config.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const EXAMPLE = readFileSync(join(ROOT, '.scimsyncrc.example'), 'utf8');

/** The example of the contract. */
const CONTRACT = {
  $schema: './node_modules/scim-hook/scimsyncrc.schema.json',
  version: 1,
  scim: { endpoint: 'https://idp.example.com/scim/v2', timeout: '3s', deadline: '15s', profile: 'auto' },
  subject: { attribute: 'userName', from: 'git:user.email' },
  managed: { groups: ['jit-*', 'env-*'], roles: [], entitlements: ['jit:*'] },
  rules: [
    {
      name: 'release',
      branches: ['release/*', 'hotfix/**'],
      except: ['release/archive-*'],
      eligible: { groups: ['release-team'] },
      grant: { groups: ['jit-release'], roles: ['deployer'], entitlements: ['jit:artifacts:release'] },
      for: '8h',
      until: 'switch',
    },
    {
      name: 'preview',
      branches: ['feature/{ticket:[A-Z]+-[0-9]+}*'],
      grant: { groups: ['env-{ticket}'] },
      until: 'branch-deleted',
      createGroups: true,
    },
  ],
};

let schema: AnySchemaObject = {};
let accepts: (value: unknown) => boolean = () => false;
const example = (): unknown => defaultLoadersSync['.yaml']('.scimsyncrc.example', EXAMPLE);

beforeAll(() => {
  execFileSync(process.execPath, ['build/build.mjs'], { cwd: ROOT, stdio: 'pipe' });
  schema = JSON.parse(readFileSync(join(ROOT, 'scimsyncrc.schema.json'), 'utf8')) as AnySchemaObject;
  const validate = new Ajv({ strict: true, allErrors: true }).compile(schema);
  accepts = (value) => validate(value) === true;
});

const faultsOf = async (value: unknown): Promise<unknown> => {
  const parsed = await configReader.parse('.scimsyncrc', JSON.stringify(value));
  return parsed.ok ? [] : parsed.failure;
};

describe('the example', () => {
  it('loads as it is, without a fault', async () => {
    expect(await configReader.parse('.scimsyncrc', EXAMPLE)).toMatchObject({ ok: true });
    expect(accepts(example())).toBe(true);
  });

  it('has every key there is, each with a comment right above it', () => {
    const keys = [
      ...['$schema', 'version', 'scim', 'endpoint', 'timeout', 'deadline', 'profile'],
      ...['subject', 'attribute', 'from', 'managed', 'rules', '- name', 'branches', 'except', 'eligible'],
      ...['grant', 'for', 'until', 'createGroups'],
    ];
    const lines = EXAMPLE.split('\n');
    for (const key of keys) {
      const at = lines.findIndex((line) => line.trimStart().startsWith(`${key}:`));
      expect([key, lines[at - 1]?.trimStart().startsWith('#')]).toEqual([key, true]);
    }
  });
});

describe('the JSON Schema', () => {
  it('and the reader take the example of the contract', async () => {
    expect(await faultsOf(CONTRACT)).toEqual([]);
    expect(accepts(CONTRACT)).toBe(true);
  });

  it.each([
    ['no version', { version: undefined }],
    ['another version', { version: 2 }],
    ['no rules', { rules: undefined }],
    ['an unknown key', { ruels: [] }],
    ['an unknown key below', { scim: { endpiont: 'https://x.example' } }],
    ['a time span in words', { scim: { timeout: 'soon' } }],
    ['a number for a time span', { scim: { deadline: 15 } }],
    ['an unknown attribute', { subject: { attribute: 'nickName' } }],
    ['no key of git config', { subject: { from: 'env:USER' } }],
    ['a list for an object', { managed: [] }],
    ['a rule without a name', { rules: [{ branches: ['a'], grant: { groups: ['b'] } }] }],
    ['a rule without branches', { rules: [{ name: 'a', branches: [], grant: { groups: ['b'] } }] }],
    [
      'a group by a wrong key',
      { rules: [{ name: 'a', branches: ['a'], grant: { groups: [{ name: 'b' }] } }] },
    ],
    ['an unknown until', { rules: [{ name: 'a', branches: ['a'], grant: {}, until: 'tomorrow' }] }],
  ])('and the reader refuse %s', async (_, more) => {
    const faulty = JSON.parse(JSON.stringify({ ...CONTRACT, ...more })) as unknown;
    expect(accepts(faulty)).toBe(false);
    expect(await faultsOf(faulty)).not.toEqual([]);
  });

  it('describes what a person writes', () => {
    const top = schema['properties'] as Record<string, { description?: string; properties?: object }>;
    for (const [key, property] of Object.entries(top)) {
      if (key !== '$schema') expect([key, property.description]).toEqual([key, expect.stringMatching(/\w/)]);
    }
    const rule = (
      top['rules'] as unknown as { items: { properties: Record<string, { description?: string }> } }
    ).items;
    for (const [key, property] of Object.entries(rule.properties)) {
      expect([key, property.description]).toEqual([key, expect.stringMatching(/\w/)]);
    }
    expect(schema['title']).toMatch(/scimsyncrc/);
  });
});
