// TLS in front of a fake directory, so that tests have one that is reached by https.
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer, type Server } from 'node:tls';
import type { Identity } from './certificates.ts';
import type { FakeDirectory } from './fake-directory.ts';

export class TlsFront implements AsyncDisposable {
  readonly #server: Server;
  readonly #held = new Set<Socket>();

  private constructor(fake: FakeDirectory, identity: Identity) {
    const port = Number(new URL(fake.url).port);
    this.#server = createServer(identity, (socket) => {
      const inner = connect(port, '127.0.0.1');
      for (const end of [socket, inner]) end.on('error', () => {});
      socket.pipe(inner).pipe(socket);
      inner.once('close', () => socket.destroy());
      socket.once('close', () => inner.destroy());
    });
    this.#server.on('connection', (socket: Socket) => this.#held.add(socket));
    this.#server.on('tlsClientError', () => {});
  }

  static async start(fake: FakeDirectory, identity: Identity): Promise<TlsFront> {
    const front = new TlsFront(fake, identity);
    await once(front.#server.listen(0, '127.0.0.1'), 'listening');
    return front;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#held) socket.destroy();
    await closed;
  }
}
