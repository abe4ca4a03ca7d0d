// What `status --json` and `log push --json` say of shipping, as schemas that ship with the package.
import * as v from 'valibot';
import { EXTENTS } from '../core/ship/destination.ts';

const destinationDocument = v.object({
  kind: v.picklist(['otlp', 'webhook']),
  /** Without what may be secret in it. */
  url: v.string(),
  /** The one repository whose lines go there; null: those of all. */
  repo: v.nullable(v.string()),
  /** Lines that are due there; `more`: at least so many. */
  lag: v.object({ lines: v.number(), more: v.boolean(), oldest: v.nullable(v.string()) }),
  succeeded: v.nullable(v.string()),
  failed: v.nullable(v.object({ at: v.string(), why: v.string() })),
  /** Lines that it didn't take, and that it dropped by its own word. */
  skipped: v.number(),
  rejected: v.number(),
  note: v.nullable(v.string()),
});

const missetDocument = v.object({ where: v.string(), problem: v.string() });

export const shippingDocument = v.object({
  extent: v.picklist(EXTENTS),
  destinations: v.array(destinationDocument),
  problems: v.array(missetDocument),
});

export const pushDocument = v.object({
  extent: v.picklist(EXTENTS),
  /** Another scim-hook ships right now, so nothing was done. */
  busy: v.boolean(),
  /** How it stands after the push. */
  destinations: v.array(v.object({ ...destinationDocument.entries, shipped: v.number() })),
  problems: v.array(missetDocument),
});

export type ShippingDocument = v.InferOutput<typeof shippingDocument>;
export type PushDocument = v.InferOutput<typeof pushDocument>;
