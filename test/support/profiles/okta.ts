// A server as Okta's: a refusal for too many requests says when the next may come in X-Rate-Limit-Reset (seconds since
// 1970; https://developer.okta.com/docs/reference/rl-best-practices/), here without Retry-After, and each role or
// entitlement has a type and a display (okta/okta-developer-docs, guides/scim-with-entitlements/main/index.md).
import type { Json } from '../fake-resource.ts';
import { mapped } from './operations.ts';
import type { Profile } from './profile.ts';

const LIMIT = '600';
const RESET_SECONDS = 60;

const TYPES = [
  ['roles', 'Role'],
  ['entitlements', 'Entitlement'],
] as const;

function detailed(resource: Json): Json {
  const shown = { ...resource };
  for (const [attribute, type] of TYPES) {
    const values = resource[attribute];
    if (!Array.isArray(values)) continue;
    shown[attribute] = values.map((each: Json) => ({ type, display: each['value'], ...each }));
  }
  return shown;
}

export const okta: Profile = {
  answer: (question, next) => {
    const { body, headers, ...answer } = next(question);
    const { 'retry-after': _, ...others } = headers ?? {};
    const isThrottled = answer.status === 429;
    return {
      ...answer,
      headers: {
        ...others,
        'x-rate-limit-limit': LIMIT,
        'x-rate-limit-remaining': isThrottled ? '0' : LIMIT,
        'x-rate-limit-reset': String(Math.floor(Date.now() / 1000) + RESET_SECONDS),
      },
      ...(body === undefined ? {} : { body: mapped(body, detailed) }),
    };
  },
};
