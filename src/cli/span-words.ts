// Spans of access in words: what somebody had, which checkout gave it, under which rule, and how that is known.

import type { EventFacts } from '../core/log/happenings.ts';
import { beginOf, certaintyAt, endOf, type Mark, type Span } from '../core/log/span.ts';
import type { EventKind, Verdict } from '../core/vocabulary.ts';
import type { Told } from '../flow/who.ts';
import { expiryAt } from './answer-document.ts';
import type { Calendar } from './calendar.ts';
import { plain } from './plain.ts';
import { reasonOfOthers } from './reason-words.ts';
import { span as lasting } from './time.ts';

/** How an addition, or a removal, was proven. */
export function proofWords(verified: Verdict | undefined, is: 'there' | 'gone'): string {
  switch (verified) {
    case 'confirmed':
      return `read back from the directory: it was ${is}`;
    case 'unverifiable':
      return `the directory said yes; it gave no way to read that back`;
    case 'accepted':
      return 'the directory accepted the request (202) and had not carried it out yet';
    case 'contradicted':
      return 'the directory said yes, and did not show it when it was read back';
    case undefined:
      return 'not read back';
  }
}

const EVENTS: Readonly<Record<EventKind, string>> = {
  switch: 'a switch',
  gap: 'a switch that no hook reported',
  'branch-deleted': 'the branch was deleted',
  'branch-renamed': 'the branch was renamed',
  expired: 'the time of the lease was over',
  revoke: 'a revoke',
  reconcile: 'a reconcile',
  manual: 'a sync by hand',
  settle: 'a settling of what was still open',
};

const branchWords = (branch: string | null | undefined): string =>
  branch == null ? '(no branch)' : plain(branch);

/** What an event was: `a switch from main to release/2.1`. */
export function eventWords(own: Pick<EventFacts, 'kind' | 'branch' | 'from'> | null): string {
  if (own === null) return 'an event whose line is not in these logs';
  const { kind, branch, from } = own;
  const leads = kind === 'switch' || kind === 'gap' || kind === 'branch-renamed';
  const way = leads && from !== undefined ? ` from ${branchWords(from)} to ${branchWords(branch)}` : '';
  const on = way === '' && branch != null ? `, on ${plain(branch)}` : '';
  return `${EVENTS[kind]}${way}${on}`;
}

/** How sure it is, and what for. */
export function certaintyWords(span: Span, moment: number): string {
  switch (certaintyAt(span, moment)) {
    case 'held':
      return span.before === 'present' && !span.managed
        ? 'had it already; scim-hook leaves it to them'
        : 'held';
    case 'given':
      return 'was being given it at that moment';
    case 'maybe':
      return 'may have had it';
    case 'owed':
      return 'not given back yet: owed';
    case 'returning':
      return 'was giving it back at that moment';
    case null:
      return 'not held';
  }
}

/** When it began and ended, as far as that is known by now. */
export function timeWords(span: Span, calendar: Calendar): string {
  const end = endOf(span);
  const begin = span.granted ?? span.asked;
  const since =
    begin === null
      ? 'since before the log knew of it'
      : `${span.granted === null ? 'asked for' : 'since'} ${calendar.stamp(beginOf(span))}`;
  if (end === null) return `${since}, not ended as far as the log goes`;
  const took = begin === null ? '' : ` (${lasting(end - beginOf(span))})`;
  return `${since}, until ${calendar.stamp(end)}${took}`;
}

export interface Fact {
  readonly name: string;
  readonly text: string;
}

/** All that is told of one span: each row a name and a text. */
export function factsOf(told: Told, moment: number, calendar: Calendar): Fact[] {
  const { span, grantedBy, elsewhere } = told;
  const given = span.granted ?? span.asked;
  const facts: Fact[] = [{ name: 'when', text: timeWords(span, calendar) }];
  const say = (name: string, text: string): number => facts.push({ name, text });
  if (given === null) {
    say('checkout', 'the log has no line that gave it: it was there before, or older lines are elsewhere');
  } else {
    const place = given.worktree == null ? '' : ` (${plain(given.worktree)})`;
    const at = grantedBy === null ? '' : `, ${calendar.stamp(Date.parse(grantedBy.at))}`;
    say('checkout', `${eventWords(grantedBy)}${at}`);
    say('where', `${plain(given.repo ?? '')}${place}, branch ${branchWords(given.branch)}`);
    say('rule', `${ruleWords(given)}`);
    if (given.lease != null) {
      const expires = expiryAt(told, moment);
      const end = expires === null ? 'no end in time' : `then good until ${calendar.stamp(expires)}`;
      say('lease', `${plain(given.lease)}, ${end}`);
    }
    say('known by', proofOfGrant(span));
  }
  say(
    'machine',
    `${plain(span.device === '' ? '(not named)' : span.device)}, line ${(given ?? span.ended?.by)?.seq ?? '?'} of its log`,
  );
  if (span.owed !== null && span.ended === null)
    say('not back', `tried ${calendar.stamp(span.owed.moment)}, not given back${because(span.owed)}`);
  if (span.ended !== null) say('ended', endWords(told, calendar));
  if (elsewhere !== null)
    say(
      'but',
      `machine ${plain(elsewhere.device)} took the same thing back at ${calendar.stamp(elsewhere.by.moment)}, so it may have been gone from then on`,
    );
  const event = given?.event ?? span.ended?.by.event;
  if (event !== undefined) say('see', `scim-hook log show ${plain(event)}`);
  return facts;
}

const because = ({ reason }: Mark): string => (reason === undefined ? '' : `: ${reasonOfOthers(reason)}`);

function ruleWords({ rules = [], policy, rulesBlob }: Mark): string {
  const names = rules.length === 0 ? '(none named)' : rules.map(plain).join(', ');
  const commit = policy == null ? 'rules in no commit' : `policy commit ${plain(policy)}`;
  return `${names}; ${commit}${rulesBlob === undefined ? '' : `, rules blob ${plain(rulesBlob)}`}`;
}

export function proofOfGrant({ granted, asked, before, managed }: Span): string {
  const late = (granted ?? asked)?.late === true ? '; the line was written late' : '';
  const there =
    before === 'present'
      ? `; it was there before, ${managed ? "and is scim-hook's by its name" : 'not by scim-hook'}`
      : '';
  if (granted !== null) return `${proofWords(granted.verified, 'there')}${there}${late}`;
  const verified =
    asked?.verified === undefined
      ? 'the log has no answer to the request'
      : proofWords(asked.verified, 'there');
  return `${verified}${late}`;
}

export function endWords({ span, endedBy }: Told, calendar: Calendar): string {
  const { ended } = span;
  if (ended === null) return 'not yet';
  const { how, by } = ended;
  const at = calendar.stamp(by.moment);
  switch (how) {
    case 'released':
      return `given back ${at} by ${eventWords(endedBy)}; ${proofWords(by.verified, 'gone')}`;
    case 'lost':
      return `found to be gone ${at}, by ${eventWords(endedBy)}; who took it isn't in the log`;
    case 'never-came':
      return `not given after all ${at}${because(by)}`;
  }
}
