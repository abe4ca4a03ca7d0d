// Scripts as processes of their own: what only shows between processes can't be tested in one.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Bundles a TypeScript module that imports from `src/` into a program; returns its path. */
export async function program(
  directory: string,
  source: string,
  resolveDir = fileURLToPath(new URL('../../', import.meta.url)),
): Promise<string> {
  const outfile = join(directory, 'program.cjs');
  await build({
    stdin: { contents: source, resolveDir, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    logLevel: 'error',
  });
  return outfile;
}

export class Process implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<unknown[]>;

  constructor(file: string, ...args: string[]) {
    this.#child = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#ended = once(this.#child, 'exit');
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** The next line it prints; null once it prints no more. */
  async line(): Promise<string | null> {
    const { done, value } = await this.#lines.next();
    return done === true ? null : value;
  }

  /** Ends what it reads, which is its sign to go. */
  async finish(): Promise<number | null> {
    this.#child.stdin.end();
    return this.ended();
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Its exit status; null if a signal ended it. */
  async ended(): Promise<number | null> {
    const [code] = await this.#ended;
    return typeof code === 'number' ? code : null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
