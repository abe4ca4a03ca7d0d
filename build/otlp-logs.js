// The two serializers of logs. The package's index brings traces and metrics, and its JSON one all semantic conventions: 125 KB
// to encode nothing but times. What is left of JSON is its encoder, which is put here.
import { createExportLogsServiceRequest } from '@opentelemetry/otlp-transformer/build/esm/logs/internal.js';
import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer/build/esm/logs/protobuf/logs.js';

/** As the package's own: nanoseconds as text, ids as they are. We have no bytes. */
const encoder = {
  encodeHrTime: ([seconds, nanos]) => String(BigInt(seconds) * 1_000_000_000n + BigInt(nanos)),
  encodeSpanContext: (id) => id,
  encodeOptionalSpanContext: (id) => id,
  encodeUint8Array: (bytes) => Buffer.from(bytes).toString('base64'),
};

const JsonLogsSerializer = {
  serializeRequest: (records) =>
    Buffer.from(JSON.stringify(createExportLogsServiceRequest(records, encoder))),
  deserializeResponse: (bytes) => (bytes.length === 0 ? {} : JSON.parse(Buffer.from(bytes).toString('utf8'))),
};

export { JsonLogsSerializer, ProtobufLogsSerializer };
