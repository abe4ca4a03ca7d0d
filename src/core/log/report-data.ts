// What the page of `log report` gets to draw. The command line writes it, the page's own script reads it.

/** In the order of the legend. `foreign`: it was there before, and scim-hook leaves it alone. */
export const BAR_STATES = ['returned', 'open', 'owed', 'maybe', 'lost', 'foreign'] as const;
export type BarState = (typeof BAR_STATES)[number];

/** One span of access. Times are milliseconds since the epoch. */
export interface BarRow {
  readonly person: string;
  readonly name: string;
  readonly kind: string;
  readonly branch: string;
  readonly repo: string;
  readonly device: string;
  /** Null: since before the log knew of it. */
  readonly since: number | null;
  /** Null: not ended as far as the log goes. */
  readonly until: number | null;
  readonly state: BarState;
  /** What gave it, under which rule and policy, and how that is known. */
  readonly given: string;
  readonly rule: string;
  readonly policy: string;
  readonly lease: string;
  readonly proof: string;
  /** How it ended, or why it hasn't. */
  readonly end: string;
  /** For `scim-hook log show`. */
  readonly event: string;
}

/** One event, as it was closed. */
export interface EventRow {
  readonly at: number;
  readonly kind: string;
  readonly person: string;
  readonly repo: string;
  readonly what: string;
  readonly outcome: string;
  readonly reason: string;
  /** Of the changes: `+ jit-release`. */
  readonly changes: string;
  readonly event: string;
}

export interface FailureRow {
  readonly at: number;
  readonly person: string;
  readonly what: string;
  readonly outcome: string;
  readonly why: string;
  readonly remedy: string;
  readonly event: string;
}

/** Rows with each text once: row after row repeats them. A text is its number, a number is itself, as its column says. */
export interface Packed {
  readonly columns: readonly string[];
  readonly texts: readonly string[];
  readonly rows: readonly (readonly (number | null)[])[];
}

export interface ReportData {
  readonly since: number;
  readonly until: number;
  /** All that there are; those that follow are the newest of them. */
  readonly counts: { readonly bars: number; readonly events: number; readonly failures: number };
  readonly bars: Packed;
  readonly events: Packed;
  readonly failures: Packed;
}

/** Columns that hold moments; all others hold texts. */
const MOMENTS: ReadonlySet<string> = new Set(['at', 'since', 'until']);

export function pack<Row extends object>(rows: readonly Row[]): Packed {
  const columns = Object.keys(rows[0] ?? {});
  const texts: string[] = [];
  const places = new Map<string, number>();
  const placeOf = (text: string): number => {
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, texts.length);
    texts.push(text);
    return texts.length - 1;
  };
  const packed = rows.map((row) => {
    const values = row as Record<string, string | number | null>;
    return columns.map((column) => {
      const value = values[column] ?? null;
      return typeof value === 'string' ? placeOf(value) : value;
    });
  });
  return { columns, texts, rows: packed };
}

export const unpack = <Row>({ columns, texts, rows }: Packed): Row[] =>
  rows.map(
    (row) =>
      Object.fromEntries(
        columns.map((column, index) => {
          const value = row[index] ?? null;
          return [column, MOMENTS.has(column) || value === null ? value : (texts[value] ?? '')];
        }),
      ) as Row,
  );
