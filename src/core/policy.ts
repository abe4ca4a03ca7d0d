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
        return [{ rule, targets: rule.grant.map((target) => concrete(target, captured, rule)) }];
    }
    return [];
  });
}

/** The names of the rules that match a branch; none for no branch. */
export const rulesFor = (config: Config, branch: string | null): string[] =>
  branch === null ? [] : decide(config, branch).map(({ rule }) => rule.name);

/** The union of several grants; a target wanted by two rules names both. */
export function unite(grants: readonly Grant[]): Want[] {
  const wants = new Map<string, { target: Target; rules: string[] }>();
  for (const { rule, targets } of grants) {
    for (const target of targets) {
      const want = wants.get(targetKey(target)) ?? { target, rules: [] };
      want.target = widest(want.target, target);
      if (!want.rules.includes(rule.name)) want.rules.push(rule.name);
      wants.set(targetKey(target), want);
    }
  }
  return [...wants.values()];
}

/** A name that some rule spells out is that rule's choice, not a branch's; a group that some rule makes is made. */
function widest(one: Target, other: Target): Target {
  if (one.kind !== 'group' || other.kind !== 'group') return one;
  const spelled = one.templated === true ? other : one;
  return one.create === true || other.create === true ? { ...spelled, create: true } : spelled;
}

function concrete(
  target: Target,
  captured: Readonly<Record<string, string>>,
  { createGroups }: Pick<Rule, 'createGroups'>,
): Target {
  const name = isTemplate(target.name) ? fillIn(target.name, captured) : target.name;
  const templated = isTemplate(target.name) ? { templated: true as const } : {};
  if (target.kind !== 'group') return { ...target, name };
  const create = createGroups && target.by === 'displayName' ? { create: true as const } : {};
  return { ...target, name, ...templated, ...create };
}
