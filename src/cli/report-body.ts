// What stands in a report before any script runs: what it is, what it covers, whether its log is whole, and the legend.
import { BAR_STATES, type BarState } from '../core/log/report-data.ts';
import type { Cover } from '../flow/log-cover.ts';
import type { Gathered } from '../flow/log-report.ts';
import type { Soundness } from '../wire/proof.ts';
import type { Calendar } from './calendar.ts';
import { coverLines } from './cover-words.ts';
import { plain } from './plain.ts';

export interface Told {
  readonly since: number;
  readonly until: number;
  /** When the page was made, and by which version. */
  readonly made: number;
  readonly version: string;
  /** The filters in the words that were typed. */
  readonly filters: readonly string[];
  readonly counts: Gathered<never, never>['counts'];
  readonly shown: { readonly bars: number; readonly events: number; readonly failures: number };
  readonly covers: readonly Cover[];
  readonly proofs: readonly Soundness[];
}

/** Text that stands in markup: whatever it says, it is read as text. */
export const html = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const number = (many: number): string => many.toLocaleString('en');

const MEANINGS: Readonly<Record<BarState, string>> = {
  returned: 'given back',
  open: 'still held when this was made',
  owed: 'could not be given back yet',
  maybe: 'may have had it: the log has no answer',
  lost: 'found gone: somebody else took it',
  foreign: 'had it already, so scim-hook leaves it',
};

/** Each state has a pattern of its own, so that nobody needs to tell the colours apart. */
const PATTERNS: Readonly<Record<BarState, string>> = {
  returned: '<rect width="8" height="8" fill="var(--returned)" fill-opacity=".75"/>',
  open: '<rect width="8" height="8" fill="var(--open)"/>',
  owed: '<rect width="8" height="8" fill="var(--paper)"/><path d="M-2 2l4-4M0 8l8-8M6 10l4-4" stroke="var(--owed)" stroke-width="3"/>',
  maybe:
    '<rect width="8" height="8" fill="var(--paper)"/><circle cx="2" cy="2" r="1.5" fill="var(--maybe)"/><circle cx="6" cy="6" r="1.5" fill="var(--maybe)"/>',
  lost: '<rect width="8" height="8" fill="var(--paper)"/><path d="M2 0v8M6 0v8" stroke="var(--lost)" stroke-width="1.6"/>',
  foreign: '<rect width="8" height="8" fill="var(--paper)"/>',
};

export function reportBody(told: Told, calendar: Calendar): string {
  const { counts, covers } = told;
  return [
    patterns(),
    '<header>',
    '<h1>Who had access, when, and why</h1>',
    `<p class="period">${html(periodOf(told, calendar))}</p>`,
    '<p class="lead">scim-hook gives people access when they switch to a branch in git, and takes it back when they leave it. This page shows what its audit log says of that: each bar is one time that somebody had something, from the switch that gave it to the one that took it back.</p>',
    '</header>',
    tiles(counts),
    proofOf(told.proofs),
    '<noscript><p>The timeline and the tables need JavaScript, which is in this page; nothing is fetched.</p></noscript>',
    filter(),
    '<p id="matches" role="status"></p>',
    '<main>',
    '<h2 id="when">Timeline</h2>',
    legend(),
    '<div id="timeline"></div>',
    section('failures', 'What failed or was refused', counts.failures, told.shown.failures),
    section('bars', 'All access', counts.spans, told.shown.bars),
    section('events', 'All events', counts.events, told.shown.events),
    '</main>',
    '<footer>',
    '<h2>What this covers</h2>',
    `<ul class="covers">${coverList(told, covers, calendar)}</ul>`,
    `<p class="period">Made ${html(calendar.stamp(told.made))} UTC by scim-hook ${html(told.version)}. All times are in UTC.</p>`,
    '</footer>',
    '<div id="tip" role="tooltip" hidden></div>',
  ].join('\n');
}

function periodOf({ since, until, filters }: Told, calendar: Calendar): string {
  const only = filters.length === 0 ? '' : `; only ${filters.map(plain).join(', ')}`;
  return `${calendar.stamp(since)} to ${calendar.stamp(until)} UTC${only}`;
}

