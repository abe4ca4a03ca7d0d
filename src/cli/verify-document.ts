// The documents that `log verify --json` and `log checkpoint --json` print, as schemas and from what was found.
import * as v from 'valibot';
import type { Placed, Remarks } from '../core/log/remark.ts';
import type { Checked, Verified } from '../flow/verify-log.ts';
import { findingWords, noteWords } from './remark-words.ts';

const remarkDocument = v.object({
  /** What is wrong, as one word. */
  is: v.string(),
  file: v.string(),
  /** From 1, in its file. */
  line: v.number(),
  seq: v.nullable(v.number()),
  /** Whose log it is in; null: of none, or of one that doesn't say. */
  device: v.nullable(v.string()),
  explanation: v.string(),
});

const lineDocument = v.object({ seq: v.number(), time: v.string(), hash: v.string() });

const remarksDocument = v.object({
  count: v.number(),
  /** The first of them. */
  shown: v.array(remarkDocument),
});

export const verifyDocument = v.object({
  /** Nothing was found that breaks a log; notes may be there. */
  whole: v.boolean(),
  logs: v.array(
    v.object({
      device: v.nullable(v.string()),
      whole: v.boolean(),
      lines: v.number(),
      files: v.number(),
      first: v.nullable(lineDocument),
      last: v.nullable(lineDocument),
      /** So many older lines were let go of, and the log says so. */
      dropped: v.number(),
    }),
  ),
  findings: remarksDocument,
  notes: remarksDocument,
  checkpoints: v.array(
    v.object({
      file: v.string(),
      seq: v.number(),
      time: v.string(),
      signature: v.picklist(['good', 'unknown', 'bad', 'none', 'unchecked']),
      signer: v.nullable(v.string()),
    }),
  ),
  against: v.nullable(
    v.object({ file: v.string(), lines: v.number(), matched: v.number(), skipped: v.number() }),
  ),
});

export const checkpointDocument = v.object({
  file: v.string(),
  checkpoint: v.string(),
  signature: v.string(),
});

export type VerifyDocument = v.InferOutput<typeof verifyDocument>;
export type CheckpointDocument = v.InferOutput<typeof checkpointDocument>;
type RemarkDocument = v.InferOutput<typeof remarkDocument>;
type RemarksDocument = v.InferOutput<typeof remarksDocument>;

/** More than this many are counted only. */
const MOST = 100;

const whole = (file: string): string => file;

export function documentOf(verified: Verified): VerifyDocument {
  const { chains, checkpoints, against } = verified;
  const findings = remarksOf(
    verified,
    (of) => of.findings,
    (found) => findingWords(found, whole),
  );
  return {
    whole: findings.count === 0,
    logs: chains.map((chain) => ({
      device: chain.device,
      whole: chain.findings.count === 0,
      lines: chain.lines,
      files: chain.files,
      first: lineOf(chain.first),
      last: lineOf(chain.last),
      dropped: chain.dropped,
    })),
    findings,
    notes: remarksOf(
      verified,
      (of) => of.notes,
      (note) => noteWords(note, whole),
    ),
    checkpoints: checkpoints.map(({ path, made, signature }) => ({
      file: path,
      seq: made.seq,
      time: made.time,
      signature: signature.is,
      signer: signature.is === 'good' ? signature.signer : null,
    })),
    against:
      against === null
        ? null
        : { file: against.path, lines: against.lines, matched: against.matched, skipped: against.skipped },
  };
}

const lineOf = (line: Checked['first']): VerifyDocument['logs'][number]['first'] =>
  line === null ? null : { seq: line.seq, time: line.time, hash: line.hash };

/** Of each log those of its device. */
function remarksOf<Kind extends { readonly is: string }>(
  verified: Verified,
  remarks: (of: Pick<Verified, 'findings' | 'notes'>) => Remarks<Kind>,
  words: (remark: Placed<Kind>) => string,
): RemarksDocument {
  const all = [...verified.chains, { ...verified, device: null }];
  const shown = all.flatMap((each) =>
    remarks(each).shown.map(
      (remark): RemarkDocument => ({
        is: remark.is,
        file: remark.file,
        line: remark.line,
        seq: remark.seq,
        device: each.device,
        explanation: words(remark),
      }),
    ),
  );
  return { count: all.reduce((sum, each) => sum + remarks(each).count, 0), shown: shown.slice(0, MOST) };
}
