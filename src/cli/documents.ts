// The documents that `--json` prints, as schemas: their types are taken from here, and they ship as JSON Schemas.
import * as v from 'valibot';
import { RULINGS } from '../core/explain.ts';
import { CHECKS, FINDING_STATES } from '../core/finding.ts';
import { HOOK_STATES, HOOK_WAYS } from '../core/hook-place.ts';
import { HINTS } from '../core/nearest.ts';
import {
  CHANGE_OUTCOMES,
  EVENT_KINDS,
  EVENT_OUTCOMES,
  KINDS,
  MODES,
  OPS,
  REASONS,
  VERDICTS,
} from '../core/vocabulary.ts';
import { shippingDocument } from './ship-documents.ts';

export const changeDocument = v.object({
  op: v.picklist(OPS),
  kind: v.picklist(KINDS),
  name: v.string(),
  id: v.optional(v.string()),
  rules: v.array(v.string()),
  why: v.string(),
  outcome: v.optional(v.picklist(CHANGE_OUTCOMES)),
  reason: v.optional(v.picklist(REASONS)),
  verified: v.optional(v.picklist(VERDICTS)),
  /** What others lost by it, and whether they have it back. */
  harmed: v.optional(v.array(v.string())),
  restored: v.optional(v.boolean()),
});

export const syncDocument = v.object({
  branch: v.nullable(v.string()),
  subject: v.object({ value: v.string(), id: v.string() }),
  mode: v.picklist(MODES),
  changes: v.array(changeDocument),
  outcome: v.picklist(EVENT_OUTCOMES),
  reason: v.optional(v.picklist(REASONS)),
});

export const leaseDocument = v.object({
  id: v.string(),
  branch: v.string(),
  worktree: v.nullable(v.string()),
  repo: v.string(),
  here: v.boolean(),
  rules: v.array(v.string()),
  until: v.string(),
  by: v.picklist(['checkout', 'hand']),
  expires: v.nullable(v.string()),
});

export const holdingDocument = v.object({
  kind: v.picklist(KINDS),
  name: v.string(),
  id: v.nullable(v.string()),
  state: v.picklist(['adding', 'held', 'removing', 'owed']),
  before: v.string(),
  since: v.string(),
  /** Of what is owed: the last try to give it back. */
  tried: v.nullable(v.object({ at: v.string(), reason: v.nullable(v.picklist(REASONS)) })),
});

export const statusDocument = v.object({
  hook: v.object({
    path: v.string(),
    state: v.picklist(HOOK_STATES),
    how: v.nullable(v.picklist(HOOK_WAYS)),
  }),
  mode: v.picklist(MODES),
  trust: v.object({
    state: v.picklist(['trusted', 'untrusted', 'ref-gone', 'file-gone', 'invalid']),
    detail: v.nullable(v.string()),
    endpoint: v.nullable(v.string()),
    subject: v.nullable(v.object({ value: v.string(), id: v.string() })),
    policy: v.nullable(v.string()),
    commit: v.nullable(v.string()),
    /** Pins that git's config lacks. */
    missing: v.array(v.string()),
    /** What wider config overrules of it, or can't be an endpoint, in words. */
    notes: v.array(v.string()),
  }),
  branch: v.nullable(v.string()),
  leases: v.array(leaseDocument),
  holds: v.array(holdingDocument),
  spool: v.object({ waiting: v.number(), open: v.number(), oldest: v.nullable(v.string()) }),
  pending: v.array(
    v.object({ kind: v.picklist(EVENT_KINDS), branch: v.nullable(v.string()), at: v.string() }),
  ),
  worker: v.object({ pid: v.nullable(v.number()), crash: v.nullable(v.string()) }),
  last: v.nullable(
    v.object({
      at: v.string(),
      branch: v.nullable(v.string()),
      outcome: v.string(),
      reason: v.nullable(v.string()),
    }),
  ),
  /** Where the log's lines go. */
  shipping: shippingDocument,
  /** What to do, where something is wrong. */
  next: v.nullable(v.string()),
});

/** What `scim-hook.notify` gets on its standard input; `core/notice.ts` makes it. */
export const noticeDocument = v.object({
  version: v.literal(1),
  event: v.string(),
  kind: v.picklist(EVENT_KINDS),
  at: v.string(),
  device: v.string(),
  repo: v.string(),
  worktree: v.nullable(v.string()),
  from: v.nullable(v.string()),
  branch: v.nullable(v.string()),
  subject: v.nullable(v.object({ value: v.string(), id: v.string() })),
  mode: v.picklist(MODES),
  outcome: v.picklist(EVENT_OUTCOMES),
  reason: v.optional(v.picklist(REASONS)),
  changes: v.array(v.object({ ...changeDocument.entries, outcome: v.picklist(CHANGE_OUTCOMES) })),
});

