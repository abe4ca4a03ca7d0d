// The language of `branches` and `except`: `*`, `**`, `{name}`, `{name:REGEX}`; everything else is literal.
import { fail, ok, type Result } from './result.ts';

export interface BranchPattern {
  readonly text: string;
  readonly captures: readonly string[];
  readonly regex: RegExp;
}

/** What a captured value may hold: it becomes part of a group's name, so nothing that means something to anybody. */
const CAPTURED = /^[A-Za-z0-9._-]+$/;

/** Git forbids these in a branch name (git-check-ref-format), so a pattern that holds one never matches as meant. */
const NEVER_IN_A_BRANCH = /[\s~^:?[\]\\]/;

/** A longer name is nobody's branch; the bound keeps a hostile name from making matching slow. */
const LONGEST_BRANCH = 1024;

/**
 * How many parts of a pattern may stand for any length of text. Matching takes a name's length to this power at worst,
 * and the name is whatever somebody called a branch.
 */
const MOST_LOOSE = 3;

/** What of a capture's expression multiplies the ways to match; three optional parts or alternatives count as one. */
function repetitions(regex: string): number {
  const outsideClasses = regex.replace(/\\.|\[[^\]]*\]/g, 'x');
  const unbounded = outsideClasses.match(/[*+]|\{\d+,\d*\}/g)?.length ?? 0;
  const optional = outsideClasses.match(/[?|](?!:)/g)?.length ?? 0;
  return unbounded + Math.ceil(optional / 3);
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** Compiles one pattern, or says what is wrong with it. */
export function parseBranchPattern(text: string): Result<BranchPattern, string> {
  if (text === '') return fail('is empty');
  const captures: string[] = [];
  let source = '';
  let loose = 0;
  let at = 0;
  while (at < text.length) {
    const startsSegment = at === 0 || text[at - 1] === '/';
    if (text.startsWith('**', at)) {
      loose += 1;
      const end = at + 2;
      if (startsSegment && text[end] === '/') {
        source += '(?:.*/)?';
        at = end + 1;
      } else {
        source += startsSegment && end === text.length ? '.+' : '.*';
        at = end;
      }
    } else if (text[at] === '*') {
      const wholeSegment = startsSegment && (at + 1 === text.length || text[at + 1] === '/');
      source += wholeSegment ? '[^/]+' : '[^/]*';
      loose += wholeSegment ? 0 : 1;
      at += 1;
    } else if (text[at] === '{') {
      const close = closingBrace(text, at);
      if (close === -1) return fail('has a { that is never closed');
      const capture = parseCapture(text.slice(at + 1, close));
      if (!capture.ok) return capture;
      const { name, regex } = capture.value;
      if (captures.includes(name)) return fail(`captures {${name}} twice`);
      const endsSegment = close + 1 === text.length || text[close + 1] === '/';
      if (regex === null && !(startsSegment && endsSegment)) {
        return fail(
          `{${name}} must be a whole segment between slashes; write {${name}:REGEX} for a part of one`,
        );
      }
      captures.push(name);
      loose += regex === null ? 0 : repetitions(regex);
      source += `(?<${name}>${regex ?? '[A-Za-z0-9._-]+'})`;
      at = close + 1;
    } else {
      const character = text[at] ?? '';
      if (character === '}') return fail('has a } that was never opened');
      if (NEVER_IN_A_BRANCH.test(character)) return fail(`holds "${character}", which no branch name can`);
      source += literal(character);
      at += 1;
    }
  }
  if (loose > MOST_LOOSE) {
    return fail(
      `repeats in ${loose} places; more than ${MOST_LOOSE} would make matching slow (* as a whole segment is free)`,
    );
  }
  return ok({ text, captures, regex: new RegExp(`^(?:${source})$`, 's') });
}

/** The captured values if the branch matches, else null. */
export function matchBranch(pattern: BranchPattern, branch: string): Readonly<Record<string, string>> | null {
  if (branch.length > LONGEST_BRANCH) return null;
  const match = pattern.regex.exec(branch);
  if (match === null) return null;
  const captured: Record<string, string> = {};
  for (const name of pattern.captures) {
    const value = match.groups?.[name] ?? '';
    if (!CAPTURED.test(value)) return null;
    captured[name] = value;
  }
  return captured;
}

function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return -1;
}

function parseCapture(inside: string): Result<{ name: string; regex: string | null }, string> {
  const colon = inside.indexOf(':');
  const name = colon === -1 ? inside : inside.slice(0, colon);
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) return fail(`{${inside}} needs a name of letters and digits`);
  if (colon === -1) return ok({ name, regex: null });
  const regex = inside.slice(colon + 1);
  const problem = problemOfRegex(regex);
  return problem === null ? ok({ name, regex }) : fail(`{${name}:…} ${problem}`);
}

/**
 * A small part of regular expressions: literals, classes, `\d \w`, quantifiers and unrepeated groups. Repeated groups,
 * look-arounds and back references are what makes matching a hostile name exponential, so they are refused.
 */
function problemOfRegex(regex: string): string | null {
  if (regex === '') return 'has an empty regular expression';
  const token =
    /\\[dw.-]|\[(?!\^)(?:\\[dw.-]|[A-Za-z0-9._-])+\]|[A-Za-z0-9._-]|[*+?]|\{\d+(?:,\d*)?\}|\((?!\?)|\(\?:|\)|\|/y;
  let at = 0;
  let previous = '';
  while (at < regex.length) {
    token.lastIndex = at;
    const found = token.exec(regex)?.[0];
    if (found === undefined)
      return `may not hold "${regex[at]}" (letters, digits, . _ - \\d \\w [class] * + ? {n} | and groups only)`;
    const repeats = /^[*+?{]/.test(found);
    if (repeats && previous === ')') return 'may not repeat a group';
    if (repeats && /^[*+?{]/.test(previous)) return 'may not repeat a repetition';
    previous = found;
    at = token.lastIndex;
  }
  try {
    new RegExp(regex);
    return null;
  } catch {
    return 'is not a regular expression';
  }
}