function tiles(counts: Told['counts']): string {
  const tile = (many: number, text: string, isBad = false): string =>
    `<li${isBad && many > 0 ? ' class="bad"' : ''}><b>${number(many)}</b>${text}</li>`;
  return [
    '<ul class="tiles">',
    tile(counts.people, 'people had access'),
    tile(counts.spans, 'times that somebody had something'),
    tile(counts.open, 'still held at the end of the log'),
    tile(counts.owed, 'not given back yet', true),
    tile(counts.maybe, 'may be held: no answer in the log', true),
    tile(counts.failures, 'failed or refused', true),
    '</ul>',
  ].join('');
}

function proofOf(proofs: readonly Soundness[]): string {
  const broken = proofs.filter(({ faults }) => faults > 0);
  const total = proofs.reduce((sum, { lines }) => sum + lines, 0);
  const lines = proofs.map(({ lines, faults, firstFault, head, paths }) => {
    const name = proofs.length > 1 ? `${plain(paths.at(-1) ?? '')}: ` : '';
    const whole = `all ${number(lines)} lines are as they were written, each chained to the one before`;
    const first = firstFault === null ? '' : `; the first is line ${firstFault}`;
    const fault = `${number(faults)} ${faults === 1 ? 'thing is' : 'things are'} wrong in ${number(lines)} lines${first}: scim-hook log verify says what`;
    const end =
      head === null ? '' : ` <small>Last line: ${head.seq}, hash <code>${html(head.hash)}</code></small>`;
    return `<p>${html(name)}${faults === 0 ? whole : fault}.${end}</p>`;
  });
  const each =
    lines.length > 1 && broken.length === 0
      ? `<details><summary>${number(proofs.length)} logs, ${number(total)} lines, each as it was written and chained to the one before</summary>${lines.join('')}</details>`
      : lines.join('');
  const verdict =
    proofs.length === 0
      ? 'There is no log.'
      : broken.length === 0
        ? `✓ The ${proofs.length > 1 ? 'logs are' : 'log is'} whole.`
        : '✗ A log was changed.';
  return `<section class="proof${broken.length === 0 ? '' : ' broken'}" aria-label="Is the log whole"><strong>${verdict}</strong>${each}<p><small>That its end is missing can only be seen by comparing the last line's hash with what left the machine: <code>scim-hook log verify --against FILE</code>.</small></p></section>`;
}

function filter(): string {
  const options = BAR_STATES.map((state) => `<option value="${state}">${MEANINGS[state]}</option>`).join('');
  return [
    '<form class="filter" role="search" aria-label="Filter everything below">',
    '<label>Any text: group, branch, rule, machine … <input id="filter-text" type="search" autocomplete="off" spellcheck="false"></label>',
    '<label>Person <select id="filter-person"><option value="">everybody</option></select></label>',
    `<label>What became of it <select id="filter-state"><option value="">anything</option>${options}</select></label>`,
    '<button type="button" id="filter-clear">Show all</button>',
    '</form>',
  ].join('');
}

function legend(): string {
  const swatches = BAR_STATES.map(
    (state) =>
      `<li><svg aria-hidden="true"><rect x="1" y="1" width="32" height="12" rx="2" fill="url(#fill-${state})" stroke="var(--${state})"/></svg>${MEANINGS[state]}</li>`,
  ).join('');
  return `<ul class="legend">${swatches}<li>◀ ▶ goes on beyond what is shown</li></ul>`;
}

const patterns = (): string =>
  `<svg id="patterns" aria-hidden="true"><defs>${BAR_STATES.map(
    (state) =>
      `<pattern id="fill-${state}" width="8" height="8" patternUnits="userSpaceOnUse">${PATTERNS[state]}</pattern>`,
  ).join('')}</defs></svg>`;

function section(id: string, title: string, total: number, shown: number): string {
  const cut = shown < total ? `<p>The newest ${number(shown)} of ${number(total)} are listed.</p>` : '';
  return `<h2>${title}</h2>${cut}<div id="${id}"></div>`;
}

const coverList = ({ until }: Told, covers: readonly Cover[], calendar: Calendar): string =>
  coverLines(until, covers, calendar)
    .map((line) => `<li>${html(line)}</li>`)
    .join('');
