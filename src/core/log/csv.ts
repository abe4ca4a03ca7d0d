// Stored lines as comma-separated values (RFC 4180) that no spreadsheet takes for a formula.
import type { AuditLine } from '../audit-record.ts';

export const CSV_FIELDS = [
  'seq',
  'time',
  'at',
  'kind',
  'event',
  'subject',
  'subjectId',
  'device',
  'repo',
  'worktree',
  'branch',
  'from',
  'op',
  'target',
  'name',
  'targetId',
  'outcome',
  'reason',
  'verified',
  'before',
  'status',
  'requestId',
  'attempts',
  'ms',
  'lease',
  'expires',
  'mode',
  'policy',
  'rules',
  'hash',
] as const satisfies readonly (keyof AuditLine)[];

export const csvHead = (): string => `${CSV_FIELDS.join(',')}\r\n`;

export const csvRow = (line: AuditLine): string =>
  `${CSV_FIELDS.map((field) => cell(line[field])).join(',')}\r\n`;

/** What spreadsheets begin a formula with; some skip white space before it. */
const FORMULA = /^\s*[=+\-@\t\r]/;

function cell(value: AuditLine[(typeof CSV_FIELDS)[number]]): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : value.join(' ');
  // As OWASP has it: an apostrophe makes it text. Whoever needs the bytes takes --ndjson.
  const tame = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
}
