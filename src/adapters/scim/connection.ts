// One keep-alive connection to one origin: each exchange is bounded in time and size, and what the network does wrong comes back as a value.
import { Client } from 'undici';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Connect } from './road.ts';
import { type Trouble, troubleOf } from './trouble.ts';

/** Bytes; the largest group of a real directory stays far below. */
const LARGEST_ANSWER = 8 * 1024 * 1024;

/** Milliseconds: a worker that lingers finds its connection still open; a server's shorter hint wins. */
const IDLE = 20_000;

export interface Call {
  readonly method: 'GET' | 'PATCH';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface Reply {
  readonly status: number;
  /** By a lower-case name; the first value where a header came more than once. */
  header(name: string): string | null;
  readonly text: string;
}

export class Connection {
  readonly #client: Client;
  readonly #timeout: number;
  #turn: Promise<unknown> = Promise.resolve();

  /** `timeout` is for one exchange, in milliseconds: connecting, headers and body together. */
  constructor(origin: string, timeout: number, connect: Connect) {
    this.#timeout = timeout;
    this.#client = new Client(origin, {
      connect,
      // The signal bounds both already.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: IDLE,
      maxResponseSize: LARGEST_ANSWER,
    });
  }

  /** One after the other, so that waiting for the connection doesn't eat a request's own time. */
  exchange(call: Call): Promise<Result<Reply, Trouble>> {
    const mine = this.#turn.then(() => this.#talk(call));
    const done = () => undefined;
    this.#turn = mine.then(done, done);
    return mine;
  }

  async #talk(call: Call): Promise<Result<Reply, Trouble>> {
    const signal = AbortSignal.timeout(this.#timeout);
    let status = 0;
    try {
      const { statusCode, headers, body } = await this.#client.request({ ...call, signal });
      status = statusCode;
      const header = (name: string): string | null => [headers[name]].flat()[0] ?? null;
      return ok({ status, header, text: await body.text() });
    } catch (error) {
      const trouble = troubleOf(error, status, this.#timeout);
      if (trouble === null) throw error;
      return fail(trouble);
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
