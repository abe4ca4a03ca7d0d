// The mark of one run: who it is, and enough of its process to see later whether that still lives.
import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';

/** Which numbering of processes a pid belongs to: that of this boot and, in a container, of that container. */
function numbering(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '-';
  }
}

/** When a process started, in ticks since boot (proc_pid_stat(5), field 22): a pid alone may be somebody else's by now. */
function birthOf(pid: number | 'self'): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name, in brackets, and may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

export const newRunMark = (): string =>
  [randomUUID(), String(process.pid), birthOf('self') ?? '-', numbering()].join(' ');

/** In doubt it lives: its lease then ends by its time, which takes access from nobody too early. */
export function isRunning(mark: string): boolean {
  const [, pid = '', birth = '-', where = '-'] = mark.split(' ');
  if (!/^[1-9]\d*$/.test(pid) || where !== numbering()) return true;
  if (birth !== '-') return birthOf(Number(pid)) === birth;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
