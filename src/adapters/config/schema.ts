// The shape of `.scimsyncrc` (DESIGN section 4), from which the check, the defaults and the JSON Schema all come.
import ms, { type StringValue } from 'ms';
import * as v from 'valibot';
import { SUBJECT_ATTRIBUTES } from '../../core/config.ts';
import { UNTILS } from '../../core/vocabulary.ts';

const text = v.pipe(v.string(), v.minLength(1));

const TEN_YEARS = 10 * 365 * 24 * 3_600_000;

const SPAN = /^\d+(?:\.\d+)?\s*(?:ms|s|m|h|d|w)$/;

/** Said only of what is a time span at all. ms refuses very long texts by throwing, and such a span would be no date any more. */
function isLivable(span: string): boolean {
  if (!SPAN.test(span)) return true;
  if (span.length > 20) return false;
  const milliseconds = ms(span as StringValue);
  return milliseconds >= 1 && milliseconds <= TEN_YEARS;
}

const duration = v.pipe(
  v.string(),
  v.regex(SPAN, 'a time span such as "3s", "30m" or "8h"'),
  v.check((span) => isLivable(span), 'a time span of at least 1ms and at most ten years'),
);

const group = v.union([
  text,
  v.strictObject({ displayName: text }),
  v.strictObject({ id: text }),
  v.strictObject({ externalId: text }),
]);

const value = v.union([
  text,
  v.strictObject({ value: text, type: v.optional(text), display: v.optional(text) }),
]);

const branches = v.pipe(v.array(text), v.minLength(1));

const described = <S extends v.GenericSchema>(schema: S, description: string) =>
  v.pipe(schema, v.description(description));

const rule = v.strictObject({
  name: described(text, 'What the log and `why` call this rule; unique in the file.'),
  branches: described(
    branches,
    'Branches it applies to. * does not cross a slash, ** does; {name} is one whole segment, {name:REGEX} a part of one.',
  ),
  except: described(v.optional(v.array(text), []), 'Branches it does not apply to after all.'),
  eligible: described(
    v.optional(v.strictObject({ groups: v.pipe(v.array(group), v.minLength(1)) })),
    'The subject must be in one of these groups already, not counting what scim-hook gave.',
  ),
  grant: described(
    v.strictObject({
      groups: v.optional(v.array(group), []),
      roles: v.optional(v.array(value), []),
      entitlements: v.optional(v.array(value), []),
    }),
    'What the branch gives.',
  ),
  for: described(v.optional(duration), 'How long at most. Default: 12h for until: switch, else no limit.'),
  until: described(v.optional(v.picklist(UNTILS), 'switch'), 'The event that ends it.'),
  createGroups: described(
    v.optional(v.boolean(), false),
    'Groups that are missing are made with their first member and deleted, when empty, with their branch.',
  ),
});

const names = v.optional(v.array(text), []);

export const configSchema = v.strictObject({
  $schema: v.optional(v.string()),
  version: described(v.literal(1), 'The version of this format.'),
  scim: described(
    v.optional(
      v.strictObject({
        endpoint: described(
          v.optional(text),
          'The SCIM 2.0 base URL. A proposal: it takes effect once a person trusted it.',
        ),
        timeout: described(v.optional(duration, '3s'), 'For one request.'),
        deadline: described(v.optional(duration, '15s'), 'For one event, retries included.'),
        profile: described(
          v.optional(v.union([v.string(), v.record(v.string(), v.unknown())]), 'auto'),
          'How the server behaves: auto, a named profile, or single settings.',
        ),
      }),
      {},
    ),
    'Where the directory is.',
  ),
  subject: described(
    v.optional(
      v.strictObject({
        attribute: v.optional(v.picklist(SUBJECT_ATTRIBUTES), 'userName'),
        from: v.optional(
          v.pipe(
            v.string(),
            v.regex(
              /^git:[A-Za-z][\w-]*(?:\.[^\s=]+)?\.[A-Za-z][\w-]*$/,
              '"git:" and a key of git config, such as "git:user.email"',
            ),
          ),
          'git:user.email',
        ),
      }),
      {},
    ),
    'Whose access it is. Read once, at trust.',
  ),
  managed: described(
    v.optional(v.strictObject({ groups: names, roles: names, entitlements: names }), {}),
    'Names that belong to scim-hook alone: inside, what no live lease holds is taken away.',
  ),
  rules: described(v.array(rule), 'All rules that match a branch apply.'),
});

export type RawConfig = v.InferOutput<typeof configSchema>;
