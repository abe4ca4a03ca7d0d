// Hands the token to git's credential helpers, or takes it out of them, and proves by asking git that it is so.
import { parseEndpoint } from '../core/endpoint.ts';
import type { Failure } from '../core/failure.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { ConfigEntry } from '../core/settings.ts';
import { readSettings } from '../core/settings.ts';
import type { Connector, CredentialHelpers } from './ports.ts';

/**
 * The name a token is kept under where nobody chose one: git's helpers know no token without a name. Never
 * `credential.username`: under that name git keeps the person's own password for the host.
 */
const USERNAME = 'scim';
/** Milliseconds for the one request that checks the token. */
const TIMEOUT = 10_000;

export interface KeeperOptions {
  /** `--endpoint`. */
  readonly endpoint: string | null;
  /** `--username`. */
  readonly username: string | null;
  /** What the repository's rules propose: shown, never followed. Asked only where nothing better is known. */
  readonly proposed: () => Promise<string | null>;
}

/** Where a token is kept. `accepted`: a person or the machine's owner chose it, so the token may be sent there. */
export interface Keeper {
  readonly endpoint: string;
  readonly username: string;
  readonly accepted: boolean;
}

/** A file in a repository must not choose where a pasted token is kept. */
export async function chooseKeeper(
  entries: readonly ConfigEntry[],
  { endpoint, username, proposed }: KeeperOptions,
): Promise<Result<Keeper, Failure>> {
  const { pins, sharedEndpoint } = readSettings(entries);
  const own = pins?.endpoint ?? sharedEndpoint;
  const asked = endpoint ?? own;
  if (asked === null) return fail({ code: 'endpoint-not-accepted', proposed: await proposed() });
  const parsed = parseEndpoint(asked);
  if (!parsed.ok) return fail({ code: 'endpoint-invalid', endpoint: asked, problem: parsed.failure });
  const known = [pins?.endpoint, sharedEndpoint].flatMap((each) => {
    const accepted = parseEndpoint(each ?? '');
    return accepted.ok ? [accepted.value] : [];
  });
  const name = username ?? USERNAME;
  // Git reads a credential line by line: a line end in the name would start a field of its own.
  if (name === '' || /\p{Cc}/u.test(name)) {
    return fail({ code: 'usage', problem: 'The user name is empty, or has a character that no name has.' });
  }
  return ok({
    endpoint: parsed.value,
    username: name,
    accepted: known.includes(parsed.value),
  });
}

/** What the directory said of the token. `unasked`: nobody accepted the endpoint yet, so nothing was sent there. */
export type Checked = 'accepted' | 'unasked' | Failure;

export async function login(
  ports: { readonly helpers: CredentialHelpers; readonly connector: Connector },
  entries: readonly ConfigEntry[],
  keeper: Keeper,
  token: string,
  platform: string,
): Promise<Result<Checked, Failure>> {
  const { helpers, connector } = ports;
  const { endpoint, username } = keeper;
  // Before it is kept: a refused one must not take the place of one that works.
  const checked = keeper.accepted ? await check(connector, entries, endpoint) : 'unasked';
  if (typeof checked === 'object' && checked.code === 'denied') {
    return fail({ code: 'token-refused', endpoint, status: checked.status });
  }
  const before = await helpers.fill(endpoint, username);
  const approved = await helpers.approve(endpoint, { username, password: token });
  if (!approved.ok) return approved;
  const filled = await helpers.fill(endpoint);
  const same = filled?.username === username || filled?.username === '';
  if (same && filled.password === token) return ok(checked);
  // Where it can't be had back it is of no use, and one more secret lying about.
  await helpers.reject(endpoint, username);
  if (before?.username === username) await helpers.approve(endpoint, before);
  const other = filled?.username ?? (await helpers.username(endpoint)) ?? username;
  if (filled !== null || other !== username)
    return fail({ code: 'token-shadowed', endpoint, username, other });
  return fail({ code: 'token-not-kept', endpoint, helper: await helpers.helper(endpoint), platform });
}

/** One read. Whatever isn't 401 or 403 doesn't speak against the token: nobody needs to be found. */
async function check(
  connector: Connector,
  entries: readonly ConfigEntry[],
  endpoint: string,
): Promise<Checked> {
  const { pins } = readSettings(entries);
  const directory = connector.connect(endpoint, { pinned: true, timeout: TIMEOUT });
  const email = entries.findLast((entry) => entry.key === 'user.email')?.value;
  const read =
    pins?.endpoint === endpoint
      ? await directory.subject(pins.subjectId)
      : await directory.findSubjects('userName', email ?? USERNAME);
  return read.ok || read.failure.code === 'missing' ? 'accepted' : read.failure;
}

/** Whether there was anything to forget. */
export async function logout(
  helpers: CredentialHelpers,
  { endpoint, username }: Keeper,
): Promise<Result<boolean, Failure>> {
  const before = await helpers.fill(endpoint);
  // By its name only: the host may be one that the person's own git password is kept for.
  const rejected = await helpers.reject(endpoint, username);
  if (!rejected.ok) return rejected;
  const after = await helpers.fill(endpoint);
  if (after === null) return ok(before !== null);
  return fail({ code: 'token-remains', endpoint, username, other: after.username });
}
