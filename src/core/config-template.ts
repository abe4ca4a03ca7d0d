// The text of a first `.scimsyncrc`: YAML with a comment at each thing somebody will want to change.
import type { ProposedRule } from './propose-rules.ts';

export interface Template {
  /** Null: nobody named one. */
  readonly endpoint: string | null;
  /** Where the JSON Schema lies, seen from the file; null where that differs from machine to machine. */
  readonly schema: string | null;
  readonly defaultBranch: string | null;
  readonly rules: readonly ProposedRule[];
}

/** A JSON text is a YAML scalar that means just that, whatever was typed. */
const quoted = (text: string): string => JSON.stringify(text);

export function configText({ endpoint, schema, defaultBranch, rules }: Template): string {
  const branch = defaultBranch === null ? 'the default branch' : comment(defaultBranch);
  const modeline = schema === null ? [] : [`# yaml-language-server: $schema=${schema}`];
  return [
    ...modeline,
    `# What each branch gives to whoever has it checked out. It counts as it stands on ${branch}: commit it there.`,
    '# Every key, with examples: .scimsyncrc.example in the package scim-hook. `scim-hook why` explains what it does.',
    '',
    'version: 1',
    '',
    ...scim(endpoint),
    '',
    "# Whose access it is: the SCIM user whose userName is the person's git user.email. Each person accepts that once.",
    'subject:',
    '  attribute: userName',
    '  from: git:user.email',
    '',
    '# Names that belong to scim-hook alone: inside, access that no checkout holds is taken away, whoever gave it. Turn it',
    '# on when nobody has such a group for another reason; it heals lost files and second machines.',
    '# managed:',
    '#   groups: ["jit-*"]',
    '',
    '# All rules that match a branch apply. The groups must be in the directory; give them names of their own.',
    'rules:',
    ...rules.flatMap((rule, index) => [...(index === 0 ? [] : ['']), ...ruleLines(rule, index === 0)]),
    '',
  ].join('\n');
}

const scim = (endpoint: string | null): string[] =>
  endpoint === null
    ? [
        '# Where the directory is: your SCIM 2.0 base URL, once you know it. A token never goes into this file.',
        '# scim:',
        '#   endpoint: https://idp.example.com/scim/v2',
      ]
    : [
        '# Where the directory is. Each person accepts it once, at `scim-hook install`. A token never goes into this file.',
        'scim:',
        `  endpoint: ${quoted(endpoint)}`,
      ];

function ruleLines({ name, pattern, group, lifetime, examples }: ProposedRule, first: boolean): string[] {
  const matches =
    examples.length === 0
      ? 'No branch here matches it yet.'
      : `Here it matches ${examples.map(comment).join(', ')}.`;
  const explained = (text: string): string[] => (first ? [`    # ${text}`] : []);
  return [
    `  # ${matches}`,
    `  - name: ${quoted(name)}`,
    ...explained('* stays within a segment, ** crosses slashes.'),
    `    branches: [${quoted(pattern)}]`,
    ...explained(
      'Only for members of one of these groups; without it, for everybody who can check the branch out.',
    ),
    ...explained('eligible:'),
    ...explained('  groups: [release-team]'),
    '    grant:',
    `      groups: [${quoted(group)}]`,
    ...explained('At most so long; leaving the branch ends it before.'),
    `    for: ${lifetime}`,
  ];
}

/** Nothing of a branch's name can end a comment, or act on whoever reads it. */
const comment = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').slice(0, 80);
