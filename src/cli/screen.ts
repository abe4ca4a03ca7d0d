// The only printer: documents to stdout, words for people to stderr or stdout, colour and motion where they help.
import { createInterface } from 'node:readline';
import { Chalk, type ChalkInstance } from 'chalk';
import type { Failure } from '../core/failure.ts';
import { escaped, guarded, plain } from './plain.ts';
import { pour } from './pour.ts';
import { said } from './said.ts';
import { unbroken } from './unbroken.ts';
import { wordsOf } from './words.ts';

export { plain };

/** The status of whoever ends by Ctrl-C, as shells have it: 128 + SIGINT. */
export const INTERRUPTED = 130;

export interface ScreenOptions {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--no-color`. */
  readonly color: boolean;
  /** `--json`: exactly one document on stdout. */
  readonly json: boolean;
  /** Cuts what is too long for a terminal's columns; not needed where there is no terminal. */
  readonly wrap?: (text: string, columns: number) => string;
}

/** Milliseconds that a text stands at least. */
const FRAME = 80;

/** Says how far the work is; `line`: the same where nothing may move, said once as long as it stays the same. */
export type Say = (what: string, line?: string) => void;
/** What measures text knows every emoji, which takes longer to load than git takes to answer: only for a terminal. */
export const wrapFor = async (
  streams: readonly NodeJS.WriteStream[],
): Promise<Pick<ScreenOptions, 'wrap'>> =>
  streams.some(({ isTTY }) => isTTY === true) ? { wrap: (await import('./wrap.ts')).wrap } : {};

export class Screen {
  readonly json: boolean;
  readonly paint: ChalkInstance;
  /** Somebody pressed Ctrl-C; what was under way came to its end. */
  interrupted = false;
  /** Whoever reads the answer hasn't gone away yet. */
  isRead = true;
  private unwritable: string | null = null;
  private readonly options: ScreenOptions;

  constructor(options: ScreenOptions) {
    this.options = options;
    this.json = options.json;
    this.paint = new Chalk({
      level: this.isColored(options.stdout) || this.isColored(options.stderr) ? 1 : 0,
    });
    for (const stream of [options.stdout, options.stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        // Whoever reads may have read enough (`| head`): that is no failure of ours. Nor is a terminal that was closed
        // while `run` still gives back.
        if (error.code !== 'EPIPE' && error.code !== 'EIO') this.unwritable ??= error.code ?? error.message;
        if (stream === options.stdout) this.isRead = false;
      });
    }
  }

  private isColored(stream: NodeJS.WriteStream): boolean {
    const { env, color } = this.options;
    const forced = env['FORCE_COLOR'];
    if (!color || (env['NO_COLOR'] ?? '') !== '') return false;
    if (forced !== undefined) return forced !== '0' && forced !== 'false';
    return stream.isTTY === true && env['TERM'] !== 'dumb';
  }

  /** Of the terminal that reads the answer; undefined where none does. */
  get columns(): number | undefined {
    return this.options.stdout.isTTY === true ? this.options.stdout.columns : undefined;
  }

  /** Somebody sits there who can be asked. */
  get isInteractive(): boolean {
    return this.options.stdin.isTTY === true && this.options.stderr.isTTY === true && !this.json;
  }

  /** A line of the answer. */
  line(text = ''): void {
    if (!this.json) this.write(this.options.stdout, text);
  }

  /** A remark beside the answer. */
  note(text: string): void {
    this.write(this.options.stderr, text);
  }

  private write(stream: NodeJS.WriteStream, text: string): void {
    const safe = guarded(text, this.isColored(stream));
    const { wrap } = this.options;
    const fitting = wrap && stream.isTTY === true && stream.columns > 0 ? wrap(safe, stream.columns) : safe;
    stream.write(`${fitting}\n`);
  }

  document(value: unknown): void {
    this.raw(`${escaped(JSON.stringify(value, null, 2))}\n`);
  }

  raw(text: string): void {
    this.options.stdout.write(text);
  }

  /** The same, as fast as it is read, so that no more of it is in memory; it ends where nobody reads on. */
  async pour(pieces: Iterable<string>): Promise<void> {
    await pour(this.options.stdout, pieces, () => this.isRead);
  }

  /** Lines that fit already: through a program that shows them page by page, or straight to the terminal. */
  async page(lines: () => Iterable<string>, pager: string | null): Promise<void> {
    const { stdout, env } = this.options;
    const styled = this.isColored(stdout);
    const pieces = function* (): Iterable<string> {
      for (const line of lines()) yield `${guarded(line, styled)}\n`;
    };
    const paged = pager !== null && (await (await import('./pager.ts')).page(pager, env, pieces()));
    if (!paged) await this.pour(pieces());
  }

  /** Rows of the terminal that reads the answer; undefined where none does. */
  get rows(): number | undefined {
    return this.options.stdout.isTTY === true ? this.options.stdout.rows : undefined;
  }

  fail(failure: Failure): void {
    // In JSON, what a failure quotes stays what it is.
    if (this.json) {
      this.document({ error: { code: failure.code, ...wordsOf(failure) } });
      return;
    }
    const { message, remedy } = said(failure);
    this.note(`${this.paint.red('scim-hook:')} ${message}\n${remedy}`);
  }

  /** As `showing`. A first Ctrl-C lets the work come to its end, a second one ends at once. */
  during<T>(text: string, work: (waiting: () => void, say: Say) => Promise<T>): Promise<T> {
    const told = (): void => {
      this.interrupted = true;
      if (!this.json)
        this.note(
          'Ctrl-C: what has begun is finished first. Press it again to end at once; the next scim-hook then settles the rest.',
        );
    };
    return this.showing(text, (waiting, stop, say) => unbroken(() => work(waiting, say), told, stop));
  }

  /**
   * A spinner on a terminal, a line where nothing may move, nothing elsewhere; the work's own result comes back.
   * Signals are left to whoever catches them: `run` has one status, its command's, whatever comes while it gives back.
   */
  async showing<T>(
    text: string,
    work: (waiting: () => void, stop: () => void, say: Say) => Promise<T>,
  ): Promise<T> {
    const { stderr, env } = this.options;
    const quiet = stderr.isTTY !== true || this.json;
    const still = env['TERM'] === 'dumb' || (env['ACCESSIBLE'] ?? '') !== '';
    if (quiet)
      return work(
        () => {},
        () => {},
        () => {},
      );
    const { default: yoctoSpinner } = await import('yocto-spinner');
    const spinner = yoctoSpinner({ text, stream: stderr, handleSignals: false });
    let latest = { what: text, line: text };
    let begun = false;
    let shown = 0;
    const say: Say = (what, line = what) => {
      const isNew = latest.line !== line;
      latest = { what, line };
      if (!begun) return;
      if (still && isNew) this.note(`${plain(line)} …`);
      // Thousands of steps are not worth thousands of frames.
      if (still || (!isNew && Date.now() - shown < FRAME)) return;
      shown = Date.now();
      spinner.text = plain(what);
    };
    const begin = (): void => {
      begun = true;
      if (still) this.note(`${plain(latest.line)} …`);
      else spinner.start(plain(latest.what));
    };
    // What is over at once needs no motion.
    const start = setTimeout(begin, 150);
    const stop = (): void => {
      clearTimeout(start);
      spinner.stop();
    };
    try {
      return await work(() => say('Waiting for another scim-hook to finish'), stop, say);
    } finally {
      stop();
    }
  }

  /** One line that isn't shown as it is typed, or the first of what comes through a pipe; null: nobody wanted to. */
  async secret(question: string): Promise<string | null> {
    const { readHiddenLine, readPipe } = await import('./hidden-line.ts');
    const { stdin, stderr } = this.options;
    return stdin.isTTY === true ? readHiddenLine(stdin, stderr, question) : readPipe(stdin);
  }

  /** Everything but yes is no; so are Ctrl-C and Ctrl-D. */
  async ask(question: string): Promise<boolean> {
    return /^y(es)?$/i.test((await this.askLine(`${question} [y/N]`)) ?? '');
  }

  /** A line somebody types; null where they went away instead (Ctrl-C, Ctrl-D). */
  askLine(question: string): Promise<string | null> {
    const { stdin, stderr } = this.options;
    const reader = createInterface({ input: stdin, output: stderr });
    return new Promise((resolve) => {
      let answer: string | null = null;
      reader.once('SIGINT', () => {
        this.interrupted = true;
        reader.close();
      });
      reader.once('close', () => {
        // The cursor is still behind the question.
        if (answer === null) stderr.write('\n');
        resolve(answer);
      });
      reader.question(`${question} `, (typed) => {
        answer = typed.trim();
        reader.close();
      });
    });
  }

  /** When all is written: the command's own code, unless Ctrl-C came, or nobody could be told. */
  async end(code: number): Promise<number> {
    const { stdout, stderr } = this.options;
    await Promise.all(
      [stdout, stderr].map((stream) => new Promise<void>((done) => stream.write('', () => done()))),
    );
    if (this.unwritable !== null) {
      stderr.write(`scim-hook: the answer could not be written (${this.unwritable}).\n`);
      return code === 0 ? 1 : code;
    }
    return this.interrupted ? INTERRUPTED : code;
  }
}
