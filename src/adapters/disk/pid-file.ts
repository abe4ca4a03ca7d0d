// Which worker a clone has: the hook reads this before it starts another (DESIGN section 9).
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORKER_TITLE } from '../../core/worker-title.ts';
import { errorCode, PRIVATE_FILE } from './replace-file.ts';

/** Marks this process as the clone's worker, unless another one runs: then false. */
export function claimPid(directory: string, pid: number): boolean {
  const other = runningWorker(directory);
  if (other !== null && other !== pid) return false;
  writePid(directory, `${pid} r\n`);
  return true;
}

/** Has hooks take this process for a worker that is on its way, unless one runs. What comes back ends that. */
export function holdPlace(directory: string, pid: number): () => void {
  if (runningWorker(directory) !== null) return () => {};
  writePid(directory, `${pid}\n`);
  return () => releasePid(directory, pid);
}

/** The hook made the file, with whatever umask it ran under; and where git ran under sudo, it is root's. */
function writePid(directory: string, text: string): void {
  const path = join(directory, 'pid');
  const write = (): void => {
    writeFileSync(path, text, { mode: PRIVATE_FILE });
    chmodSync(path, PRIVATE_FILE);
  };
  try {
    write();
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes(errorCode(error) ?? '')) throw error;
    rmSync(path, { force: true });
    write();
  }
}

/** Takes the mark away, if it is this process's. */
export function releasePid(directory: string, pid: number): void {
  if (markedPid(directory)?.pid === pid) rmSync(join(directory, 'pid'), { force: true });
}

/** Whether a worker lives that marked itself; one that was only just started doesn't count. */
export function runningWorker(directory: string): number | null {
  const found = markedPid(directory);
  return found?.running === true && isWorker(found.pid) ? found.pid : null;
}

function markedPid(directory: string): { pid: number; running: boolean } | null {
  const found = /^([1-9]\d*)( r)?\n?$/.exec(read(join(directory, 'pid')) ?? '');
  return found === null ? null : { pid: Number(found[1]), running: found[2] !== undefined };
}

/** Pids are used again; where there is a /proc, the name tells whose it is now. */
function isWorker(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const name = read(`/proc/${pid}/comm`);
  return name === null || name.trim() === WORKER_TITLE;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
