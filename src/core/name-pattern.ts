// Names of groups, roles and entitlements: globs over them (`managed`), and templates filled in from a branch.

export const isTemplate = (name: string): boolean => /[{}]/.test(name);

/** The capture names a template asks for, in order. */
export const placeholders = (name: string): string[] =>
  [...name.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? '');

/** Fills a template in; the caller has checked that every placeholder is captured. */
export const fillIn = (name: string, captured: Readonly<Record<string, string>>): string =>
  name.replace(/\{([^{}]*)\}/g, (_, key: string) => captured[key] ?? '');

/** Whether a name is covered by a glob in which `*` stands for any run of characters. */
export const matchesName = (glob: string, name: string): boolean => wildcard(glob.split('*')).test(name);

/** Whether filling in a template could give this name. */
export const couldBecome = (template: string, name: string): boolean =>
  wildcard(template.split(/\{[^{}]*\}/)).test(name);

const wildcard = (literals: readonly string[]): RegExp =>
  new RegExp(`^${literals.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.*')}$`, 's');
