// What goes wrong on the wire, or in front of the fake directory, whatever the directory itself would have said.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Answer } from './fake-resource.ts';

export type Fault =
  /** Answers this instead of serving; `body` is sent as it is. */
  | { how: 'answer'; status: number; headers?: Record<string, string>; body?: string }
  /** Breaks the connection instead of serving (ECONNRESET). */
  | { how: 'reset' }
  /** Serves, but breaks the connection instead of answering. */
  | { how: 'lose-answer' }
  /** Says nothing, for ever. */
  | { how: 'hang' }
  /** Headers at once, then a body that never ends: a blank now and then, or as many as the client takes. */
  | { how: 'drip' | 'flood' }
  /** Announces more bytes than it sends. */
  | { how: 'cut' }
  /** Serves, and lets wait: for the first byte, or for the second half of the body. */
  | { how: 'slow-first-byte' | 'slow-body'; ms: number }
  /**
   * Facts 18: a write reads at once and stores after a while what it then makes of that, so that of two at a time one
   * is lost; unless the server honours ETags.
   */
  | { how: 'lost-update'; ms: number }
  /** A page for people, with 200: somebody else's proxy. */
  | { how: 'html' }
  /** Serves, and announces so many bytes more than there are, or fewer. */
  | { how: 'wrong-length'; by: number }
  | { how: 'redirect'; to: string; status?: 301 | 302 | 303 | 307 | 308 };

const FAULTS: ReadonlySet<string> = new Set<Fault['how']>([
  ...(['answer', 'reset', 'lose-answer', 'hang', 'drip', 'flood', 'cut', 'slow-first-byte'] as const),
  ...(['slow-body', 'lost-update', 'html', 'wrong-length', 'redirect'] as const),
]);

export const isFault = (what: { how: string } | undefined): what is Fault =>
  what !== undefined && FAULTS.has(what.how);

const SCIM = { 'content-type': 'application/scim+json' };

const textOf = ({ body, text }: Answer): string => text ?? (body === undefined ? '' : JSON.stringify(body));

/** Bytes: what is larger goes out piece by piece, so that a client in the same process can leave before all is sent. */
const PIECE = 64 * 1024;

export function send(answer: Answer, response: ServerResponse): void {
  const text = textOf(answer);
  if (text.length < PIECE) {
    response.writeHead(answer.status, { ...SCIM, ...answer.headers }).end(text);
    return;
  }
  const bytes = Buffer.from(text);
  response.writeHead(answer.status, { ...SCIM, ...answer.headers, 'content-length': bytes.length });
  Readable.from(pieces(bytes)).pipe(response);
}

async function* pieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE) {
    yield bytes.subarray(at, at + PIECE);
    await nextTurn();
  }
}

/** `serve` does what was asked, and says what would have been answered; `remember` returns what undoes all since. */
export function obey(
  fault: Fault,
  request: IncomingMessage,
  response: ServerResponse,
  serve: () => Answer,
  remember: () => () => void,
): void {
  /** Unless the client has gone by then. */
  const later = (ms: number, what: () => void): void => {
    const timer = setTimeout(what, ms);
    response.once('close', () => clearTimeout(timer));
  };
  switch (fault.how) {
    case 'answer':
      response.writeHead(fault.status, fault.headers).end(fault.body);
      return;
    case 'reset':
      request.socket.resetAndDestroy();
      return;
    case 'lose-answer':
      serve();
      request.socket.resetAndDestroy();
      return;
    case 'hang':
      return;
    case 'drip': {
      response.writeHead(200, SCIM);
      const drops = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(drops));
      return;
    }
    case 'flood':
      response.writeHead(200, SCIM);
      Readable.from(blanks()).pipe(response);
      return;
    case 'cut':
      response.writeHead(200, { ...SCIM, 'content-length': '1000' });
      response.write('{"totalResults": 1, "Res', () => response.destroy());
      return;
    case 'slow-first-byte': {
      const answer = serve();
      later(fault.ms, () => send(answer, response));
      return;
    }
    case 'slow-body': {
      const answer = serve();
      const text = textOf(answer);
      response.writeHead(answer.status, { ...SCIM, ...answer.headers });
      response.flushHeaders();
      response.write(text.slice(0, text.length / 2));
      later(fault.ms, () => response.end(text.slice(text.length / 2)));
      return;
    }
    case 'lost-update': {
      const undo = remember();
      later(fault.ms, () => {
        undo();
        send(serve(), response);
      });
      return;
    }
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end('<!doctype html><title>Sign in</title><form><input name="password"></form>');
      return;
    case 'wrong-length': {
      const answer = serve();
      const text = textOf(answer);
      const length = String(Math.max(0, Buffer.byteLength(text) + fault.by));
      response.writeHead(answer.status, { ...SCIM, ...answer.headers, 'content-length': length }).end(text);
      return;
    }
    case 'redirect':
      response.writeHead(fault.status ?? 302, { location: fault.to }).end();
      return;
  }
}

function* blanks(): Generator<string> {
  const block = ' '.repeat(64 * 1024);
  while (true) yield block;
}
