// What git's config says about us: pins, mode and bounds, in the order system, global, local (DESIGN section 6).
import { parseEndpoint } from './endpoint.ts';
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

/** A value that was accepted here, and that a wider scope puts another in the place of. */
export interface Overruled {
  readonly name: 'endpoint' | 'subject' | 'subjectId';
  readonly accepted: string;
  readonly scope: 'system' | 'global';
  readonly value: string;
}

/** What a scope's `scim-hook.allow` lets through. */
export interface Bound {
  readonly scope: string;
  readonly patterns: readonly string[];
}

export interface Settings {
  readonly mode: Mode;
  readonly pins: Pins | null;
  /** An endpoint the machine's owner set for everybody, which alone trusts no clone. */
  readonly sharedEndpoint: string | null;
  /** Likewise who the person is: from system config, else global. */
  readonly shared: { readonly subject: string | null; readonly subjectId: string | null };
  /** Where this clone's own pins don't count. */
  readonly overruled: readonly Overruled[];
  /** An endpoint that can't be one, so that nothing is pinned: what is wrong with it. */
  readonly misspelled: { readonly endpoint: string; readonly problem: string } | null;
  /** A command line that hears of what failed, was refused or is owed. Never local: a clone must not name a program. */
  readonly notify: string | null;
  /** The state directory, as it was when this clone was installed. */
  readonly home: string | null;
  /** Bounds from each scope that has some; a name must satisfy all of them. */
  readonly allow: readonly Bound[];
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

  const wider = (name: string): string | null => last('system', name) ?? last('global', name) ?? null;
  const endpoint = spelled(widest('endpoint'));
  const subject = widest('subject');
  const subjectId = widest('subjectid');
  // Local only: a global one would make every clone of anything trusted.
  const policy = last('local', 'policy');
  const misspelled = problemOf(endpoint);
  const complete =
    endpoint !== undefined &&
    misspelled === null &&
    subject !== undefined &&
    subjectId !== undefined &&
    policy !== undefined;
  return {
    mode: narrowest(SCOPES.flatMap((scope) => last(scope, 'mode') ?? [])),
    pins: complete ? { endpoint, subject, subjectId, policy } : null,
    sharedEndpoint: spelled(wider('endpoint') ?? undefined) ?? null,
    shared: { subject: wider('subject'), subjectId: wider('subjectid') },
    overruled: (['endpoint', 'subject', 'subjectId'] as const).flatMap((name) =>
      overruled(name, (scope) => last(scope, name.toLowerCase())),
    ),
    misspelled,
    notify: wider('notify') || null,
    home: last('local', 'home') ?? null,
    allow: SCOPES.map((scope) => ({ scope, patterns: values(scope, 'allow') })).filter(
      ({ patterns }) => patterns.length > 0,
    ),
  };
}

/** In the one spelling that is compared; what can't be one is left as it is, for `misspelled` to say so. */
function spelled(endpoint: string | undefined): string | undefined {
  const parsed = endpoint === undefined ? null : parseEndpoint(endpoint);
  return parsed?.ok === true ? parsed.value : endpoint;
}

function problemOf(endpoint: string | undefined): Settings['misspelled'] {
  const parsed = endpoint === undefined ? null : parseEndpoint(endpoint);
  return endpoint === undefined || parsed === null || parsed.ok
    ? null
    : { endpoint, problem: parsed.failure };
}

function overruled(name: Overruled['name'], last: (scope: Scope) => string | undefined): Overruled[] {
  const same = (value: string | undefined) => (name === 'endpoint' ? spelled(value) : value);
  const accepted = same(last('local'));
  const scope = (['system', 'global'] as const).find((each) => last(each) !== undefined);
  const value = scope === undefined ? undefined : same(last(scope));
  const differs = accepted !== undefined && value !== undefined && accepted !== value;
  return differs && scope !== undefined ? [{ name, accepted, scope, value }] : [];
}

/** A lower scope can only narrow. A word nobody knows grants nothing. */
function narrowest(modes: readonly string[]): Mode {
  const ranks = modes.map((mode) => {
    const rank = (MODES as readonly string[]).indexOf(mode);
    return rank === -1 ? MODES.indexOf('release-only') : rank;
  });
  return MODES[Math.max(0, ...ranks)] ?? 'enforce';
}

/** The bounds that leave a name out. */
export const boundsOf = (settings: Pick<Settings, 'allow'>, name: string): Bound[] =>
  settings.allow.filter(({ patterns }) => !patterns.some((pattern) => matchesName(pattern, name)));

export const isAllowed = (settings: Pick<Settings, 'allow'>, name: string): boolean =>
  boundsOf(settings, name).length === 0;
