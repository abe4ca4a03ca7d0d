// Starts a program that outlives us and holds nothing of ours open.
import { spawn } from 'node:child_process';

export function startDetached(
  file: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): void {
  const child = spawn(file, args, {
    cwd,
    // As in the hook: what is meant for the caller's programs may name a file that isn't there any more.
    env: { ...env, NODE_OPTIONS: '' },
    detached: true,
    stdio: 'ignore',
    windowsHide: true,
  });
  // The next checkout starts it.
  child.on('error', () => {});
  child.unref();
}
