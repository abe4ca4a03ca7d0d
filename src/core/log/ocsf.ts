// Audit lines as OCSF events (schema 1.8.0): changes of access by their classes, all else as the Base Event.
import type { AuditLine } from '../audit-record.ts';
import { severityOf } from '../ship/otlp-record.ts';
import type { Op } from '../vocabulary.ts';

/** What the events follow (github.com/ocsf/ocsf-schema, events/iam/{user_access,group_management}.json, base_event.json). */
const SCHEMA = '1.8.0';

const IAM = 3;
const USER_ACCESS = { uid: 3005, name: 'User Access Management' };
const GROUP_MANAGEMENT = { uid: 3006, name: 'Group Management' };
const BASE_EVENT = { uid: 0, name: 'Base Event' };

interface Activity {
  readonly of: typeof USER_ACCESS;
  readonly id: number;
  readonly name: string;
}

const activity = (of: typeof USER_ACCESS, id: number, name: string): Activity => ({ of, id, name });

function activityOf({ kind, op, target, name, subject, subjectId }: AuditLine): Activity | null {
  const isWhole = name !== undefined && (subject ?? subjectId) !== undefined;
  if (kind !== 'change' || op === undefined || target === undefined || !isWhole) return null;
  return target === 'group' ? OF_GROUPS[op] : OF_VALUES[op];
}

const OF_GROUPS: Readonly<Record<Op, Activity>> = {
  add: activity(GROUP_MANAGEMENT, 3, 'Add User'),
  remove: activity(GROUP_MANAGEMENT, 4, 'Remove User'),
  delete: activity(GROUP_MANAGEMENT, 5, 'Delete'),
  create: activity(GROUP_MANAGEMENT, 6, 'Create'),
};
const ASSIGN = activity(USER_ACCESS, 1, 'Assign Privileges');
const REVOKE = activity(USER_ACCESS, 2, 'Revoke Privileges');
/** Of roles and entitlements. */
const OF_VALUES: Readonly<Record<Op, Activity>> = {
  add: ASSIGN,
  create: ASSIGN,
  remove: REVOKE,
  delete: REVOKE,
};

const SEVERITIES = {
  9: { id: 1, name: 'Informational' },
  13: { id: 3, name: 'Medium' },
  17: { id: 4, name: 'High' },
};

/** Fields that have a place of their own; the rest, with what the chain needs, is `unmapped`. */
const MAPPED: ReadonlySet<string> = new Set([
  'at',
  'time',
  'subject',
  'subjectId',
  'name',
  'targetId',
  'status',
  'version',
]);

/** `text`: as the line is stored. */
export function ocsfEvent(line: AuditLine, text: string): object {
  const activity = activityOf(line);
  const { uid, name } = activity?.of ?? BASE_EVENT;
  const id = activity?.id ?? 99;
  const severity = SEVERITIES[severityOf(line)];
  return {
    activity_id: id,
    activity_name: activity?.name ?? line.kind,
    category_uid: activity === null ? 0 : IAM,
    category_name: activity === null ? 'Uncategorized' : 'Identity & Access Management',
    class_uid: uid,
    class_name: name,
    type_uid: uid * 100 + id,
    time: Date.parse(line.at),
    severity_id: severity.id,
    severity: severity.name,
    ...statusOf(line),
    message: messageOf(line),
    metadata: {
      version: SCHEMA,
      product: { name: 'scim-hook', vendor_name: 'scim-hook', version: line.version },
      log_name: 'scim-hook audit log',
      logged_time: Date.parse(line.time),
      original_time: line.at,
      sequence: line.seq,
      uid: line.hash,
      ...(line.event === undefined ? {} : { correlation_uid: line.event }),
    },
    ...(activity === null ? {} : subjectsOf(line, activity)),
    raw_data: text,
    unmapped: Object.fromEntries(
      Object.entries(line).filter(([field]) => activity === null || !MAPPED.has(field)),
    ),
  };
}

function subjectsOf(line: AuditLine, { of }: Activity): object {
  const { subject, subjectId, targetId, name, status } = line;
  return {
    user: {
      ...(subject === undefined ? {} : { name: subject }),
      ...(subjectId === undefined ? {} : { uid: subjectId }),
    },
    ...(of === GROUP_MANAGEMENT
      ? { group: { name, ...(targetId ? { uid: targetId } : {}) } }
      : { privileges: [name] }),
    ...(status === undefined ? {} : { http_response: { code: status } }),
  };
}

/** 0 unknown, 1 success, 2 failure, 99 what is said in words. */
function statusOf({ outcome, reason }: AuditLine): object {
  const detail = reason === undefined ? {} : { status_detail: reason };
  if (outcome === undefined) return { status_id: 0, status: 'Unknown' };
  if (outcome === 'applied' || outcome === 'unchanged') return { status_id: 1, status: 'Success', ...detail };
  if (outcome === 'failed' || outcome === 'refused') return { status_id: 2, status: 'Failure', ...detail };
  return { status_id: 99, status: outcome, ...detail };
}

function messageOf({ kind, op, target, name, branch, outcome }: AuditLine): string {
  const what = op === undefined || name === undefined ? '' : ` ${op} ${target ?? ''} ${name}`;
  const where = branch == null ? '' : ` on ${branch}`;
  return `${kind}${what}${where}${outcome === undefined ? '' : `: ${outcome}`}`;
}
