// The text of a config file, in which each part can be found by its path: `rules[0].grant.groups[1]`.
import { type Node as JsonNode, parseTree } from 'jsonc-parser';
import { type Document, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { isJson, PACKAGE, PACKAGE_KEY, withoutMark } from '../../core/config-format.ts';
import type { Spot } from '../../core/failure.ts';

/** One value of the file; `offset` is where its key stands, or it itself in a list. */
interface Part {
  readonly offset: number;
  /** Its own parts, by key or index. Read when asked for: a text may hold itself. */
  readonly parts: () => readonly (readonly [key: string, part: Part])[];
}

export interface ConfigText {
  /** Where the part with this path stands, or else what of it is there; null where nothing can be said. */
  spotOf(path: string): Spot | null;
}

export function openConfigText(file: string, text: string): ConfigText {
  const bare = withoutMark(text);
  const root = rootOf(file, bare);
  return {
    spotOf: (path) => {
      const found = root === null ? null : follow(root, path);
      return found === null ? null : spotAt(file, bare, found.offset);
    },
  };
}

export function spotAt(file: string, text: string, offset: number): Spot {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const line = text.slice(0, offset).split('\n').length;
  const alone = /^[\s-]*$/.test(text.slice(start, offset));
  return { file, line, ...(alone ? {} : { column: offset - start + 1 }) };
}

function rootOf(file: string, text: string): Part | null {
  try {
    const root = isJson(file, text) ? jsonRoot(text) : yamlRoot(text);
    if (file !== PACKAGE || root === null) return root;
    return root.parts().findLast(([key]) => key === PACKAGE_KEY)?.[1] ?? null;
  } catch {
    // Too deep for the parser: the fault is told all the same, without its place.
    return null;
  }
}

/** Goes down as far as the path can be followed: of what is missing, the place is where it is missing from. */
function follow(from: Part, path: string): Part {
  let part = from;
  let rest = path;
  while (rest !== '') {
    const step = nextOf(part, rest);
    if (step === null) break;
    part = step.part;
    rest = step.rest;
  }
  return part;
}

/** Keys may hold dots and brackets themselves, so the keys that are there say where one ends. */
function nextOf(part: Part, path: string): { part: Part; rest: string } | null {
  const index = /^\[(\d+)\]/.exec(path);
  const text = path.replace(/^\./, '');
  // The last of several alike: that is the one that counts, and the one too many.
  const found = part
    .parts()
    .filter(([key]) => (index === null ? startsWithKey(text, key) : key === index[1]))
    .reduce<readonly [string, Part] | null>(
      (best, each) => (best === null || each[0].length >= best[0].length ? each : best),
      null,
    );
  if (found === null) return null;
  return { part: found[1], rest: index === null ? text.slice(found[0].length) : path.slice(index[0].length) };
}

const startsWithKey = (text: string, key: string): boolean =>
  text.startsWith(key) &&
  (text.length === key.length || text[key.length] === '.' || text[key.length] === '[');

function jsonRoot(text: string): Part | null {
  const tree = parseTree(text);
  return tree === undefined ? null : jsonPart(tree, tree.offset);
}

const jsonPart = (node: JsonNode, offset: number): Part => ({
  offset,
  parts: () =>
    (node.children ?? []).flatMap((child, index) => {
      if (node.type === 'array') return [[String(index), jsonPart(child, child.offset)] as const];
      const [key, value] = child.children ?? [];
      return key === undefined || value === undefined
        ? []
        : [[String(key.value), jsonPart(value, key.offset)] as const];
    }),
});

function yamlRoot(text: string): Part | null {
  const document = parseDocument(text, { strict: false, uniqueKeys: false, logLevel: 'silent' });
  return document.contents === null
    ? null
    : yamlPart(document, document.contents, offsetOf(document.contents));
}

const yamlPart = (document: Document.Parsed, node: unknown, offset: number): Part => ({
  offset,
  parts: () => {
    const meant = isAlias(node) ? node.resolve(document) : node;
    if (isSeq(meant)) {
      return meant.items.map((item, index) => [
        String(index),
        yamlPart(document, item, offsetOf(item, offset)),
      ]);
    }
    if (!isMap(meant)) return [];
    return meant.items.map(({ key, value }) => [
      isScalar(key) ? String(key.value) : '',
      yamlPart(document, value, offsetOf(key, offset)),
    ]);
  },
});

function offsetOf(node: unknown, otherwise = 0): number {
  const range = (node as { range?: readonly number[] | null } | null)?.range;
  return range?.[0] ?? otherwise;
}