const trustedDocument = v.object({
  endpoint: v.string(),
  subject: v.object({ value: v.string(), id: v.string() }),
  policy: v.string(),
});

export const trustDocument = v.object({
  changed: v.boolean(),
  before: v.nullable(trustedDocument),
  trusted: trustedDocument,
  where: v.string(),
  mode: v.picklist(MODES),
  hook: v.object({ path: v.string(), state: v.string() }),
});

export const sweepDocument = v.object({
  clones: v.array(
    v.object({
      /** The clone's git directory; null for what no clone holds any more. */
      path: v.nullable(v.string()),
      repo: v.string(),
      state: v.picklist(['swept', 'gone', 'failed']),
      events: v.array(
        v.object({
          kind: v.picklist(EVENT_KINDS),
          branch: v.nullable(v.string()),
          outcome: v.picklist(EVENT_OUTCOMES),
          reason: v.nullable(v.picklist(REASONS)),
        }),
      ),
      changes: v.array(changeDocument),
      error: v.nullable(v.object({ code: v.string(), message: v.string(), remedy: v.string() })),
    }),
  ),
});

/** A rule that gives a thing, and where it says so. */
const givingDocument = v.object({
  name: v.string(),
  pattern: v.string(),
  file: v.nullable(v.string()),
  /** Of the rule, and of what it gives; from 1. */
  line: v.nullable(v.number()),
  grantLine: v.nullable(v.number()),
  grantPath: v.string(),
  commit: v.nullable(v.string()),
  eligible: v.array(v.string()),
  seconds: v.nullable(v.number()),
  until: v.string(),
});

/** A rule that doesn't apply, and what is in the way. */
const nearDocument = v.object({
  name: v.string(),
  pattern: v.string(),
  file: v.nullable(v.string()),
  line: v.nullable(v.number()),
  hint: v.picklist(HINTS),
  except: v.nullable(v.string()),
});

const whyEventDocument = v.object({
  id: v.string(),
  kind: v.nullable(v.string()),
  at: v.nullable(v.string()),
  from: v.nullable(v.string()),
  branch: v.nullable(v.string()),
});

const whyLeaseDocument = v.object({
  ...leaseDocument.entries,
  granted: v.string(),
  over: v.boolean(),
  event: whyEventDocument,
});

export const whyDocument = v.object({
  branch: v.nullable(v.string()),
  name: v.nullable(v.string()),
  subject: v.object({ value: v.string(), id: v.string() }),
  mode: v.picklist(MODES),
  policy: v.object({
    ref: v.string(),
    state: v.picklist(['trusted', 'untrusted', 'ref-gone', 'file-gone', 'invalid']),
    detail: v.nullable(v.string()),
    file: v.nullable(v.string()),
    commit: v.nullable(v.string()),
    blob: v.nullable(v.string()),
  }),
  directory: v.object({ read: v.boolean(), code: v.nullable(v.string()), message: v.nullable(v.string()) }),
  reason: v.optional(v.picklist(REASONS)),
  items: v.array(
    v.object({
      kind: v.picklist(KINDS),
      name: v.string(),
      id: v.nullable(v.string()),
      type: v.optional(v.string()),
      verdict: v.picklist(RULINGS),
      reason: v.optional(v.picklist(REASONS)),
      explanation: v.string(),
      rules: v.array(givingDocument),
      leases: v.array(whyLeaseDocument),
      state: v.nullable(v.picklist(['adding', 'held', 'removing', 'owed'])),
      before: v.nullable(v.string()),
      since: v.nullable(v.string()),
      event: v.nullable(whyEventDocument),
      last: v.nullable(
        v.object({ at: v.string(), op: v.string(), outcome: v.string(), reason: v.nullable(v.string()) }),
      ),
      near: v.array(nearDocument),
    }),
  ),
  near: v.array(nearDocument),
  suggestions: v.array(v.string()),
});

export const errorDocument = v.object({
  error: v.object({ code: v.string(), message: v.string(), remedy: v.string() }),
});

export const doctorDocument = v.object({
  /** The worst of all; what was skipped counts for nothing. */
  state: v.picklist(['ok', 'warning', 'problem']),
  checks: v.array(
    v.object({
      check: v.picklist(CHECKS),
      state: v.picklist(FINDING_STATES),
      says: v.string(),
      remedy: v.optional(v.string()),
    }),
  ),
});

export type DoctorDocument = v.InferOutput<typeof doctorDocument>;
export type SweepDocument = v.InferOutput<typeof sweepDocument>;
export type ChangeDocument = v.InferOutput<typeof changeDocument>;
export type SyncDocument = v.InferOutput<typeof syncDocument>;
export type StatusDocument = v.InferOutput<typeof statusDocument>;
export type TrustDocument = v.InferOutput<typeof trustDocument>;
export type WhyDocument = v.InferOutput<typeof whyDocument>;
