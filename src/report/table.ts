// A table that can be sorted by its headings and leafed through; what of it is shown is the filter's matter.
import { byId, element } from './element.ts';

export interface Column<Row> {
  readonly title: string;
  /** What is sorted by; a text otherwise. */
  readonly key: (row: Row) => string | number;
  readonly cell: (row: Row) => Node | string;
}

const PAGE = 50;
/** On paper nobody can leaf. */
const PRINTED = 1_000;

export class Table<Row> {
  private readonly host: HTMLElement;
  private readonly columns: readonly Column<Row>[];
  private rows: readonly Row[] = [];
  private sorted: { readonly by: number; readonly down: boolean } | null = null;
  private first = 0;
  private size = PAGE;
  private readonly body = element('tbody');
  private readonly place = element('p', { class: 'place', role: 'status' });
  private readonly heads: HTMLTableCellElement[] = [];
  private readonly turn: readonly [HTMLButtonElement, HTMLButtonElement];
  private readonly nothing: string;

  constructor(id: string, label: string, nothing: string, columns: readonly Column<Row>[]) {
    this.host = byId(id);
    this.columns = columns;
    this.nothing = nothing;
    const head = element('tr');
    columns.forEach(({ title }, index) => {
      const button = element('button', { type: 'button' }, title);
      button.addEventListener('click', () => this.sortBy(index));
      const cell = element('th', { scope: 'col', 'aria-sort': 'none' }, button);
      this.heads.push(cell);
      head.append(cell);
    });
    const turn = (text: string, by: number): HTMLButtonElement => {
      const button = element('button', { type: 'button', class: 'turn' }, text);
      button.addEventListener('click', () => this.leaf(by));
      return button;
    };
    this.turn = [turn('← Previous', -PAGE), turn('Next →', PAGE)];
    this.host.append(
      element('table', { 'aria-label': label }, element('thead', {}, head), this.body),
      element('div', { class: 'leaf' }, this.place, ...this.turn),
    );
    addEventListener('beforeprint', () => this.draw(PRINTED));
    addEventListener('afterprint', () => this.draw(PAGE));
  }

  show(rows: readonly Row[]): void {
    this.rows = rows;
    this.first = 0;
    this.draw(this.size);
  }

  private sortBy(by: number): void {
    this.sorted = { by, down: this.sorted?.by === by && !this.sorted.down };
    this.heads.forEach((head, index) => {
      const order = index !== by ? 'none' : this.sorted?.down === true ? 'descending' : 'ascending';
      head.setAttribute('aria-sort', order);
    });
    this.first = 0;
    this.draw(this.size);
  }

  private leaf(by: number): void {
    this.first = Math.max(0, this.first + by);
    this.draw(this.size);
  }

  private inOrder(): readonly Row[] {
    const key = this.columns[this.sorted?.by ?? -1]?.key;
    if (key === undefined) return this.rows;
    const sign = this.sorted?.down === true ? -1 : 1;
    return this.rows.toSorted((a, b) => {
      const [one, other] = [key(a), key(b)];
      return sign * (one < other ? -1 : Number(one > other));
    });
  }

  private draw(size: number): void {
    this.size = size;
    const shown = this.inOrder().slice(this.first, this.first + size);
    this.body.replaceChildren(
      ...shown.map((row) =>
        element(
          'tr',
          {},
          ...this.columns.map(({ title, cell }) => element('td', { 'data-label': title }, cell(row))),
        ),
      ),
    );
    const total = this.rows.length;
    const last = this.first + shown.length;
    this.place.textContent =
      total === 0
        ? this.nothing
        : `${(this.first + 1).toLocaleString('en')} to ${last.toLocaleString('en')} of ${total.toLocaleString('en')}`;
    this.turn[0].disabled = this.first === 0;
    this.turn[1].disabled = last >= total;
    for (const button of this.turn) button.hidden = total <= size;
  }
}
