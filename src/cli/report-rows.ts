// The rows of a report in words: spans, events and failures, each ready to be read by somebody who knows none of this.
import type { AuditLine } from '../core/audit-record.ts';
import type { Happening } from '../core/log/happenings.ts';
import type { BarRow, BarState, EventRow, FailureRow } from '../core/log/report-data.ts';
import { beginOf, endOf, type Span } from '../core/log/span.ts';
import type { Told } from '../flow/who.ts';
import { expiryAt } from './answer-document.ts';
import type { Calendar } from './calendar.ts';
import { plain } from './plain.ts';
import { reasonOfOthers, reasonRemedy } from './reason-words.ts';
import { endWords, eventWords, proofOfGrant } from './span-words.ts';

/** A commit or blob as people write it. */
const SHORT = 12;

export function barState({ steps, ended, before, managed }: Span): BarState {
  if (before === 'present' && !managed) return 'foreign';
  if (ended !== null) return ended.how === 'lost' ? 'lost' : 'returned';
  const state = steps.at(-1)?.state;
  if (state === 'owed') return 'owed';
  return state === 'held' ? 'open' : 'maybe';
}

export function barRow(told: Told, calendar: Calendar): BarRow {
  const { span, grantedBy, elsewhere } = told;
  const { item, granted, asked, owed, ended } = span;
  const given = granted ?? asked;
  const end = endOf(span);
  const expires = expiryAt(told, Number.POSITIVE_INFINITY);
  const taken =
    elsewhere === null
      ? ''
      : `; machine ${plain(elsewhere.device)} took it back at ${calendar.stamp(elsewhere.by.moment)}`;
  const failed = owed?.reason === undefined ? '' : `: ${reasonOfOthers(owed.reason)}`;
  return {
    person: plain(span.subject),
    name: plain(item.name),
    kind: item.kind,
    branch: plain(given?.branch ?? '(no branch)'),
    repo: plain(given?.repo ?? ''),
    device: plain(span.device),
    since: given === null ? null : beginOf(span),
    until: end,
    state: barState(span),
    given: given === null ? 'not in these logs' : eventWords(grantedBy),
    rule: (given?.rules ?? []).map(plain).join(', '),
    policy: given?.policy == null ? '' : plain(given.policy.slice(0, SHORT)),
    lease: expires === null ? '' : calendar.stamp(expires),
    proof: proofOfGrant(span),
    end: `${ended !== null ? endWords(told, calendar) : owed === null ? 'not ended, as far as the log goes' : `could not be taken back yet${failed}`}${taken}`,
    event: plain(given?.event ?? ended?.by.event ?? ''),
  };
}

const SIGNS = { add: '+', create: '+', remove: '−', delete: '−' } as const;

export function eventRow({ own, event, changes, sync }: Happening): EventRow {
  const line = own ?? sync ?? changes[0];
  const reason = sync?.reason ?? changes.find((change) => change.reason !== undefined)?.reason;
  return {
    at: Date.parse(line?.at ?? ''),
    kind: own?.kind ?? '',
    person: plain(line?.subject ?? ''),
    repo: plain(line?.repo ?? ''),
    what: own === null ? 'began before this report' : eventWords(own),
    outcome: sync?.outcome ?? 'open',
    reason: reason === undefined ? '' : reasonOfOthers(reason),
    changes: changes
      .map(({ op, name = '' }) => `${op === undefined ? '' : SIGNS[op]} ${plain(name)}`)
      .join(', '),
    event: plain(event),
  };
}

const TRIED = { add: 'give', create: 'make and give', remove: 'take back', delete: 'delete' } as const;

export function failureRow(line: AuditLine): FailureRow {
  const { op, name, branch, outcome = '', reason, verified, harmed } = line;
  const on = branch == null ? '' : `, branch ${plain(branch)}`;
  const said = verified === 'contradicted' ? reasonOfOthers('contradicted') : '';
  const harm = harmed === undefined ? '' : '; the directory took something from others by it';
  return {
    at: Date.parse(line.at),
    person: plain(line.subject ?? ''),
    what: op === undefined ? `settle the event${on}` : `${TRIED[op]} ${plain(name ?? '')}${on}`,
    outcome,
    why: `${reason === undefined ? said || statusWords(line) : reasonOfOthers(reason)}${harm}`,
    remedy: reason === undefined ? 'See the event in the log.' : reasonRemedy(reason),
    event: plain(line.event ?? ''),
  };
}

const statusWords = ({ status }: AuditLine): string =>
  status === undefined ? 'the log gives no reason' : `the directory answered ${status}`;
