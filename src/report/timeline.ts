// The timeline: for each person a figure, in it a row for each thing and the branch that gave it, in it a bar for each
// time. A bar that has no end yet runs to the edge.
import * as Plot from '@observablehq/plot';
import type { BarRow, ReportData } from '../core/log/report-data.ts';
import { byId, element } from './element.ts';
import { STATES } from './states.ts';
import type { Facts, Tip } from './tip.ts';
import { lasting, stamp } from './when.ts';

/** More bars than this nobody reads, and no browser draws at once. */
export const DRAWN = 5_000;
const PEOPLE = 20;
const ROWS = 12;
const ROW = 38;
const TOP = 40;
/** The least that can be seen, and met with a pointer, in pixels. */
const LEAST = 4;

type Period = Pick<ReportData, 'since' | 'until'>;

export class Timeline {
  private readonly host = byId('timeline');
  private readonly period: Period;
  private readonly tip: Tip;
  private people: [person: string, bars: BarRow[]][] = [];
  private shown = PEOPLE;
  private readonly whole = new Set<string>();

  constructor(period: Period, tip: Tip) {
    this.period = period;
    this.tip = tip;
    let width = 0;
    new ResizeObserver(() => {
      if (Math.abs(this.host.clientWidth - width) < 2) return;
      width = this.host.clientWidth;
      this.draw();
    }).observe(this.host);
  }

  /** The newest first. */
  show(bars: readonly BarRow[]): void {
    const people = new Map<string, BarRow[]>();
    for (const bar of bars.slice(0, DRAWN)) {
      const own = people.get(bar.person);
      if (own === undefined) people.set(bar.person, [bar]);
      else own.push(bar);
    }
    this.people = [...people].sort(([a], [b]) => (a < b ? -1 : 1));
    this.shown = PEOPLE;
    this.draw();
  }

  private draw(): void {
    const figures = this.people.slice(0, this.shown).map(([person, bars]) => this.figure(person, bars));
    const left = this.people.length - this.shown;
    this.host.replaceChildren(...figures);
    if (this.people.length === 0) this.host.append(element('p', { class: 'none' }, 'No access to show.'));
    if (left > 0)
      this.host.append(
        this.button(`Show ${Math.min(left, PEOPLE)} more people of ${left}`, () => {
          this.shown += PEOPLE;
        }),
      );
  }

  private button(text: string, act: () => void): HTMLButtonElement {
    const button = element('button', { type: 'button', class: 'more' }, text);
    button.addEventListener('click', () => {
      act();
      this.draw();
    });
    return button;
  }

  private figure(person: string, bars: readonly BarRow[]): HTMLElement {
    const rows = [...new Set(bars.map(rowOf))];
    const kept = this.whole.has(person) ? rows : rows.slice(0, ROWS);
    const names = new Set(kept);
    const drawn = bars.filter((bar) => names.has(rowOf(bar)));
    const figure = element(
      'figure',
      {},
      element('figcaption', {}, element('h3', {}, person), element('span', {}, captionOf(bars))),
    );
    figure.append(this.chart(person, kept, drawn));
    if (kept.length < rows.length)
      figure.append(this.button(`Show ${rows.length - kept.length} more rows`, () => this.whole.add(person)));
    return figure;
  }

  private chart(person: string, rows: readonly string[], bars: readonly BarRow[]): Element {
    const { since, until } = this.period;
    const width = Math.max(280, this.host.clientWidth);
    const room = width - 2 * MARGIN;
    const ticks = Math.max(4, Math.floor(width / 110));
    const least = ((until - since) * LEAST) / room;
    const begin = (bar: BarRow): number => Math.min(Math.max(bar.since ?? since, since), until - least);
    const end = (bar: BarRow): number => Math.max(Math.min(bar.until ?? until, until), begin(bar) + least);
    const first = new Map(bars.toReversed().map((bar) => [rowOf(bar), bar]));
    const svg = Plot.plot({
      className: 'chart',
      width,
      height: TOP + rows.length * ROW,
      marginLeft: MARGIN,
      marginRight: MARGIN,
      marginTop: TOP,
      marginBottom: 0,
      ariaLabel: `Timeline of ${person}`,
      x: { type: 'utc', domain: [since, until], label: null },
      y: { type: 'band', domain: rows, padding: 0, axis: null },
      marks: [
        Plot.axisX({ anchor: 'top', ticks, tickSize: 0 }),
        Plot.gridX({ ticks, strokeOpacity: 0.15 }),
        Plot.barX(rows, {
          x1: since,
          x2: until,
          y: (row: string) => row,
          insetTop: 21,
          insetBottom: 5,
          rx: 2,
          fill: 'var(--track)',
          ariaLabel: null,
          className: 'tracks',
        }),
        Plot.text(rows, {
          x: since,
          y: (row: string) => row,
          text: (row: string) => labelOf(first.get(row)),
          textAnchor: 'start',
          dy: -10,
          lineWidth: room / 12,
          textOverflow: 'ellipsis',
        }),
        Plot.barX(bars, {
          x1: begin,
          x2: end,
          y: rowOf,
          insetTop: 20,
          insetBottom: 4,
          rx: 2,
          fill: (bar: BarRow) => `url(#fill-${bar.state})`,
          stroke: (bar: BarRow) => `var(--${bar.state})`,
          ariaLabel: (bar: BarRow) => sentenceOf(bar),
          className: 'bars',
        }),
        this.edge(bars, (bar) => bar.until === null || bar.until > until, until, '▶'),
        this.edge(bars, (bar) => bar.since === null || bar.since < since, since, '◀'),
      ],
      color: { type: 'identity' },
    });
    this.wire(svg, bars);
    return svg;
  }

