// Rules to begin with, for the kinds of branches a repository has.

export interface ProposedRule {
  readonly name: string;
  readonly pattern: string;
  readonly group: string;
  readonly lifetime: string;
  /** Branches of this repository that it matches now; the first few. */
  readonly examples: readonly string[];
}

interface Family {
  readonly name: string;
  /** What such branches begin with, by the habits of different teams. */
  readonly prefixes: readonly string[];
  readonly lifetime: string;
}

/** The more a branch can do harm, the shorter its access. */
const FAMILIES: readonly Family[] = [
  { name: 'release', prefixes: ['release', 'releases', 'rel'], lifetime: '8h' },
  { name: 'hotfix', prefixes: ['hotfix', 'hotfixes'], lifetime: '4h' },
  { name: 'deploy', prefixes: ['deploy', 'deployment', 'env'], lifetime: '4h' },
  { name: 'support', prefixes: ['support', 'maintenance'], lifetime: '8h' },
  { name: 'feature', prefixes: ['feature', 'features', 'feat'], lifetime: '12h' },
];

/** Never anything of a branch's own name but its known beginning: the names are whatever somebody pushed. */
export function proposeRules(branches: readonly string[]): ProposedRule[] {
  const found = FAMILIES.flatMap(({ name, prefixes, lifetime }) =>
    prefixes.flatMap((prefix): ProposedRule[] => {
      const mine = branches.filter((branch) => branch.startsWith(`${prefix}/`));
      if (mine.length === 0) return [];
      const deep = mine.some((branch) => branch.slice(prefix.length + 1).includes('/'));
      return [
        {
          name: prefix === prefixes[0] ? name : prefix,
          pattern: `${prefix}/${deep ? '**' : '*'}`,
          group: `jit-${name}`,
          lifetime,
          examples: mine.slice(0, 3),
        },
      ];
    }),
  );
  return found.length > 0
    ? found
    : [{ name: 'release', pattern: 'release/*', group: 'jit-release', lifetime: '8h', examples: [] }];
}
