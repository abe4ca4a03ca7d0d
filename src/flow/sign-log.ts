// `log checkpoint`: has the log's last line signed, and keeps that beside the log.
import { type AuditLine, isIntact, type Sha256 } from '../core/audit-record.ts';
import type { Failure } from '../core/failure.ts';
import { checkpointText, parseCheckpoint } from '../core/log/checkpoint.ts';
import type { SigningKey } from '../core/log/signing-key.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { KeptCheckpoint, Signer } from './proof-ports.ts';

export interface SignPorts extends Signer {
  readonly clock: { now(): number };
  readonly sha256: Sha256;
  /** The log's directory, for people. */
  readonly directory: string;
  /** The last line, and whose log it is; null: there is none. */
  readonly end: () => Promise<{ readonly line: AuditLine; readonly device: string } | null>;
  readonly kept: (seq: number) => KeptCheckpoint | null;
  readonly keep: (seq: number, text: string, signature: string) => Promise<Result<string, Failure>>;
}

export interface Signed {
  readonly path: string;
  readonly text: string;
  readonly signature: string;
}

export async function signLog(
  ports: SignPorts,
  key: SigningKey,
  prompted: ((question: string) => void) | null,
): Promise<Result<Signed, Failure>> {
  const end = await ports.end();
  if (end === null) return fail({ code: 'log-empty', directory: ports.directory });
  const { line, device } = end;
  const { seq, hash } = line;
  if (!isIntact(line, ports.sha256)) return fail({ code: 'log-end-altered', path: ports.directory, seq });
  const former = ports.kept(seq);
  const known = former === null ? null : parseCheckpoint(former.text);
  if (former !== null && (known?.hash !== hash || known.device !== device))
    return fail({ code: 'checkpoint-differs', path: former.path });
  // What is signed already is signed again as it stands, so that its signature is never that of another text.
  const time = new Date(ports.clock.now()).toISOString();
  const text = former?.text ?? checkpointText({ device, seq, hash, time });
  const signature = await ports.sign(text, key, prompted);
  if (!signature.ok) return signature;
  const path = await ports.keep(seq, text, signature.value);
  return path.ok ? ok({ path: path.value, text, signature: signature.value }) : path;
}
