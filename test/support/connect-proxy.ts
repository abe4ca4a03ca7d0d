// A company's proxy, on loopback: opens tunnels by CONNECT, knows names that no DNS does, notes all it sees, and can be rude.
import { once } from 'node:events';
import { createServer as createPlain, type IncomingMessage } from 'node:http';
import { createServer as createTls } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Identity } from './certificates.ts';

export type Mood =
  | { readonly how: 'serve' | 'hang' | 'reset' }
  | { readonly how: 'status'; readonly status: number }
  /** Opens a tunnel that leads nowhere, or talks in it first. */
  | { readonly how: 'mute' | 'chatty' };

export class ConnectProxy implements AsyncDisposable {
  mood: Mood = { how: 'serve' };
  /** By `host:port`, to a port of loopback. */
  readonly routes = new Map<string, number>();
  readonly seen: {
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingMessage['headers'];
  }[] = [];
  readonly #open = new Set<Socket>();
  readonly #server: Server;
  #passed = '';

  private constructor(tls: Identity | null) {
    const server = tls === null ? createPlain() : createTls(tls);
    server.on('request', (request, response) => {
      this.#note(request);
      response.writeHead(400).end();
    });
    server.on('connect', (request: IncomingMessage, socket: Duplex) => this.#connect(request, socket));
    server.on('connection', (socket: Socket) => this.#hold(socket));
    server.on('tlsClientError', () => {});
    this.#server = server;
  }

  static async start(tls: Identity | null = null): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(tls);
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Every byte that went through, of both directions, as whoever runs the proxy could read it. */
  get passed(): string {
    return this.#passed;
  }

  /** Tunnels, and connections that wait for one. */
  get open(): number {
    return this.#open.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
    await closed;
  }

  #hold(socket: Socket): void {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket)).on('error', () => {});
  }

  #note({ method = '', url = '', headers }: IncomingMessage): void {
    this.seen.push({ method, url, headers });
  }

  #connect(request: IncomingMessage, socket: Duplex): void {
    this.#note(request);
    // Read on, or nobody notices that the client went.
    socket.on('error', () => {}).on('end', () => socket.end());
    if (this.mood.how !== 'serve') socket.resume();
    const { mood } = this;
    const opened = 'HTTP/1.1 200 Connection established\r\n\r\n';
    switch (mood.how) {
      case 'hang':
        return;
      case 'reset':
        request.socket.resetAndDestroy();
        return;
      case 'status':
        socket.end(`HTTP/1.1 ${mood.status} No\r\ncontent-length: 0\r\n\r\n`);
        return;
      case 'mute':
        socket.write(opened);
        return;
      case 'chatty':
        socket.write(`${opened}hello`);
        return;
    }
    const port = this.routes.get(request.url ?? '');
    if (port === undefined) {
      socket.end('HTTP/1.1 502 Unknown host\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    const far = connect(port, '127.0.0.1');
    this.#hold(far);
    for (const end of [far, socket])
      end.on('data', (bytes: Buffer) => (this.#passed += bytes.toString('latin1')));
    socket.write(opened);
    far.pipe(socket).pipe(far);
    socket.once('close', () => far.destroy());
    far.once('close', () => socket.destroy());
  }
}
