// The example and the JSON Schema that ship with the package, against the very reader of configs.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv, type AnySchemaObject } from 'ajv';
import { defaultLoadersSync } from 'cosmiconfig';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configWords } from '../../build/config-words.ts';
import { schemas } from '../../build/schemas.ts';
import { configReader } from '../../src/adapters/config/read-config.ts';
import type { Fault } from '../../src/core/failure.ts';

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

const schema = schemas['scimsyncrc.schema.json'] as AnySchemaObject;
/** What editors know besides the draft. */
const ajv = new Ajv({
  strict: true,
  strictRequired: false,
  strictTypes: false,
  allErrors: true,
}).addVocabulary(['markdownDescription', 'defaultSnippets']);
const validate = ajv.compile(schema);
const accepts = (value: unknown): boolean => validate(value) === true;
const example = (): unknown => defaultLoadersSync['.yaml']('.scimsyncrc.example', EXAMPLE);

const faultsOf = async (value: unknown): Promise<readonly Fault[]> => {
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

  it.each([
    ['a list for a profile', { scim: { profile: [] } }],
    ['a rule that grants nothing', { rules: [{ name: 'a', branches: ['a'], grant: { groups: [] } }] }],
    ['a scheme that is none of the web', { scim: { endpoint: 'ldap://idp.example.com' } }],
    ['no endpoint at all where one stands', { scim: { endpoint: '' } }],
    [
      'a role without a value',
      { rules: [{ name: 'a', branches: ['a'], grant: { roles: [{ type: 'x' }] } }] },
    ],
    [
      'nobody who makes eligible',
      { rules: [{ name: 'a', branches: ['a'], eligible: { groups: [] }, grant: { groups: ['b'] } }] },
    ],
  ])('and the reader refuse %s', async (_, more) => {
    const faulty = JSON.parse(JSON.stringify({ ...CONTRACT, ...more })) as unknown;
    expect(accepts(faulty)).toBe(false);
    expect(await faultsOf(faulty)).not.toEqual([]);
  });
});

interface Node {
  readonly description?: string;
  readonly markdownDescription?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
}

/** Every key of the schema, objects within unions included, with its path. */
function keysOf(node: Node, path = ''): [string, Node][] {
  const under = Object.entries(node.properties ?? {}).flatMap(([key, each]) => {
    const at = path === '' ? key : `${path}.${key}`;
    return [[at, each] as [string, Node], ...keysOf(each, at)];
  });
  const items = node.items === undefined ? [] : keysOf(node.items, `${path}[]`);
  const elements: [string, Node][] = node.items === undefined ? [] : [[`${path}[]`, node.items]];
  return [...under, ...elements, ...items, ...(node.anyOf ?? []).flatMap((form) => keysOf(form, path))];
}

