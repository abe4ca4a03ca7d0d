// What lies around the place where git looks for hooks: whose directory it is, and which hook managers are at home here.
import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { findBlock } from '../../core/hook-block.ts';
import type { FileAt, HookFacts } from '../../core/hook-place.ts';
import type { HooksHere } from '../../flow/setup-ports.ts';
import { sha256OfBytes } from './digest.ts';
import { readHook } from './read-hook.ts';

export async function lookAround(here: HooksHere, commonDir: string): Promise<Omit<HookFacts, 'tracked'>> {
  const { directory, top, moved, config } = here;
  const place = await resolved(directory);
  const inGitDir = isWithin(place, commonDir);
  // Only this clone's own config may choose a directory in its work tree; a person's or a machine's is not ours to fill.
  const chosenHere = moved === null || moved.scope === 'local' || moved.scope === 'worktree';
  const inTree = !inGitDir && chosenHere && isWithin(place, await resolved(top));
  const at = async (path: string): Promise<FileAt> => ({
    path,
    real: await realpath(path).catch(() => path),
    file: await readHook(path),
  });
  const hook = await at(join(directory, 'post-checkout'));
  const command = config?.command ?? null;
  return {
    hook,
    elsewhere: moved === null || inGitDir || inTree ? null : moved.origin,
    shared: inTree,
    husky: inTree && (await isHusky(directory)) ? await at(join(dirname(directory), 'post-checkout')) : null,
    legacy: await at(join(directory, 'post-checkout.legacy')),
    lefthook: await lefthookConfig(top),
    preCommitConfig: await textOf(join(top, '.pre-commit-config.yaml')),
    config:
      config === null
        ? null
        : { command, ours: command !== null && findBlock(command, sha256OfBytes) !== null },
  };
}

/** husky 9 keeps its shims in `_` beside the scripts that they run, with what they share in `h`. */
async function isHusky(directory: string): Promise<boolean> {
  const shared = await stat(join(directory, 'h')).catch(() => null);
  return basename(directory) === '_' && shared !== null;
}

/** lefthook takes the first of these; the person's own is called after it, and merged into it. */
const LEFTHOOK = ['lefthook', '.lefthook', join('.config', 'lefthook')];

async function lefthookConfig(top: string): Promise<HookFacts['lefthook']> {
  const kinds = ['yml', 'yaml', 'toml', 'json', 'jsonc'];
  const texts = await Promise.all(
    LEFTHOOK.map(async (name) => {
      const all = await Promise.all(
        kinds
          .flatMap((kind) => [`${name}.${kind}`, `${name}-local.${kind}`])
          .map((file) => textOf(join(top, file))),
      );
      return { name, text: all.join('\n') };
    }),
  );
  const used = texts.find(({ text }) => text.trim() !== '')?.name ?? 'lefthook';
  const path = join(top, `${used}-local.yml`);
  const local = await readFile(path, 'latin1').catch(() => null);
  const own = local ?? '';
  const others = await Promise.all(
    LEFTHOOK.flatMap((name) => kinds.map((kind) => join(top, `${name}-local.${kind}`)))
      .filter((file) => file !== path)
      .map((file) =>
        stat(file).then(
          () => true,
          () => false,
        ),
      ),
  );
  return {
    path,
    local,
    elseLocal: others.includes(true),
    others: texts
      .map(({ text }) => text)
      .join('\n')
      .replace(own, ''),
  };
}

const textOf = (path: string): Promise<string> => readFile(path, 'latin1').catch(() => '');

/** A directory that isn't there yet is where its parent is. */
export async function resolved(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return dirname(path) === path ? path : join(await resolved(dirname(path)), basename(path));
  }
}

function isWithin(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !way.startsWith(sep));
}
