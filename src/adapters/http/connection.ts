// A few keep-alive connections to one origin: each exchange is bounded in time and size, and what the network does wrong comes back as a value.
import type { Client } from 'undici';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Connect } from './road.ts';
import { isBroken, type Trouble, troubleOf } from './trouble.ts';

/** Bytes; the largest resource that is worth waiting for stays far below. */
export const LARGEST_ANSWER = 8 * 1024 * 1024;

/** Milliseconds: a worker that lingers finds its connection still open; a server's shorter hint wins. */
const IDLE = 20_000;

/** Requests in flight at once. A second connection is opened only when the first is busy. */
const LANES = 4;

export interface Call {
  readonly method: 'GET' | 'PATCH' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
  /** Bytes of the answer's body that are worth reading. */
  readonly most: number;
}

export interface Reply {
  readonly status: number;
  /** By a lower-case name; the first value where a header came more than once. */
  header(name: string): string | null;
  readonly text: string;
  readonly bytes: Uint8Array;
  /** It was larger than asked for, and not read. */
  readonly isTooLarge: boolean;
}

interface Lane {
  readonly client: Promise<Client>;
  turn: Promise<unknown>;
  waiting: number;
  /** It had an answer before, so that its connection may have been closed since. */
  used: boolean;
}

export class Connection {
  readonly #origin: string;
  readonly #timeout: number;
  readonly #connect: Connect;
  readonly #lanes: Lane[] = [];
  #writing: Promise<unknown> = Promise.resolve();

  /** `timeout` is for one exchange, in milliseconds: connecting, headers and body together. */
  constructor(origin: string, timeout: number, connect: Connect) {
    this.#origin = origin;
    this.#timeout = timeout;
    this.#connect = connect;
  }

  /** One after the other on each connection, so that waiting for one doesn't eat a request's own time. */
  exchange(call: Call): Promise<Result<Reply, Trouble>> {
    if (call.method === 'GET') return this.#queue(call);
    // Some directories lose one of two changes that arrive at once (scimmyjs/scimmy#79).
    const mine = this.#writing.then(() => this.#queue(call));
    this.#writing = mine.then(done, done);
    return mine;
  }

  #queue(call: Call): Promise<Result<Reply, Trouble>> {
    const lane = this.#freest();
    lane.waiting += 1;
    const mine = lane.turn.then(() => this.#ask(lane, call));
    lane.turn = mine.then(done, done).then(() => {
      lane.waiting -= 1;
    });
    return mine;
  }

  #freest(): Lane {
    const idle = this.#lanes.find(({ waiting }) => waiting === 0);
    if (idle !== undefined) return idle;
    const [first, ...others] = this.#lanes;
    if (first !== undefined && this.#lanes.length >= LANES) {
      return others.reduce((best, lane) => (lane.waiting < best.waiting ? lane : best), first);
    }
    const lane = { client: this.#open(), turn: Promise.resolve(), waiting: 0, used: false };
    this.#lanes.push(lane);
    return lane;
  }

  /** Loaded with the first request: most wake-ups, and `status`, send none. */
  async #open(): Promise<Client> {
    const { Client } = await import('undici');
    return new Client(this.#origin, {
      connect: this.#connect,
      // The signal bounds both already.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: IDLE,
    });
  }

  /** A kept connection that the other end closed in the same moment is no failure of a read (RFC 9110 section 9.2.2). */
  async #ask(lane: Lane, call: Call): Promise<Result<Reply, Trouble>> {
    const first = await this.#talk(await lane.client, call);
    const stale = !first.ok && lane.used && call.method === 'GET' && isBroken(first.failure);
    lane.used = first.ok;
    return stale ? this.#talk(await lane.client, call) : first;
  }

  async #talk(client: Client, { most, ...call }: Call): Promise<Result<Reply, Trouble>> {
    const signal = AbortSignal.timeout(this.#timeout);
    let status = 0;
    try {
      const { statusCode, headers, body } = await client.request({ ...call, signal });
      status = statusCode;
      const header = (name: string): string | null => [headers[name]].flat()[0] ?? null;
      const bytes = Number(header('content-length')) > most ? null : await readBytes(body, most);
      // What nobody reads must not go on arriving.
      if (bytes === null) body.on('error', done).destroy();
      const read = bytes ?? Buffer.alloc(0);
      return ok({ status, header, text: read.toString('utf8'), bytes: read, isTooLarge: bytes === null });
    } catch (error) {
      const trouble = troubleOf(error, status, this.#timeout);
      if (trouble === null) throw error;
      return fail(trouble);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map(async ({ client }) => (await client).close()));
  }

  /** As `close`, but what is under way is broken off. */
  async destroy(): Promise<void> {
    await Promise.all(this.#lanes.map(async ({ client }) => (await client).destroy()));
  }
}

const done = (): undefined => undefined;

/** Null: there is more than that. */
async function readBytes(body: AsyncIterable<Uint8Array>, most: number): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > most) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
