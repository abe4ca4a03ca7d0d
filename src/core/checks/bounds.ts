// The mode and `scim-hook.allow`: what the machine's owner lets be granted, and whether anything is left of the rules.
import type { Config } from '../config.ts';
import { type Finding, fine, problem, skipped, warning } from '../finding.ts';
import { isTemplate, matchesName } from '../name-pattern.ts';
import { type ConfigEntry, readSettings } from '../settings.ts';
import { MODES, type Mode } from '../vocabulary.ts';

const SCOPES = ['system', 'global', 'local'] as const;

export function checkMode(entries: readonly ConfigEntry[]): Finding {
  const set = SCOPES.flatMap((scope) => {
    const value = entries.findLast((entry) => entry.scope === scope && entry.key === 'scim-hook.mode')?.value;
    return value === undefined ? [] : [{ scope, value }];
  });
  const unknown = set.find(({ value }) => !(MODES as readonly string[]).includes(value));
  if (unknown !== undefined)
    return problem(
      'mode',
      `scim-hook.mode is "${unknown.value}" in ${unknown.scope} config, which is no mode, so nothing is granted.`,
      `Set one of ${MODES.join(', ')}: \`git config --${unknown.scope} scim-hook.mode enforce\`.`,
    );
  const { mode } = readSettings(entries);
  const scope = set.find(({ value }) => value === mode)?.scope ?? 'local';
  const remedy = `To grant: \`git config --${scope} scim-hook.mode enforce\`.`;
  const words: Readonly<Record<Mode, Finding>> = {
    enforce: fine('mode', 'Mode enforce: what the rules say is done.'),
    audit: warning(
      'mode',
      `Mode audit (${scope} config): all is looked at and logged, nothing is granted.`,
      remedy,
    ),
    'release-only': warning(
      'mode',
      `Mode release-only (${scope} config): access is given back, none granted.`,
      remedy,
    ),
    off: warning('mode', `Mode off (${scope} config): access is given back, none granted.`, remedy),
  };
  return words[mode];
}

export function checkAllow(entries: readonly ConfigEntry[], config: Config | null): Finding {
  const { allow } = readSettings(entries);
  if (allow.length === 0) return fine('allow', 'scim-hook.allow sets no bounds.');
  if (config === null)
    return skipped('allow', 'What scim-hook.allow leaves of the rules: no rules can be read.');
  const names = [...new Set(config.rules.flatMap((rule) => rule.grant.map((target) => target.name)))];
  const barred = names.filter(
    (name) => !allow.every(({ patterns }) => patterns.some((glob) => mayPass(glob, name))),
  );
  const remedy =
    'See `git config --show-scope --get-all scim-hook.allow`; every scope that sets it must let a name pass.';
  if (barred.length === names.length)
    return problem('allow', 'scim-hook.allow lets nothing pass that the rules grant.', remedy);
  return barred.length > 0
    ? warning('allow', `scim-hook.allow holds back ${barred.join(', ')}.`, remedy)
    : fine('allow', 'scim-hook.allow lets all pass that the rules grant.');
}

/** Of a template only its beginning is known; it may pass where the two beginnings don't contradict each other. */
function mayPass(glob: string, name: string): boolean {
  if (!isTemplate(name)) return matchesName(glob, name);
  const [known = '', bound = ''] = [name.split('{')[0], glob.split('*')[0]];
  return known.startsWith(bound) || bound.startsWith(known);
}
