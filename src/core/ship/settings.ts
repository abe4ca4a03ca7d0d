// Where lines go, from git's config (`scim-hook.otlp…`, `.webhook`, `.ship`), else from the OTLP variables.
import { repositoryId } from '../repository-id.ts';
import type { ConfigEntry } from '../settings.ts';
import { type Destination, EXTENTS, type Extent, type Misset, type Shipping } from './destination.ts';
import { logsUnder, type OtlpEnvironment, otlpEnvironment, otlpOption, pairs } from './environment.ts';

type Env = Readonly<Record<string, string | undefined>>;

const SCOPES = ['system', 'global', 'local'] as const;
type Scope = (typeof SCOPES)[number];

/** Milliseconds, as the OTLP specification has it. */
const TIMEOUT = 10_000;

/** Cheap, for whoever only wants to know whether there is anything to load for. */
export const isShippingSet = (entries: readonly ConfigEntry[], env: Env): boolean =>
  entries.some(({ key }) => key === 'scim-hook.otlpendpoint' || key === 'scim-hook.webhook') ||
  (env['OTEL_EXPORTER_OTLP_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_LOGS_ENDPOINT'] || '') !== '';

/**
 * Git's config beats the environment: a branch's own tooling, or the shell of some application, must not redirect what the
 * machine's owner set. What the environment says besides an endpoint is about the environment's endpoint, so that headers
 * meant for one place never go to another. `repo`: the clone's, where it isn't in the config.
 */
export function readShipping(entries: readonly ConfigEntry[], env: Env, repo: string | null): Shipping {
  const known = repositoryId(entries) ?? repo ?? '';
  const config = new Reader(entries);
  const extent = config.extent();
  const found = [otlp(config, env, known), ...webhooks(config, known)].flatMap((each) => each ?? []);
  return {
    extent: extent.is,
    destinations: found.flatMap((each) => ('kind' in each ? [each] : [])),
    missets: [...extent.missets, ...found.flatMap((each) => ('problem' in each ? [each] : []))],
  };
}

/** What webhooks are signed with, as far as settings and environment say; null: git's credential helpers may know. */
export const webhookSecret = (entries: readonly ConfigEntry[], env: Env): string | null =>
  new Reader(entries).wide('webhooksecret') || env['SCIM_HOOK_WEBHOOK_SECRET'] || null;

class Reader {
  private readonly entries: readonly ConfigEntry[];

  constructor(entries: readonly ConfigEntry[]) {
    this.entries = entries;
  }

  values(scope: Scope, name: string): string[] {
    const key = `scim-hook.${name}`;
    return this.entries.flatMap((entry) => (entry.scope === scope && entry.key === key ? entry.value : []));
  }

  /** System beats global beats local. */
  widest(name: string): { readonly scope: Scope; readonly value: string } | null {
    for (const scope of SCOPES) {
      const value = this.values(scope, name).at(-1);
      if (value !== undefined && value !== '') return { scope, value };
    }
    return null;
  }

  /** A clone must not say what is sent along to where others chose. */
  wide(name: string): string | null {
    return this.values('system', name).at(-1) ?? this.values('global', name).at(-1) ?? null;
  }

  /** A lower scope can only narrow, and by default only what rules are about leaves. A word nobody knows ships nothing. */
  extent(): { readonly is: Extent; readonly missets: Misset[] } {
    const said = SCOPES.flatMap((scope) => this.values(scope, 'ship').at(-1) ?? []);
    const unknown = said.filter((word) => !(EXTENTS as readonly string[]).includes(word));
    const ranks = said.map((word) => {
      const rank = (EXTENTS as readonly string[]).indexOf(word);
      return rank === -1 ? EXTENTS.indexOf('off') : rank;
    });
    const is = ranks.length === 0 ? 'matched' : (EXTENTS[Math.max(...ranks)] ?? 'off');
    const problem = (word: string): Misset => ({
      where: 'scim-hook.ship',
      problem: `"${word}" is none of ${EXTENTS.join(', ')}, so nothing is shipped`,
    });
    return { is, missets: unknown.map(problem) };
  }
}

