// What `status` knows, as the document that `--json` prints.
import { isOurs, itemKey } from '../core/ledger.ts';
import type { Survey } from '../flow/survey.ts';
import type { Try } from '../flow/why-owed.ts';
import type { StatusDocument } from './documents.ts';
import type { ShippingDocument } from './ship-documents.ts';
import { settingsNotes } from './standing-notes.ts';

export interface StatusFacts {
  readonly survey: Survey;
  /** Why what is owed is still owed, by `itemKey`. */
  readonly tries: ReadonlyMap<string, Try>;
  /** Pins that are missing, by the names they have in git's config. */
  readonly missing: readonly string[];
  readonly worker: number | null;
  /** The first line of what a worker left that crashed. */
  readonly crash: string | null;
  readonly shipping: ShippingDocument;
}

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

export function statusDocument(facts: StatusFacts): Omit<StatusDocument, 'next'> {
  const { survey, worker, crash, shipping } = facts;
  const { hook, branch, waiting, open, last } = survey;
  const oldest = open.length === 0 ? null : iso(Math.min(...open.map((event) => event.at)));
  return {
    hook,
    mode: survey.standing.settings.mode,
    trust: trustOf(facts),
    branch,
    leases: leasesOf(survey),
    holds: holdsOf(facts),
    spool: { waiting, open: open.length, oldest },
    pending: open.map(({ kind, branch: to, at }) => ({ kind, branch: to, at: iso(at) })),
    worker: { pid: worker, crash },
    last:
      last === null
        ? null
        : {
            at: last.time,
            branch: last.branch ?? null,
            outcome: last.outcome ?? '',
            reason: last.reason ?? null,
          },
    shipping,
  };
}

function trustOf({ survey: { standing }, missing }: StatusFacts): StatusDocument['trust'] {
  const { settings, policy } = standing;
  const { pins } = settings;
  return {
    state: policy.state,
    detail: policy.state === 'untrusted' ? policy.detail : policy.state === 'invalid' ? policy.where : null,
    endpoint: pins?.endpoint ?? null,
    subject: pins === null ? null : { value: pins.subject, id: pins.subjectId },
    policy: pins?.policy ?? null,
    commit: policy.state === 'trusted' ? policy.version.commit : null,
    missing: [...missing],
    notes: settingsNotes(settings),
  };
}

/** Those of this clone first, and of each those that end first. */
function leasesOf({ ledger, standing: { commonDir } }: Survey): StatusDocument['leases'] {
  const never = Number.POSITIVE_INFINITY;
  return ledger.leases
    .toSorted((a, b) => (a.expires ?? never) - (b.expires ?? never) || (a.branch < b.branch ? -1 : 1))
    .toSorted((a, b) => Number(b.commonDir === commonDir) - Number(a.commonDir === commonDir))
    .map((lease) => ({
      id: lease.id,
      branch: lease.branch,
      worktree: lease.worktree?.path ?? null,
      repo: lease.repo,
      here: lease.commonDir === commonDir,
      rules: [...lease.rules],
      until: lease.until,
      by: lease.by,
      expires: lease.expires === null ? null : iso(lease.expires),
    }));
}

function holdsOf({ survey: { ledger }, tries }: StatusFacts): StatusDocument['holds'] {
  return ledger.holdings.filter(isOurs).map(({ item, state, before, since }) => {
    const tried = tries.get(itemKey(item)) ?? null;
    return {
      kind: item.kind,
      name: item.name,
      id: item.id,
      state,
      before,
      since: iso(since),
      tried: tried === null ? null : { at: tried.at, reason: tried.reason },
    };
  });
}
