// One name for one repository, however it was cloned: its canonical remote URL, else a stored UUID.
import type { ConfigEntry } from './settings.ts';

/**
 * `git@github.com:acme/payments.git` and `https://alice@github.com/acme/payments` are both `github.com/acme/payments`.
 * No userinfo, query or scheme survives, so nothing secret reaches the log. Null for a path on this machine.
 */
export function canonicalRemote(url: string): string | null {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/]*@)?([^@/?#]+)\/([^?#]*)/i.exec(url);
  // The scp-like form; a drive letter or a local path is neither.
  const scp = scheme ? null : /^(?:[^@/:]+@)?([^/:]{2,}):(?!\/\/)([^?#]*)/.exec(url);
  const [, host, path] = scheme ?? scp ?? [];
  if (host === undefined || path === undefined || url.startsWith('file:')) return null;
  const trimmed = path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
  return trimmed === '' ? null : `${host.toLowerCase()}/${trimmed}`;
}

/** From local config: `origin`, else the only other remote, else the UUID that install stored. */
export function repositoryId(entries: readonly ConfigEntry[]): string | null {
  const local = entries.filter((entry) => entry.scope === 'local');
  const urls = local.filter((entry) => /^remote\..+\.url$/.test(entry.key));
  const origin = urls.find((entry) => entry.key === 'remote.origin.url') ?? urls[0];
  const canonical = origin === undefined ? null : canonicalRemote(origin.value);
  return canonical ?? local.findLast((entry) => entry.key === 'scim-hook.repository')?.value ?? null;
}
