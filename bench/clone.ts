// Waiting for what works in the background of a clone that a benchmark uses.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export async function endWorker(repo: string): Promise<void> {
  const file = join(repo, '.git/scim-hook/pid');
  const pid = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : Number.NaN;
  if (!(pid > 0)) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return;
  }
  while (existsSync(`/proc/${pid}/exe`)) await pause(2);
}

/** The spool is read to its end, and no event is open. */
export async function quiet(repo: string): Promise<void> {
  const progress = join(repo, '.git/scim-hook/progress.json');
  for (;;) {
    await pause(5);
    const text = existsSync(progress) ? readFileSync(progress, 'utf8') : '';
    const size = readFileSync(join(repo, '.git/scim-hook/spool')).length;
    if (text === '') continue;
    const { open, cursor } = JSON.parse(text) as { open: unknown[]; cursor: { offset: number } | null };
    if (open.length === 0 && cursor?.offset === size) return;
  }
}
