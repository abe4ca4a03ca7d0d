// What `login` and `logout` print with --json, as schemas that ship with the package.
import * as v from 'valibot';

export const loginDocument = v.object({
  endpoint: v.string(),
  username: v.string(),
  kept: v.literal(true),
  /** `unasked`: the endpoint isn't accepted here, so nothing was sent to it. */
  checked: v.picklist(['accepted', 'unasked', 'failed']),
  detail: v.nullable(v.string()),
});

export const logoutDocument = v.object({
  endpoint: v.string(),
  username: v.string(),
  /** False: nothing was kept. */
  removed: v.boolean(),
  /** SCIM_HOOK_TOKEN is set, and goes on being used. */
  environment: v.boolean(),
});

export type LoginDocument = v.InferOutput<typeof loginDocument>;
export type LogoutDocument = v.InferOutput<typeof logoutDocument>;
