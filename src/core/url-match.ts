// Which of git's `http.<url>.*` settings is about an endpoint, and which of several fits best (gitconfig(5), `http.<url>.*`).
import type { ConfigEntry } from './settings.ts';

/** The longer host counts more, then the longer path. */
type Fit = readonly [host: number, path: number];

/** The value of `http.NAME` or of the best `http.<url>.NAME`; of equally good ones the last, as for git. Null: none. */
export function httpSetting(entries: readonly ConfigEntry[], name: string, endpoint: string): string | null {
  let best: { readonly fit: Fit; readonly value: string } | null = null;
  for (const { key, value } of entries) {
    const fit = fitOf(key, name, endpoint);
    if (fit !== null && (best === null || isAsGood(fit, best.fit))) best = { fit, value };
  }
  return best?.value ?? null;
}

function fitOf(key: string, name: string, endpoint: string): Fit | null {
  if (key === `http.${name}`) return [0, 0];
  const end = `.${name}`;
  if (!key.startsWith('http.') || !key.endsWith(end)) return null;
  const pattern = key.slice('http.'.length, -end.length);
  if (!URL.canParse(pattern)) return null;
  const [own, asked] = [new URL(pattern), new URL(endpoint)];
  // Our endpoints name no user, so a pattern that does is about something else.
  if (own.protocol !== asked.protocol || own.port !== asked.port || own.username !== '') return null;
  const path = own.pathname.replace(/\/+$/, '');
  if (!`${asked.pathname}/`.startsWith(`${path}/`)) return null;
  return isHost(own.hostname, asked.hostname) ? [own.hostname.length, path.length] : null;
}

/** A `*` stands for one whole label; a dot at the end changes nothing. */
function isHost(pattern: string, host: string): boolean {
  const [own = [], asked = []] = [pattern, host].map((each) => each.replace(/\.$/, '').split('.'));
  return own.length === asked.length && own.every((label, at) => label === '*' || label === asked[at]);
}

const isAsGood = (one: Fit, other: Fit): boolean =>
  one[0] === other[0] ? one[1] >= other[1] : one[0] > other[0];
