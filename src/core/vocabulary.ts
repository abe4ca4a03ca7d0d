// The closed word lists of the contracts (DESIGN sections 5, 6 and 8): what other programs match against.

/** `git config scim-hook.mode`, from the widest to the narrowest. */
export const MODES = ['enforce', 'audit', 'release-only', 'off'] as const;
export type Mode = (typeof MODES)[number];

export const KINDS = ['group', 'role', 'entitlement'] as const;
export type Kind = (typeof KINDS)[number];

export const OPS = ['add', 'remove', 'create', 'delete'] as const;
export type Op = (typeof OPS)[number];

/** When a lease ends by an event, besides its time. */
export const UNTILS = ['switch', 'branch-deleted', 'upstream-deleted'] as const;
export type Until = (typeof UNTILS)[number];

/** What became of one change. */
export const CHANGE_OUTCOMES = ['applied', 'would', 'failed', 'refused', 'pending', 'owed'] as const;
export type ChangeOutcome = (typeof CHANGE_OUTCOMES)[number];

/** What became of one event. */
export const EVENT_OUTCOMES = [...CHANGE_OUTCOMES, 'unchanged', 'superseded', 'skipped'] as const;
export type EventOutcome = (typeof EVENT_OUTCOMES)[number];

export const REASONS = [
  'untrusted',
  'not-allowed',
  'ineligible',
  'ambiguous-subject',
  'unknown-subject',
  'inactive-subject',
  'subject-changed',
  'unknown-group',
  'ambiguous-group',
  'invalid-config',
  'no-token',
  'denied',
  'detached',
  'no-rule',
  'off',
  'expired',
  'unreachable',
  'contradicted',
  'deadline',
] as const;
export type Reason = (typeof REASONS)[number];

/** How far a write could be proven by reading back. `accepted` is a 202: nothing is known yet. */
export const VERDICTS = ['confirmed', 'contradicted', 'unverifiable', 'accepted'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Whether the subject had it before us: only what was seen absent is ours to take back. */
export const BEFORES = ['absent', 'present', 'unknown'] as const;
export type Before = (typeof BEFORES)[number];

export const EVENT_KINDS = [
  'switch',
  'branch-deleted',
  'branch-renamed',
  'expired',
  'revoke',
  'reconcile',
  'manual',
  'settle',
  'gap',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];
