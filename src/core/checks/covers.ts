// Whether one branch pattern covers another: every branch that the one matches, the other matches too. Never a wrong yes.
import { matchBranch, parseBranchPattern } from '../branch-pattern.ts';

/** Stand for what a pattern leaves open. No branch name that anybody types holds one of these. */
const RUN = '\uE001';
const SEGMENT_RUN = '\uE002';
const CAPTURE = '\uE003';
const FIRST_EXPRESSION = 0xe100;

type Token =
  | { readonly is: 'text' | 'run' | 'segment-run'; readonly text: string }
  /** With the expression, or none: a whole segment of letters that may be in a name. */
  | { readonly is: 'capture'; readonly text: string };

/** The pattern's parts in order. Both patterns parsed before, so that braces are closed. */
function tokens(pattern: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  while (at < pattern.length) {
    const rest = pattern.slice(at);
    if (rest.startsWith('**')) found.push({ is: 'run', text: '**' });
    else if (rest.startsWith('*')) found.push({ is: 'segment-run', text: '*' });
    else if (rest.startsWith('{')) {
      const whole = rest.slice(0, lengthOfCapture(rest));
      found.push({ is: 'capture', text: whole.includes(':') ? whole.slice(whole.indexOf(':')) : '' });
      at += whole.length;
      continue;
    } else found.push({ is: 'text', text: rest.charAt(0) });
    at += found.at(-1)?.text.length ?? 1;
  }
  return found;
}

function lengthOfCapture(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '{') depth += 1;
    else if (text[at] === '}' && --depth === 0) return at + 1;
  }
  return text.length;
}

/** One character for each capture's expression: only the same expression covers it. */
const markOf = (expression: string, expressions: string[]): string => {
  if (!expressions.includes(expression)) expressions.push(expression);
  return String.fromCodePoint(FIRST_EXPRESSION + expressions.indexOf(expression));
};

/** The pattern as names in which each open part is one mark; `**` before a slash may also be nothing at all. */
function marked(pattern: string, expressions: string[]): string[] {
  const name = tokens(pattern)
    .map(({ is, text }) => {
      if (is === 'run') return RUN;
      if (is === 'segment-run') return SEGMENT_RUN;
      return is === 'capture' ? (text === '' ? CAPTURE : markOf(text, expressions)) : text;
    })
    .join('');
  return withoutRuns(name);
}

/** With each run that ends in a slash there, and without it: what covers the pattern must match all of these. */
function withoutRuns(name: string): string[] {
  const at = [...name.matchAll(new RegExp(`(?<=^|/)${RUN}/`, 'g'))].at(-1)?.index;
  if (at === undefined) return [name];
  const [before, after] = [name.slice(0, at), name.slice(at + 2)];
  return withoutRuns(before).flatMap((start) => [`${start}${RUN}/${after}`, start + after]);
}

/** The pattern as an expression over names with marks: what it leaves open takes marks that are no wider. */
function matcher(pattern: string, expressions: string[]): RegExp {
  const parts = tokens(pattern);
  const startsSegment = (at: number): boolean => at === 0 || parts[at - 1]?.text === '/';
  let source = '';
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at];
    const after = parts[at + 1]?.text;
    if (part?.is === 'run' && startsSegment(at) && after === '/') {
      source += '(?:.*/)?';
      at += 1;
    } else if (part?.is === 'run') source += startsSegment(at) && after === undefined ? '.+' : '.*';
    else if (part?.is === 'segment-run') {
      source += `[^/${RUN}]${startsSegment(at) && (after === undefined || after === '/') ? '+' : '*'}`;
    } else if (part?.is === 'capture') {
      source += part.text === '' ? `(?:[A-Za-z0-9._-]|${CAPTURE})+` : markOf(part.text, expressions);
    } else source += (part?.text ?? '').replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  }
  return new RegExp(`^(?:${source})$`);
}

export function covers(wide: string, narrow: string): boolean {
  if (wide === narrow) return true;
  const expressions: string[] = [];
  const names = marked(narrow, expressions);
  const isName = !/[*{]/.test(narrow);
  const parsed = parseBranchPattern(wide);
  if (isName) return parsed.ok && matchBranch(parsed.value, narrow) !== null;
  const expression = matcher(wide, expressions);
  return names.every((name) => expression.test(name));
}
