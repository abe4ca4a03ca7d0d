// Rules that can't do what they were written for: never match, name no possible branch, or give nothing that another doesn't.
import type { Config, Rule } from '../config.ts';
import { type Finding, fine, problem, skipped, warning } from '../finding.ts';
import { decide } from '../policy.ts';
import { targetKey } from '../target.ts';
import { covers } from './covers.ts';

export function checkRules({ rules }: Config): Finding[] {
  const findings = rules.flatMap((rule, index) => [
    ...checkNames(rule),
    ...checkShadows(rule),
    ...checkRedundant(rule, index, rules),
  ]);
  if (rules.length === 0)
    return [
      warning(
        'rules',
        'The rules are empty, so no branch gives anything.',
        'Write a rule: see .scimsyncrc.example.',
      ),
    ];
  return findings.length > 0
    ? findings
    : [
        fine(
          'rules',
          rules.length === 1
            ? 'The one rule can match and gives something.'
            : `All ${rules.length} rules can match, and each gives something.`,
        ),
      ];
}

function checkNames(rule: Rule): Finding[] {
  return rule.branches.flatMap((pattern) => {
    if (pattern.startsWith('refs/heads/')) {
      const says = `Rule "${rule.name}": "${pattern}" names a branch that itself begins with refs/heads/.`;
      return [
        warning('rules', says, "Leave refs/heads/ out: patterns are matched against the branch's name."),
      ];
    }
    const why = whyNoBranch(pattern);
    return why === null
      ? []
      : [
          problem(
            'rules',
            `Rule "${rule.name}": no branch can match "${pattern}": ${why}.`,
            "Correct the pattern; it is matched against the branch's name, as `git branch` shows it.",
          ),
        ];
  });
}

/** What git-check-ref-format(1) forbids, as far as the pattern's own letters show it. */
function whyNoBranch(pattern: string): string | null {
  // What a capture's expression holds is no letter of the name.
  const text = pattern.replace(/\{(?:[^{}]|\{[^{}]*\})*\}/g, 'x');
  if (text.startsWith('/') || text.endsWith('/')) return 'a name neither begins nor ends with a slash';
  if (text.includes('//')) return 'a name has no two slashes in a row';
  if (text.includes('..')) return 'a name has no two dots in a row';
  if (/(?:^|\/)\./.test(text)) return 'no part of a name begins with a dot';
  if (/\.lock(?:\/|$)/.test(text)) return 'no part of a name ends with .lock';
  if (text.endsWith('.')) return 'a name does not end with a dot';
  if (text.startsWith('-')) return 'a name does not begin with a dash';
  if (text === '@' || text === 'HEAD') return `no branch is called ${text}`;
  return text.includes('@{') ? 'a name does not hold @{' : null;
}

function checkShadows(rule: Rule): Finding[] {
  const shadowed = rule.branches.filter((pattern) => rule.except.some((except) => covers(except, pattern)));
  if (shadowed.length === 0) return [];
  const remedy = 'Narrow `except`, or take the pattern out.';
  return shadowed.length === rule.branches.length
    ? [problem('rules', `Rule "${rule.name}" never matches: its \`except\` covers all its branches.`, remedy)]
    : [
        warning(
          'rules',
          `Rule "${rule.name}": its \`except\` covers ${shadowed.join(', ')}, which never match.`,
          remedy,
        ),
      ];
}

/** Of two that are the same in all, the later one is said. */
function checkRedundant(rule: Rule, index: number, rules: readonly Rule[]): Finding[] {
  const other = rules.find(
    (each, at) => at !== index && givesAll(each, rule) && (at < index || !givesAll(rule, each)),
  );
  return other === undefined
    ? []
    : [
        warning(
          'rules',
          `Rule "${rule.name}" gives nothing new: "${other.name}" gives the same on the same branches, as long.`,
          'Take it out, or say in it what it is for.',
        ),
      ];
}

/** Whether `one` gives, wherever `other` does, all that it does. When in doubt, it doesn't. */
function givesAll(one: Rule, other: Rule): boolean {
  const given = new Set(one.grant.map(targetKey));
  const hasLonger = one.lifetime === null || (other.lifetime !== null && one.lifetime >= other.lifetime);
  return (
    one.eligible.length === 0 &&
    one.until === other.until &&
    hasLonger &&
    one.except.every((except) => other.except.includes(except)) &&
    other.branches.every((branch) => one.branches.some((pattern) => covers(pattern, branch))) &&
    other.grant.every((target) => given.has(targetKey(target)) && !/[{}]/.test(target.name))
  );
}

/** For information: a repository has branches that need no access. */
export function checkBranches(config: Config, branches: readonly string[]): Finding {
  if (branches.length === 0) return skipped('branches', 'There is no branch here yet.');
  const granting = branches.filter((branch) => decide(config, branch).length > 0);
  const count = branches.length === 1 ? 'the one branch' : `the ${branches.length} branches`;
  return fine('branches', `Rules match ${granting.length} of ${count} here.`);
}
