// The rules as data, once read, and what must hold between their parts beyond the shape of each.
import { type BranchPattern, parseBranchPattern } from './branch-pattern.ts';
import type { Fault } from './failure.ts';
import { couldBecome, isTemplate, matchesName, placeholders } from './name-pattern.ts';
import type { ProfileName, ProfileSettings } from './profile.ts';
import type { GroupTarget, Target } from './target.ts';
import type { Kind, Until } from './vocabulary.ts';

export interface Rule {
  readonly name: string;
  readonly branches: readonly string[];
  readonly except: readonly string[];
  /** The subject must be in one of them already; empty means everybody is eligible. */
  readonly eligible: readonly GroupTarget[];
  readonly grant: readonly Target[];
  /** Milliseconds; null means until the event alone. */
  readonly lifetime: number | null;
  readonly until: Until;
  readonly createGroups: boolean;
}

export interface Config {
  /** What the file proposes; only what a person pinned takes effect. */
  readonly endpoint: string | null;
  /** Milliseconds for one request. */
  readonly timeout: number;
  /** Milliseconds for one event, retries included. */
  readonly deadline: number;
  /** What the directory can, by name or setting by setting. */
  readonly profile: ProfileName | ProfileSettings;
  readonly subject: { readonly attribute: SubjectAttribute; readonly from: string };
  readonly managed: Readonly<Record<Kind, readonly string[]>>;
  readonly rules: readonly Rule[];
}

export const SUBJECT_ATTRIBUTES = ['userName', 'externalId', 'id', 'emails.value'] as const;
export type SubjectAttribute = (typeof SUBJECT_ATTRIBUTES)[number];

export const isManaged = (config: Pick<Config, 'managed'>, kind: Kind, name: string): boolean =>
  config.managed[kind].some((glob) => matchesName(glob, name));

/** The patterns of a rule that parse; the faults of the others are found by `checkConfig`. */
export const patternsOf = (texts: readonly string[]): BranchPattern[] =>
  texts.flatMap((text) => {
    const parsed = parseBranchPattern(text);
    return parsed.ok ? [parsed.value] : [];
  });

/** Every fault that the shape alone doesn't show, all at once. */
export function checkConfig(config: Config): Fault[] {
  const faults: Fault[] = [];
  const names = new Map<string, number>();
  config.rules.forEach((rule, index) => {
    const at = `rules[${index}]`;
    const first = names.get(rule.name);
    if (first !== undefined) {
      faults.push({ path: `${at}.name`, problem: `"${rule.name}" is already the name of rules[${first}]` });
    }
    names.set(rule.name, index);
    faults.push(...checkPatterns(rule, at), ...checkNames(rule, at));
  });
  return [...faults, ...checkEligible(config)];
}

/** Where in its rule a target was written, as `grant.groups[0]`: the reader keeps each kind in its order. */
export function grantPath({ grant }: Rule, target: Target): string {
  const alike = grant.filter(({ kind }) => kind === target.kind);
  return `grant.${target.kind}s[${alike.indexOf(target)}]`;
}

function checkPatterns(rule: Rule, at: string): Fault[] {
  return (['branches', 'except'] as const).flatMap((key) =>
    rule[key].flatMap((text, index) => {
      const parsed = parseBranchPattern(text);
      return parsed.ok
        ? []
        : [{ path: `${at}.${key}[${index}]`, problem: `the pattern "${text}" ${parsed.failure}` }];
    }),
  );
}

function checkNames(rule: Rule, at: string): Fault[] {
  const patterns = patternsOf(rule.branches);
  const faults: Fault[] = [];
  for (const target of rule.grant) {
    if (!isTemplate(target.name)) continue;
    const path = `${at}.${grantPath(rule, target)}`;
    const where = `"${target.name}"`;
    if (isTemplate(target.name.replace(/\{[^{}]*\}/g, ''))) {
      faults.push({ path, problem: `${where} has a brace without its other half` });
      continue;
    }
    if (target.name.startsWith('{')) {
      faults.push({
        path,
        problem: `${where} must start with letters of its own, so that a branch can't name any group`,
      });
    }
    if (target.kind === 'group' && target.by !== 'displayName') {
      faults.push({
        path,
        problem: `${where} is filled in from the branch, so it can only be a displayName`,
      });
    }
    for (const name of placeholders(target.name)) {
      const lacking = patterns.find((pattern) => !pattern.captures.includes(name));
      if (lacking)
        faults.push({
          path,
          problem: `${where} needs {${name}}, which the pattern "${lacking.text}" doesn't capture`,
        });
    }
  }
  return faults;
}

/** Access that decides who may get access must never itself be given, or taken, by us. */
function checkEligible(config: Config): Fault[] {
  const faults: Fault[] = [];
  config.rules.forEach((rule, index) => {
    rule.eligible.forEach((group, place) => {
      const granting = config.rules.find((other) =>
        other.grant.some(
          (target) =>
            target.kind === 'group' && target.by === group.by && couldBecome(target.name, group.name),
        ),
      );
      const path = `rules[${index}].eligible.groups[${place}]`;
      if (granting) {
        faults.push({
          path,
          problem: `"${group.name}" makes people eligible, but rule "${granting.name}" could grant it`,
        });
      }
      if (group.by === 'displayName' && isManaged(config, 'group', group.name)) {
        faults.push({
          path,
          problem: `"${group.name}" makes people eligible, but managed.groups covers it, so it would be taken away`,
        });
      }
    });
  });
  return faults;
}
