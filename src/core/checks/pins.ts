// Whether what a person accepted is what counts: pins that are missing, beaten by a wider scope, or set where nobody reads them.
import { type Finding, fine, problem, warning } from '../finding.ts';
import { type ConfigEntry, readSettings } from '../settings.ts';

/** An entry with the file or command it comes from, includes and all scopes counted. */
export interface PlacedEntry extends ConfigEntry {
  readonly origin: string;
}

const PINS = ['endpoint', 'subject', 'subjectId', 'policy'] as const;
type Pin = (typeof PINS)[number];

const INSTALL = 'Look at what the repository proposes and accept it: `scim-hook install`.';

/** `entries` is what counts; `everywhere` what git itself would read, null where it couldn't be listed. */
export function checkPins(
  entries: readonly ConfigEntry[],
  everywhere: readonly PlacedEntry[] | null,
): Finding[] {
  const findings = [
    ...checkComplete(entries),
    ...checkBeaten(entries),
    ...checkIgnored(entries, everywhere ?? []),
  ];
  return findings.some(({ state }) => state !== 'ok')
    ? findings.filter(({ state }) => state !== 'ok')
    : [fine('pins', 'Endpoint, subject and policy are pinned, and nothing else speaks against them.')];
}

const last = (entries: readonly ConfigEntry[], scope: string, name: string): string | undefined =>
  entries.findLast((entry) => entry.scope === scope && entry.key === `scim-hook.${name.toLowerCase()}`)
    ?.value;

const isSet = (entries: readonly ConfigEntry[], pin: Pin): boolean =>
  (pin === 'policy' ? ['local'] : ['system', 'global', 'local']).some(
    (scope) => last(entries, scope, pin) !== undefined,
  );

/** In the order in which install asks for them. */
export const missingPins = (entries: readonly ConfigEntry[]): string[] =>
  PINS.filter((pin) => !isSet(entries, pin));

function checkComplete(entries: readonly ConfigEntry[]): Finding[] {
  const missing = missingPins(entries);
  const here = PINS.filter((pin) => last(entries, 'local', pin) !== undefined);
  if (missing.length > 0 && here.length === 0)
    return [
      problem(
        'pins',
        'Nothing is trusted in this clone, so nothing is granted and nothing is sent.',
        INSTALL,
      ),
    ];
  if (missing.length > 0) {
    const names = missing.map((pin) => `scim-hook.${pin}`).join(', ');
    const verb = missing.length === 1 ? 'is' : 'are';
    return [problem('pins', `${names} ${verb} missing from git's config, so nothing is granted.`, INSTALL)];
  }
  const { misspelled } = readSettings(entries);
  return misspelled === null
    ? []
    : [
        problem(
          'pins',
          `The pinned endpoint ${misspelled.endpoint} ${misspelled.problem}.`,
          'Accept a right one: `scim-hook install --endpoint URL`.',
        ),
      ];
}

const checkBeaten = (entries: readonly ConfigEntry[]): Finding[] =>
  readSettings(entries).overruled.map(({ name, accepted, scope, value }) =>
    problem(
      'pins',
      `scim-hook.${name} was accepted here as ${accepted}, but ${scope} config says ${value}, which counts.`,
      `Accept that: \`scim-hook install\`. Or take it out: \`git config --${scope} --unset scim-hook.${name}\`.`,
    ),
  );

/** Set by an include, a worktree's own config or `git -c`: a branch's tooling could do that, so it never counts. */
function checkIgnored(entries: readonly ConfigEntry[], everywhere: readonly PlacedEntry[]): Finding[] {
  const counting = (entry: ConfigEntry): boolean =>
    /^(?:system|global|local)$/.test(entry.scope) &&
    entries.some(
      ({ scope, key, value }) => scope === entry.scope && key === entry.key && value === entry.value,
    );
  const found = everywhere
    .filter(({ key }) => key.startsWith('scim-hook.'))
    .filter((entry) => !counting(entry))
    .map(({ scope, key, value, origin }) => ({
      says: `${key} = ${value} is ignored: ${whence(scope, origin)} can't say what is trusted here.`,
      remedy:
        'Take it out there. If you meant it, set it with `git config --local`, or accept it: `scim-hook install`.',
    }));
  const globalPolicy = ['system', 'global'].filter((scope) => last(entries, scope, 'policy') !== undefined);
  return [
    ...found.map(({ says, remedy }) => warning('pins', says, remedy)),
    ...globalPolicy.map((scope) =>
      warning(
        'pins',
        `scim-hook.policy in ${scope} config is ignored: it would make every clone of anything trusted.`,
        `Take it out: \`git config --${scope} --unset scim-hook.policy\`.`,
      ),
    ),
  ];
}

function whence(scope: string, origin: string): string {
  if (scope === 'command') return '`git -c`, or the environment,';
  if (scope === 'worktree') return "a worktree's own config";
  return `an included file (${origin.replace(/^file:/, '')})`;
}
