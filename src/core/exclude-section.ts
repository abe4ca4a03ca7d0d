// Lines in `.git/info/exclude` for a file that we made in the work tree: git neither shows it nor stops a checkout for it.

const NOTE = '# scim-hook: made by `scim-hook install`, taken out by `scim-hook uninstall`';
const section = (path: string): string => `${NOTE}\n/${path.replace(/[*?[\\#! ]/g, '\\$&')}\n`;

/** At the top, so that it comes out again to the byte. Null: there is no such file. */
export const addExclude = (text: string | null, path: string): string =>
  text?.startsWith(section(path)) === true ? text : section(path) + (text ?? '');

/** Null: nothing is left, as there was no such file before. */
export function dropExclude(text: string | null, path: string): string | null {
  const at = text?.indexOf(section(path)) ?? -1;
  if (text === null || at === -1) return text;
  const left = text.slice(0, at) + text.slice(at + section(path).length);
  return left === '' ? null : left;
}
