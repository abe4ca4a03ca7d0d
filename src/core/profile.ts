// What one directory product can and can't do: defaults to start from, each named one with where its limits are documented.

/** How a member is added. The last two write the whole list and are never chosen by themselves. */
export const ADD_FORMS = ['path', 'no-path', 'replace', 'put'] as const;
export type AddForm = (typeof ADD_FORMS)[number];

/** How a member is removed. `legacy` empties the group where a server reads RFC 7644 section 3.5.2.2 to the letter. */
export const REMOVE_FORMS = ['filter', 'legacy', 'replace', 'put'] as const;
export type RemoveForm = (typeof REMOVE_FORMS)[number];

/** `auto`: learned from what the directory does. */
export const CERTAINTIES = ['auto', 'yes', 'no'] as const;
export type Certainty = (typeof CERTAINTIES)[number];

export interface Profile {
  /** Tried in this order, until one was seen to work. */
  readonly addMember: readonly AddForm[];
  readonly removeMember: readonly RemoveForm[];
  /** Groups list their members. */
  readonly listsMembers: Certainty;
  /** Users list their groups. */
  readonly userGroups: Certainty;
  /** Groups can be looked up by id and member at once. */
  readonly memberFilter: Certainty;
  /** What that filter calls a member. */
  readonly memberAttribute: 'members.value' | 'members';
  /** `excludedAttributes=members` may be asked for (RFC 7644 section 3.9). */
  readonly excludedAttributes: boolean;
  /** If-Match is looked at. */
  readonly etags: Certainty;
  /** Whether roles and entitlements are written one at a time (`single`) or as a whole list; `auto`: by what was seen. */
  readonly values: 'auto' | 'single' | 'replace';
  readonly roles: boolean;
  readonly entitlements: boolean;
  /** Groups may be made here; without externalId they couldn't be told from others. */
  readonly createGroups: boolean;
  readonly contentType: 'application/scim+json' | 'application/json';
  /** `count` of a list; null: the directory's own. */
  readonly pageSize: number | null;
  /** `cursor`: asked for from the first page on (RFC 9865); otherwise followed where the directory brings it up. */
  readonly paging: 'index' | 'cursor';
}

const AUTO: Profile = {
  addMember: ['path', 'no-path'],
  removeMember: ['filter'],
  listsMembers: 'auto',
  userGroups: 'auto',
  memberFilter: 'auto',
  memberAttribute: 'members.value',
  excludedAttributes: true,
  etags: 'auto',
  values: 'auto',
  roles: true,
  entitlements: true,
  createGroups: true,
  contentType: 'application/scim+json',
  pageSize: null,
  paging: 'index',
};

export const PROFILES = {
  auto: AUTO,
  /**
   * docs.aws.amazon.com/singlesignon/latest/developerguide, limitations, listgroups, patchgroup: GetGroup and
   * ListGroups give an empty member list; filters are `eq` with `and`, (id and members) among them; PatchGroup can't
   * replace or remove all; entitlements are not supported; at most 100 results.
   */
  'aws-iam-identity-center': {
    ...AUTO,
    addMember: ['path'],
    listsMembers: 'no',
    userGroups: 'no',
    memberFilter: 'yes',
    memberAttribute: 'members',
    etags: 'no',
    entitlements: false,
    pageSize: 100,
  },
  /**
   * docs.cloud.google.com/identity/docs/scim/reference/rest/v1/customers.v2.Groups/patch: at most 2 operations and one
   * member in a request, a removal needs `members[value eq "id"]`, success is an empty object; `replace` is for
   * displayName and description only.
   */
  'google-cloud-identity': { ...AUTO, addMember: ['path'], values: 'single' },
  /**
   * docs.github.com/en/enterprise-cloud@latest/rest/enterprise-admin/scim: User-Agent required, paths are
   * case-sensitive (both are always so here); roles are supported, entitlements are no attribute of its users.
   */
  'github-emu': { ...AUTO, entitlements: false },
  /**
   * Entra as the service provider; github.com/thomaselliottbetz/scim-sanity, scim_sanity/profiles.py: PUT is 405, PATCH
   * 204, count=0 is 400. learn.microsoft.com/entra/identity/app-provisioning: only `eq` and `and`; one value per
   * `type`; entitlements are not supported.
   */
  entra: { ...AUTO, addMember: ['path'], memberFilter: 'no', entitlements: false },
  /**
   * developer.okta.com/docs/guides/scim-with-entitlements: roles and entitlements are resource types of their own, of
   * which the user carries value, display and type, so the list is written as a whole.
   */
  okta: { ...AUTO, values: 'replace' },
} as const satisfies Readonly<Record<string, Profile>>;

export type ProfileName = keyof typeof PROFILES;
export const PROFILE_NAMES = Object.keys(PROFILES) as readonly ProfileName[];

/** Single settings in the place of a named profile's; one form may stand for a list of them. */
export type ProfileSettings = {
  readonly [K in keyof Omit<Profile, 'addMember' | 'removeMember'>]?: Profile[K] | undefined;
} & {
  readonly extends?: ProfileName | undefined;
  readonly addMember?: AddForm | undefined;
  readonly removeMember?: RemoveForm | undefined;
};

export function profileOf(chosen: ProfileName | ProfileSettings): Profile {
  if (typeof chosen === 'string') return PROFILES[chosen];
  const { extends: base = 'auto', addMember, removeMember, ...settings } = chosen;
  const set = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  return {
    ...PROFILES[base],
    ...set,
    ...(addMember === undefined ? {} : { addMember: [addMember] }),
    ...(removeMember === undefined ? {} : { removeMember: [removeMember] }),
  };
}

/** Whether a kind of value can be granted there at all. */
export const grants = (profile: Profile, kind: 'group' | 'role' | 'entitlement'): boolean =>
  kind === 'group' || (kind === 'role' ? profile.roles : profile.entitlements);
