// Whether there is a token for the pinned endpoint, as far as that shows without sending it.
import { type Finding, fine, problem, type Speech, warning } from '../finding.ts';

export interface TokenFacts {
  /** Null: there is none. */
  readonly from: 'environment' | 'helper' | null;
  /** Visible ASCII without blanks: all that a header can carry (RFC 6750 section 2.1). */
  readonly sendable: boolean;
  /** Milliseconds since the epoch, where the helper says (`password_expiry_utc`). */
  readonly expires: number | null;
  /** A credential helper is configured for the endpoint. */
  readonly helper: boolean;
  /** The helper was given up on: it may wait for somebody to answer it. */
  readonly late: boolean;
}

const SHORT = 5 * 60_000;

export function checkToken(
  token: TokenFacts,
  endpoint: string,
  now: number,
  { words, span }: Speech,
): Finding {
  const { remedy } = words({ code: 'no-token', endpoint });
  if (token.late)
    return problem(
      'token',
      `git's credential helper does not answer when it is asked for the token of ${endpoint}; it may be waiting for you.`,
      `Ask it by hand: \`printf 'url=${endpoint}\\n' | git credential fill\`; what it wants then keeps every switch waiting.`,
    );
  if (token.from === null) {
    return token.helper
      ? problem(
          'token',
          `No token: SCIM_HOOK_TOKEN is not set, and git's credential helper has none for ${endpoint} that is still good.`,
          remedy,
        )
      : problem(
          'token',
          `No token: SCIM_HOOK_TOKEN is not set, and git has no credential helper.`,
          `Set one up first, as \`git config --global credential.helper cache\` (or libsecret, osxkeychain, manager). ${remedy}`,
        );
  }
  const which =
    token.from === 'environment' ? 'The token in SCIM_HOOK_TOKEN' : "The token of git's credential helper";
  if (!token.sendable)
    return problem(
      'token',
      `${which} holds blanks, line breaks or letters that can't be sent.`,
      `Store it anew, without them. ${remedy}`,
    );
  if (token.expires !== null && token.expires <= now)
    return problem(
      'token',
      `${which} expired ${span(now - token.expires)} ago.`,
      `Store a new one. ${remedy}`,
    );
  if (token.expires !== null && token.expires - now < SHORT)
    return warning(
      'token',
      `${which} expires in ${span(token.expires - now)}.`,
      `Store a new one. ${remedy}`,
    );
  if (token.from === 'environment' && !token.helper)
    return fine('token', `${which} is used; a checkout from elsewhere, as from an editor, won't have it.`);
  const left = token.expires === null ? '' : `; it expires in ${span(token.expires - now)}`;
  return fine('token', `${which} is used${left}.`);
}
