// The document that `reconcile --json` prints, as a schema and from what was found.
import * as v from 'valibot';
import { DRIFT_CASES, DRIFTS } from '../core/reconcile.ts';
import { CHANGE_OUTCOMES, KINDS, OPS, REASONS, VERDICTS } from '../core/vocabulary.ts';
import type { Finding, Reconciliation } from '../flow/reconcile.ts';
import { changeDocument as changeSchema } from './documents.ts';
import { explanationOf } from './drift-words.ts';
import { changeDocument } from './report.ts';
import { wordsOf } from './words.ts';

const thingDocument = v.object({ kind: v.picklist(KINDS), name: v.string(), id: v.nullable(v.string()) });

const findingDocument = v.object({
  drift: v.picklist(DRIFTS),
  /** What exactly differs. */
  case: v.picklist(DRIFT_CASES),
  ...thingDocument.entries,
  type: v.optional(v.string()),
  subject: v.string(),
  explanation: v.string(),
  rules: v.array(v.string()),
  branch: v.nullable(v.string()),
  /** The repository it was granted for. */
  repo: v.nullable(v.string()),
  /** Since when the ledger has it. */
  since: v.nullable(v.string()),
  /** What the directory calls the group now. */
  now: v.optional(v.string()),
  /** The change in the directory that puts it right; null: the ledger alone follows. */
  op: v.nullable(v.picklist(OPS)),
  outcome: v.optional(v.picklist(CHANGE_OUTCOMES)),
  reason: v.optional(v.picklist(REASONS)),
  verified: v.optional(v.picklist(VERDICTS)),
});

const errorEntry = v.object({ code: v.string(), message: v.string(), remedy: v.string() });

export const reconcileDocument = v.object({
  fix: v.boolean(),
  clones: v.array(
    v.object({
      /** The clone's git directory; null for what no clone holds any more. */
      path: v.nullable(v.string()),
      repo: v.string(),
      state: v.picklist(['compared', 'gone', 'failed']),
      findings: v.array(findingDocument),
      /** Asked for by a live lease, and not to be had. */
      refused: v.array(changeSchema),
      unverified: v.array(thingDocument),
      errors: v.array(errorEntry),
    }),
  ),
  /** In the ledger, and out of reach of every clone. */
  unseen: v.array(thingDocument),
  summary: v.object({
    repositories: v.number(),
    looked: v.number(),
    missing: v.number(),
    extra: v.number(),
    contradicted: v.number(),
    orphaned: v.number(),
    refused: v.number(),
    unverified: v.number(),
  }),
});

export type ReconcileDocument = v.InferOutput<typeof reconcileDocument>;
export type ReconcileSummary = ReconcileDocument['summary'];

const thing = ({ kind, name, id }: Finding['item']): v.InferOutput<typeof thingDocument> => ({
  kind,
  name,
  id,
});

export function summaryOf({ clones, looked, unseen }: Reconciliation): ReconcileSummary {
  const done = clones.flatMap((clone) => (clone.done.ok ? [clone.done.value] : []));
  const findings = done.flatMap((each) => each.findings);
  const count = (drift: Finding['drift']): number => findings.filter((each) => each.drift === drift).length;
  return {
    repositories: clones.filter(({ commonDir }) => commonDir !== null).length,
    looked,
    missing: count('missing'),
    extra: count('extra'),
    contradicted: count('contradicted'),
    orphaned: count('orphaned'),
    refused: done.reduce((sum, { refused }) => sum + refused.length, 0),
    unverified: done.reduce((sum, { unverified }) => sum + unverified.length, unseen.length),
  };
}

export const documentOf = (found: Reconciliation, fix: boolean, now: number): ReconcileDocument => ({
  fix,
  clones: found.clones.map(({ commonDir, repo, gone, done }) => {
    const failures = done.ok ? done.value.failures : [done.failure];
    return {
      path: commonDir,
      repo: done.ok && !gone ? done.value.repo : repo,
      state: failures.length > 0 ? 'failed' : gone ? 'gone' : 'compared',
      findings: done.ok ? done.value.findings.map((finding) => findingOf(finding, now)) : [],
      refused: done.ok
        ? done.value.refused.map(({ change, came }) => ({
            ...changeDocument(change),
            outcome: 'refused' as const,
            ...(came.reason === undefined ? {} : { reason: came.reason }),
          }))
        : [],
      unverified: done.ok ? done.value.unverified.map(({ item }) => thing(item)) : [],
      errors: failures.map((failure) => ({ code: failure.code, ...wordsOf(failure) })),
    };
  }),
  unseen: found.unseen.map(thing),
  summary: summaryOf(found),
});

function findingOf(finding: Finding, now: number): ReconcileDocument['clones'][number]['findings'][number] {
  const { drift, is, item, subject, rules, branch, repo, since, change, outcome, reason, verified } = finding;
  return {
    drift,
    case: is,
    ...thing(item),
    ...(item.type === undefined ? {} : { type: item.type }),
    subject,
    explanation: explanationOf(finding, now),
    rules: [...rules],
    branch,
    repo,
    since: since === null ? null : new Date(since).toISOString(),
    ...(finding.now === undefined ? {} : { now: finding.now }),
    op: change === null || change.disposition.do === 'record' ? null : change.op,
    ...(outcome === undefined ? {} : { outcome }),
    ...(reason === undefined ? {} : { reason }),
    ...(verified === undefined ? {} : { verified }),
  };
}
