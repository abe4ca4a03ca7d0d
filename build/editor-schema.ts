// The JSON Schema of `.scimsyncrc` as editors like it: words and examples at every key, and what else a schema can say.
import type { Words } from './config-words.ts';

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly [key: string]: unknown;
}

/** Adds to each part of a schema what is said for its path. */
export const withWords = (schema: object, words: Readonly<Record<string, Words>>): Node =>
  told(schema as Node, '', words);

function told(node: Node, path: string, words: Readonly<Record<string, Words>>): Node {
  const { properties, items, anyOf } = node;
  const said = words[path];
  return {
    ...node,
    ...(said === undefined ? {} : spoken(said)),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([key, each]) => [
              key,
              told(each, path === '' ? key : `${path}.${key}`, words),
            ]),
          ),
        }),
    ...(items === undefined ? {} : { items: told(items, `${path}[]`, words) }),
    // The forms of one thing share its path, but not its words: those stand beside the list of forms.
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map((form) => formOf(form, path, words)) }),
    ...(path === 'rules[].grant' ? { anyOf: GRANTS } : {}),
    ...(path === 'scim.endpoint' ? { pattern: HTTP } : {}),
  };
}

function formOf(form: Node, path: string, words: Readonly<Record<string, Words>>): Node {
  const { [path]: _, ...others } = words;
  return told(form, path, others);
}

const spoken = ({ description, examples, defaultSnippets }: Words): Node => ({
  description,
  // VS Code and yaml-language-server show this one, where `code` looks like code.
  markdownDescription: description,
  examples,
  ...(defaultSnippets === undefined ? {} : { defaultSnippets }),
});

/** A rule that gives nothing is a mistake. */
const GRANTS: readonly Node[] = ['groups', 'roles', 'entitlements'].map((key) => ({
  required: [key],
  properties: { [key]: { minItems: 1 } },
}));

/** No more than a scheme: what else a URL may be, the reader says better. */
const HTTP = '^[Hh][Tt][Tt][Pp][Ss]?:';
