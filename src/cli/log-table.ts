// Rows of the log fitted to a terminal: columns as wide as what is in them, or as the terminal lets them be.
import stringWidth from 'string-width';

export interface Column {
  readonly head: string;
  /** Of it, at least so much is shown where there is too little room. */
  readonly least: number;
  readonly right?: true;
  /** It takes what room is left, where more rows are to come. */
  readonly grows?: true;
  /** The lower, the earlier it is left out where not even that much of each has room; absent: never. */
  readonly spare?: number;
}

export interface Fitted {
  readonly head: string;
  /** `paint`: for a cell that is cut and padded already. */
  row(cells: readonly string[], paint: (text: string, column: number) => string): string;
}

const GAP = 2;

/** `rows`: what is to come, as far as that is known; `grows`: there will be more, which may be wider. */
export function fitTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  grows = false,
): Fitted {
  const natural = columns.map(({ head }, at) =>
    Math.max(stringWidth(head), ...rows.map((cells) => stringWidth(cells[at] ?? ''))),
  );
  const shown = new Set(columns.keys());
  const leastOf = (at: number): number => Math.min(natural[at] ?? 0, columns[at]?.least ?? 0);
  const room = (widthOf: (at: number) => number): number =>
    width - [...shown].reduce((sum, at) => sum + widthOf(at), GAP * (shown.size - 1));
  while (room(leastOf) < 0) {
    const [first] = [...shown]
      .filter((at) => columns[at]?.spare !== undefined)
      .sort((a, b) => (columns[a]?.spare ?? 0) - (columns[b]?.spare ?? 0));
    if (first === undefined) break;
    shown.delete(first);
  }
  const widths = [...natural];
  const widthOf = (at: number): number => widths[at] ?? 0;
  const order = [...shown];
  // The widest gives first, a column at a time, so that all are cut alike; the narrowest of the texts gets first.
  for (let over = -room(widthOf); over > 0; over -= 1) {
    const able = order.filter((at) => widthOf(at) > leastOf(at));
    const widest = able.reduce((best, at) => (widthOf(at) > widthOf(best) ? at : best), able[0] ?? 0);
    widths[widest] = widthOf(widest) - 1;
  }
  const texts = order.filter((at) => columns[at]?.grows === true);
  for (let left = grows ? room(widthOf) : 0; left > 0 && texts.length > 0; left -= 1) {
    const narrowest = texts.reduce((best, at) => (widthOf(at) < widthOf(best) ? at : best));
    widths[narrowest] = widthOf(narrowest) + 1;
  }
  const line = (cells: readonly string[], paint: (text: string, column: number) => string): string =>
    order
      .map((at, place) => {
        const text = cut(cells[at] ?? '', widthOf(at));
        const space = ' '.repeat(Math.max(0, widthOf(at) - stringWidth(text)));
        if (columns[at]?.right === true) return `${space}${paint(text, at)}`;
        return place === order.length - 1 ? paint(text, at) : `${paint(text, at)}${space}`;
      })
      .join(' '.repeat(GAP));
  return {
    head: line(
      columns.map(({ head }) => head),
      (text) => text,
    ),
    row: line,
  };
}

const graphemes = new Intl.Segmenter();

/** What is too wide ends in a mark. */
function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let [kept, used] = ['', 0];
  for (const { segment } of graphemes.segment(text)) {
    used += stringWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return width < 1 ? '' : `${kept}…`;
}
