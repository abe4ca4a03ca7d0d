// Hook files on disk, ours and other people's: read to the byte, changed atomically, through links, with the mode they had.
import { chmod, mkdir, realpath, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { addExclude, dropExclude } from '../../core/exclude-section.ts';
import type { Failure } from '../../core/failure.ts';
import { putBlock, renderBlock, takeBlock } from '../../core/hook-block.ts';
import { recogniseHook, renderHook } from '../../core/hook-script.ts';
import { putSection, takeSection } from '../../core/lefthook-section.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { HookFiles, Placed } from '../../flow/setup-ports.ts';
import { asBytes, sha256OfBytes } from './digest.ts';
import { lookAround, resolved } from './hook-surroundings.ts';
import { readBytes, readHook } from './read-hook.ts';
import { diskFailure, errorCode, replaceFile } from './replace-file.ts';

/** Others run it too where a repository is shared; git's own hooks have this mode. */
const MODE = 0o755;

export interface HookTemplates {
  readonly own: () => Promise<string>;
  readonly block: () => Promise<string>;
}

type Put = Result<Placed | null, Failure>;

export function openHookFiles(commonDir: string, templates: HookTemplates): HookFiles {
  const exclude = join(commonDir, 'info', 'exclude');
  const putOwn = async (path: string, node: string): Promise<Put> =>
    guarded(path, async () => {
      const text = renderHook(await templates.own(), asBytes(node), sha256OfBytes);
      const there = await readHook(path);
      if (there.kind === 'file' && there.text === text && there.executable) return null;
      const made = await mkdir(dirname(path), { recursive: true });
      await replace(path, text, MODE);
      return {
        how: 'file',
        path,
        made: there.kind !== 'file',
        madeDirectory: made !== undefined,
        mode: null,
        hidden: null,
      };
    });
  const putInto = async (path: string, alone: boolean): Promise<Put> =>
    guarded(path, async () => {
      const block = renderBlock(await templates.block(), sha256OfBytes, alone);
      const there = await readHook(path);
      const before = there.kind === 'file' ? there.text : '#!/bin/sh\n';
      const after = putBlock(before, block, sha256OfBytes);
      if (there.kind === 'file' && after === before && (!alone || there.executable)) return null;
      const made = await mkdir(dirname(path), { recursive: true });
      const mode = there.kind === 'file' ? (await stat(path)).mode & 0o777 : MODE;
      const runnable = alone ? mode | 0o111 : mode;
      await replace(path, after, runnable);
      return {
        how: 'block',
        path,
        made: there.kind !== 'file',
        madeDirectory: made !== undefined,
        mode: runnable === mode ? null : mode,
        hidden: null,
      };
    });
  return {
    sha256: sha256OfBytes,
    look: (here) => guarded(here.directory, () => lookAround(here, commonDir)),
    putOwn,
    putBlock: putInto,
    putLegacy: async (path, node) => {
      const there = await readHook(path);
      const isTheirs = there.kind === 'file' && recogniseHook(there.text, sha256OfBytes) === 'foreign';
      const put = isTheirs ? await putInto(path, !there.executable) : await putOwn(path, node);
      return put.ok && put.value !== null ? ok({ ...put.value, how: 'legacy' }) : put;
    },
    putSection: (path) =>
      guarded(path, async () => {
        const before = await readBytes(path);
        const after = putSection(before);
        if (after === null || after === before) return null;
        await replace(path, after, before === null ? 0o644 : (await stat(path)).mode & 0o777);
        return {
          how: 'lefthook',
          path,
          made: before === null,
          madeDirectory: false,
          mode: null,
          hidden: null,
        };
      }),
    hide: (path, top) =>
      guarded(exclude, async () => {
        const place = await inTree(path, top);
        await changeExclude(exclude, (text) => addExclude(text, place));
      }),
    unhide: (path, top) =>
      guarded(exclude, async () => {
        const place = await inTree(path, top);
        await changeExclude(exclude, (text) => dropExclude(text, place));
      }),
    take: (placed) => guarded(placed.path, () => take(placed)),
    blockText: async () =>
      guarded(
        'hooks/post-checkout-block',
        async () => renderBlock(await templates.block(), sha256OfBytes).text,
      ),
  };
}

/** As gitignore has paths: from the work tree's top, with slashes. */
async function inTree(path: string, top: string): Promise<string> {
  const place = join(await resolved(dirname(path)), basename(path));
  return relative(await resolved(top), place).replaceAll(sep, '/');
}

async function changeExclude(file: string, change: (text: string | null) => string | null): Promise<void> {
  const before = await readBytes(file);
  const after = change(before);
  if (after === before) return;
  await mkdir(dirname(file), { recursive: true });
  if (after === null) await rm(file, { force: true });
  else await replace(file, after, before === null ? 0o644 : (await stat(file)).mode & 0o777);
}

async function take({ path, made, madeDirectory, mode }: Placed): Promise<boolean> {
  const there = await readHook(path);
  if (there.kind !== 'file') return false;
  const isOwn = recogniseHook(there.text, sha256OfBytes) === 'ours';
  const left = isOwn ? '' : takeSection(takeBlock(there.text, sha256OfBytes));
  if (left === there.text) return false;
  if (isOwn || (made && (left === '' || left === '#!/bin/sh\n'))) {
    await rm(path, { force: true });
    if (madeDirectory) await rmdir(dirname(path)).catch(() => {});
    return true;
  }
  await replace(path, left, mode ?? (await stat(path)).mode & 0o777);
  return true;
}

/** Through a link, so that it stays one; never half written. */
async function replace(path: string, text: string, mode: number): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const done = await replaceFile(target, Buffer.from(text, 'latin1'), mode);
  if (!done.ok) throw new Refused(done.failure);
  // What a umask took away.
  await chmod(target, mode);
}

/** A failure that was worded already, on its way out of a step. */
class Refused extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.code);
    this.failure = failure;
  }
}

async function guarded<T>(path: string, work: () => Promise<T>): Promise<Result<T, Failure>> {
  try {
    return ok(await work());
  } catch (error) {
    if (error instanceof Refused) return fail(error.failure);
    if (errorCode(error) === undefined) throw error;
    return fail(diskFailure(path, error));
  }
}
