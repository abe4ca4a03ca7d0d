// What git says of itself for `doctor`: its version, its whole config with the place of each entry, and whether a helper has a token.
import { execFile } from 'node:child_process';
import type { PlacedEntry } from '../../core/checks/pins.ts';
import type { TokenFacts } from '../../core/checks/token.ts';
import type { GitLookout } from '../../flow/ports.ts';
import type { Environment } from './environment.ts';

export interface GitLookoutOptions {
  readonly directory: string;
  readonly env: Environment;
  /** The person's own, where `git -c` and its like leave their traces. */
  readonly whole: Readonly<Record<string, string | undefined>>;
}

export function openGitLookout({ directory, env, whole }: GitLookoutOptions): GitLookout {
  const ask = (args: readonly string[], more: Environment = {}, input = ''): Promise<Said> =>
    askGit(directory, { ...env, ...more }, args, input);
  return {
    version: async () => (await ask(['--version'])).text,
    everywhere: async () => {
      const listed = await ask(
        ['config', '--includes', '--list', '--show-scope', '--show-origin', '-z'],
        commandScope(whole),
      );
      return listed.text === null ? null : parseEntries(listed.text);
    },
    token: async (endpoint) => {
      const helper =
        (await ask(['config', '--get-urlmatch', 'credential.helper', endpoint])).text?.trim() ?? '';
      const own = whole['SCIM_HOOK_TOKEN'] ?? '';
      if (own !== '') return { from: 'environment', ...seen(own, null), helper: helper !== '', late: false };
      const filled = await ask(
        ['-c', 'core.askPass=', 'credential', 'fill'],
        // Nobody is there to answer: no terminal, no askpass window.
        { GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '', SSH_ASKPASS: '', GCM_INTERACTIVE: 'never' },
        describe(endpoint),
      );
      return { ...filledFacts(filled.text), helper: helper !== '', late: filled.late };
    },
  };
}

interface Said {
  /** Null: git isn't there, or it failed. */
  readonly text: string | null;
  readonly late: boolean;
}

/** Milliseconds. A credential helper may open a window and wait in it for ever. */
const PATIENCE = 10_000;

/** Git is ended after a while; a helper that it started may wait on for whoever it asks, but not for us. */
function askGit(directory: string, env: Environment, args: readonly string[], input: string): Promise<Said> {
  return new Promise((resolve) => {
    const options = {
      cwd: directory,
      env: { ...env },
      timeout: PATIENCE,
      windowsHide: true,
      maxBuffer: 2 ** 26,
    };
    const child = execFile('git', [...args], options, (error, stdout) =>
      resolve({ text: error === null ? stdout : null, late: error?.killed === true }),
    );
    // Git may end without reading all of it; its status then says why.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

/** `git -c`, and what is set the same way by the environment; everything else of git's stays dropped. */
const commandScope = (whole: GitLookoutOptions['whole']): Environment =>
  Object.fromEntries(
    Object.entries(whole).flatMap(([name, value]) =>
      value !== undefined && /^GIT_CONFIG_(?:PARAMETERS|COUNT|KEY_\d+|VALUE_\d+)$/.test(name)
        ? [[name, value]]
        : [],
    ),
  );

/** `-z`: scope, origin, then the key and its value with a newline between. */
function parseEntries(listed: string): PlacedEntry[] {
  const parts = listed.split('\0');
  const entries: PlacedEntry[] = [];
  for (let at = 0; at + 2 < parts.length; at += 3) {
    const [scope = '', origin = '', entry = ''] = parts.slice(at, at + 3);
    const end = entry.indexOf('\n');
    const [key, value] = end === -1 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)];
    entries.push({ scope, origin, key, value });
  }
  return entries;
}

/** What git-credential(1) reads: protocol, host and path, and an empty line. */
function describe(endpoint: string): string {
  const { protocol, host, pathname } = new URL(endpoint);
  return `protocol=${protocol.slice(0, -1)}\nhost=${host}\npath=${pathname.replace(/^\//, '')}\n\n`;
}

type Seen = Omit<TokenFacts, 'helper' | 'late'>;

/** Exported for the git versions that pass `password_expiry_utc` on (2.41 and later). */
export function filledFacts(filled: string | null): Seen {
  const field = (name: string): string | undefined =>
    filled
      ?.split('\n')
      .find((line) => line.startsWith(`${name}=`))
      ?.slice(name.length + 1);
  const password = field('password') ?? '';
  if (password === '') return { from: null, sendable: false, expires: null };
  const expiry = field('password_expiry_utc');
  return { from: 'helper', ...seen(password, expiry === undefined ? null : Number(expiry) * 1000) };
}

/** The token goes no further than here. */
const seen = (token: string, expires: number | null): Pick<Seen, 'sendable' | 'expires'> => ({
  sendable: /^[\x21-\x7e]+$/.test(token),
  expires,
});
