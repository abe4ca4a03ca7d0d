// How each state of access is called and marked: a word, a sign and a pattern, so that nobody needs the colour.
import type { BarState } from '../core/log/report-data.ts';

export const STATES: Readonly<Record<BarState, { readonly label: string; readonly sign: string }>> = {
  returned: { label: 'given back', sign: '■' },
  open: { label: 'still held', sign: '▶' },
  owed: { label: 'not given back yet', sign: '▨' },
  maybe: { label: 'may have had it', sign: '?' },
  lost: { label: 'found gone', sign: '✕' },
  foreign: { label: 'had it already', sign: '□' },
};
