// Where lines are shipped to, as settings and environment name it.

/** How much leaves, from the widest to the narrowest: lines of branches that some rule matches, all lines, none. */
export const EXTENTS = ['all', 'matched', 'off'] as const;
export type Extent = (typeof EXTENTS)[number];

export interface Tls {
  readonly certificate: string | null;
  readonly clientCertificate: string | null;
  readonly clientKey: string | null;
}

interface Common {
  readonly url: string;
  /** Only lines of this repository: whoever speaks for one clone, or for one shell, speaks for no other. Null: of all. */
  readonly repo: string | null;
}

export interface OtlpDestination extends Common {
  readonly kind: 'otlp';
  readonly encoding: 'protobuf' | 'json';
  readonly headers: Readonly<Record<string, string>>;
  readonly gzip: boolean;
  /** Milliseconds for one request. */
  readonly timeout: number;
  /** Files that the environment names for its own endpoint. */
  readonly tls: Tls | null;
  readonly resource: Readonly<Record<string, string>>;
}

export interface WebhookDestination extends Common {
  readonly kind: 'webhook';
}

export type Destination = OtlpDestination | WebhookDestination;

/** A setting that can't be followed, in words; `where` names it. */
export interface Misset {
  readonly where: string;
  readonly problem: string;
}

export interface Shipping {
  readonly extent: Extent;
  readonly destinations: readonly Destination[];
  readonly missets: readonly Misset[];
}

/** By this the state of a destination is kept. No URL with a user's name or password in it becomes a destination. */
export const keyOf = ({ kind, url, repo }: Destination): string =>
  `${kind} ${url}${repo === null ? '' : ` ${repo}`}`;

/** What may be shown of it: many a webhook has its secret in the query. */
export const shownUrl = (url: string): string => {
  const { origin, pathname, search } = new URL(url);
  return `${origin}${pathname === '/' ? '' : pathname}${search === '' ? '' : '?…'}`;
};
