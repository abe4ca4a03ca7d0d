// What went wrong on the way, in a few plain words: no stack, no address, nothing of the request.

export type Trouble =
  | { readonly code: 'unreachable'; readonly detail: string }
  | { readonly code: 'faulty'; readonly status: number; readonly detail: string };

/** The way was closed before the directory was reached, for a reason that is known in words. */
export class Blocked extends Error {}

const WORDS: Readonly<Record<string, string>> = {
  EAI_AGAIN: 'the host name could not be looked up',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no network',
  ENOTFOUND: 'no such host is known',
  EPIPE: 'the connection was closed',
  ETIMEDOUT: 'the connection took too long',
  UND_ERR_CONNECT_TIMEOUT: 'the connection took too long',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer broke off',
  HPE_INVALID_EOF_STATE: 'the answer broke off',
  UND_ERR_SOCKET: 'the connection was closed',
};

/** The connection ended under the request. */
export const isBroken = (trouble: Trouble): boolean =>
  trouble.code === 'unreachable' && /\((?:ECONNRESET|EPIPE|UND_ERR_SOCKET)\)$/.test(trouble.detail);

/** Null for what no network does: a bug of ours, to be thrown on. `status` is 0 where none had come yet. */
export function troubleOf(error: unknown, status: number, timeout: number): Trouble | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof Blocked) return { code: 'unreachable', detail: error.message };
  if (error.name === 'TimeoutError') {
    return { code: 'unreachable', detail: `no whole answer within ${timeout} ms` };
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // Arguments undici refuses, and a connection used after it was closed.
  if (code === '' || /^UND_ERR_(?:INVALID|CLOSED|DESTROYED|NOT_SUPPORTED)/.test(code)) return null;
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return { code: 'faulty', status, detail: 'the answer is too large' };
  }
  const words = WORDS[code];
  if (words !== undefined) return { code: 'unreachable', detail: `${words} (${code})` };
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code.startsWith('HPE_')) {
    return { code: 'faulty', status, detail: `the answer is not HTTP as it should be (${code})` };
  }
  const untrusted = /CERT|SELF_SIGNED|UNABLE_TO_/.test(code);
  return {
    code: 'unreachable',
    detail: `${untrusted ? 'the certificate is not trusted' : 'the connection failed'} (${code})`,
  };
}
