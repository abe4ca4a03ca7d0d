// A switch, or what came of it, as a CloudEvents 1.0 event whose data is a CDEvents custom event.
import type { AuditLine, RecordKind } from '../audit-record.ts';
import type { EventKind } from '../vocabulary.ts';
import { repositoryUrl } from './otlp-record.ts';

/** The release whose custom schema the data follows. */
const CDEVENTS = '0.5.0';
const TYPE = 'dev.cdeventsx.scimhook-checkout';
/** Of our own content; what is added to it changes nothing for whoever reads it. */
const VERSION = '0.1.0';

/** CDEvents wants one word of letters, in the past. */
const PREDICATES: Readonly<Record<EventKind | 'sync', string>> = {
  switch: 'switched',
  gap: 'found',
  'branch-deleted': 'branchdeleted',
  'branch-renamed': 'branchrenamed',
  expired: 'expired',
  revoke: 'revoked',
  reconcile: 'reconciled',
  manual: 'requested',
  settle: 'resumed',
  sync: 'completed',
};

const predicateOf = (kind: RecordKind): string | undefined =>
  (PREDICATES as Readonly<Record<string, string | undefined>>)[kind];

/** What automation hears of: that something happened, and what came of it in the end or for now. Not the steps between. */
export const isTold = ({ kind, event }: AuditLine): boolean =>
  predicateOf(kind) !== undefined && event !== undefined;

export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** CloudEvents' extensions for order and for who acted. */
  readonly sequence: string;
  readonly authtype?: 'user';
  readonly authid?: string;
  readonly recordedtime: string;
  readonly data: object;
}

/** `names`: the branches that it may name. */
export function cloudEvent(
  line: AuditLine,
  names: { readonly branch: string | null; readonly from: string | null },
): CloudEvent {
  const { repo = '', subject: person } = line;
  const { branch, from } = names;
  // A repository without a URL is named by its path, or by a random id.
  const source = encodeURI(repositoryUrl(repo)) || '/scim-hook';
  const type = `${TYPE}.${predicateOf(line.kind) ?? 'completed'}.${VERSION}`;
  // An event and its closing line share the event's id; the line's hash tells all lines of all machines apart.
  const id = line.hash;
  const subject = `${repo}@${branch ?? ''}`;
  return {
    specversion: '1.0',
    id,
    source,
    type,
    subject,
    time: line.at,
    datacontenttype: 'application/json',
    sequence: String(line.seq).padStart(16, '0'),
    ...(person === undefined ? {} : { authtype: 'user', authid: person }),
    recordedtime: line.time,
    data: {
      context: { specversion: CDEVENTS, id, source, type, timestamp: line.at },
      subject: { id: subject, source, content: contentOf(line, branch, from) },
    },
  };
}

const contentOf = (line: AuditLine, branch: string | null, from: string | null): object => ({
  event: line.event,
  kind: line.kind,
  ...(line.subject === undefined ? {} : { user: { id: line.subject, scimId: line.subjectId } }),
  ...(branch === null ? {} : { ref: { name: branch, type: 'branch' } }),
  ...(from === null ? {} : { previous: { name: from, type: 'branch' } }),
  ...present(line, ['device', 'mode', 'outcome', 'reason', 'rules', 'lease', 'expires', 'ms', 'policy']),
  log: { seq: line.seq, hash: line.hash, prev: line.prev },
});

const present = (line: AuditLine, names: readonly (keyof AuditLine)[]): object =>
  Object.fromEntries(names.flatMap((name) => (line[name] == null ? [] : [[name, line[name]]])));
