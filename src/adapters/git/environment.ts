// The environment our own git calls run in: nothing that the calling git set for its hook may point them elsewhere.

/** Where git's programs and config are, and whom it trusts, which a person may have set. Everything else of git's is dropped. */
const KEPT = /^GIT_(?:EXEC_PATH|SSL_CAINFO|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM)|CEILING_DIRECTORIES)$/;

/** Set by editors and shells around git: of no use to calls that only read, or harmful to what outlives the shell. */
const DROPPED = new Set([
  'ELECTRON_RUN_AS_NODE',
  'NODE_OPTIONS',
  'EDITOR',
  'VISUAL',
  'PAGER',
  'PREFIX',
  'SSH_ASKPASS',
]);

export type Environment = Readonly<Record<string, string>>;

export function gitEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || DROPPED.has(name)) continue;
    // The token is for the directory alone; no child of ours sees it.
    if (name.startsWith('SCIM_HOOK_')) continue;
    if (!name.startsWith('GIT_') || KEPT.test(name)) kept[name] = value;
  }
  return {
    ...kept,
    // A git call of ours that itself checks something out must not wake us again.
    SCIM_HOOK: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  };
}

/** The person's own environment, without what a git around us may have set. */
export const personalEnvironment = (env: Readonly<Record<string, string | undefined>>): Environment =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || (name.startsWith('GIT_') && !KEPT.test(name)) ? [] : [[name, value]],
    ),
  );
