// Rules that almost apply to a branch, each with what was in the way: for somebody who wonders why they got nothing.
import { type BranchPattern, matchBranch, parseBranchPattern } from './branch-pattern.ts';
import { patternsOf, type Rule } from './config.ts';

/** What kept a rule from applying, from the most telling to the least. */
export const HINTS = ['except', 'case', 'slash', 'capture', 'spelling', 'other'] as const;
export type Hint = (typeof HINTS)[number];

export interface NumberedRule {
  readonly rule: Rule;
  /** Its place in the file. */
  readonly index: number;
}

export interface Near extends NumberedRule {
  readonly pattern: string;
  readonly hint: Hint;
  /** The pattern that took the branch out again, where that was it. */
  readonly except: string | null;
}

/** How many letters apart two texts are. */
export type Distance = (a: string, b: string) => number;

/** Of each rule that doesn't apply, the pattern that came closest; the closest rule first. */
export function nearest(rules: readonly NumberedRule[], branch: string, distance: Distance): Near[] {
  return rules
    .flatMap((each) => closest(each, branch, distance) ?? [])
    .sort((a, b) => HINTS.indexOf(a.hint) - HINTS.indexOf(b.hint));
}

function closest({ rule, index }: NumberedRule, branch: string, distance: Distance): Near | null {
  const near = patternsOf(rule.branches).map((pattern): Near | null => {
    const hint = hintOf(pattern, branch, distance);
    if (hint !== null) return { rule, index, pattern: pattern.text, hint, except: null };
    const except = patternsOf(rule.except).find((each) => matchBranch(each, branch) !== null);
    return except ? { rule, index, pattern: pattern.text, hint: 'except', except: except.text } : null;
  });
  // One pattern that matches, and nothing that takes it out: the rule applies.
  if (near.includes(null)) return null;
  return near.reduce(
    (best, each) =>
      best === null || (each !== null && HINTS.indexOf(each.hint) < HINTS.indexOf(best.hint)) ? each : best,
    null,
  );
}

/** Null where the pattern matches. */
function hintOf(pattern: BranchPattern, branch: string, distance: Distance): Hint | null {
  if (matchBranch(pattern, branch) !== null) return null;
  const anyCase = { ...pattern, regex: new RegExp(pattern.regex.source, 'i') };
  if (matchBranch(anyCase, branch) !== null) return 'case';
  if (matchesText(pattern.text.replace(/(?<!\*)\*(?!\*)/g, '**'), branch)) return 'slash';
  const free = pattern.text.replace(/\{(?:[^{}]|\{[^{}]*\})*\}/g, '*');
  if (free !== pattern.text && matchesText(free, branch)) return 'capture';
  return isMisspelt(pattern.text, branch, distance) ? 'spelling' : 'other';
}

function matchesText(text: string, branch: string): boolean {
  const parsed = parseBranchPattern(text);
  return parsed.ok && matchBranch(parsed.value, branch) !== null;
}

/** A letter or two away from what the pattern begins with, or from all of it where it has no wildcard. */
function isMisspelt(text: string, branch: string, distance: Distance): boolean {
  const literal = /^[^*{]*/.exec(text)?.[0] ?? '';
  if (literal.length < 3) return false;
  const lengths = literal === text ? [branch.length] : [-1, 0, 1].map((more) => literal.length + more);
  return lengths.some(
    (length) =>
      length < 200 &&
      distance(literal, branch.slice(0, length)) <= Math.min(2, Math.floor(literal.length / 3)),
  );
}
