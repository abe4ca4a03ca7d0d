// The hook file as git will look for it: what lies there, putting ours in its place, taking exactly ours out.
import { accessSync, constants } from 'node:fs';
import { chmod, lstat, mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Failure } from '../../core/failure.ts';
import { type HookOwner, recogniseHook, renderHook } from '../../core/hook-script.ts';
import { fail, ok } from '../../core/result.ts';
import type { HookFile } from '../../flow/ports.ts';
import { sha256 } from './audit-log.ts';
import { diskFailure, errorCode } from './replace-file.ts';

/** Others run it too where a repository is shared; git's own hooks have this mode. */
const MODE = 0o755;

export function openHookFile(hooksDirectory: string, template: () => Promise<string>): HookFile {
  const path = join(hooksDirectory, 'post-checkout');
  return {
    path,
    inspect: () => inspect(path),
    put: async (node) => {
      try {
        const text = renderHook(await template(), node, sha256);
        const made = await mkdir(hooksDirectory, { recursive: true });
        if ((await readFile(path, 'utf8').catch(() => null)) !== text) {
          const temporary = `${path}.${process.pid}.new`;
          await writeFile(temporary, text, { mode: MODE });
          await rename(temporary, path);
        }
        await chmod(path, MODE);
        return ok({ madeDirectory: made !== undefined });
      } catch (error) {
        return fail(diskFailure(path, error));
      }
    },
    take: async (withDirectory) => {
      try {
        await rm(path, { force: true });
        if (withDirectory) await rmdir(hooksDirectory).catch(() => {});
        return ok(undefined);
      } catch (error) {
        return fail(diskFailure(path, error));
      }
    },
  };
}

type Inspected = Awaited<ReturnType<HookFile['inspect']>>;

async function inspect(path: string): Promise<Inspected> {
  try {
    const found = await lstat(path);
    if (!found.isFile()) return ok({ owner: 'foreign', executable: false });
    const owner: HookOwner = recogniseHook(await readFile(path, 'utf8'), sha256);
    return ok({ owner, executable: isExecutable(path) });
  } catch (error) {
    const absent = errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR';
    return absent
      ? ok({ owner: 'absent', executable: false })
      : fail<Failure>(diskFailure(dirname(path), error));
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
