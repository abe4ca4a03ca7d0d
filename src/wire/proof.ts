// What proving the log is done with: the files of this machine's log or of others, and the person's own SSH tool and key.
import { basename, dirname, join, resolve } from 'node:path';
import { bring } from '../adapters/disk/arrived-file.ts';
import { firstLine, readLog, sha256Hex } from '../adapters/disk/chain-reader.ts';
import { checkpointAt, keepCheckpoint, keptCheckpoints } from '../adapters/disk/checkpoints.ts';
import { storedDevice } from '../adapters/disk/device.ts';
import { logBackward } from '../adapters/disk/log-lines.ts';
import { diskFailure } from '../adapters/disk/replace-file.ts';
import { segmentsOf } from '../adapters/disk/segments.ts';
import { parseEntries } from '../adapters/git/config-entries.ts';
import { gitEnvironment } from '../adapters/git/environment.ts';
import { feedGit } from '../adapters/git/feed.ts';
import { openSshKeygen } from '../adapters/process/ssh-keygen.ts';
import { type AuditLine, parseAuditLine } from '../core/audit-record.ts';
import type { Failure } from '../core/failure.ts';
import { expanded, type SigningKey, signingKey } from '../core/log/signing-key.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { ConfigEntry } from '../core/settings.ts';
import type { LogFile, ProofPorts } from '../flow/proof-ports.ts';
import type { SignPorts } from '../flow/sign-log.ts';
import { type Question, verifyLog } from '../flow/verify-log.ts';
import { openLogPlace } from './log-place.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Wider than these, somebody else may have put it there: a worktree's own config, or `git -c`. */
const OWN_SCOPES = ['system', 'global', 'local'];
/** A clone must not name a program. */
const MACHINE_SCOPES = ['system', 'global'];

export interface Proof {
  readonly ports: ProofPorts;
  readonly question: Question;
  /** Where the files are that are told by their name alone. */
  readonly directory: string;
}

interface Asked {
  readonly from?: readonly string[];
  readonly against?: string;
  readonly allowedSigners?: string;
  readonly partial?: boolean;
}

export async function openProof(cwd: string, env: Env, asked: Asked): Promise<Result<Proof, Failure>> {
  const { from = [], against, allowedSigners, partial = false } = asked;
  const place = await openLogPlace(cwd, env, from);
  if (!place.ok) return place;
  const { home, logs, entries } = place.value;
  const directory = join(home, 'audit');
  const single = from.length === 0;
  const kept = single ? keptCheckpoints(directory) : ok([]);
  if (!kept.ok) return kept;
  const named = lastOf(entries, 'gpg.ssh.allowedsignersfile', OWN_SCOPES);
  const signers = allowedSigners ?? (named === null ? null : expanded(named, env['HOME'] ?? ''));
  try {
    const files = (single ? logs : inOrder(logs)).flat().map(logFile);
    return ok({
      ports: { read: readLog, bring, check: sshOf(env, entries).check },
      question: {
        files,
        single,
        partial,
        checkpoints: kept.value,
        against: against === undefined ? null : resolve(cwd, against),
        signers: signers === null ? null : resolve(cwd, signers),
        device: single ? storedDevice(home) : null,
      },
      directory,
    });
  } catch (error) {
    return fail(diskFailure(directory, error));
  }
}

const sshOf = (env: Env, entries: readonly ConfigEntry[]): ReturnType<typeof openSshKeygen> =>
  openSshKeygen({ program: lastOf(entries, 'gpg.ssh.program', MACHINE_SCOPES) ?? 'ssh-keygen', env });

const lastOf = (entries: readonly ConfigEntry[], key: string, scopes: readonly string[]): string | null =>
  entries.findLast((entry) => entry.key === key && scopes.includes(entry.scope))?.value ?? null;

/** Rotated files of one machine come in any order; the log's own names say theirs. */
function inOrder(logs: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return logs
    .map((paths) => ({ paths, time: firstTime(paths[0]) }))
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
    .map(({ paths }) => paths);
}

const firstTime = (path: string | undefined): string =>
  path === undefined ? '' : (parseAuditLine(firstLine(path))?.time ?? '');

function logFile(path: string): LogFile {
  const named = segmentsOf(dirname(path)).find((segment) => basename(segment.path) === basename(path));
  return { path, first: named?.first ?? null };
}

/** Whether each of some logs is whole by itself, in short: what a report says of its own ground. */
export interface Soundness {
  readonly paths: readonly string[];
  readonly lines: number;
  readonly faults: number;
  /** Number of the line where the first of them is, where that has one. */
  readonly firstFault: number | null;
  /** The last line: what somebody else may compare with. */
  readonly head: { readonly seq: number; readonly hash: string } | null;
}

export async function soundnessOf(
  logs: readonly { readonly paths: readonly string[] }[],
): Promise<Result<Soundness[], Failure>> {
  // Nothing was signed, or brought.
  const ports: ProofPorts = { read: readLog, bring, check: () => Promise.resolve({ is: 'none' }) };
  const nothing = { partial: false, checkpoints: [], against: null, signers: null, device: null };
  const found: Soundness[] = [];
  for (const { paths } of logs) {
    const verified = await verifyLog(ports, { ...nothing, files: paths.map(logFile), single: true });
    if (!verified.ok) return verified;
    const chain = verified.value.chains[0];
    const last = chain?.last ?? null;
    found.push({
      paths,
      lines: chain?.lines ?? 0,
      faults: chain?.findings.count ?? 0,
      firstFault: chain?.findings.shown[0]?.seq ?? null,
      head: last === null ? null : { seq: last.seq, hash: last.hash },
    });
  }
  return ok(found);
}

export interface Signing {
  readonly ports: SignPorts;
  readonly key: SigningKey;
}

export async function openSigning(cwd: string, env: Env): Promise<Result<Signing, Failure>> {
  const place = await openLogPlace(cwd, env);
  if (!place.ok) return place;
  const { home, entries } = place.value;
  // Whose key it is may well stand in an included file: many keep their work's identity there.
  const args = ['config', '--includes', '--list', '--show-scope', '--show-origin', '-z'];
  const listed = await feedGit(cwd, gitEnvironment(env), args, '');
  const included = listed?.status === 0 ? parseEntries(listed.stdout.toString('utf8')) : entries;
  const key = signingKey(
    lastOf(included, 'user.signingkey', OWN_SCOPES),
    lastOf(included, 'gpg.format', OWN_SCOPES),
    env['HOME'] ?? '',
  );
  if (!key.ok) return key;
  const directory = join(home, 'audit');
  return ok({
    key: key.value,
    ports: {
      directory,
      clock: { now: () => Date.now() },
      sha256: sha256Hex,
      sign: sshOf(env, entries).sign,
      end: () => endOf(directory, home),
      kept: (seq) => checkpointAt(directory, seq),
      keep: (seq, text, signature) => keepCheckpoint(directory, seq, text, signature),
    },
  });
}

/** The last line that is whole. */
async function endOf(
  directory: string,
  home: string,
): Promise<{ readonly line: AuditLine; readonly device: string } | null> {
  for await (const text of logBackward(directory)) {
    const line = parseAuditLine(text);
    if (line !== null) return { line, device: line.device ?? storedDevice(home) ?? 'unknown' };
  }
  return null;
}
