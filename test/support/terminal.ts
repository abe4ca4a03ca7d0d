// A command on a real pseudo-terminal: what it shows, what is typed, and the status it ends with.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { need } from '../adapters/hook-rig.ts';
import { until } from './sandbox.ts';

export interface TerminalOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly columns?: number;
}

export class Terminal implements AsyncDisposable {
  /** Everything the terminal got, escape sequences and all. */
  shown = '';
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly ended: Promise<number>;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child;
    this.ended = once(child, 'close').then(([status]: unknown[]) => Number(status));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.shown += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.shown += text;
    });
    // It may end while something is still being typed.
    child.stdin.on('error', () => {});
  }

  static open(
    ctx: Pick<TestContext, 'skip'>,
    argv: readonly string[],
    { cwd, env, columns = 80 }: TerminalOptions,
  ): Terminal {
    const driver = join(import.meta.dirname, 'terminal.py');
    const args = [driver, String(columns), ...argv];
    return new Terminal(spawn(need(ctx, 'python3'), args, { cwd, env: { TERM: 'xterm', ...env } }));
  }

  type(keys: string): void {
    this.child.stdin.write(keys);
  }

  /** Waits until it shows this after what it showed before `since`; returns where that ends. */
  async shows(what: string | RegExp, since = 0): Promise<number> {
    const look = (): { end: number } | null => {
      const rest = this.shown.slice(since);
      const at = typeof what === 'string' ? rest.indexOf(what) : rest.search(what);
      return at === -1 ? null : { end: since + at + 1 };
    };
    try {
      return (await until(String(what), look)).end;
    } catch (error) {
      throw new Error(`${what} is not in ${JSON.stringify(this.shown.slice(since))}`, { cause: error });
    }
  }

  end(): Promise<number> {
    return this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
