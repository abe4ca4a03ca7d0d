// Whether the process of a run still lives: exactly where it can be told, and in doubt it does.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isRunning, newRunMark } from '../../src/adapters/process/run-mark.ts';

const parts = (): [id: string, pid: string, birth: string, where: string] =>
  newRunMark().split(' ') as [string, string, string, string];

describe('the mark of a run', () => {
  it('is nobody else’s, and says that this process lives', () => {
    const mark = newRunMark();
    expect(newRunMark()).not.toBe(mark);
    expect(isRunning(mark)).toBe(true);
  });

  it('knows a process that is gone, and one that got its number since', async () => {
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const [id, , birth, where] = parts();
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
    const born = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const mark = `${id} ${child.pid} ${born} ${where}`;
    expect(isRunning(mark)).toBe(true);
    expect(isRunning(`${id} ${child.pid} ${Number(born) + 1} ${where}`)).toBe(false);
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    expect(isRunning(mark)).toBe(false);
    expect(isRunning(`${id} ${process.pid} ${birth} ${where}`)).toBe(true);
  });

  it('can tell nothing of another boot, another container or another machine', () => {
    const [id, , birth] = parts();
    expect(isRunning(`${id} 999999999 ${birth} another-boot/pid:[1]`)).toBe(true);
    expect(isRunning(`${id} nonsense`)).toBe(true);
    expect(isRunning('')).toBe(true);
  });
});
