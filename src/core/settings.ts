// What git's config says about us: pins, mode and bounds, in the order system, global, local (DESIGN section 6).
import { matchesName } from './name-pattern.ts';
import { MODES, type Mode } from './vocabulary.ts';

/** One entry of `git config --list --show-scope`, with the key as git canonicalises it. */
export interface ConfigEntry {
  readonly scope: string;
  readonly key: string;
  readonly value: string;
}

/** What a person accepted. Without all of them nothing is ever sent. */
export interface Pins {
  readonly endpoint: string;
  readonly subject: string;
  readonly subjectId: string;
  /** A full ref name, or `sha256:HEX` of a file that is in no commit yet. */
  readonly policy: string;
}

export interface Settings {
  readonly mode: Mode;
  readonly pins: Pins | null;
  /** An endpoint the machine's owner set for everybody, which alone trusts no clone. */
  readonly sharedEndpoint: string | null;
  /** The state directory, as it was when this clone was installed. */
  readonly home: string | null;
  /** Bounds from each scope that has some; a name must satisfy all of them. */
  readonly allow: readonly (readonly string[])[];
}

/** Command and worktree scope are left out: `git -c` and a branch's own tooling must not choose where access goes. */
const SCOPES = ['system', 'global', 'local'] as const;
type Scope = (typeof SCOPES)[number];

export function readSettings(entries: readonly ConfigEntry[]): Settings {
  const values = (scope: Scope, name: string): string[] =>
    entries
      .filter((entry) => entry.scope === scope && entry.key === `scim-hook.${name}`)
      .map((entry) => entry.value);
  const last = (scope: Scope, name: string): string | undefined => values(scope, name).at(-1);
  const widest = (name: string): string | undefined =>
    SCOPES.map((scope) => last(scope, name)).find((value) => value !== undefined);

  const endpoint = widest('endpoint');
  const subject = widest('subject');
  const subjectId = widest('subjectid');
  // Local only: a global one would make every clone of anything trusted.
  const policy = last('local', 'policy');
  const complete =
    endpoint !== undefined && subject !== undefined && subjectId !== undefined && policy !== undefined;
  return {
    mode: narrowest(SCOPES.flatMap((scope) => last(scope, 'mode') ?? [])),
    pins: complete ? { endpoint, subject, subjectId, policy } : null,
    sharedEndpoint: last('system', 'endpoint') ?? last('global', 'endpoint') ?? null,
    home: last('local', 'home') ?? null,
    allow: SCOPES.map((scope) => values(scope, 'allow')).filter((patterns) => patterns.length > 0),
  };
}

/** A lower scope can only narrow. A word nobody knows grants nothing. */
function narrowest(modes: readonly string[]): Mode {
  const ranks = modes.map((mode) => {
    const rank = (MODES as readonly string[]).indexOf(mode);
    return rank === -1 ? MODES.indexOf('release-only') : rank;
  });
  return MODES[Math.max(0, ...ranks)] ?? 'enforce';
}

/** A scope whose `scim-hook.allow` leaves a name out, with all that it has. */
export interface Bound {
  readonly scope: string;
  readonly patterns: readonly string[];
}

export const boundsOf = (entries: readonly ConfigEntry[], name: string): Bound[] =>
  SCOPES.map((scope) => ({
    scope,
    patterns: entries
      .filter((entry) => entry.scope === scope && entry.key === 'scim-hook.allow')
      .map((entry) => entry.value),
  })).filter(
    ({ patterns }) => patterns.length > 0 && !patterns.some((pattern) => matchesName(pattern, name)),
  );

export const isAllowed = (settings: Pick<Settings, 'allow'>, name: string): boolean =>
  settings.allow.every((patterns) => patterns.some((pattern) => matchesName(pattern, name)));
