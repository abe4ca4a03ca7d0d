// Why somebody holds a thing or doesn't, as sentences.
import type { Explained } from '../core/explain.ts';
import type { Near } from '../core/nearest.ts';
import { unreachable } from '../core/result.ts';
import type { Explanation } from '../flow/explain.ts';
import { reasonWords } from './reason-words.ts';

/** One sentence for the verdict. */
export function verdictWords(seen: Explanation, why: Explained): string {
  const { holding, reason, change, over } = why;
  switch (why.ruling) {
    case 'held':
      return seen.failure === null ? 'held' : 'held, as far as is known here';
    case 'adopted':
      return 'held; you had it before, but its name is managed, so it goes when its lease ends';
    case 'foreign':
      return holding?.before === 'unknown'
        ? 'held; nobody could see whether you had it before, so it stays'
        : 'yours, but not by scim-hook: it stays, whatever the rules say';
    case 'owed':
      return 'to be given back, which did not work yet; it is tried again at each switch and sync';
    case 'ending':
      return change === null
        ? 'held, but its time is over: it goes at the next switch, unless a checkout of its branch or a sync renews it'
        : `held, but a sync gives it back: ${endWords(why)}`;
    case 'would-grant':
      if (
        seen.failure !== null &&
        why.rules.every(({ rule }) => rule.eligible.length > 0) &&
        why.rules.length > 0
      )
        return `not held, as far as is known here; a sync grants it if the directory then shows you in ${eligibleWords(why)}`;
      if (seen.failure !== null)
        return 'not held, as far as is known here; a sync grants it once the directory can be reached';
      if (holding?.state === 'held')
        return 'granted, but gone from the directory by other hands; a sync grants it again';
      return over.length > 0
        ? 'not held; its lease is over, and a checkout of the branch or a sync grants it again'
        : 'not held; a sync grants it';
    case 'audit':
      return `${change?.op === 'remove' ? 'held; a sync would give it back' : 'not held; a sync would grant it'}, were the mode not audit`;
    case 'withheld':
      return `not granted: ${withheldWords(seen, why, reason)}`;
    case 'unknown':
      return 'no rule gives it, on any branch';
    default:
      return unreachable(why.ruling);
  }
}

function endWords({ reason, change, over }: Explained): string {
  if (reason !== undefined) return reasonWords(reason);
  if (over.some(({ by }) => by === 'hand'))
    return 'a lease by hand holds it, which a sync without --branch ends';
  return over.length > 0 ? 'the lease that held it is over' : (change?.why ?? 'nothing holds it any more');
}

const eligibleWords = ({ rules }: Pick<Explained, 'rules'>): string =>
  [...new Set(rules.flatMap(({ rule }) => rule.eligible.map((group) => group.name)))].join(' or ');

function withheldWords(seen: Explanation, { item, rules }: Explained, reason: Explained['reason']): string {
  const { settings, policy } = seen.standing;
  switch (reason) {
    case 'ineligible':
      return `only members of ${eligibleWords({ rules })} are eligible, not counting what scim-hook gave`;
    case 'not-allowed': {
      const bounds = seen.boundsOf(item.name);
      return bounds.length === 0
        ? 'its name comes from the branch, and such names reach only groups that scim-hook made'
        : `scim-hook.allow leaves it out (${bounds.map(({ scope, patterns }) => `${scope}: ${patterns.join(', ')}`).join('; ')})`;
    }
    case 'untrusted':
      if (policy.state === 'untrusted') return policy.detail;
      return policy.state === 'ref-gone'
        ? `the pinned policy ref ${policy.ref} is gone`
        : reasonWords('untrusted');
    case 'off':
      return `the mode is ${settings.mode}`;
    case 'no-rule':
      return policy.state === 'file-gone'
        ? `there is no config file at ${settings.pins?.policy ?? 'the pinned ref'} any more`
        : `no rule gives it on ${seen.branch ?? 'no branch'}`;
    case undefined:
      return 'nothing asks for it';
    default:
      return reasonWords(reason);
  }
}

/** What kept a rule from applying to the branch. */
export function nearWords({ rule, pattern, hint, except }: Near, branch: string): string {
  switch (hint) {
    case 'except':
      return `matches by ${pattern}, but its except ${except ?? ''} takes ${branch} out again`;
    case 'case':
      return `wants ${pattern}, and upper and lower case differ`;
    case 'slash':
      return `wants ${pattern}, and * does not cross a slash (** does)`;
    case 'capture':
      return `wants ${pattern}, and what stands at the braces doesn't fit them`;
    case 'spelling':
      return `wants ${pattern}, which is spelt a little differently`;
    case 'other':
      return `gives it on ${rule.branches.join(', ')}`;
    default:
      return unreachable(hint);
  }
}
