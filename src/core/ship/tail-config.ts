// Configurations of programs that tail the log: with this machine's paths, and with what may leave it.
import type { Extent } from './destination.ts';

export interface TailFacts {
  /** The log's directory. */
  readonly directory: string;
  readonly extent: Extent;
  /** Where to, as `host:port`. */
  readonly to: string | null;
}

/** In a line's bytes: what only a key or a value of its own can look like, since quotes inside of texts are escaped. */
const KINDS = ['log-start', 'install', 'uninstall', 'trust'].map((kind) => `"kind":"${kind}"`);
const MATCHED = '"rules":["';
const FROM_MATCHED = '"fromRules":["';
const FROM_PRIVATE = '","fromRules":[]';
const NO_BRANCH = '"branch":null';
const CHANGES = ['"kind":"change"', '"kind":"intent"'];

/**
 * `leavesWhole` of core/ship/selection.ts, over bytes: a test holds the two against each other. `has`: how a language says
 * that a line has a text.
 */
function condition(has: (text: string) => string): string {
  const any = (texts: readonly string[]): string => texts.map(has).join(' or ');
  const named = `(${has(MATCHED)} or (${has(NO_BRANCH)} and ${has(FROM_MATCHED)})) and not (${has(FROM_PRIVATE)})`;
  return `${any(KINDS)} or (${named}) or (${has(NO_BRANCH)} and (${any(CHANGES)}))`;
}

const REMARKS: Readonly<Record<Extent, string>> = {
  all: 'Every line leaves, as scim-hook.ship says.',
  matched:
    'Only lines of branches that some rule matches leave; `git config --global scim-hook.ship all` and print it again for all.',
  off: 'scim-hook.ship is off: this keeps to lines of branches that some rule matches, and it is up to you to use it.',
};

export function rsyslogConfig({ directory, extent, to }: TailFacts): string {
  const [host = '', port = ''] = splitTarget(to ?? 'logs.example.com:6514');
  const text = (value: string): string => `'${value.replaceAll("'", "\\'")}'`;
  const quoted = (value: string): string => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const action = `action(type="omfwd" target=${quoted(host)} port=${quoted(port)} protocol="tcp" TCP_Framing="octet-counted"
    template="scim-hook" queue.type="LinkedList" action.resumeRetryCount="-1" action.resumeInterval="5")`;
  const rule =
    extent === 'all'
      ? `  ${action}`
      : `  if ${condition((value) => `$msg contains ${text(value)}`)} then {\n    ${action}\n  }`;
  return `# scim-hook's audit log to syslog: RFC 5424 over TCP, each message one stored line.
# Put it into /etc/rsyslog.d/10-scim-hook.conf. rsyslogd must be able to read the log: it is its owner's alone (0600).
# ${REMARKS[extent]}
# Only the file that grows is tailed: rsyslog follows it over its rotation, but reads a file again that a pattern finds
# under a second name. What was written while rsyslog was down and is sealed by now: scim-hook log export --format ndjson
global(maxMessageSize="256k")
module(load="imfile")
template(name="scim-hook" type="string"
  string="<%PRI%>1 %TIMESTAMP:::date-rfc3339% %HOSTNAME% scim-hook - - - %msg%")
# 104 is facility 13, log audit.
input(type="imfile" file=${quoted(`${directory}/audit.jsonl`)} tag="scim-hook" facility="104" severity="info"
  ruleset="scim-hook")
ruleset(name="scim-hook") {
${rule}
}
`;
}

export function otelcolConfig({ directory, extent, to }: TailFacts): string {
  const quoted = (value: string): string => JSON.stringify(value);
  const filter =
    extent === 'all'
      ? ''
      : `
      # Drops what the expression is true for.
      - type: filter
        expr: ${quoted(`not (${condition((value) => `body contains ${quoted(value)}`)})`)}`;
  return `# scim-hook's audit log into the OpenTelemetry Collector (contrib): the body stays the stored line, its fields are attributes.
# ${REMARKS[extent]}
# Sealed files are included: the receiver knows a file by its beginning, whatever its name. The collector must be able to
# read the log, which is its owner's alone (0600).
extensions:
  file_storage:
    create_directory: true
receivers:
  filelog/scim-hook:
    include:
      - ${quoted(`${directory}/audit.jsonl`)}
      - ${quoted(`${directory}/audit.*.jsonl`)}
    start_at: beginning
    max_log_size: 1MiB
    storage: file_storage
    operators:${filter}
      - type: json_parser
        parse_from: body
        parse_to: attributes.scim_hook
        timestamp:
          parse_from: attributes.scim_hook.at
          layout_type: gotime
          layout: '2006-01-02T15:04:05.000Z'
    resource:
      service.name: scim-hook
exporters:
  otlphttp:
    endpoint: ${quoted(to === null ? 'https://collector.example.com:4318' : `https://${to}`)}
service:
  extensions: [file_storage]
  pipelines:
    logs:
      receivers: [filelog/scim-hook]
      exporters: [otlphttp]
`;
}

/** An IPv6 address stands in brackets. */
const splitTarget = (to: string): string[] => {
  const [, host = to, port = '6514'] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(to) ?? [];
  return [host, port];
};
