// The forms in which lines of the log leave us for other programs: JSON, NDJSON, CSV, and tabs in a pipe.
import { distance } from 'fastest-levenshtein';
import type { Failure } from '../core/failure.ts';
import { csvHead, csvRow } from '../core/log/csv.ts';
import { readFields, withFields } from '../core/log/fields.ts';
import { rowOf } from '../core/log/row.ts';
import { rfc3339 } from '../core/log/shown-time.ts';
import type { Zone } from '../core/log/when.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { ListOptions } from './log-options.ts';
import type { Found } from './log-reading.ts';
import type { LogDocument } from './place-documents.ts';
import { escaped, plain } from './plain.ts';

export interface Form {
  readonly name: 'json' | 'ndjson' | 'csv' | 'rows';
  /** Of each line only these; null: all of it. */
  readonly fields: readonly string[] | null;
}

export function readForm({ json, ndjson, csv, follow }: ListOptions): Result<Form, Failure> {
  const usage = (problem: string) => fail({ code: 'usage', problem } as const);
  const asked = [
    json === undefined ? [] : '--json',
    ndjson === undefined ? [] : '--ndjson',
    csv ? '--csv' : [],
  ].flat();
  if (asked.length > 1) return usage(`${asked.join(' and ')} exclude each other.`);
  if (json !== undefined && follow === true)
    return usage(
      '-f goes on for ever, so it makes no whole JSON document; take --ndjson, a document a line.',
    );
  if (csv === true) return ok({ name: 'csv', fields: null });
  const name = json !== undefined ? 'json' : ndjson !== undefined ? 'ndjson' : 'rows';
  const typed = json ?? ndjson;
  if (typed === undefined || typed === true || typed === '') return ok({ name, fields: null });
  const fields = readFields(`--${name}`, typed, distance);
  return fields.ok ? ok({ name, fields: fields.value }) : usage(fields.failure);
}

export interface FormOptions {
  readonly zone: Zone;
  /** A terminal reads it: what would act on it is escaped, which JSON knows how to say. */
  readonly terminal: boolean;
}

export function* piecesOf(found: Iterable<Found>, form: Form, options: FormOptions): Iterable<string> {
  if (form.name !== 'json') {
    if (form.name === 'csv') yield csvHead();
    for (const each of found) yield pieceOf(each, form, options);
    return;
  }
  // One document, an array, with each stored line on a line of its own, so that line tools can read it too.
  let begun = false;
  for (const each of found) {
    yield `${begun ? ',\n' : '[\n'}${escaped(jsonOf(each, form))}`;
    begun = true;
  }
  yield begun ? '\n]\n' : '[]\n';
}

/** One line in any form but JSON, whose lines know of each other. */
export function pieceOf(found: Found, form: Form, { zone, terminal }: FormOptions): string {
  if (form.name === 'csv') return csvRow(found.line);
  if (form.name === 'ndjson') {
    const json = jsonOf(found, form);
    return `${terminal ? escaped(json) : json}\n`;
  }
  const { at, who, repo, branch, what, outcome, reason, ms, seq } = rowOf(found.line);
  const cells = [
    timeOf(at, zone),
    who,
    repo,
    branch,
    what,
    outcome ?? '',
    reason,
    String(ms ?? ''),
    String(seq),
  ];
  return `${cells.map(plain).join('\t')}\n`;
}

const timeOf = (at: number, zone: Zone): string => (Number.isNaN(at) ? '' : rfc3339(at, zone));

const jsonOf = ({ line, text }: Found, { fields }: Form): string =>
  fields === null ? text : withFields(line satisfies LogDocument[number], fields);
