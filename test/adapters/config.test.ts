import { describe, expect, it } from 'vitest';
import { configReader } from '../../src/adapters/config/read-config.ts';
import type { Config } from '../../src/core/config.ts';
import type { Fault } from '../../src/core/failure.ts';

const HOUR = 3_600_000;
const release = { name: 'release', branches: ['release/*'], grant: { groups: ['jit-release'] } };
const minimal = { version: 1, rules: [release] };

async function read(value: unknown, file = '.scimsyncrc'): Promise<Config> {
  const parsed = await configReader.parse(file, typeof value === 'string' ? value : JSON.stringify(value));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return parsed.value;
}
async function faultsOf(value: unknown, file = '.scimsyncrc'): Promise<readonly Fault[]> {
  const parsed = await configReader.parse(file, typeof value === 'string' ? value : JSON.stringify(value));
  return parsed.ok ? [] : parsed.failure;
}
const withRule = (more: object): object => ({ ...minimal, rules: [{ ...release, ...more }] });

describe('a sound config', () => {
  it('gets every default', async () => {
    expect(await read(minimal)).toEqual({
      endpoint: null,
      timeout: 3_000,
      deadline: 15_000,
      profile: 'auto',
      subject: { attribute: 'userName', from: 'git:user.email' },
      managed: { group: [], role: [], entitlement: [] },
      rules: [
        {
          name: 'release',
          branches: ['release/*'],
          except: [],
          eligible: [],
          grant: [{ kind: 'group', by: 'displayName', name: 'jit-release' }],
          lifetime: 12 * HOUR,
          until: 'switch',
          createGroups: false,
        },
      ],
    });
  });

  it('may name groups and values in each of their forms', async () => {
    const grant = {
      groups: ['a', { displayName: 'b' }, { id: 'c' }, { externalId: 'd' }],
      roles: ['e', { value: 'f', type: 'work', display: 'F' }],
      entitlements: [{ value: 'g' }],
    };
    const [rule] = (await read(withRule({ grant, eligible: { groups: [{ id: 'team' }] } }))).rules;
    expect(rule?.grant).toEqual([
      { kind: 'group', by: 'displayName', name: 'a' },
      { kind: 'group', by: 'displayName', name: 'b' },
      { kind: 'group', by: 'id', name: 'c' },
      { kind: 'group', by: 'externalId', name: 'd' },
      { kind: 'role', name: 'e' },
      { kind: 'role', name: 'f', type: 'work', display: 'F' },
      { kind: 'entitlement', name: 'g' },
    ]);
    expect(rule?.eligible).toEqual([{ kind: 'group', by: 'id', name: 'team' }]);
  });

  it.each([
    [{}, 12 * HOUR],
    [{ until: 'switch', for: '8h' }, 8 * HOUR],
    [{ until: 'branch-deleted' }, null],
    [{ until: 'upstream-deleted' }, null],
    [{ until: 'branch-deleted', for: '1.5d' }, 36 * HOUR],
    [{ for: '90 m' }, 1.5 * HOUR],
    [{ for: '2w' }, 14 * 24 * HOUR],
  ])('%j lasts %s ms', async (more, lifetime) => {
    expect((await read(withRule(more))).rules[0]?.lifetime).toBe(lifetime);
  });

  it('is the same in JSON, in YAML and in package.json', async () => {
    const yaml = `
version: 1            # with comments
rules:
  - name: release
    branches: [release/*]
    grant:
      groups:
        - jit-release
`;
    const expected = await read(minimal);
    for (const file of ['.scimsyncrc', '.scimsyncrc.yaml', '.scimsyncrc.yml']) {
      expect(await read(yaml, file)).toEqual(expected);
    }
    expect(await read(minimal, '.scimsyncrc.json')).toEqual(expected);
    expect(await read({ name: 'x', scimsync: minimal }, 'package.json')).toEqual(expected);
  });

  it('may hold names that only begin like a token', async () => {
    const grant = { groups: ['sk-developers', 'dapi-team', 'gho_st', 'xoxo'], roles: ['token-reader'] };
    expect((await read(withRule({ grant }))).rules[0]?.grant).toHaveLength(5);
  });
});

