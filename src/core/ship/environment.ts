// What the OTLP variables say (OpenTelemetry specification, "OpenTelemetry Protocol Exporter"): signal before general.

type Env = Readonly<Record<string, string | undefined>>;

export interface OtlpEnvironment {
  /** For logs, to be used as it is; null: the environment names none. */
  readonly endpoint: string | null;
  readonly endpointVariable: string;
  readonly protocol: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly certificate: string | null;
  readonly clientCertificate: string | null;
  readonly clientKey: string | null;
  /** `OTEL_SDK_DISABLED`, or `OTEL_LOGS_EXPORTER=none`. */
  readonly isOff: boolean;
}

/** An empty variable counts as none. */
const variable = (env: Env, name: string): string | null => env[name]?.trim() || null;

export function otlpOption(env: Env, name: string): string | null {
  return variable(env, `OTEL_EXPORTER_OTLP_LOGS_${name}`) ?? variable(env, `OTEL_EXPORTER_OTLP_${name}`);
}

export function otlpEnvironment(env: Env): OtlpEnvironment {
  const own = variable(env, 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT');
  const base = variable(env, 'OTEL_EXPORTER_OTLP_ENDPOINT');
  return {
    endpoint: own ?? (base === null ? null : logsUnder(base)),
    endpointVariable: own === null ? 'OTEL_EXPORTER_OTLP_ENDPOINT' : 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT',
    protocol: otlpOption(env, 'PROTOCOL'),
    headers: pairs(otlpOption(env, 'HEADERS') ?? ''),
    certificate: otlpOption(env, 'CERTIFICATE'),
    clientCertificate: otlpOption(env, 'CLIENT_CERTIFICATE'),
    clientKey: otlpOption(env, 'CLIENT_KEY'),
    isOff:
      variable(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true' ||
      variable(env, 'OTEL_LOGS_EXPORTER') === 'none',
  };
}

/** `v1/logs` is relative to a base URL, whatever path that has. */
export const logsUnder = (base: string): string => {
  const [path = '', ...query] = base.split('?');
  return [`${path.replace(/\/*$/, '')}/v1/logs`, ...query].join('?');
};

/** As W3C baggage has it: commas between, values may be percent-encoded, properties after `;` don't count. */
export function pairs(text: string): Record<string, string> {
  const found: [string, string][] = [];
  for (const part of text.split(',')) {
    const [name = '', ...rest] = (part.split(';')[0] ?? '').split('=');
    if (name.trim() !== '' && rest.length > 0) found.push([name.trim(), decoded(rest.join('=').trim())]);
  }
  return Object.fromEntries(found);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
