// `log verify`: reads all of a log once, holds it against what other places know of it, and looks at who signed it.

import type { Failure } from '../core/failure.ts';
import { Chain } from '../core/log/chain.ts';
import { Chains } from '../core/log/chains.ts';
import { type Checkpoint, parseCheckpoint } from '../core/log/checkpoint.ts';
import { PartialChain } from '../core/log/partial-chain.ts';
import { type Finding, MOST_REMARKS, type Note, Remarks } from '../core/log/remark.ts';
import type { StoredLine } from '../core/log/stored-line.ts';
import { Witness } from '../core/log/witness.ts';
import { ok, type Result } from '../core/result.ts';
import type { KeptCheckpoint, LogFile, ProofPorts, Signature } from './proof-ports.ts';

export interface Question {
  /** Oldest first. */
  readonly files: readonly LogFile[];
  /** They are one log, this machine's; else of however many machines. */
  readonly single: boolean;
  readonly partial: boolean;
  /** What was signed of this log. */
  readonly checkpoints: readonly KeptCheckpoint[];
  /** A file that holds what left this machine. */
  readonly against: string | null;
  readonly signers: string | null;
  /** Whose log this is, should no line say. */
  readonly device: string | null;
}

export type Checked = Chain | PartialChain;

export interface SeenCheckpoint {
  readonly path: string;
  readonly made: Checkpoint;
  readonly signature: Signature;
}

export interface Verified {
  readonly chains: readonly Checked[];
  /** What is of no chain: of checkpoints, and of what was compared with. */
  readonly findings: Remarks<Finding>;
  readonly notes: Remarks<Note>;
  readonly checkpoints: readonly SeenCheckpoint[];
  readonly against: {
    readonly path: string;
    readonly lines: number;
    readonly matched: number;
    readonly skipped: number;
  } | null;
}

export async function verifyLog(ports: ProofPorts, question: Question): Promise<Result<Verified, Failure>> {
  const findings = new Remarks<Finding>(MOST_REMARKS);
  const notes = new Remarks<Note>(MOST_REMARKS);
  const kept = [...question.checkpoints];
  const brought = question.against === null ? null : bring(ports, question.against, findings);
  if (brought !== null && !brought.ok) return brought;
  if (brought?.value.checkpoint) kept.push(brought.value.checkpoint);
  const made = kept.flatMap((each): { kept: KeptCheckpoint; made: Checkpoint }[] => {
    const parsed = parseCheckpoint(each.text);
    if (parsed !== null) return [{ kept: each, made: parsed }];
    findings.add({ file: each.path, line: 1, seq: null }, { is: 'bad-checkpoint' });
    return [];
  });
  const signed = new Witness((at) => ({ file: made[at]?.kept.path ?? '', line: 1 }));
  made.forEach(({ made: { device, seq, hash } }, line) => {
    signed.knows(device, { file: '', line, seq, hash });
  });
  const lines = brought?.value.lines ?? null;
  const chains = read(ports, question, lines === null ? [signed] : [signed, lines]);
  if (!chains.ok) return chains;
  const checkpoints: SeenCheckpoint[] = [];
  for (const each of made) {
    const signature = await ports.check(each.kept, each.made, question.signers);
    checkpoints.push({ path: each.kept.path, made: each.made, signature });
    remark({ file: each.kept.path, line: 1, seq: each.made.seq }, signature, findings, notes);
  }
  const against =
    question.against === null
      ? null
      : {
          path: question.against,
          lines: lines?.count ?? 1,
          matched: lines?.matched ?? 0,
          skipped: lines?.skipped ?? 0,
        };
  return ok({ chains: chains.value, findings, notes, checkpoints, against });
}

interface FromElsewhere {
  readonly checkpoint: KeptCheckpoint | null;
  readonly lines: Witness | null;
}

function bring(ports: ProofPorts, path: string, findings: Remarks<Finding>): Result<FromElsewhere, Failure> {
  const witness = new Witness((line) => ({ file: path, line }));
  const brought = ports.bring(path, (line) => {
    // What was altered there says nothing of what is here.
    if (line.computed === line.hash) witness.knows(line.device, line);
    else findings.add(line, { is: 'bad-source' });
  });
  if (!brought.ok) return brought;
  return ok(
    brought.value.is === 'checkpoint'
      ? { checkpoint: brought.value.kept, lines: null }
      : { checkpoint: null, lines: witness },
  );
}

function read(
  ports: ProofPorts,
  { files, single, partial, device }: Question,
  witnesses: readonly Witness[],
): Result<readonly Checked[], Failure> {
  const chains = new Chains(() => (partial ? new PartialChain() : new Chain()), single);
  const busy = witnesses.filter(({ count }) => count > 0);
  /** Lines of a chain that doesn't say yet whose it is. */
  const waiting = new Map<Checked, StoredLine[]>();
  const compare = (chain: Checked, line: StoredLine): void => {
    if (chain.device === null) {
      waiting.set(chain, [...(waiting.get(chain) ?? []).slice(-MOST_REMARKS), line]);
      return;
    }
    const early = waiting.get(chain) ?? [];
    if (early.length > 0) waiting.delete(chain);
    for (const each of [...early, line])
      for (const witness of busy) witness.compare(chain.device, each, chain.findings);
  };
  const done = ports.read(
    files,
    {
      line: (line) => {
        const chain = chains.feed(line);
        if (busy.length > 0) compare(chain, line);
      },
      fragment: (kind, place) => chains.fragment(kind, place),
    },
    ({ path, first }) => chains.begin(path, first),
  );
  if (!done.ok) return done;
  chains.finish();
  // All of it was lost: what others know of it is then beyond its end.
  const all = chains.all.length === 0 && single ? [chains.own()] : chains.all;
  for (const chain of all) {
    chain.device ??= single ? device : null;
    for (const early of waiting.get(chain) ?? [])
      for (const witness of busy)
        if (chain.device !== null) witness.compare(chain.device, early, chain.findings);
  }
  for (const witness of busy) witness.finish(all);
  return ok(all);
}

function remark(
  at: { readonly file: string; readonly line: number; readonly seq: number },
  signature: Signature,
  findings: Remarks<Finding>,
  notes: Remarks<Note>,
): void {
  switch (signature.is) {
    case 'good':
      break;
    case 'bad':
      findings.add(at, { is: 'bad-signature', detail: signature.detail });
      break;
    case 'none':
      notes.add(at, { is: 'unsigned' });
      break;
    case 'unknown':
      notes.add(at, { is: 'unknown-signer', key: signature.key, signers: signature.signers });
      break;
    case 'unchecked':
      notes.add(at, { is: 'unchecked-signature', detail: signature.detail });
  }
}
