// A sender to a collector: OTLP/HTTP logs, in protobuf or JSON, encoded by OpenTelemetry's own code.
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import {
  type IExportLogsServiceResponse,
  JsonLogsSerializer,
  ProtobufLogsSerializer,
} from '@opentelemetry/otlp-transformer';
import type { AuditLine } from '../../core/audit-record.ts';
import type { Sent } from '../../core/ship/answer.ts';
import type { OtlpDestination } from '../../core/ship/destination.ts';
import { type OtlpRecord, otlpRecord } from '../../core/ship/otlp-record.ts';
import type { Sender } from '../../flow/ship-ports.ts';
import type { Reply } from '../http/connection.ts';
import type { Poster } from './post.ts';

const MOST = { lines: 512, bytes: 768 * 1024 };

export interface OtlpOptions {
  readonly destination: Pick<OtlpDestination, 'encoding' | 'headers' | 'gzip' | 'resource'>;
  readonly poster: Poster;
  readonly takes: (line: AuditLine) => boolean;
  readonly version: string;
  /** As node names it. */
  readonly platform: string;
}

export function otlpSender({ destination, poster, takes, version, platform }: OtlpOptions): Sender {
  const { encoding, headers } = destination;
  const serializer = encoding === 'json' ? JsonLogsSerializer : ProtobufLogsSerializer;
  const type = encoding === 'json' ? 'application/json' : 'application/x-protobuf';
  return {
    most: MOST,
    takes,
    close: () => poster.close(),
    send: async (lines) => {
      const device = lines.find(({ line }) => line.device !== undefined)?.line.device;
      const resource = resourceOf({
        'service.name': 'scim-hook',
        'service.version': version,
        'os.type': platform === 'win32' ? 'windows' : platform,
        // Random, and kept: never the name of the machine.
        ...(device === undefined ? {} : { 'host.id': device }),
        ...destination.resource,
      });
      const scope = { name: 'scim-hook', version };
      const records = lines.map(({ line, text }) => readable(otlpRecord(line, text), resource, scope));
      const body = serializer.serializeRequest(records) ?? new Uint8Array();
      const squeezed = destination.gzip ? await promisify(gzip)(body) : body;
      const { sent, reply } = await poster.post(
        {
          ...headers,
          'content-type': type,
          ...(destination.gzip ? { 'content-encoding': 'gzip' } : {}),
        },
        squeezed,
      );
      return sent.is === 'taken' && reply !== null ? partly(sent, reply) : sent;
    },
  };
}

/** Some, or all, may be taken and dropped: the specification forbids to send those again. */
function partly(sent: Extract<Sent, { is: 'taken' }>, reply: Reply): Sent {
  const { partialSuccess } = responseOf(reply);
  if (partialSuccess === undefined) return sent;
  const rejected = Number(partialSuccess.rejectedLogRecords ?? 0);
  return { ...sent, rejected, note: partialSuccess.errorMessage || null };
}

/** An answer that can't be read says nothing: its status was that all is well. */
function responseOf({ bytes, header }: Reply): IExportLogsServiceResponse {
  const isJson = header('content-type')?.includes('json') === true;
  try {
    return (isJson ? JsonLogsSerializer : ProtobufLogsSerializer).deserializeResponse(bytes) ?? {};
  } catch {
    return {};
  }
}

type Readable = Parameters<typeof ProtobufLogsSerializer.serializeRequest>[0][number];

function resourceOf(attributes: Readonly<Record<string, string>>): Readable['resource'] {
  const resource: Readable['resource'] = {
    attributes: { ...attributes },
    merge: () => resource,
    getRawAttributes: () => Object.entries(attributes),
  };
  return resource;
}

const readable = (
  record: OtlpRecord,
  resource: Readable['resource'],
  instrumentationScope: Readable['instrumentationScope'],
): Readable => ({
  hrTime: highRes(record.at),
  hrTimeObserved: highRes(record.observed),
  severityNumber: record.severity,
  severityText: record.severityText,
  eventName: record.eventName,
  body: record.body,
  attributes: { ...record.attributes },
  droppedAttributesCount: 0,
  resource,
  instrumentationScope,
});

/** Seconds, and nanoseconds. */
const highRes = (milliseconds: number): [number, number] => [
  Math.floor(milliseconds / 1000),
  (milliseconds % 1000) * 1_000_000,
];
