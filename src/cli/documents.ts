// The documents that `--json` prints, as schemas: their types are taken from here, and they ship as JSON Schemas.
import * as v from 'valibot';
import { CHECKS, FINDING_STATES } from '../core/finding.ts';
import { HOOK_STATES, HOOK_WAYS } from '../core/hook-place.ts';
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
  /** What to do, where something is wrong. */
  next: v.nullable(v.string()),
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

export type ChangeDocument = v.InferOutput<typeof changeDocument>;
export type SyncDocument = v.InferOutput<typeof syncDocument>;
export type StatusDocument = v.InferOutput<typeof statusDocument>;
export type DoctorDocument = v.InferOutput<typeof doctorDocument>;
