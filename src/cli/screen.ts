// The only printer: documents to stdout, words for people to stderr or stdout, colour and motion where they help.
import { createInterface } from 'node:readline/promises';
import { stripVTControlCharacters } from 'node:util';
import { Chalk, type ChalkInstance } from 'chalk';
import yoctoSpinner from 'yocto-spinner';
import type { Failure } from '../core/failure.ts';
import { wordsOf } from './words.ts';

export interface ScreenOptions {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--no-color`. */
  readonly color: boolean;
  /** `--json`: exactly one document on stdout. */
  readonly json: boolean;
}

export class Screen {
  readonly json: boolean;
  readonly paint: ChalkInstance;
  private readonly options: ScreenOptions;

  constructor(options: ScreenOptions) {
    this.options = options;
    this.json = options.json;
    this.paint = new Chalk({ level: this.level() });
    // Whoever reads may have read enough (`| head`): that is no failure of ours.
    for (const stream of [options.stdout, options.stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE') throw error;
      });
    }
  }

  private level(): 0 | 1 {
    const { env, color, stdout } = this.options;
    const off = !color || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
    return off || stdout.isTTY !== true ? 0 : 1;
  }

  /** Somebody sits there who can be asked. */
  get isInteractive(): boolean {
    return this.options.stdin.isTTY === true && this.options.stderr.isTTY === true && !this.json;
  }

  get width(): number {
    return this.options.stdout.columns ?? 100;
  }

  /** Of a terminal; undefined in a pipe, where a line stays whole for whoever searches it. */
  get columns(): number | undefined {
    return this.options.stdout.isTTY === true ? this.options.stdout.columns : undefined;
  }

  /** A line of the answer. */
  line(text = ''): void {
    if (!this.json) this.options.stdout.write(`${text}\n`);
  }

  /** A remark beside the answer. */
  note(text: string): void {
    this.options.stderr.write(`${text}\n`);
  }

  document(value: unknown): void {
    this.raw(`${JSON.stringify(value, null, 2)}\n`);
  }

  raw(text: string): void {
    this.options.stdout.write(text);
  }

  fail(failure: Failure): void {
    const words = wordsOf(failure);
    // What a failure quotes may come from a branch, a file or a server.
    const [message, remedy] = [words.message, words.remedy].map((text) =>
      text.split('\n').map(plain).join('\n'),
    );
    if (this.json) this.document({ error: { code: failure.code, message, remedy } });
    else this.note(`${this.paint.red('scim-hook:')} ${message}\n${remedy}`);
  }

  /** A spinner on a terminal, nothing elsewhere; the work's own result comes back. */
  async during<T>(text: string, work: (waiting: () => void) => Promise<T>): Promise<T> {
    const { stderr } = this.options;
    if (stderr.isTTY !== true || this.json || this.options.env['TERM'] === 'dumb') return work(() => {});
    const spinner = yoctoSpinner({ text, stream: stderr });
    // What is over at once needs no motion.
    const start = setTimeout(() => spinner.start(), 150);
    try {
      return await work(() => {
        spinner.text = 'Waiting for another scim-hook to finish';
      });
    } finally {
      clearTimeout(start);
      spinner.stop();
    }
  }

  async ask(question: string): Promise<boolean> {
    const reader = createInterface({ input: this.options.stdin, output: this.options.stderr });
    try {
      return /^y(es)?$/i.test((await reader.question(`${question} [y/N] `)).trim());
    } catch {
      return false;
    } finally {
      reader.close();
    }
  }
}

/** Names from a repository or a directory may hold escape sequences that act on the terminal, or turn text around. */
export const plain = (text: string): string =>
  stripVTControlCharacters(text).replace(/[\p{Cc}\p{Bidi_Control}]/gu, '');
