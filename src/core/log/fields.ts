// The members of a stored line by name, for whoever wants only some of them.
import type { AuditLine } from '../audit-record.ts';
import { canonicalise, type Json } from '../jcs.ts';
import type { Distance } from '../nearest.ts';
import type { Result } from '../result.ts';
import { chosen } from './words.ts';

/** Exhaustive: a member that is new doesn't compile until it stands here. */
const OF_A_LINE: Readonly<Record<keyof AuditLine, true>> = {
  seq: true,
  time: true,
  at: true,
  kind: true,
  event: true,
  subject: true,
  subjectId: true,
  device: true,
  repo: true,
  worktree: true,
  branch: true,
  from: true,
  fromRules: true,
  mode: true,
  endpoint: true,
  policy: true,
  rulesBlob: true,
  rules: true,
  op: true,
  target: true,
  name: true,
  targetId: true,
  type: true,
  before: true,
  managed: true,
  lease: true,
  expires: true,
  outcome: true,
  reason: true,
  verified: true,
  status: true,
  requestId: true,
  transaction: true,
  clone: true,
  marker: true,
  attempts: true,
  harmed: true,
  restored: true,
  ms: true,
  late: true,
  leases: true,
  ended: true,
  dropped: true,
  droppedHash: true,
  v: true,
  version: true,
  prev: true,
  hash: true,
};

export const MEMBERS: readonly string[] = Object.keys(OF_A_LINE);

export const readFields = (
  option: string,
  text: string,
  distance: Distance,
): Result<readonly string[], string> => chosen(option, text, MEMBERS, distance);

/** What a line doesn't have is left out, as in the line itself. */
export function withFields(line: AuditLine, fields: readonly string[]): string {
  const whole = line as unknown as { readonly [key: string]: Json };
  return canonicalise(
    Object.fromEntries(
      fields.flatMap((field) => (whole[field] === undefined ? [] : [[field, whole[field]]])),
    ),
  );
}
