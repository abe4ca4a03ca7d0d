// Config and branch in, what that branch gives out: each item with the rule that gave it.
import { matchBranch } from './branch-pattern.ts';
import { type Config, patternsOf, type Rule } from './config.ts';
import { fillIn, isTemplate } from './name-pattern.ts';
import { type Target, targetKey } from './target.ts';

/** What one matching rule gives for one branch. */
export interface Grant {
  readonly rule: Rule;
  readonly targets: readonly Target[];
}

/** One thing wanted, and every rule that wants it. */
export interface Want {
  readonly target: Target;
  readonly rules: readonly string[];
}

/** The rules that match a branch. All of them apply (DESIGN section 4). */
export function decide(config: Config, branch: string): Grant[] {
  return config.rules.flatMap((rule) => {
    if (patternsOf(rule.except).some((pattern) => matchBranch(pattern, branch) !== null)) return [];
    for (const pattern of patternsOf(rule.branches)) {
      const captured = matchBranch(pattern, branch);
      if (captured !== null)
        return [{ rule, targets: rule.grant.map((target) => concrete(target, captured)) }];
    }
    return [];
  });
}

/** The union of several grants; a target wanted by two rules names both. */
export function unite(grants: readonly Grant[]): Want[] {
  const wants = new Map<string, { target: Target; rules: string[] }>();
  for (const { rule, targets } of grants) {
    for (const target of targets) {
      const want = wants.get(targetKey(target)) ?? { target, rules: [] };
      // A name that some rule spells out is that rule's choice, not a branch's.
      if (target.kind === 'group' && target.templated !== true) want.target = target;
      if (!want.rules.includes(rule.name)) want.rules.push(rule.name);
      wants.set(targetKey(target), want);
    }
  }
  return [...wants.values()];
}

function concrete(target: Target, captured: Readonly<Record<string, string>>): Target {
  if (!isTemplate(target.name)) return target;
  const name = fillIn(target.name, captured);
  return target.kind === 'group' ? { ...target, name, templated: true } : { ...target, name };
}