describe('faults', () => {
  it('are told all at once, each with its path', async () => {
    const faulty = {
      version: 2,
      scim: { timeout: 'soon', deadline: 15, endpiont: 'https://idp.example.com' },
      subject: { attribute: 'name', from: 'env:USER' },
      managed: { group: ['jit-*'] },
      rules: [
        { name: '', branches: [], grant: { groups: ['jit', 7, { name: 'x' }] }, unitl: 'switch' },
        { branches: ['a'], grnat: {}, for: 'never', until: 'tomorrow', createGroups: 'yes' },
      ],
    };
    const faults = await faultsOf(faulty);
    expect(new Set(faults.map((fault) => fault.path))).toEqual(
      new Set([
        'version',
        'scim.timeout',
        'scim.deadline',
        'scim.endpiont',
        'subject.attribute',
        'subject.from',
        'managed.group',
        'rules[0].name',
        'rules[0].branches',
        'rules[0].grant.groups[1]',
        'rules[0].grant.groups[2]',
        'rules[0].unitl',
        'rules[1].name',
        'rules[1].grant',
        'rules[1].grnat',
        'rules[1].for',
        'rules[1].until',
        'rules[1].createGroups',
      ]),
    );
    for (const { problem } of faults) expect(problem).not.toMatch(/expected|received|undefined|\[object/i);
  });

  it.each([
    ['ruels', 'did you mean "rules"?'],
    ['Version', 'did you mean "version"?'],
    ['something', 'known here: $schema, version, scim, subject, managed, rules'],
  ])('suggest for the key %s', async (key, suggestion) => {
    expect(await faultsOf({ ...minimal, [key]: [] })).toEqual([
      { path: key, problem: 'is not a key that is known here', suggestion },
    ]);
  });

  it.each([
    ['branch', 'did you mean "branches"?'],
    ['Except', 'did you mean "except"?'],
  ])('suggest for the key %s of a rule', async (key, suggestion) => {
    expect(await faultsOf(withRule({ [key]: [] }))).toMatchObject([{ path: `rules[0].${key}`, suggestion }]);
  });

  it.each([
    [{ version: '1' }, 'version', 'must be 1, but is "1"'],
    [{ rules: {} }, 'rules', 'must be a list, but is {}'],
    [{ rules: [7] }, 'rules[0]', 'must be an object, but is 7'],
    [{ scim: [] }, 'scim', 'must be an object, but is []'],
    [{ subject: { attribute: 'x' } }, 'subject.attribute', /must be "userName" or .*, but is "x"/],
    [
      { scim: { timeout: '3 seconds' } },
      'scim.timeout',
      /must be a time span such as .*, but is "3 seconds"/,
    ],
  ])('%j at %s', async (more, path, problem) => {
    const [fault, ...others] = await faultsOf({ ...minimal, ...more });
    expect(others).toEqual([]);
    expect(fault?.path).toBe(path);
    expect(fault?.problem).toMatch(problem);
  });

  it.each(['', '8', 'h', '-8h', '8 hours', '1h30m', '٣h', '1e3h', 'Infinityh'])(
    'no time span: %j',
    async (text) => {
      expect(await faultsOf(withRule({ for: text }))).toMatchObject([{ path: 'rules[0].for' }]);
    },
  );

  it.each(['0s', `${'9'.repeat(20)}h`, `${'9'.repeat(120)}h`])(
    'no time span anybody can live by: %s',
    async (text) => {
      expect(await faultsOf(withRule({ for: text }))).toMatchObject([{ path: 'rules[0].for' }]);
      expect(await faultsOf({ ...minimal, scim: { timeout: text } })).toMatchObject([
        { path: 'scim.timeout' },
      ]);
    },
  );

  it.each([
    ['http://idp.example.com/scim', /must use https/],
    ['https://token@idp.example.com/scim', /user name or password/],
    ['idp.example.com', /is not a URL/],
  ])('an endpoint %s', async (endpoint, words) => {
    const faults = await faultsOf({ ...minimal, scim: { endpoint } });
    expect(faults.map((fault) => fault.path)).toEqual(['scim.endpoint']);
    expect(faults[0]?.problem).toMatch(words);
  });

  it('a rule that gives nothing', async () => {
    expect(await faultsOf(withRule({ grant: { groups: [] } }))).toEqual([
      { path: 'rules[0].grant', problem: 'grants nothing' },
    ]);
  });

  it('what core finds, by the same paths', async () => {
    const faults = await faultsOf(withRule({ branches: ['a b'], grant: { groups: ['{x}'] } }));
    expect(faults.map((fault) => fault.path)).toEqual(
      expect.arrayContaining(['rules[0].branches[0]', 'rules[0].grant.groups[0]']),
    );
  });
});

describe('a token in the file', () => {
  const jwt = `eyJhbGciOiJIUzI1NiJ9.${'a'.repeat(20)}.${'b'.repeat(20)}`;

  it.each([
    ['under a key that says so', { scim: { endpoint: 'https://x.example', token: 'abc' } }, 'scim.token'],
    ['under a key like one', { scim: { profile: { api_key: 'abc' } } }, 'scim.profile.api_key'],
    ['that is a JWT', { scim: { profile: { x: jwt } } }, 'scim.profile.x'],
    ['after Bearer', { managed: { groups: ['Bearer abc'] } }, 'managed.groups[0]'],
    ['of GitHub', { managed: { groups: ['a', `ghp_${'a'.repeat(36)}`] } }, 'managed.groups[1]'],
  ])('%s is a fault that never repeats it', async (_, more, path) => {
    const faults = await faultsOf({ ...minimal, ...more });
    expect(faults.filter((fault) => /looks like a token/.test(fault.problem))).toMatchObject([{ path }]);
    expect(JSON.stringify(faults)).not.toMatch(/abc|eyJ|ghp_/);
  });
});

describe('text that can’t be read', () => {
  it.each([
    ['.scimsyncrc', '{\n  "version": 1,\n  "rules": [}\n', /JSON/],
    ['.scimsyncrc.json', '{\n  "version": 1,\n}\n', /JSON/],
    ['.scimsyncrc', '// rules\n{}\n', /JSON/],
    ['package.json', '{\n  "scimsync": {\n', /JSON/],
    ['.scimsyncrc', 'version: 1\nrules:\n  - name: a\n   branches: [b\n', /YAML/],
    ['.scimsyncrc.yaml', 'version: 1\nversion: 1\n', /YAML: duplicated mapping key/],
    ['.scimsyncrc.yaml', 'a: !!js/function "x"\n', /YAML: unknown tag/],
  ])('%s is said to be none', async (file, text, words) => {
    const faults = await faultsOf(text, file);
    expect(faults).toHaveLength(1);
    expect(faults[0]?.path).toBe(file);
    expect(faults[0]?.problem).toMatch(words);
    expect(faults[0]?.problem).not.toMatch(/node_modules|\bat .*:\d+:\d+/);
  });

  it('a byte order mark means nothing', async () => {
    const bom = '\uFEFF';
    expect(await read(`${bom}${JSON.stringify(minimal)}`)).toEqual(await read(minimal));
    expect(await read(`${bom}version: 1\nrules: []\n`)).toMatchObject({ rules: [] });
    expect(await read(`${bom}${JSON.stringify({ scimsync: minimal })}`, 'package.json')).toEqual(
      await read(minimal),
    );
  });

  it.each([
    ['.scimsyncrc', '{"version":1,"rules":[],"rules":[]}', ['rules']],
    [
      '.scimsyncrc',
      '{"version":1,"rules":[{"name":"a"},{"name":"b","x":{"y":1,"\\u0079":2}}]}',
      ['rules[1].x.y'],
    ],
    ['package.json', '{"a":1,"a":2,"scimsync":{"version":1,"version":1,"rules":[]}}', ['version']],
    ['package.json', '{"scimsync":{"version":1,"rules":[]},"scimsync":{}}', ['scimsync']],
  ])('%s with a key twice: %s', async (file, text, paths) => {
    const faults = await faultsOf(text, file);
    expect(faults).toEqual(paths.map((path) => ({ path, problem: 'stands there twice' })));
  });

  it('keys that stand twice elsewhere in package.json are not ours', async () => {
    const text = `{"a":{"b":1,"b":2},"a":1,"scimsync":${JSON.stringify(minimal)}}`;
    expect(await read(text, 'package.json')).toEqual(await read(minimal));
  });

  it.each(['', '# nothing but a comment\n', 'null', '7', '"text"', '[]'])('%j is no config', async (text) => {
    expect(await faultsOf(text)).toMatchObject([{ path: 'the file', problem: /must be an object/ }]);
  });

  it('package.json without our key is no config', async () => {
    expect(await faultsOf('{"name":"x"}', 'package.json')).toHaveLength(1);
    expect(await faultsOf('null', 'package.json')).toHaveLength(1);
  });

  it('YAML that holds itself, or grows without end, is a fault and no crash', async () => {
    expect((await faultsOf('version: 1\nrules: &a [*a]\n')).length).toBeGreaterThan(0);
    expect((await faultsOf('&a\nversion: 1\nmanaged: *a\nrules: []\n')).length).toBeGreaterThan(0);
  });

  it('a key named __proto__ is a key that is not known', async () => {
    const faults = await faultsOf('{"version":1,"rules":[],"__proto__":{"x":1}}');
    expect(faults).toMatchObject([{ path: '__proto__' }]);
  });
});
