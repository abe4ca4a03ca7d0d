// One audit line as a log record of OpenTelemetry: the stored bytes are the body, attributes a flat part of it to query by.
import type { AuditLine } from '../audit-record.ts';

export interface OtlpRecord {
  /** Milliseconds since the epoch: when it happened, and when it was written. */
  readonly at: number;
  readonly observed: number;
  /** As the log data model numbers it: 9 info, 13 warning, 17 error. */
  readonly severity: 9 | 13 | 17;
  readonly severityText: 'INFO' | 'WARN' | 'ERROR';
  readonly eventName: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string | number | boolean | string[]>>;
}

type Value = OtlpRecord['attributes'][string] | null | undefined;

export function otlpRecord(line: AuditLine, text: string): OtlpRecord {
  const severity = severityOf(line);
  return {
    at: Date.parse(line.at),
    observed: Date.parse(line.time),
    severity,
    severityText: ({ 9: 'INFO', 13: 'WARN', 17: 'ERROR' } as const)[severity],
    eventName: `scim_hook.${line.kind.replaceAll('-', '_')}`,
    body: text,
    attributes: defined({
      // Names of OpenTelemetry's semantic conventions where they have one.
      'log.record.uid': line.hash,
      'user.name': line.subject,
      'user.id': line.subjectId,
      'vcs.repository.url.full': line.repo === undefined ? undefined : repositoryUrl(line.repo),
      'vcs.ref.head.name': line.branch,
      'vcs.ref.head.type': line.branch == null ? undefined : 'branch',
      'vcs.ref.base.name': line.from,
      'http.response.status_code': line.status,
      'error.type': severity === 9 ? undefined : (line.reason ?? line.outcome),
      'scim_hook.seq': line.seq,
      'scim_hook.hash': line.hash,
      'scim_hook.prev': line.prev,
      'scim_hook.event': line.event,
      'scim_hook.kind': line.kind,
      'scim_hook.mode': line.mode,
      'scim_hook.op': line.op,
      'scim_hook.target': line.target,
      'scim_hook.name': line.name,
      'scim_hook.outcome': line.outcome,
      'scim_hook.reason': line.reason,
      'scim_hook.verified': line.verified,
      'scim_hook.rules': line.rules === undefined ? undefined : [...line.rules],
      'scim_hook.lease': line.lease,
      'scim_hook.expires': line.expires,
      'scim_hook.policy': line.policy,
      'scim_hook.duration_ms': line.ms,
    }),
  };
}

const defined = (values: Readonly<Record<string, Value>>): OtlpRecord['attributes'] =>
  Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, Exclude<Value, null | undefined>] => {
      return entry[1] !== undefined && entry[1] !== null;
    }),
  );

const BAD: ReadonlySet<string> = new Set(['failed', 'refused', 'owed']);

export function severityOf({ outcome, verified, harmed }: AuditLine): 9 | 13 | 17 {
  if (outcome === 'failed' || verified === 'contradicted' || harmed !== undefined) return 17;
  return outcome !== undefined && (BAD.has(outcome) || outcome === 'pending') ? 13 : 9;
}

/** A repository is known by its canonical remote, or else by a path or a random id, which are no URLs. */
export const repositoryUrl = (repo: string): string => (isRemote(repo) ? `https://${repo}` : repo);

/** A host with a dot before its path: neither `/home/…` nor a UUID. */
const isRemote = (repo: string): boolean => /^[^/\s]+\.[^/\s]+\/\S/.test(repo);
