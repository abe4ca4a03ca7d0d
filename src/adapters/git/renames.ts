// Which branches that are gone live on under another name: the branch's own reflog goes with it, and says so.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseReflogLine, wasRenamed } from '../../core/reflog.ts';
import type { Git } from './git.ts';

/** Old name → the one name it has now; a branch that was also copied under two names is taken to be deleted. */
export async function findRenames(
  git: Git,
  commonDir: string,
  gone: readonly string[],
  branches: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string[]>();
  for (const name of branches) {
    const messages = await messagesOf(git, commonDir, name);
    for (const old of gone) {
      if (messages.some((message) => wasRenamed(message, old, name)))
        found.set(old, [...(found.get(old) ?? []), name]);
    }
  }
  return new Map(
    [...found].flatMap(([old, [name, ...others]]) =>
      name === undefined || others.length > 0 ? [] : [[old, name]],
    ),
  );
}

async function messagesOf(git: Git, commonDir: string, branch: string): Promise<readonly string[]> {
  const text = await readFile(join(commonDir, 'logs', 'refs', 'heads', branch), 'utf8').catch(() => null);
  if (text !== null) return text.split('\n').flatMap((line) => parseReflogLine(line)?.message ?? []);
  const shown = await git(['reflog', 'show', '--format=%gs', `refs/heads/${branch}`]);
  return shown.ok ? shown.value.split('\n') : [];
}
