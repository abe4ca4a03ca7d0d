// The client under test, closed at the end of the block that opened it, and a fake directory at its other end.
import { randomUUID } from 'node:crypto';
import type { TokenSource } from '../../src/adapters/scim/bearer.ts';
import { type ConnectorOptions, createConnector } from '../../src/adapters/scim/connector.ts';
import type { Way } from '../../src/core/proxy.ts';
import type { ValueFacts } from '../../src/core/scim-message.ts';
import type { Answer, Connector, Directory } from '../../src/flow/ports.ts';
import { FakeDirectory } from '../support/fake-directory.ts';

export const TOKEN = 'a-token-for-tests';
export const NOW = Date.parse('2026-11-23T18:16:06Z');

export function openConnector(
  token: TokenSource,
  options: Partial<ConnectorOptions> = {},
): Connector & AsyncDisposable {
  const connector = createConnector({
    token,
    way: () => STRAIGHT,
    userAgent: 'scim-hook/0.0.0 (test)',
    newRequestId: randomUUID,
    now: () => NOW,
    ...options,
  });
  return { connect: connector.connect, [Symbol.asyncDispose]: () => connector.close() };
}

export const STRAIGHT: Way = { proxy: null, caFile: null };

/** Gives the tokens one after the other, the last one again and again, and remembers how it was asked. */
export class Tokens implements TokenSource {
  readonly asked: { endpoint: string; pinned: boolean; renew: boolean }[] = [];
  readonly #tokens: (string | null)[];

  constructor(...tokens: (string | null)[]) {
    this.#tokens = tokens;
  }

  async token(endpoint: string, options: { pinned: boolean; renew: boolean }): Promise<string | null> {
    this.asked.push({ endpoint, ...options });
    return (this.#tokens.length > 1 ? this.#tokens.shift() : this.#tokens[0]) ?? null;
  }
}

/** A directory of either sort, as the shared suite needs it. */
export interface Peer extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  /** Both return the id. */
  addUser(user: {
    readonly userName: string;
    readonly externalId?: string;
    readonly emails?: { value: string; type: string }[];
  }): Promise<string>;
  addGroup(group: {
    readonly displayName: string;
    readonly externalId?: string;
    readonly members?: readonly string[];
  }): Promise<string>;
}

/** Fills a directory over HTTP, by another client than the one under test. */
export function overHttp(url: string, token: string): Pick<Peer, 'addUser' | 'addGroup'> {
  const create = async (list: string, schema: string, resource: object): Promise<string> => {
    const response = await fetch(`${url}/${list}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify({ schemas: [`urn:ietf:params:scim:schemas:core:2.0:${schema}`], ...resource }),
    });
    if (response.status !== 201) throw new Error(`not created: ${await response.text()}`);
    const { id } = (await response.json()) as { id: string };
    return id;
  };
  return {
    addUser: (user) => create('Users', 'User', { ...user, active: true }),
    addGroup: ({ members = [], ...group }) =>
      create('Groups', 'Group', { ...group, members: members.map((value) => ({ value })) }),
  };
}

export interface Rig extends AsyncDisposable {
  readonly fake: FakeDirectory;
  readonly directory: Directory;
}

/** `timeout` is in milliseconds; tests of a server that hangs set a short one. */
export async function rig({
  token = new Tokens(TOKEN) as TokenSource,
  timeout = 10_000,
  ...options
}: Partial<ConnectorOptions> & { timeout?: number } = {}): Promise<Rig> {
  const fake = await FakeDirectory.start({ token: TOKEN });
  const connector = openConnector(token, options);
  return {
    fake,
    directory: connector.connect(fake.url, { pinned: true, timeout }),
    [Symbol.asyncDispose]: async () => {
      // First the server, so that closing the client never waits for an answer that won't come.
      await fake[Symbol.asyncDispose]();
      await connector[Symbol.asyncDispose]();
    },
  };
}

export function answerOf<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(`the directory failed: ${JSON.stringify(answer.failure)}`);
  return answer.value;
}

export function failureOf<T>(answer: Answer<T>) {
  if (answer.ok) throw new Error(`the directory did not fail: ${JSON.stringify(answer.value)}`);
  return answer.failure;
}

/** A value as the client reads it. */
export const whole = (value: Record<string, string> & { value: string }): ValueFacts => ({
  value: value.value,
  ...(value['type'] === undefined ? {} : { type: value['type'] }),
  whole: value,
});
