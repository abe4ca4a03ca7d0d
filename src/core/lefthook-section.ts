// Our job in a person's own lefthook config (`lefthook-local.yml`, which lefthook merges into the team's).
import { commandFor } from './hook-host.ts';

const BEGIN = '# >>> scim-hook';
const END = '# <<< scim-hook';

export const LEFTHOOK_SECTION = `${BEGIN}
# Notes branch switches; \`npx scim-hook uninstall\` takes these lines out.
post-checkout:
  jobs:
    - name: scim-hook
      run: '${commandFor('{0}')}'
${END}
`;

export const hasSection = (text: string | null): boolean => text?.startsWith(LEFTHOOK_SECTION) === true;

/** At the top, so that it comes out again to the byte. Null where it can't go: the key is there, or a document mark. */
export function putSection(text: string | null): string | null {
  if (text === null) return LEFTHOOK_SECTION;
  if (hasSection(text)) return text;
  const taken =
    /^["']?post-checkout["']?[ \t]*:/m.test(text) || /^(?:---|%|\uFEFF|\xEF\xBB\xBF|\s*\{)/.test(text);
  return taken ? null : LEFTHOOK_SECTION + text;
}

export const takeSection = (text: string): string =>
  hasSection(text) ? text.slice(LEFTHOOK_SECTION.length) : text;