type Found = Destination | Misset;

function otlp(config: Reader, env: Env, repo: string): Found | null {
  const set = config.widest('otlpendpoint');
  const around = otlpEnvironment(env);
  if (set === null)
    return around.endpoint === null || around.isOff ? null : fromEnvironment(around, env, repo);
  const where = 'scim-hook.otlpEndpoint';
  const protocol = config.widest('otlpprotocol')?.value ?? 'http/protobuf';
  return otlpTo(where, logsUnder(set.value), protocol, env, {
    headers: pairs(config.wide('otlpheaders') ?? ''),
    tls: null,
    repo: set.scope === 'local' ? repo : null,
  });
}

const fromEnvironment = (around: OtlpEnvironment, env: Env, repo: string): Found =>
  otlpTo(around.endpointVariable, around.endpoint ?? '', around.protocol ?? 'http/protobuf', env, {
    headers: around.headers,
    tls: {
      certificate: around.certificate,
      clientCertificate: around.clientCertificate,
      clientKey: around.clientKey,
    },
    repo,
  });

type OtlpRest = Pick<Extract<Destination, { kind: 'otlp' }>, 'headers' | 'tls' | 'repo'>;

function otlpTo(where: string, url: string, protocol: string, env: Env, rest: OtlpRest): Found {
  const problem = problemOf(url, 'put what identifies you into headers instead (scim-hook.otlpHeaders)');
  if (problem !== null) return { where, problem };
  if (protocol !== 'http/protobuf' && protocol !== 'http/json') {
    const instead = 'set http/protobuf or http/json, with the port that speaks it (most often 4318)';
    return { where: `${where} (protocol)`, problem: `${protocol} is not spoken here: ${instead}` };
  }
  const odd = Object.entries(rest.headers).find(([name, value]) => !isHeader(name, value));
  // The value is most likely a key.
  if (odd !== undefined)
    return {
      where: `${where} (headers)`,
      problem: `${JSON.stringify(odd[0])} can't be a header, or its value can't`,
    };
  const timeout = Number(otlpOption(env, 'TIMEOUT') ?? TIMEOUT);
  return {
    kind: 'otlp',
    url: new URL(url).href,
    encoding: protocol === 'http/json' ? 'json' : 'protobuf',
    gzip: otlpOption(env, 'COMPRESSION') === 'gzip',
    timeout: Number.isFinite(timeout) && timeout > 0 ? timeout : TIMEOUT,
    resource: {
      ...pairs(env['OTEL_RESOURCE_ATTRIBUTES'] ?? ''),
      ...(env['OTEL_SERVICE_NAME'] ? { 'service.name': env['OTEL_SERVICE_NAME'] } : {}),
    },
    ...rest,
  };
}

function webhooks(config: Reader, repo: string): Found[] {
  const seen = new Set<string>();
  return SCOPES.flatMap((scope) =>
    config.values(scope, 'webhook').flatMap((text): Found[] => {
      const problem = problemOf(text, 'take it out: what is sent is signed instead');
      if (problem !== null) return [{ where: 'scim-hook.webhook', problem }];
      const url = new URL(text).href;
      // Whoever has all lines needs none of them twice.
      if (seen.has(url)) return [];
      seen.add(url);
      return [{ kind: 'webhook', url, repo: scope === 'local' ? repo : null }];
    }),
  );
}

/** RFC 9110 section 5; and what is ours to say can't be said by others. */
const isHeader = (name: string, value: string): boolean =>
  /^[!#$%&'*+.^_`|~\w-]+$/.test(name) &&
  /^[\t\x20-\x7e]*$/.test(value) &&
  !/^(?:content-.*|connection|host|transfer-encoding|keep-alive|upgrade|expect)$/i.test(name);

/** Said without the URL, since a password may stand in it. */
function problemOf(url: string, instead: string): string | null {
  if (!URL.canParse(url)) return 'this is not a URL';
  const { protocol, username, password } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') return 'the URL must start with https://';
  return username === '' && password === '' ? null : `the URL holds a user name or password: ${instead}`;
}
