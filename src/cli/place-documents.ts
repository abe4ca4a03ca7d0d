// The documents of the commands that put scim-hook into a place, and of the log; see `documents.ts`.
import * as v from 'valibot';
import { HOOK_HOSTS } from '../core/hook-host.ts';
import { HOOK_WAYS } from '../core/hook-place.ts';
import { RECORD_KINDS } from '../core/log/query.ts';
import { BEFORES, EVENT_OUTCOMES, KINDS, MODES, OPS, REASONS, VERDICTS } from '../core/vocabulary.ts';
import { changeDocument, syncDocument } from './documents.ts';

const installedDocument = v.object({
  endpoint: v.string(),
  subject: v.string(),
  subjectId: v.string(),
  policy: v.string(),
  where: v.string(),
  mode: v.picklist(MODES),
  hook: v.string(),
  how: v.picklist(HOOK_WAYS),
  beside: v.nullable(v.picklist(HOOK_HOSTS)),
  /** The hook there was not executable, and stays off. */
  keptOff: v.boolean(),
  home: v.string(),
  /** Null: this git can't be asked. */
  proved: v.nullable(v.boolean()),
  rules: v.number(),
});

/** With `--yes`, where there is nothing to install into: why. */
const skippedDocument = v.object({ skipped: v.string() });

export const installDocument = v.union([installedDocument, skippedDocument]);

export const uninstallDocument = v.object({
  /** `left`: what calls us there isn't ours to take out; it does nothing in this clone any more. */
  hook: v.picklist(['taken', 'left', 'absent']),
  changes: v.array(changeDocument),
});

export const revokeDocument = v.object({ ...syncDocument.entries, branch: v.null() });

export const directoryDocument = v.object({
  url: v.string(),
  port: v.number(),
  /** Null: it is the one of SCIM_HOOK_TOKEN. */
  token: v.nullable(v.string()),
});

const texts = v.pipe(v.array(v.string()), v.readonly());

/** A line as it stands in the log; a later version's may have more. */
const lineDocument = v.object({
  v: v.literal(1),
  version: v.string(),
  seq: v.number(),
  time: v.string(),
  prev: v.string(),
  hash: v.string(),
  kind: v.picklist(RECORD_KINDS),
  at: v.string(),
  event: v.optional(v.string()),
  device: v.optional(v.string()),
  repo: v.optional(v.string()),
  worktree: v.optional(v.nullable(v.string())),
  branch: v.optional(v.nullable(v.string())),
  from: v.optional(v.nullable(v.string())),
  mode: v.optional(v.picklist(MODES)),
  endpoint: v.optional(v.string()),
  subject: v.optional(v.string()),
  subjectId: v.optional(v.string()),
  policy: v.optional(v.nullable(v.string())),
  rulesBlob: v.optional(v.string()),
  rules: v.optional(texts),
  fromRules: v.optional(texts),
  op: v.optional(v.picklist(OPS)),
  target: v.optional(v.picklist(KINDS)),
  name: v.optional(v.string()),
  targetId: v.optional(v.nullable(v.string())),
  type: v.optional(v.string()),
  before: v.optional(v.picklist(BEFORES)),
  managed: v.optional(v.boolean()),
  lease: v.optional(v.nullable(v.string())),
  expires: v.optional(v.nullable(v.string())),
  outcome: v.optional(v.picklist(EVENT_OUTCOMES)),
  reason: v.optional(v.picklist(REASONS)),
  verified: v.optional(v.picklist(VERDICTS)),
  status: v.optional(v.number()),
  requestId: v.optional(v.string()),
  attempts: v.optional(v.number()),
  ms: v.optional(v.number()),
  late: v.optional(v.literal(true)),
  /** Whole, as the ledger keeps them. */
  leases: v.optional(v.pipe(v.array(v.object({ id: v.string(), branch: v.string() })), v.readonly())),
  ended: v.optional(texts),
  /** On a `log-start` line further on: retention dropped the lines up to this one, whose hash was that. */
  dropped: v.optional(v.number()),
  droppedHash: v.optional(v.string()),
});

export const logDocument = v.array(lineDocument);

export const initDocument = v.object({
  file: v.string(),
  endpoint: v.nullable(v.string()),
  rules: v.array(
    v.object({
      name: v.string(),
      branches: v.array(v.string()),
      groups: v.array(v.string()),
      /** Branches of this repository that match now; the first few. */
      matches: v.array(v.string()),
    }),
  ),
  defaultBranch: v.nullable(v.string()),
  branch: v.nullable(v.string()),
  next: v.string(),
});

export type InitDocument = v.InferOutput<typeof initDocument>;
export type InstallDocument = v.InferOutput<typeof installDocument>;
export type UninstallDocument = v.InferOutput<typeof uninstallDocument>;
export type DirectoryDocument = v.InferOutput<typeof directoryDocument>;
export type LogDocument = v.InferOutput<typeof logDocument>;
