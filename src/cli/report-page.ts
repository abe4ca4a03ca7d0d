// Fills the empty page of the package with what a report says.
import type { ReportData } from '../core/log/report-data.ts';
import { html } from './report-body.ts';

const ROOM = /<!--scim-hook:(title|body|data)-->/;

/** JSON inside markup: nothing in it can end the element it stands in, or begin a comment. */
const embedded = (data: ReportData): string => JSON.stringify(data).replaceAll('<', '\\u003c');

export function fillPage(empty: string, title: string, body: string, data: ReportData): string {
  const filling: Readonly<Record<string, string>> = { title: html(title), body, data: embedded(data) };
  return empty
    .split(ROOM)
    .map((part, index) => (index % 2 === 0 ? part : (filling[part] ?? '')))
    .join('');
}
