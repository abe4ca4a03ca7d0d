// Whoever takes deliveries: a collector or a webhook on loopback that keeps what came, and answers as it is told to.
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import definitions from 'otlp-definitions/build/src/generated/root.js';

export interface Delivered {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Unpacked, where it came as gzip. */
  readonly body: Buffer;
  /** What it was answered with; 0: nothing. */
  readonly status: number;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** `hang`: no answer, ever. `reset`: the connection breaks. */
export type Behaviour = Answer | 'hang' | 'reset';

export class Receiver implements AsyncDisposable {
  readonly delivered: Delivered[] = [];
  /** Told of each delivery, and how many came before; 200 is the usual answer. */
  answer: (delivery: Omit<Delivered, 'status'>, before: number) => Behaviour = () => ({ status: 200 });
  readonly #server: Server;
  readonly #scheme: string;
  readonly #held = new Set<Socket>();

  private constructor(tls: ServerOptions | null) {
    this.#scheme = tls === null ? 'http' : 'https';
    const listener: RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('error', () => {});
      request.on('end', () => {
        const raw = Buffer.concat(chunks);
        const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
        this.#take({ path: request.url ?? '', headers: request.headers, body }, response);
      });
    };
    this.#server = tls === null ? createServer(listener) : createTlsServer(tls, listener);
    this.#server.on('connection', (socket: Socket) => {
      this.#held.add(socket);
      socket.once('close', () => this.#held.delete(socket));
    });
  }

  #take(delivery: Omit<Delivered, 'status'>, response: ServerResponse): void {
    const behaviour = this.answer(delivery, this.delivered.length);
    this.delivered.push({ ...delivery, status: typeof behaviour === 'string' ? 0 : behaviour.status });
    if (behaviour === 'hang') return;
    if (behaviour === 'reset') response.destroy();
    else response.writeHead(behaviour.status, behaviour.headers).end(behaviour.body ?? '');
  }

  /** `tls`: over https, by this certificate. */
  static async start(tls: ServerOptions | null = null): Promise<Receiver> {
    const receiver = new Receiver(tls);
    await once(receiver.#server.listen(0, '127.0.0.1'), 'listening');
    return receiver;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The log records that were taken, by OpenTelemetry's own definitions of the protocol. */
  get records(): LogRecord[] {
    return this.delivered.filter(({ status }) => status === 200).flatMap(recordsOf);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#held) socket.destroy();
    await closed;
  }
}

export interface LogRecord {
  readonly body: string;
  readonly eventName: string;
  readonly severityNumber: number;
  readonly timeUnixNano: string;
  readonly observedTimeUnixNano: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

type Value = {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string | number;
  readonly arrayValue?: { readonly values: readonly Value[] };
};

interface Request {
  readonly resourceLogs: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeLogs: readonly {
      readonly logRecords: readonly (Omit<LogRecord, 'body' | 'attributes' | 'resource'> & {
        readonly body: Value;
        readonly attributes: readonly KeyValue[];
      })[];
    }[];
  }[];
}
interface KeyValue {
  readonly key: string;
  readonly value: Value;
}

interface Message {
  decode(bytes: Uint8Array): object;
  encode(value: object): { finish(): Uint8Array };
  toObject(value: object, options: object): unknown;
  fromObject(value: object): object;
}

/** The generated code of the official `.proto` files, as protobufjs has it. */
const { ExportLogsServiceRequest, ExportLogsServiceResponse } = (
  definitions as unknown as {
    readonly opentelemetry: {
      readonly proto: {
        readonly collector: { readonly logs: { readonly v1: Readonly<Record<string, Message>> } };
      };
    };
  }
).opentelemetry.proto.collector.logs.v1 as {
  readonly ExportLogsServiceRequest: Message;
  readonly ExportLogsServiceResponse: Message;
};

function recordsOf({ headers, body }: Delivered): LogRecord[] {
  const isJson = headers['content-type'] === 'application/json';
  const request = (
    isJson
      ? JSON.parse(body.toString('utf8'))
      : ExportLogsServiceRequest.toObject(ExportLogsServiceRequest.decode(body), { longs: String })
  ) as Request;
  return request.resourceLogs.flatMap(({ resource, scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map((record) => ({
        ...record,
        body: String(plain(record.body)),
        attributes: plainAll(record.attributes),
        resource: plainAll(resource.attributes),
      })),
    ),
  );
}

const plainAll = (attributes: readonly KeyValue[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));

const plain = ({ stringValue, boolValue, intValue, arrayValue }: Value): unknown =>
  stringValue ??
  boolValue ??
  (intValue === undefined ? undefined : Number(intValue)) ??
  arrayValue?.values.map(plain);

/** A 200 that says that some were dropped. */
export const partialSuccess = (rejected: number, message: string): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/x-protobuf' },
  body: ExportLogsServiceResponse.encode(
    ExportLogsServiceResponse.fromObject({
      partialSuccess: { rejectedLogRecords: rejected, errorMessage: message },
    }),
  ).finish(),
});
