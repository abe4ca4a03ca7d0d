// Runs git by hand: where something must go in, where bytes must come out, or where simple-git would take longer to load.
import { spawn } from 'node:child_process';
import type { Environment } from './environment.ts';

export interface Fed {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  /** It didn't end in time. */
  readonly late?: true;
}

/** Git with something on its standard input; null where git couldn't be started. `patience` in milliseconds. */
export function feedGit(
  directory: string,
  env: Environment,
  args: readonly string[],
  input: string,
  patience: number | null = null,
): Promise<Fed | null> {
  return new Promise((resolve) => {
    // A pipe costs time to make, which only what must go in is worth.
    const stdin = input === '' ? 'ignore' : 'pipe';
    const child = spawn('git', args, {
      cwd: directory,
      env: { ...env },
      stdio: [stdin, 'pipe', 'pipe'],
      windowsHide: true,
    });
    const out: Buffer[] = [];
    let stderr = '';
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    // Git may end without reading all of it; its status then says why.
    child.stdin?.on('error', () => {});
    const giveUp = (): void => {
      child.kill();
      // What git itself started may hold these open for as long as it likes.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
      child.unref();
      resolve({ status: null, stdout: Buffer.concat(out), stderr, late: true });
    };
    const timer = patience === null ? null : setTimeout(giveUp, patience);
    const done = (fed: Fed | null): void => {
      if (timer !== null) clearTimeout(timer);
      resolve(fed);
    };
    child.on('error', () => done(null));
    child.on('close', (status) => done({ status, stdout: Buffer.concat(out), stderr }));
    child.stdin?.end(input);
  });
}
