// What may leave the machine: whole lines as they are stored, and what an event made of a line may name.
import type { AuditLine, RecordKind } from '../audit-record.ts';
import type { Destination, Extent } from './destination.ts';

/** Kinds that are about the machine or the clone, not about a branch. */
const ABOUT_NO_BRANCH: ReadonlySet<RecordKind> = new Set(['log-start', 'install', 'uninstall', 'trust']);
const STEPS: ReadonlySet<RecordKind> = new Set(['intent', 'change']);

type Selecting = Pick<Destination, 'repo'> & { readonly extent: Extent };

/**
 * Whether a stored line may leave as it is. Under `matched` each branch that it names must be one that some rule matches, as
 * the line itself says; so the switch from a private branch to a shared one stays, while what came of it leaves.
 */
export function leavesWhole(line: AuditLine, { extent, repo }: Selecting): boolean {
  if (extent === 'off' || !isOf(line, repo)) return false;
  if (extent === 'all' || ABOUT_NO_BRANCH.has(line.kind)) return true;
  const { branch = null, from = null } = line;
  // What a change is about was given by its branch, by rules that may be gone; without a branch it names none.
  if (STEPS.has(line.kind)) return branch === null || isMatched(line.rules);
  const named = [branch === null || isMatched(line.rules), from === null || isMatched(line.fromRules)];
  return !named.includes(false) && (isMatched(line.rules) || (from !== null && isMatched(line.fromRules)));
}

/** The branches that an event made of a line may name; null: the line is no business of theirs. */
export function namesOf(
  line: AuditLine,
  { extent, repo }: Selecting,
): { readonly branch: string | null; readonly from: string | null } | null {
  if (extent === 'off' || !isOf(line, repo)) return null;
  const { branch = null, from = null } = line;
  if (extent === 'all') return { branch, from };
  if (!isMatched(line.rules) && !isMatched(line.fromRules)) return null;
  return {
    branch: isMatched(line.rules) ? branch : null,
    from: isMatched(line.fromRules) ? from : null,
  };
}

const isOf = (line: AuditLine, repo: string | null): boolean => repo === null || line.repo === repo;

/** A line of an older scim-hook doesn't say, and stays. */
const isMatched = (rules: readonly string[] | undefined): boolean => rules !== undefined && rules.length > 0;
