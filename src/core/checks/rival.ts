// Whether somebody else, most likely an identity provider, also decides who is in these groups. Only ever a "may".
import type { AuditLine } from '../audit-record.ts';
import { type Finding, fine, type Speech, warning } from '../finding.ts';
import type { GroupFacts } from '../scim-message.ts';

/** Our own mark in externalId begins so. */
const OURS = 'scim-hook:';

interface Undone {
  readonly name: string;
  count: number;
  /** When it was last found undone, milliseconds since the epoch. */
  last: number;
}

/**
 * What was confirmed, and then had to be done once more without our having done the opposite in between: somebody
 * undid it. `lines` newest first.
 */
export function undoneByOthers(lines: readonly AuditLine[]): Undone[] {
  const after = new Map<string, { op: string; at: number }>();
  const undone = new Map<string, Undone>();
  for (const line of lines) {
    const { op, name, target, endpoint, subjectId, outcome, verified } = line;
    if (line.kind !== 'change' || outcome !== 'applied' || verified !== 'confirmed') continue;
    if (op === undefined || name === undefined) continue;
    const key = [endpoint, subjectId, target, line.targetId ?? name].join('\n');
    const next = after.get(key);
    if (next?.op === op) {
      const known = undone.get(key) ?? { name, count: 0, last: next.at };
      known.count += 1;
      undone.set(key, known);
    }
    after.set(key, { op, at: Date.parse(line.time) });
  }
  return [...undone.values()];
}

export function checkRival(
  lines: readonly AuditLine[],
  groups: readonly GroupFacts[],
  now: number,
  { span }: Speech,
): Finding[] {
  const again = undoneByOthers(lines).filter(({ count }) => count > 1);
  const remedy =
    'If your identity provider pushes the members of these groups, take them out of what it pushes, or grant others: two systems that both decide undo each other.';
  if (again.length > 0)
    return again.map(({ name, count, last }) =>
      warning(
        'rival',
        `${name} was changed back by somebody else ${count} times after it was confirmed, last seen ${span(now - last)} ago: an identity provider may push it too.`,
        remedy,
      ),
    );
  const foreign = groups.filter(({ externalId }) => externalId !== null && !externalId.startsWith(OURS));
  const unproven = foreign.filter(
    ({ id }) => !lines.some((line) => line.kind === 'change' && line.targetId === id),
  );
  if (unproven.length > 0) {
    const names = unproven.map(({ displayName, id }) => displayName ?? id).join(', ');
    const carry = unproven.length === 1 ? 'carries' : 'carry';
    return [
      warning(
        'rival',
        `${names} ${carry} an externalId of somebody else's, as groups do that an identity provider pushes: it may change back what is granted.`,
        `${remedy} If that never happens, the next doctor after a few switches says so.`,
      ),
    ];
  }
  return [
    fine(
      'rival',
      foreign.length === 0
        ? 'Nothing shows that somebody else also decides who is in these groups.'
        : `${foreign.length} of the groups carry an externalId of somebody else's; nothing in them was seen changed back.`,
    ),
  ];
}