  /** Where a bar goes on beyond what is drawn. */
  private edge(bars: readonly BarRow[], is: (bar: BarRow) => boolean, x: number, text: string): Plot.Text {
    const dx = text === '▶' ? MARGIN / 2 : -MARGIN / 2;
    const fill = (bar: BarRow): string => `var(--${bar.state})`;
    const dy = 8;
    return Plot.text(bars.filter(is), { x, y: rowOf, text: () => text, dx, dy, fill, ariaHidden: 'true' });
  }

  /** Hover and focus tell the facts; one bar of a figure can be tabbed to, the arrows lead to the others. */
  private wire(svg: Element, bars: readonly BarRow[]): void {
    const rects = [...svg.querySelectorAll<SVGRectElement>('.bars rect')];
    rects.forEach((rect, index) => {
      const bar = bars[index];
      if (bar === undefined) return;
      rect.setAttribute('role', 'img');
      rect.setAttribute('tabindex', index === 0 ? '0' : '-1');
      rect.dataset['event'] = bar.event;
      const show = (pointer: number | null): void =>
        this.tip.show(`${bar.name} · ${bar.person}`, factsOf(bar), rect.getBoundingClientRect(), pointer);
      rect.addEventListener('pointerenter', (event) => show(event.clientX));
      rect.addEventListener('focus', () => show(null));
      for (const over of ['pointerleave', 'blur']) rect.addEventListener(over, () => this.tip.hide());
      rect.addEventListener('keydown', (event) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        const next = step === undefined ? undefined : rects[index + step];
        if (next === undefined) return;
        event.preventDefault();
        rect.setAttribute('tabindex', '-1');
        next.setAttribute('tabindex', '0');
        next.focus();
      });
    });
  }
}

/** Room beside the bars for the sign that one goes on. */
const MARGIN = 16;

const rowOf = ({ name, kind, branch, repo }: BarRow): string => [name, kind, branch, repo].join('\n');

function labelOf(bar: BarRow | undefined): string {
  if (bar === undefined) return '';
  return `${bar.name}${bar.kind === 'group' ? '' : ` (${bar.kind})`} ← ${bar.branch}`;
}

const sentenceOf = (bar: BarRow): string =>
  `${bar.name}, ${STATES[bar.state].label}, ${timeOf(bar)}, branch ${bar.branch}`;

function timeOf({ since, until }: BarRow): string {
  const begin = since === null ? 'since before the log knew' : stamp(since);
  const took = since === null || until === null ? '' : ` (${lasting(until - since)})`;
  return `${begin} to ${until === null ? 'now, as far as the log goes' : stamp(until)}${took}`;
}

function captionOf(bars: readonly BarRow[]): string {
  const count = (state: BarRow['state']): number => bars.filter((bar) => bar.state === state).length;
  const parts = [`${bars.length} ${bars.length === 1 ? 'time' : 'times'}`];
  for (const state of ['open', 'owed', 'maybe', 'lost'] as const)
    if (count(state) > 0) parts.push(`${STATES[state].sign} ${count(state)} ${STATES[state].label}`);
  return parts.join(' · ');
}

const factsOf = (bar: BarRow): Facts => [
  ['What', `${bar.name} (${bar.kind})`],
  ['When', `${timeOf(bar)} UTC`],
  ['State', `${STATES[bar.state].sign} ${STATES[bar.state].label}`],
  ['Given by', bar.given],
  ['Where', `${bar.repo}, branch ${bar.branch}`],
  ['Rule', bar.policy === '' ? bar.rule : `${bar.rule}, policy ${bar.policy}`],
  ['Lease until', bar.lease],
  ['Known by', bar.proof],
  ['End', bar.end],
  ['Machine', bar.device],
  ['See', bar.event === '' ? '' : `scim-hook log show ${bar.event}`],
];
