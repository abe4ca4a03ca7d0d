// What every key of `.scimsyncrc` means, with examples: editors show it while somebody writes the file.

export interface Words {
  readonly description: string;
  readonly examples: readonly unknown[];
  /** What editors offer to type (VS Code and yaml-language-server). */
  readonly defaultSnippets?: readonly {
    readonly label: string;
    readonly description: string;
    readonly body: unknown;
  }[];
}

/** What the cursor goes to, with what stands there before. */
const field = (place: number, text: string): string => `$\{${place}:${text}}`;

const RELEASE = {
  name: 'release',
  branches: ['release/*'],
  grant: { groups: ['jit-release'] },
  for: '8h',
};

const group = (what: string): Readonly<Record<string, Words>> => ({
  '': {
    description: `${what}: its displayName, or an object that says by what else it is found.`,
    examples: [
      'jit-release',
      { id: '2819c223-7f76-453a-919d-413861904646' },
      { externalId: 'release-approvers' },
    ],
  },
  '.displayName': { description: 'The name the directory shows.', examples: ['jit-release'] },
  '.id': {
    description: "The directory's own id of the group; it survives renaming.",
    examples: ['2819c223-7f76-453a-919d-413861904646'],
  },
  '.externalId': {
    description: 'The id that another system gave the group.',
    examples: ['release-approvers'],
  },
});

const value = (kind: string, example: string): Readonly<Record<string, Words>> => ({
  '': {
    description: `${kind} of the user: its value, or an object with type and display as well.`,
    examples: [example, { value: example, type: 'work' }],
  },
  '.value': { description: 'The value that is given.', examples: [example] },
  '.type': {
    description: 'The label beside it: values are told apart by type and value.',
    examples: ['work'],
  },
  '.display': { description: 'What the directory shows for it.', examples: ['Deployer'] },
});

const below = (path: string, words: Readonly<Record<string, Words>>): Record<string, Words> =>
  Object.fromEntries(Object.entries(words).map(([key, each]) => [`${path}${key}`, each]));

/** Each overrides what the named profile says, and what was learned. */
const profileWords: Readonly<Record<string, Words>> = {
  '.extends': { description: 'The named profile that is overridden.', examples: ['okta'] },
  '.addMember': {
    description:
      'How a member is added. `path` and `no-path` are safe; `replace` and `put` write the whole list, and are never chosen by themselves.',
    examples: ['path'],
  },
  '.removeMember': {
    description:
      'How a member is removed. `filter` is safe; `legacy` empties the group on servers that follow RFC 7644 to the letter, `replace` and `put` write the whole list: none of these is ever chosen by itself.',
    examples: ['filter'],
  },
  '.listsMembers': { description: 'Whether groups list their members.', examples: ['no'] },
  '.userGroups': {
    description: 'Whether users list their groups, and the list follows changes.',
    examples: ['no'],
  },
  '.memberFilter': {
    description: 'Whether groups can be looked up by id and member at once.',
    examples: ['yes'],
  },
  '.memberAttribute': { description: 'What that look-up calls a member.', examples: ['members'] },
  '.excludedAttributes': {
    description: 'Whether `excludedAttributes=members` may be asked for.',
    examples: [false],
  },
  '.etags': { description: 'Whether If-Match is looked at.', examples: ['yes'] },
  '.values': {
    description: 'Whether roles and entitlements are written one by one or as a whole list.',
    examples: ['replace'],
  },
  '.roles': { description: 'Whether the directory has roles at all.', examples: [false] },
  '.entitlements': { description: 'Whether the directory has entitlements at all.', examples: [false] },
  '.createGroups': { description: 'Whether groups may be made there.', examples: [false] },
  '.contentType': { description: 'What requests say they are.', examples: ['application/json'] },
  '.pageSize': { description: 'How many results are asked for at once.', examples: [100] },
  '.paging': {
    description: 'Whether lists are asked for by index, or by cursor (RFC 9865).',
    examples: ['cursor'],
  },
};

