// The config file at the pinned ref, in one git process; in the worktree only where the pin is a content hash.
import { holdsConfig } from '../../core/config-format.ts';
import type { Failure } from '../../core/failure.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { PolicyFile } from '../../flow/ports.ts';
import type { Environment } from './environment.ts';
import { feedGit } from './feed.ts';
import { whyGitFailed } from './git.ts';

interface Entry {
  readonly type: string;
  readonly oid: string;
  readonly content: string;
}

/**
 * Reads the first of `files` that the ref's commit holds at its top. The ref is asked for by its full name, and by that
 * alone: where it is gone, git takes a tag or branch that has the whole name for its own (gitrevisions) instead.
 */
export async function policyAtRef(
  directory: string,
  env: Environment,
  ref: string,
  files: readonly string[],
): Promise<Result<PolicyFile, Failure>> {
  const [verified, guessed] = await Promise.all([
    feedGit(directory, env, ['show-ref', '--verify', '--hash', ref], ''),
    readFiles(directory, env, ref, files),
  ]);
  if (verified === null) return fail({ code: 'git-missing' });
  if (!guessed.ok) return guessed;
  if (verified.status !== 0) return ok({ state: 'ref-gone' });
  const oid = verified.stdout.toString('utf8').trim();
  // Side by side, because nearly always the name means what it says; else once more by the id.
  const meant = guessed.value.state !== 'ref-gone' && guessed.value.commit === oid;
  return meant ? guessed : readFiles(directory, env, oid, files);
}

async function readFiles(
  directory: string,
  env: Environment,
  revision: string,
  files: readonly string[],
): Promise<Result<PolicyFile, Failure>> {
  const args = ['cat-file', '--batch'];
  const asked = [revision, ...files.map((file) => `${revision}:${file}`)];
  const fed = await feedGit(directory, env, args, `${asked.join('\n')}\n`);
  if (fed === null) return fail({ code: 'git-missing' });
  if (fed.status !== 0) return fail(whyGitFailed(args, directory, fed.stderr));
  const [commit, ...entries] = parseBatch(fed.stdout, asked.length);
  if (commit?.type !== 'commit') return ok({ state: 'ref-gone' });
  const index = entries.findIndex(
    (entry, at) => entry?.type === 'blob' && holdsConfig(files[at] ?? '', entry.content),
  );
  const found = entries[index];
  const file = files[index];
  if (!found || file === undefined) return ok({ state: 'file-gone', commit: commit.oid });
  return ok({ state: 'found', commit: commit.oid, blob: found.oid, file, text: found.content });
}

/** A commit, and the name it goes by among people. */
export interface Tip {
  readonly name: string;
  readonly revision: string;
}

/** The name of the first of `tips` that holds a config file; one git process for all of them. */
export async function firstHolding(
  directory: string,
  env: Environment,
  tips: readonly Tip[],
  files: readonly string[],
): Promise<Result<string | null, Failure>> {
  const asked = tips.flatMap((tip) => files.map((file) => ({ tip, file })));
  const args = ['cat-file', '--batch'];
  const input = asked.map(({ tip, file }) => `${tip.revision}:${file}\n`).join('');
  const fed = await feedGit(directory, env, args, input);
  if (fed === null) return fail({ code: 'git-missing' });
  if (fed.status !== 0) return fail(whyGitFailed(args, directory, fed.stderr));
  const entries = parseBatch(fed.stdout, asked.length);
  const holding = asked.find(({ file }, at) => {
    const entry = entries[at];
    return entry?.type === 'blob' && holdsConfig(file, entry.content);
  });
  return ok(holding?.tip.name ?? null);
}

/** `git cat-file --batch`: a line `<oid> <type> <size>` and that many bytes, or a line `… missing`. */
function parseBatch(out: Buffer, count: number): (Entry | null)[] {
  const entries: (Entry | null)[] = [];
  let at = 0;
  while (entries.length < count && at < out.length) {
    const end = out.indexOf(0x0a, at);
    if (end === -1) break;
    const header = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(out.toString('utf8', at, end));
    at = end + 1;
    if (header === null) {
      entries.push(null);
      continue;
    }
    const [, oid = '', type = '', size = '0'] = header;
    entries.push({ oid, type, content: out.toString('utf8', at, at + Number(size)) });
    at += Number(size) + 1;
  }
  return entries;
}
