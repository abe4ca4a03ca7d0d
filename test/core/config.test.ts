import { describe, expect, it } from 'vitest';
import { checkConfig, isManaged } from '../../src/core/config.ts';
import { byName, config, rule } from './samples.ts';

const sound = rule('release');

describe('checkConfig', () => {
  it('finds nothing in sound rules', () => {
    const preview = rule('preview', {
      branches: ['feature/{ticket:[A-Z]+-[0-9]+}*'],
      grant: [byName('env-{ticket}'), { kind: 'entitlement', name: 'jit:{ticket}' }],
    });
    const guarded = rule('guarded', { eligible: [byName('release-team')] });
    expect(checkConfig(config([sound, preview, guarded]))).toEqual([]);
  });

  it('wants each name once', () => {
    expect(checkConfig(config([sound, rule('hotfix'), sound]))).toEqual([
      { path: 'rules[2].name', problem: '"release" is already the name of rules[0]' },
    ]);
  });

  it('names each pattern that is no pattern', () => {
    const faulty = rule('faulty', { branches: ['ok', 'a b'], except: ['{x'] });
    expect(checkConfig(config([sound, faulty]))).toEqual([
      {
        path: 'rules[1].branches[1]',
        problem: 'the pattern "a b" holds " ", which no branch name can',
      },
      { path: 'rules[1].except[0]', problem: 'the pattern "{x" has a { that is never closed' },
    ]);
  });

  it.each([
    ['a name that is all placeholder', [byName('{team}')], /must start with letters of its own/],
    ['an id from the branch', [byName('g-{team}', { by: 'id' })], /can only be a displayName/],
    [
      'an externalId from the branch',
      [byName('g-{team}', { by: 'externalId' })],
      /can only be a displayName/,
    ],
    ['a placeholder that nothing captures', [byName('g-{tema}')], /needs \{tema\}, which the pattern/],
    ['a placeholder of Object.prototype', [byName('g-{constructor}')], /needs \{constructor\}/],
    ['an empty placeholder', [byName('g-{}')], /needs \{\}/],
  ])('refuses %s', (_, grant, words) => {
    const faults = checkConfig(config([rule('r', { branches: ['{team}/x'], grant })]));
    expect(faults).toHaveLength(1);
    expect(faults[0]?.path).toBe('rules[0].grant.groups[0]');
    expect(faults[0]?.problem).toMatch(words);
  });

  it.each(['jit-{ticket', 'jit-ticket}', 'jit-}{'])('refuses a brace without its other half: %s', (name) => {
    expect(checkConfig(config([rule('r', { grant: [byName(name)] })]))).toHaveLength(1);
  });

  it('wants every pattern of the rule to capture what a name needs', () => {
    const faults = checkConfig(
      config([rule('r', { branches: ['{team}/x', 'main'], grant: [byName('g-{team}')] })]),
    );
    expect(faults[0]?.problem).toContain('the pattern "main" doesn\'t capture');
  });

  describe('what makes eligible', () => {
    const guarded = rule('guarded', { eligible: [byName('release-team')] });

    it.each([
      ['by its name', byName('release-team')],
      ['by a template that could become it', byName('release-{team}')],
    ])('is never granted %s', (_, target) => {
      const granting = rule('granting', { branches: ['{team}/x'], grant: [target] });
      expect(checkConfig(config([guarded, granting]))).toEqual([
        {
          path: 'rules[0].eligible.groups[0]',
          problem: '"release-team" makes people eligible, but rule "granting" could grant it',
        },
      ]);
    });

    it('may share its name with a role, or with a group named by another attribute', () => {
      const other = rule('other', {
        grant: [{ kind: 'role', name: 'release-team' }, byName('release-team', { by: 'externalId' })],
      });
      expect(checkConfig(config([guarded, other]))).toEqual([]);
    });

    it('is never managed', () => {
      const managed = { group: ['*-team'], role: [], entitlement: [] };
      const faults = checkConfig(config([guarded], { managed }));
      expect(faults.map((fault) => fault.problem)).toEqual([
        '"release-team" makes people eligible, but managed.groups covers it, so it would be taken away',
      ]);
    });
  });

  it('tells all faults at once', () => {
    const faulty = rule('release', {
      branches: ['a b'],
      grant: [byName('{x}')],
      eligible: [byName('jit-release')],
    });
    const paths = checkConfig(config([sound, faulty])).map((fault) => fault.path);
    expect(new Set(paths)).toEqual(
      new Set([
        'rules[1].name',
        'rules[1].branches[0]',
        'rules[1].grant.groups[0]',
        'rules[1].eligible.groups[0]',
      ]),
    );
  });
});

describe('isManaged', () => {
  const managed = { group: ['jit-*', 'env-*'], role: ['deployer'], entitlement: [] };

  it('looks at the kind and the name', () => {
    expect(isManaged({ managed }, 'group', 'env-12')).toBe(true);
    expect(isManaged({ managed }, 'group', 'release')).toBe(false);
    expect(isManaged({ managed }, 'role', 'deployer')).toBe(true);
    expect(isManaged({ managed }, 'entitlement', 'jit-x')).toBe(false);
  });
});
