// The hook file that is wholly ours: how its text is made, and how it is known again.

export type HookOwner = 'ours' | 'ours-edited' | 'foreign';

export type Sha256 = (text: string) => string;

const NODE_PLACE = "'@NODE@'";
const NO_DIGEST = '0'.repeat(64);

/** Any version's: a newer hook must still be ours to take out. */
const MARKER = /^# scim-hook hook v[0-9]+\b/m;
const SIGNED = /^(#![^\n]*\n# scim-hook hook v[0-9]+ )([0-9a-f]{64})(?=\n)/;

/**
 * Fills the template in. The text carries its own digest, because a marker alone is no proof of authorship:
 * people add lines of their own below one, and `uninstall` must not delete those.
 */
export function renderHook(template: string, node: string, sha256: Sha256): string {
  if (!template.includes(NODE_PLACE) || SIGNED.exec(template)?.[2] !== NO_DIGEST) {
    throw new Error(`the hook template lacks its marker line or ${NODE_PLACE}`);
  }
  const unsigned = template.replace(NODE_PLACE, () => singleQuoted(node));
  return unsigned.replace(NO_DIGEST, sha256(unsigned));
}

/** Whether a hook file is what we put there, ours with somebody's changes in it, or not ours at all. */
export function recogniseHook(text: string, sha256: Sha256): HookOwner {
  if (!MARKER.test(text)) return 'foreign';
  const digest = SIGNED.exec(text)?.[2];
  const unsigned = text.replace(SIGNED, (_, before: string) => before + NO_DIGEST);
  return digest === sha256(unsigned) ? 'ours' : 'ours-edited';
}

/** Between single quotes the shell reads everything as it stands, but for the quote itself. */
const singleQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
