// `scim-hook.logKeep`: whether it says for how long the audit log is kept.
import { type Finding, fine, problem, type Speech, warning } from '../finding.ts';
import { keepAsked, keepOf, type ParseSpan } from '../retention.ts';
import type { ConfigEntry } from '../settings.ts';

export function checkKeep(entries: readonly ConfigEntry[], parse: ParseSpan, { span }: Speech): Finding[] {
  const asked = keepAsked(entries, parse);
  if (asked.length === 0) return [];
  const unreadable = asked.find((each) => each.span === null);
  if (unreadable !== undefined)
    return [
      problem(
        'log',
        `scim-hook.logKeep is "${unreadable.value}" in ${unreadable.scope} config, which is no time span, so all of the audit log is kept.`,
        `Say it as 400d, 52w or 12h: \`git config --${unreadable.scope} scim-hook.logKeep 400d\`.`,
      ),
    ];
  const keep = keepOf(asked);
  return keep === null
    ? [
        warning(
          'log',
          'scim-hook.logKeep stands in this clone only, where it can but lengthen what global or system config says, so all of the audit log is kept.',
          'Set it for all clones: `git config --global scim-hook.logKeep 400d`.',
        ),
      ]
    : [fine('log', `Full files of the audit log are kept for ${span(keep)} at least.`)];
}
