// Somebody at a terminal: runs a command in a pseudo-terminal (util-linux `script`) and types what they would.
import type { Ran, Repo } from './sandbox.ts';

/** What the terminal showed is in `stdout`, with the lines' carriage returns taken out. */
export async function atTerminal(repo: Repo, typed: string, ...args: string[]): Promise<Ran> {
  const quoted = [process.execPath, repo.sandbox.bin, ...args].map((word) => `'${word}'`).join(' ');
  const ran = await repo.sandbox.run('script', ['-qefc', quoted, '/dev/null'], repo.path, {
    input: typed,
    env: { NO_COLOR: '1', TERM: 'xterm' },
  });
  return { ...ran, stdout: ran.stdout.replaceAll('\r', '') };
}