/** By path; `[]` is any element of a list. */
export const configWords: Readonly<Record<string, Words>> = {
  $schema: {
    description: 'Where this schema lies, for editors that look for this key.',
    examples: ['./node_modules/scim-hook/scimsyncrc.schema.json'],
  },
  version: { description: 'The version of this format: `1`.', examples: [1] },
  scim: {
    description:
      'Where the directory is. Proposals: they take effect once a person trusted them with `scim-hook install`.',
    examples: [{ endpoint: 'https://idp.example.com/scim/v2' }],
  },
  'scim.endpoint': {
    description:
      'The SCIM 2.0 base URL: https (http on this machine only), without user name, query or fragment. Leave it out where `git config --global scim-hook.endpoint` says it. A token never goes into this file.',
    examples: ['https://idp.example.com/scim/v2'],
  },
  'scim.timeout': { description: 'For one request.', examples: ['3s', '10s'] },
  'scim.deadline': {
    description: 'For one event with all its requests, retries included.',
    examples: ['15s', '1m'],
  },
  'scim.profile': {
    description:
      'How the server departs from the standard: `auto` learns it from what the server does; or a named profile; or single settings, which override one.',
    examples: ['auto', 'aws-iam-identity-center', { extends: 'okta', values: 'single' }],
  },
  ...below('scim.profile', profileWords),
  subject: {
    description: 'Whose access it is. Read once, at trust, and pinned.',
    examples: [{ attribute: 'userName', from: 'git:user.email' }],
  },
  'subject.attribute': {
    description: 'The attribute of the SCIM user that equals the value of `from`.',
    examples: ['userName', 'emails.value'],
  },
  'subject.from': {
    description: 'The key of git config that names the person, after `git:`.',
    examples: ['git:user.email', 'git:acme.login'],
  },
  managed: {
    description:
      'Names that belong to scim-hook alone, with `*` for any run of characters. Inside, what no live lease holds is taken away, whoever gave it.',
    examples: [{ groups: ['jit-*'] }],
  },
  'managed.groups': { description: 'displayNames of groups.', examples: [['jit-*', 'env-*']] },
  'managed.groups[]': { description: 'A name, or a pattern of names with `*`.', examples: ['jit-*'] },
  'managed.roles': { description: 'Values of roles.', examples: [['jit:*']] },
  'managed.roles[]': { description: 'A value, or a pattern of values with `*`.', examples: ['jit:*'] },
  'managed.entitlements': { description: 'Values of entitlements.', examples: [['jit:*']] },
  'managed.entitlements[]': { description: 'A value, or a pattern of values with `*`.', examples: ['jit:*'] },
  rules: {
    description: 'What each branch gives. All rules that match a branch apply together.',
    examples: [[RELEASE]],
  },
  'rules[]': {
    description: 'Branches, and what they give.',
    examples: [RELEASE],
    defaultSnippets: [
      {
        label: 'rule',
        description: 'A group for as long as a branch is checked out',
        body: {
          name: field(1, 'release'),
          branches: [field(2, 'release/*')],
          grant: { groups: [field(3, 'jit-release')] },
          for: field(4, '8h'),
        },
      },
      {
        label: 'rule for some people only',
        description: 'The same, for members of a group',
        body: {
          name: field(1, 'release'),
          branches: [field(2, 'release/*')],
          eligible: { groups: [field(3, 'release-team')] },
          grant: { groups: [field(4, 'jit-release')] },
          for: field(5, '8h'),
        },
      },
    ],
  },
  'rules[].name': {
    description: 'What `scim-hook log` and `scim-hook why` call this rule; unique in the file.',
    examples: ['release'],
  },
  'rules[].branches': {
    description:
      'Branches it applies to. `*` does not cross a slash, `**` does; `{name}` is one whole segment, `{name:REGEX}` a part of one.',
    examples: [['release/*', 'hotfix/**']],
  },
  'rules[].branches[]': {
    description: 'A pattern of branch names.',
    examples: ['release/*', 'hotfix/**', 'feature/{ticket:[A-Z]+-[0-9]+}*'],
  },
  'rules[].except': {
    description: 'Branches it does not apply to after all.',
    examples: [['release/archive-*']],
  },
  'rules[].except[]': { description: 'A pattern of branch names.', examples: ['release/archive-*'] },
  'rules[].eligible': {
    description:
      'The subject must be in one of these groups already, not counting what scim-hook gave. Without it, everybody is eligible who can check the branch out.',
    examples: [{ groups: ['release-team'] }],
  },
  'rules[].eligible.groups': { description: 'One of them is enough.', examples: [['release-team']] },
  ...below('rules[].eligible.groups[]', group('A group that makes eligible')),
  'rules[].grant': { description: 'What the branch gives.', examples: [{ groups: ['jit-release'] }] },
  'rules[].grant.groups': {
    description:
      'Groups the subject becomes a member of. `{name}` is filled in from the branch, after letters of its own, and reaches only groups that scim-hook made.',
    examples: [['jit-release'], ['env-{ticket}']],
  },
  ...below('rules[].grant.groups[]', group('A group')),
  'rules[].grant.roles': { description: 'Roles of the user.', examples: [['deployer']] },
  ...below('rules[].grant.roles[]', value('A role', 'deployer')),
  'rules[].grant.entitlements': {
    description: 'Entitlements of the user.',
    examples: [['jit:artifacts:release']],
  },
  ...below('rules[].grant.entitlements[]', value('An entitlement', 'jit:artifacts:release')),
  'rules[].for': {
    description: 'How long at most. Default: `12h` for `until: switch`, else no limit.',
    examples: ['30m', '8h', '5d'],
  },
  'rules[].until': {
    description:
      'What ends it before that: `switch` (leaving the branch), `branch-deleted`, or `upstream-deleted` (seen gone by `git fetch --prune`).',
    examples: ['switch', 'branch-deleted'],
  },
  'rules[].createGroups': {
    description:
      'Groups that are missing are made with their first member and deleted, when empty, with their branch.',
    examples: [true],
  },
};
