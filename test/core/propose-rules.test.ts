import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchBranch, parseBranchPattern } from '../../src/core/branch-pattern.ts';
import { proposeRules } from '../../src/core/propose-rules.ts';

const proposed = (branches: string[]): string[] =>
  proposeRules(branches).map(({ name, pattern, group }) => `${name} ${pattern} ${group}`);

describe('proposed rules', () => {
  it('are for the kinds of branches that are there', () => {
    expect(proposed(['main', 'hotfix/1', 'release/2.1', 'release/2.2', 'docs'])).toEqual([
      'release release/* jit-release',
      'hotfix hotfix/* jit-hotfix',
    ]);
    expect(proposed(['feat/a/b', 'feat/c'])).toEqual(['feat feat/** jit-feature']);
  });

  it('are one to begin with, where there are none of those', () => {
    expect(proposed(['main'])).toEqual(['release release/* jit-release']);
    expect(proposeRules([])[0]?.examples).toEqual([]);
  });

  it('match each branch that they name, and have names of their own', () => {
    const prefix = fc.constantFrom('release', 'rel', 'hotfix', 'env', 'feature', 'feat', 'docs', 'releases');
    const branch = fc
      .tuple(prefix, fc.stringMatching(/^[a-zA-Z0-9./-]{0,8}[a-z]$/))
      .map((parts) => parts.join('/'));
    fc.assert(
      fc.property(fc.array(branch), (branches) => {
        const rules = proposeRules(branches);
        for (const { pattern, examples } of rules) {
          const parsed = parseBranchPattern(pattern);
          for (const each of examples) expect(parsed.ok && matchBranch(parsed.value, each)).not.toBeNull();
          expect(parsed.ok).toBe(true);
        }
        expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
      }),
    );
  });
});
