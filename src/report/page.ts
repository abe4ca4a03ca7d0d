// The script of the page that `log report` writes: it draws what stands in the page's own data, and asks nobody.
import {
  type BarRow,
  type EventRow,
  type FailureRow,
  type ReportData,
  unpack,
} from '../core/log/report-data.ts';
import { byId, element } from './element.ts';
import { hasText, type Wish, watchFilter } from './filter.ts';
import { STATES } from './states.ts';
import { type Column, Table } from './table.ts';
import { DRAWN, Timeline } from './timeline.ts';
import { Tip } from './tip.ts';
import { lasting, stamp } from './when.ts';

const data = JSON.parse(byId('data').textContent ?? '') as ReportData;
const bars = unpack<BarRow>(data.bars);
const events = unpack<EventRow>(data.events);
const failures = unpack<FailureRow>(data.failures);

const small = (text: string): HTMLElement => element('small', {}, text);
const together = (...parts: (Node | string)[]): Node => {
  const whole = document.createDocumentFragment();
  whole.append(...parts);
  return whole;
};
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
const both = (first: string, second: string): Node =>
  together(first, ...(second === '' ? [] : [small(second)]));
const command = (event: string): Node =>
  event === '' ? element('span') : element('code', { class: 'see' }, `scim-hook log show ${event}`);
const outcomeOf = (outcome: string): Node => element('span', { class: `outcome ${outcome}` }, outcome);

const BARS: readonly Column<BarRow>[] = [
  { title: 'Who', key: ({ person }) => person, cell: ({ person }) => person },
  { title: 'What', key: ({ name }) => name, cell: ({ name, kind }) => both(name, kind) },
  { title: 'Branch', key: ({ branch }) => branch, cell: ({ branch, repo }) => both(branch, repo) },
  {
    title: 'From',
    key: ({ since }) => since ?? 0,
    cell: ({ since }) => (since === null ? 'before the log knew' : stamp(since)),
  },
  {
    title: 'Until',
    key: ({ until }) => until ?? Number.POSITIVE_INFINITY,
    cell: ({ since, until }) =>
      until === null ? 'not ended' : both(stamp(until), since === null ? '' : lasting(until - since)),
  },
  {
    title: 'State',
    key: ({ state }) => STATES[state].label,
    cell: ({ state }) =>
      element('span', { class: `state ${state}` }, `${STATES[state].sign} ${STATES[state].label}`),
  },
  {
    title: 'How it came and went',
    key: ({ given }) => given,
    cell: ({ given, rule, policy, proof, end, event }) => {
      const under = `${rule === '' ? '' : `; rule ${rule}`}${policy === '' ? '' : `, policy ${policy}`}`;
      return together(`${given}${under}`, small(`${sentence(proof)} ${sentence(end)}`), command(event));
    },
  },
];

const EVENTS: readonly Column<EventRow>[] = [
  { title: 'When', key: ({ at }) => at, cell: ({ at }) => stamp(at) },
  { title: 'Who', key: ({ person }) => person, cell: ({ person }) => person },
  {
    title: 'What happened',
    key: ({ what }) => what,
    cell: ({ what, repo, event }) => together(what, small(repo), command(event)),
  },
  { title: 'Changes', key: ({ changes }) => changes, cell: ({ changes }) => changes },
  {
    title: 'Outcome',
    key: ({ outcome }) => outcome,
    cell: ({ outcome, reason }) => together(outcomeOf(outcome), small(reason)),
  },
];

const FAILURES: readonly Column<FailureRow>[] = [
  { title: 'When', key: ({ at }) => at, cell: ({ at }) => stamp(at) },
  { title: 'Who', key: ({ person }) => person, cell: ({ person }) => person },
  { title: 'What was tried', key: ({ what }) => what, cell: ({ what }) => what },
  { title: 'Outcome', key: ({ outcome }) => outcome, cell: ({ outcome }) => outcomeOf(outcome) },
  { title: 'Why', key: ({ why }) => why, cell: ({ why }) => why },
  {
    title: 'What to do',
    key: ({ remedy }) => remedy,
    cell: ({ remedy, event }) => together(remedy, command(event)),
  },
];

const tables = {
  bars: new Table('bars', 'Access', 'Nothing matches.', BARS),
  events: new Table('events', 'Events', 'Nothing matches.', EVENTS),
  failures: new Table('failures', 'Failures', 'Nothing failed.', FAILURES),
};
const timeline = new Timeline(data, new Tip());

const isWished = (row: { person: string }, { text, person }: Wish): boolean =>
  (person === '' || row.person === person) && hasText(row, text);

function show(wish: Wish): void {
  const seen = bars.filter((bar) => (wish.state === '' || bar.state === wish.state) && isWished(bar, wish));
  tables.bars.show(seen);
  tables.events.show(events.filter((event) => isWished(event, wish)));
  tables.failures.show(failures.filter((failure) => isWished(failure, wish)));
  timeline.show(seen);
  const number = (many: number): string => many.toLocaleString('en');
  const cut =
    seen.length > DRAWN ? ` The newest ${number(DRAWN)} of them are drawn; all are in the table.` : '';
  byId('matches').textContent = `${number(seen.length)} of ${number(bars.length)} spans of access.${cut}`;
}

watchFilter(
  [...new Set([...bars, ...events].map(({ person }) => person))].filter((name) => name !== '').sort(),
  show,
);
