// What a check of the log found, each at its place; `cli/remark-words.ts` says it to people.
import type { Place } from './stored-line.ts';

/** Something that is not as our writer leaves it. */
export type Finding =
  /** Its hash is not that of what it says. */
  | { readonly is: 'altered' }
  /** It doesn't follow the line before it, though its number does. */
  | { readonly is: 'broken-link'; readonly after: number }
  /** Lines are missing before it. */
  | { readonly is: 'gap'; readonly missing: number; readonly after: number }
  /** Its number is not beyond that of the line before it. */
  | { readonly is: 'out-of-order'; readonly after: number }
  /** It follows the line before it, with another number than the next. */
  | { readonly is: 'wrong-number'; readonly expected: number }
  | { readonly is: 'swapped'; readonly other: Place }
  /** The lines around it follow one another, without it. */
  | { readonly is: 'inserted' }
  | { readonly is: 'replayed'; readonly other: Place }
  /** It follows the same line as another one. */
  | { readonly is: 'fork'; readonly other: Place; readonly after: number }
  /** A chain begins anew after the end of another. */
  | { readonly is: 'restart'; readonly after: number }
  /** What is no line of ours; `torn`: what is left of one that was whole, because the next one knows of it. */
  | { readonly is: 'unreadable'; readonly torn: boolean }
  /** Of a later version, whose hash can't be checked by this one. */
  | { readonly is: 'newer-unchecked'; readonly v: number }
  | { readonly is: 'time-backwards'; readonly time: string; readonly before: string }
  | { readonly is: 'no-beginning'; readonly missing: number }
  /** Old lines were let go of, but these are not the ones that followed them. */
  | { readonly is: 'wrong-beginning'; readonly missing: number; readonly other: Place }
  | { readonly is: 'misnamed'; readonly named: number }
  | { readonly is: 'empty-segment'; readonly named: number }
  | { readonly is: 'unanswered'; readonly op: string; readonly name: string; readonly event: string }
  | { readonly is: 'closed-twice'; readonly event: string }
  /** Another place knows lines beyond the last one here. */
  | { readonly is: 'truncated'; readonly source: string; readonly beyond: number; readonly last: number }
  | { readonly is: 'rewritten'; readonly source: string; readonly other: Place }
  | { readonly is: 'not-here'; readonly source: string }
  | { readonly is: 'not-this-log'; readonly source: string; readonly device: string | null }
  /** In what was brought to compare with. */
  | { readonly is: 'bad-source' }
  | { readonly is: 'bad-checkpoint' }
  | { readonly is: 'bad-signature'; readonly detail: string };

/** Something to know, that breaks nothing. */
export type Note =
  | { readonly is: 'torn' }
  | { readonly is: 'newer'; readonly v: number }
  | { readonly is: 'open-intent'; readonly op: string; readonly name: string; readonly event: string }
  | { readonly is: 'open-event'; readonly kind: string; readonly event: string }
  | { readonly is: 'dropped'; readonly count: number; readonly other: Place & { readonly time: string } }
  | { readonly is: 'repeated'; readonly other: Place }
  | { readonly is: 'unsigned' }
  | { readonly is: 'unchecked-signature'; readonly detail: string }
  | { readonly is: 'unknown-signer'; readonly key: string; readonly signers: boolean };

/** `seq` is null where there is none to be read. */
export interface At extends Place {
  readonly seq: number | null;
}

export type Placed<Kind> = At & Kind;

/** The first of many, and how many there are. */
export class Remarks<Kind> {
  readonly shown: Placed<Kind>[] = [];
  count = 0;
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  add({ file, line, seq }: At, remark: Kind): void {
    this.count += 1;
    if (this.shown.length < this.most) this.shown.push({ file, line, seq, ...remark });
  }

  /** One that is known last and comes first. */
  addFirst({ file, line, seq }: At, remark: Kind): void {
    this.count += 1;
    this.shown.unshift({ file, line, seq, ...remark });
    this.shown.length = Math.min(this.shown.length, this.most);
  }
}

/** More than anybody reads, and few enough for any memory. */
export const MOST_REMARKS = 100;