describe('in an editor', () => {
  // `grant` says once more, without words, that one of its keys must hold something.
  const keys = keysOf(schema as Node).filter(
    ([, node]) => !('minItems' in node && Object.keys(node).length === 1),
  );

  it('every key has a description and examples, and no words are left over', () => {
    for (const [path, { description, markdownDescription, examples }] of keys) {
      expect([path, description]).toEqual([path, expect.stringMatching(/\w.*[.`]$/)]);
      expect([path, markdownDescription]).toEqual([path, description]);
      expect([path, examples?.length]).toEqual([path, expect.any(Number)]);
    }
    expect(new Set(Object.keys(configWords))).toEqual(new Set(keys.map(([path]) => path)));
    expect(keys.length).toBeGreaterThan(40);
  });

  it('each example is valid where it stands', () => {
    const faulty = keys.flatMap(([path, node]) =>
      (node.examples ?? [])
        .filter((each) => ajv.compile({ ...node, definitions: schema['definitions'] })(each) !== true)
        .map((each) => [path, each]),
    );
    expect(faulty).toEqual([]);
  });

  it('what snippets insert is valid, and complete', async () => {
    const snippets = Object.values(configWords).flatMap(({ defaultSnippets }) => defaultSnippets ?? []);
    expect(snippets.length).toBeGreaterThan(1);
    for (const { body } of snippets) {
      const typed = JSON.parse(JSON.stringify(body).replace(/\$\{\d:([^}]*)\}/g, '$1')) as unknown;
      expect(await faultsOf({ version: 1, rules: [typed] })).toEqual([]);
      expect(JSON.stringify(typed)).not.toContain('$');
    }
  });

  it('is a draft that editors read, with defaults, and without an $id that would be fetched', () => {
    expect(schema['$schema']).toBe('http://json-schema.org/draft-07/schema#');
    expect(schema['$id']).toBeUndefined();
    expect(schema['title']).toMatch(/scimsyncrc/);
    const byPath = Object.fromEntries(keys) as Record<string, { default?: unknown; enum?: unknown }>;
    expect(byPath['scim.timeout']?.default).toBe('3s');
    expect(byPath['rules[].until']).toMatchObject({
      default: 'switch',
      enum: ['switch', 'branch-deleted', 'upstream-deleted'],
    });
    expect(byPath['subject.attribute']?.enum).toContain('externalId');
  });
});

/** Faults that are about the parts of a config together, or about the inside of a text: no schema says those. */
const BEYOND_A_SCHEMA =
  /already the name of|^the pattern "|makes people eligible|^".*" (?:needs|must start|is filled in|has a brace)|looks like a token|at least 1ms|^must (?:use|not)|is not a URL|^must start with https/;

describe('random configs', () => {
  const odd = fc.constantFrom<unknown>('', 7, null, [], {}, 'a b', '{x}', 'x-{ticket}', '0s', ['']);
  const mostly = (...good: unknown[]): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 29, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: odd });
  const names = fc.oneof(
    {
      weight: 29,
      arbitrary: fc.array(mostly('jit-a', 'jit-b', { id: '1' }, { externalId: 'e' }), { maxLength: 3 }),
    },
    { weight: 1, arbitrary: odd },
  );
  const values = fc.array(mostly('a', { value: 'v' }, { value: 'v', type: 't' }), { maxLength: 2 });
  const record = (
    model: Record<string, fc.Arbitrary<unknown>>,
    requiredKeys: string[] = [],
  ): fc.Arbitrary<unknown> => fc.record(model, { requiredKeys });
  const rule = record(
    {
      name: mostly('a', 'b', 'c', 'd'),
      branches: fc.array(mostly('main', 'release/*', 'f/{ticket:[A-Z]+}'), { minLength: 1, maxLength: 2 }),
      except: fc.array(mostly('old/**'), { maxLength: 1 }),
      eligible: record({ groups: fc.constantFrom<unknown>(['team'], [], 'team') }, ['groups']),
      grant: record({ groups: names, roles: values, entitlements: values }, ['groups']),
      for: mostly('8h', '30m', '1.5d'),
      until: mostly('switch', 'branch-deleted'),
      createGroups: mostly(true, false),
    },
    ['name', 'branches', 'grant'],
  );
  const config = record(
    {
      version: mostly(1, 1, 1, 1),
      scim: record({
        endpoint: mostly('https://idp.example.com', 'HTTP://localhost:8080/scim', 'http://idp.example.com'),
        timeout: mostly('3s'),
        profile: mostly('auto', { patch: 'x' }),
      }),
      subject: record({ attribute: mostly('userName', 'id'), from: mostly('git:user.email') }),
      managed: record({ groups: fc.array(mostly('jit-*'), { maxLength: 1 }), ruels: mostly([]) }),
      rules: fc.array(rule, { maxLength: 3 }),
    },
    ['version', 'rules'],
  );

  it('are taken and refused by both, except for what a schema cannot say', async () => {
    const seen = { taken: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(config, async (data) => {
        const plain = JSON.parse(JSON.stringify(data)) as unknown;
        const faults = await faultsOf(plain);
        if (!accepts(plain)) {
          seen.refused += 1;
          expect(faults).not.toEqual([]);
        } else {
          seen.taken += 1;
          expect(faults.filter(({ problem }) => !BEYOND_A_SCHEMA.test(problem))).toEqual([]);
        }
      }),
      { numRuns: 1_000 },
    );
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(20);
  });
});
