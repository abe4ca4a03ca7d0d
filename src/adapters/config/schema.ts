// The shape of `.scimsyncrc` (DESIGN section 4), from which the check, the defaults and the JSON Schema all come.
// What each key means is said in build/config-words.ts: the worker has no use for it.
import * as v from 'valibot';
import { SUBJECT_ATTRIBUTES } from '../../core/config.ts';
import { ADD_FORMS, CERTAINTIES, PROFILE_NAMES, REMOVE_FORMS } from '../../core/profile.ts';
import { UNTILS } from '../../core/vocabulary.ts';
import { parseSpan, SPAN } from './span.ts';

const text = v.pipe(v.string(), v.minLength(1));

const duration = v.pipe(
  v.string(),
  v.regex(SPAN, 'a time span such as "3s", "30m" or "8h"'),
  // Said only of what is a time span at all.
  v.check(
    (span) => !SPAN.test(span) || parseSpan(span) !== null,
    'a time span of at least 1ms and at most ten years',
  ),
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

const rule = v.strictObject({
  name: text,
  branches,
  except: v.optional(v.array(text), []),
  eligible: v.optional(v.strictObject({ groups: v.pipe(v.array(group), v.minLength(1)) })),
  grant: v.strictObject({
    groups: v.optional(v.array(group), []),
    roles: v.optional(v.array(value), []),
    entitlements: v.optional(v.array(value), []),
  }),
  for: v.optional(duration),
  until: v.optional(v.picklist(UNTILS), 'switch'),
  createGroups: v.optional(v.boolean(), false),
});

const names = v.optional(v.array(text), []);

/** Single settings over a named profile; each of them can be overridden. */
const profileSettings = v.strictObject({
  extends: v.optional(v.picklist(PROFILE_NAMES)),
  addMember: v.optional(v.picklist(ADD_FORMS)),
  removeMember: v.optional(v.picklist(REMOVE_FORMS)),
  listsMembers: v.optional(v.picklist(CERTAINTIES)),
  userGroups: v.optional(v.picklist(CERTAINTIES)),
  memberFilter: v.optional(v.picklist(CERTAINTIES)),
  memberAttribute: v.optional(v.picklist(['members.value', 'members'])),
  excludedAttributes: v.optional(v.boolean()),
  etags: v.optional(v.picklist(CERTAINTIES)),
  values: v.optional(v.picklist(['auto', 'single', 'replace'])),
  roles: v.optional(v.boolean()),
  entitlements: v.optional(v.boolean()),
  createGroups: v.optional(v.boolean()),
  contentType: v.optional(v.picklist(['application/scim+json', 'application/json'])),
  pageSize: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000))),
  paging: v.optional(v.picklist(['index', 'cursor'])),
});

export const configSchema = v.strictObject({
  $schema: v.optional(v.string()),
  version: v.literal(1),
  scim: v.optional(
    v.strictObject({
      endpoint: v.optional(text),
      timeout: v.optional(duration, '3s'),
      deadline: v.optional(duration, '15s'),
      profile: v.optional(v.union([v.picklist(PROFILE_NAMES), profileSettings]), 'auto'),
    }),
    {},
  ),
  subject: v.optional(
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
  managed: v.optional(v.strictObject({ groups: names, roles: names, entitlements: names }), {}),
  rules: v.array(rule),
});

export type RawConfig = v.InferOutput<typeof configSchema>;
