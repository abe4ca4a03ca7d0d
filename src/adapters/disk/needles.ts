// Finds lines by texts in their bytes. The rarest text leads, so that most lines are passed by without a look.

/** Whole lines as pairs of where each begins and ends, without its newline. */
export type Spans = readonly number[];

const NEWLINE = 0x0a;
const SAMPLE = 128 * 1024;
/** So many lines are looked at in vain before another text is asked to lead. */
const PATIENCE = 64;

export class Needles {
  private groups: readonly (readonly Buffer[])[];
  private tried = false;

  constructor(texts: readonly (readonly string[])[] = []) {
    this.groups = texts.map((group) => group.map((text) => Buffer.from(text, 'utf8')));
  }

  /** Of the lines in these bytes those that hold one text of each group, in their order. */
  spans(bytes: Buffer): Spans {
    if (!this.tried) this.lead(bytes);
    const [leading, ...others] = this.groups;
    if (leading === undefined) return everyLine(bytes);
    const spans: number[] = [];
    let vain = 0;
    for (const [start, end] of linesWith(bytes, leading)) {
      const line = bytes.subarray(start, end);
      if (others.every((group) => group.some((needle) => line.includes(needle)))) spans.push(start, end);
      else vain += 1;
    }
    // What is rare at one end of a log may be everywhere at the other.
    if (vain > PATIENCE + spans.length) this.lead(bytes);
    return spans;
  }

  private lead(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.tried = true;
    if (this.groups.length < 2) return;
    const sample = bytes.subarray(0, SAMPLE);
    const counted = this.groups.map((group) => ({ group, count: [...linesWith(sample, group)].length }));
    // Where none is seen, one text is looked for faster than several.
    counted.sort((a, b) => a.count - b.count || a.group.length - b.group.length);
    this.groups = counted.map(({ group }) => group);
  }
}

function* linesWith(bytes: Buffer, needles: readonly Buffer[]): Iterable<[start: number, end: number]> {
  const next = needles.map((needle) => bytes.indexOf(needle));
  for (;;) {
    let hit = -1;
    for (const at of next) if (at !== -1 && (hit === -1 || at < hit)) hit = at;
    if (hit === -1) return;
    const start = bytes.lastIndexOf(NEWLINE, hit) + 1;
    const newline = bytes.indexOf(NEWLINE, hit);
    const end = newline === -1 ? bytes.length : newline;
    yield [start, end];
    for (const [index, needle] of needles.entries()) {
      const at = next[index] ?? -1;
      if (at !== -1 && at < end) next[index] = bytes.indexOf(needle, end);
    }
  }
}

function everyLine(bytes: Buffer): Spans {
  const spans: number[] = [];
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline;
    if (end > start) spans.push(start, end);
    start = end + 1;
  }
  return spans;
}
