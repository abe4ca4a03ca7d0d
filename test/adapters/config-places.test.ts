// Faults as people see them: each with its line in the file, whatever the file's form.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { locatingReader } from '../../src/adapters/config/locating-reader.ts';
import type { Fault } from '../../src/core/failure.ts';

async function faultsOf(text: string, file = '.scimsyncrc'): Promise<readonly Fault[]> {
  const parsed = await locatingReader.parse(file, text);
  return parsed.ok ? [] : parsed.failure;
}
const places = async (text: string, file?: string): Promise<string[]> =>
  (await faultsOf(text, file)).map(
    ({ path, at }) => `${at?.line ?? '?'}${at?.column === undefined ? '' : `:${at.column}`} ${path}`,
  );

const YAML = `# comment
version: 2
scim:
  endpoint: http://idp.example.com
  timeout: soon
rules:
  - name: one
    branches: ["a b", "release/*"]
    eligible:
      groups:
        - release-team
    grant:
      groups: [jit, "{x}"]
      roles:
        - value: ok
        - vlaue: nok
  - name: one
    branches:
      - ok
      - "{x"
    grant:
      groups:
        - release-team
    for: never
managed: [x]
`;

describe('every fault has its line', () => {
  it('in YAML', async () => {
    // From the top to the end.
    expect(await places(YAML.replace('managed: [x]\n', ''))).toEqual([
      '2 version',
      '5 scim.timeout',
      '8:16 rules[0].branches[0]',
      '11 rules[0].eligible.groups[0]',
      '16 rules[0].grant.roles[1]',
      '17 rules[1].name',
      '20 rules[1].branches[1]',
      '24 rules[1].for',
    ]);
    expect(await places(YAML)).toEqual(['25 managed']);
  });

  it('in JSON, and in package.json below our key', async () => {
    const config = {
      version: 1,
      rules: [
        { name: 'a', branches: ['a b'], grant: { groups: ['jit'] } },
        { name: 'a', branches: ['b'], grant: { groups: [{ id: '{x}' }], 'ro.les': [] } },
        { name: 'c', grant: { groups: [] } },
      ],
    };
    const faults = await faultsOf(JSON.stringify(config, null, '\t'));
    const lines = JSON.stringify(config, null, '\t').split('\n');
    expect(faults.length).toBeGreaterThan(3);
    for (const { path, at } of faults) {
      const line = lines[(at?.line ?? 0) - 1] ?? '';
      expect([path, line]).toEqual([path, expect.stringContaining(keyOf(path))]);
    }
    const indented = JSON.stringify({ name: 'x', scimsync: config }, null, 2);
    const below = await faultsOf(indented, 'package.json');
    expect(below.map(({ path }) => path)).toEqual(faults.map(({ path }) => path));
    for (const [index, { at }] of below.entries()) {
      expect(at).toMatchObject({ file: 'package.json', line: (faults[index]?.at?.line ?? 0) + 2 });
    }
  });

  /** What stands on the line that a path's fault is told at. */
  const keyOf = (path: string): string =>
    ({
      'rules[0].branches[0]': 'a b',
      'rules[1].grant.ro.les': 'ro.les',
      'rules[1].grant.groups[0]': '{',
      'rules[1].name': 'name',
      'rules[2].branches': '{',
    })[path] ?? path;

  it('on one line, by the column', async () => {
    expect(await places('{"version":1,"rules":[],"ruels":[]}')).toEqual(['1:25 ruels']);
    expect(await places('{ version: 1,\r\n  rules: [], ruels: [] }', '.scimsyncrc.yaml')).toEqual([
      '2:14 ruels',
    ]);
  });

  it('through aliases, and of what is missing where it is missing', async () => {
    const text = 'version: 1\nrules:\n  - &a\n    name: one\n    branches: ["a b"]\n  - *a\n';
    expect(await places(text)).toEqual(
      expect.arrayContaining(['4 rules[0].grant', '5:16 rules[0].branches[0]', '5:16 rules[1].branches[0]']),
    );
    expect(await places('\n\nversion: 1\n')).toEqual(['3 rules']);
  });
});

