// Rows of a name and a text that is cut into lines where the terminal is narrow, so that nothing is wrapped in mid-word.

/** Where less than this is left beside a name, the text goes below it. */
const LEAST_ROOM = 28;
/** Lines longer than this are hard to read, however wide the terminal. */
const WIDEST = 110;

/** `columns`: undefined in a pipe, where nothing is cut. A word that is too long (a path, a URL) stays whole. */
export function wrap(text: string, columns: number | undefined, indent: number): string[] {
  const room =
    columns === undefined ? Number.POSITIVE_INFINITY : Math.max(20, Math.min(columns, WIDEST) - indent);
  return text.split('\n').flatMap((paragraph) => {
    const lead = /^ */.exec(paragraph)?.[0] ?? '';
    const lines: string[] = [];
    let line = lead;
    for (const word of paragraph.trim().split(/ +/)) {
      const longer = line.trim() === '' ? `${lead}${word}` : `${line} ${word}`;
      if (longer.length > room && line.trim() !== '') {
        lines.push(line);
        line = `${lead}${word}`;
      } else line = longer;
    }
    return [...lines, line];
  });
}

export interface Row {
  readonly name: string;
  readonly text: string;
  /** Colour only repeats what the words say, so it is put on last, over whole lines. */
  readonly paint?: (line: string) => string;
}

/** Where a row's text begins. */
export const indentOf = (columns: number | undefined, nameWidth: number): number =>
  columns !== undefined && columns - nameWidth - 1 < LEAST_ROOM ? 2 : nameWidth + 1;

/** One row as lines: the name in a column of its own, or above the text where that leaves too little room. */
export function rowLines(
  { name, text, paint = (line) => line }: Row,
  columns: number | undefined,
  nameWidth: number,
  dim: (text: string) => string,
): string[] {
  const indent = indentOf(columns, nameWidth);
  const lines = wrap(text, columns, indent).map((line) => paint(line));
  const space = ' '.repeat(indent);
  if (indent !== nameWidth + 1) return [dim(name), ...lines.map((line) => space + line)];
  return lines.map((line, index) => (index === 0 ? `${dim(name.padEnd(nameWidth))} ${line}` : space + line));
}
