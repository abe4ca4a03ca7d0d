// Where branches were renamed to: a branch's own reflog goes with it, and says so.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseReflogLine, type Rename, renameOf } from '../../core/reflog.ts';
import type { Git } from './git.ts';

/** Every rename that the reflogs of these branches tell of. */
export async function findRenames(
  git: Git,
  commonDir: string,
  branches: readonly string[],
): Promise<readonly Rename[]> {
  const isTable = await stat(join(commonDir, 'reftable')).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isTable) return renamesOfTable(git);
  const found: Rename[] = [];
  for (const branch of branches) {
    const log = join(commonDir, 'logs', 'refs', 'heads', branch);
    // Not there where reflogs are off: then the branch that went is taken to be deleted.
    const text = await readFile(log, 'utf8').catch(() => '');
    for (const each of text.split('\n')) {
      const line = parseReflogLine(each);
      const rename = line === null ? null : renameOf(line);
      if (rename !== null) found.push(rename);
    }
  }
  return found;
}

/** All branches in one go: there may be a thousand. */
async function renamesOfTable(git: Git): Promise<readonly Rename[]> {
  const listed = await git([
    'log',
    '--walk-reflogs',
    '--branches',
    '--grep-reflog=^Branch: renamed ',
    '--date=unix',
    '--format=%gd %gs',
  ]);
  if (!listed.ok) return [];
  return listed.value.split('\n').flatMap((each) => {
    const [, seconds, message] = /@\{(\d+)\} (.*)$/.exec(each) ?? [];
    if (seconds === undefined || message === undefined) return [];
    return renameOf({ at: Number(seconds) * 1000, message }) ?? [];
  });
}