describe('what is no JSON, or no YAML, is said with line and column', () => {
  it.each([
    ['{\n  "version": 1,\n}\n', '2:15', /a comma with nothing after it/],
    ['{ "version": 1, "rules": [1, ] }', '1:28', /a comma with nothing after it/],
    ['{\n  // rules\n  "version": 1\n}\n', '2:3', /a comment, which JSON does not have/],
    ['/* rules */\n{ "version": 1 }\n', '1:1', /a comment/],
    ['{\n  "version": 1\n  "rules": []\n}\n', '3:3', /a comma is missing/],
    ['{\n  version: 1\n}\n', '2:3', /double quotes/],
    ["{\n  'version': 1\n}\n", '2:3', /./],
    ['{\n  "version": 1\n', '3:1', /ends too early/],
    ['{\n  "version": "1\n}\n', '2:14', /closing quote/],
    ['{}\n{}\n', '2:1', /follows the end/],
    ['\uFEFF{\n  "a": 1,\n}', '2:9', /a comma with nothing/],
  ])('%j', async (text, place, words) => {
    const [fault, ...others] = await faultsOf(text);
    expect(others).toEqual([]);
    expect(`${fault?.at?.line}:${fault?.at?.column}`).toBe(place);
    expect(fault?.problem).toMatch(/^is not valid JSON: /);
    expect(fault?.problem).toMatch(words);
  });

  it.each([
    ['version: 1\nrules:\n  - name: a\n   branches: [b\n', '4:4', /indentation/],
    ['version: 1\nscim:\n\ttimeout: 3s\n', '3:1', /tab/],
    ['version: 1\nrules: []\nversion: 1\n', '3:1', /duplicated mapping key/],
    ['version: 1\nmanaged: !!js/function x\n', '2:25', /unknown tag/],
    ['version: 1\nmanaged: *nobody\n', '2:17', /unidentified alias/],
  ])('%j', async (text, place, words) => {
    const [fault, ...others] = await faultsOf(text);
    expect(others).toEqual([]);
    expect(`${fault?.at?.line}:${fault?.at?.column}`).toBe(place);
    expect(fault?.problem).toMatch(/^is not valid YAML: /);
    expect(fault?.problem).toMatch(words);
  });

  it('and a key that stands twice, where it stands the second time', async () => {
    const text = '{\n  "version": 1,\n  "rules": [],\n  "rules": []\n}\n';
    expect(await places(text)).toEqual(['4 rules']);
  });
});

describe('whatever the file says', () => {
  const NASTY = fc.stringMatching(/^[ -~\n\t"{}[\]:,#&*-]{0,60}$/);

  it('a fault is told, never thrown, and its line is in the file', async () => {
    await fc.assert(
      fc.asyncProperty(
        NASTY,
        fc.constantFrom('.scimsyncrc', '.scimsyncrc.json', 'package.json'),
        async (text, file) => {
          for (const { at } of await faultsOf(text, file)) {
            if (at) expect(text.split('\n').length).toBeGreaterThanOrEqual(at.line);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('JSON and YAML of the same data have the same faults', async () => {
    const config = fc.record(
      {
        version: fc.constantFrom<unknown>(1, 2, '1'),
        scim: fc.constantFrom<unknown>({ timeout: '3s' }, { timeout: 'x' }, { endpoint: 'nope' }, []),
        rules: fc.array(
          fc.record(
            {
              name: fc.constantFrom<unknown>('a', 'b', ''),
              branches: fc.constantFrom<unknown>(['a'], ['a b', '{x'], [], 'a'),
              grant: fc.constantFrom<unknown>({ groups: ['a'] }, { groups: ['{x}'] }, {}, { group: [] }),
            },
            { requiredKeys: [] },
          ),
          { maxLength: 3 },
        ),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(config, async (data) => {
        const told = (faults: readonly Fault[]): string[] =>
          faults.map((fault) => `${fault.path} ${fault.problem}`);
        const json = await faultsOf(JSON.stringify(data, null, 2));
        const yaml = await faultsOf(stringify(data), '.scimsyncrc.yaml');
        expect(told(yaml).sort()).toEqual(told(json).sort());
        for (const fault of [...json, ...yaml]) expect(fault.at?.line).toBeGreaterThan(0);
      }),
    );
  });
});
